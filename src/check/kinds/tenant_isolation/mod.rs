//! `tenant-isolation`: no tenant can read, list, change or delete what belongs to another.

pub(crate) mod steps;
pub(crate) mod tenants;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::tenant_isolation::steps::{Encounters, Requests, Tenant};
use crate::check::kinds::tenant_isolation::tenants::{Owns, Tenants};
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::Ask;
use crate::model::plan::Plan;
use crate::model::plan::request::Request;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// The kind.
pub(crate) struct TenantIsolation;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// Actors of different tenants, two at least; or `all` of the file that `tenants:` in
    /// `avouch.yaml` names.
    tenants: Spanned<Tenants>,
    /// Makes an object that carries its owner's mark, `${canary}`.
    create: Option<Spanned<Ask>>,
    /// JSON Pointer to the object's id in the answer, for `${id}`; `/id` if left out.
    id: Option<Spanned<String>>,
    /// The path of one object, with `${id}` in it.
    object: Option<Spanned<String>>,
    /// Paths at which a tenant finds its own objects, and nobody else's.
    #[serde(default)]
    list: Vec<Spanned<String>>,
    /// Changes an object, so that its mark is gone.
    change: Option<Spanned<Ask>>,
    /// Deletes an object.
    delete: Option<Spanned<Ask>>,
    /// In place of `create` and all that follows from it: an object that each tenant has already,
    /// by actor. It is only read.
    owns: Option<Spanned<Owns>>,
}

impl Kind for TenantIsolation {
    fn name(&self) -> &'static str {
        "tenant-isolation"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "Each tenant plants a random mark in an object of its own and reads it back, or \
                     reads one that it has already. Other tenants, and nobody in particular, then try to read, change and delete \
                     it, and must be refused; afterwards it is still there, unchanged. Every list \
                     shows its owner's mark and no other.",
            cannot_prove: "That endpoints which are not listed keep tenants apart, or that staff \
                           of the service cannot reach the data.",
            example: EXAMPLE,
        }
    }

    fn schema(&self) -> schemars::Schema {
        schemars::schema_for!(Settings)
    }

    fn plan(
        &self,
        settings: &Node,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan> {
        let before = diagnostics.mark();
        let settings: Settings = context.read(settings, diagnostics)?;
        let named = tenants::actors(&settings.tenants, context, diagnostics);
        let tenants = match &settings.owns {
            Some(owns) => settings.owners(owns, &named, context, diagnostics),
            None => settings.makers(&named, context, diagnostics),
        };
        let encounters = Encounters {
            tenants,
            refusal: context.project.refusal.clone(),
            id_at: settings.id.as_ref().map_or("/id", |id| id.as_str()).to_owned(),
            seed: context.seed,
        };
        (diagnostics.is_clean_since(before)).then(|| encounters.plan())
    }
}

const EXAMPLE: &str = "\
kind: tenant-isolation
tenants: [acme, globex]
create:
  post: /notes
  json: { text: \"${canary}\" }
object: /notes/${id}
list: [/notes]
change:
  put: /notes/${id}
  json: { text: changed by a check }
delete:
  delete: /notes/${id}
";

/// What makes an object of this run's own, and what is done with it.
struct Making<'a> {
    create: &'a Spanned<Ask>,
    object: &'a Spanned<String>,
    list: &'a [Spanned<String>],
    change: Option<&'a Spanned<Ask>>,
    delete: &'a Spanned<Ask>,
}

impl Settings {
    /// The tenants with objects that are there already.
    fn owners(
        &self,
        owns: &Spanned<Owns>,
        named: &[Spanned<String>],
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Vec<Tenant> {
        tenants::tell_bad_owns(owns, named, context, diagnostics);
        if self.create.is_some()
            || self.object.is_some()
            || self.change.is_some()
            || self.delete.is_some()
        {
            let message = "an object that is there already is neither made, changed nor deleted";
            let error = context.mistake(Code::OwnsAndCreates, &owns.span, message);
            diagnostics.push(
                error.help("leave out `owns:`, or `create`, `object`, `change` and `delete`"),
            );
        }
        let names = Names::none(context);
        let mut all = Vec::new();
        for (name, owned) in named.iter().filter_map(|name| Some((name, owns.get(&name.value)?))) {
            let object = reading(&owned.path, &names, diagnostics);
            let list = self.list.iter().map(|path| reading(path, &names, diagnostics));
            let (list, object): (Option<Vec<Request>>, _) = (list.collect(), object);
            let (Some(list), Some(object)) = (list, object) else {
                break;
            };
            let requests = Requests { create: None, object, list, change: None, delete: None };
            let marker = Some(owned.marker.value.clone());
            all.push(Tenant { actor: name.value.clone(), marker, requests });
        }
        all
    }

    /// The tenants that make objects of their own. What is wrong with one is wrong with all, and is
    /// told once.
    fn makers(
        &self,
        named: &[Spanned<String>],
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Vec<Tenant> {
        let Some(making) = self.making(context, diagnostics) else {
            return Vec::new();
        };
        making.tell_bad(self.id.as_ref(), context, diagnostics);
        let mut all = Vec::new();
        for (index, name) in named.iter().enumerate() {
            let mut again = Report::new();
            let told = if index == 0 { &mut *diagnostics } else { &mut again };
            if let Some(requests) = making.requests(name, context, told) {
                all.push(Tenant { actor: name.value.clone(), marker: None, requests });
            }
        }
        all
    }

    fn making(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Making<'_>> {
        let help = "an object needs `create`, `object` and `delete`; or say in `owns:` what each \
                    tenant has already";
        let missing = [
            ("create", self.create.is_none()),
            ("object", self.object.is_none()),
            ("delete", self.delete.is_none()),
        ];
        for (key, _) in missing.into_iter().filter(|(_, missing)| *missing) {
            let message = format!("the key `{key}` is missing");
            let error = context.mistake(Code::MissingKey, &self.tenants.span, message);
            diagnostics.push(error.help(help));
        }
        Some(Making {
            create: self.create.as_ref()?,
            object: self.object.as_ref()?,
            list: &self.list,
            change: self.change.as_ref(),
            delete: self.delete.as_ref()?,
        })
    }
}

impl Making<'_> {
    /// What would make the after-look worthless: no mark, no id, or a change that keeps the mark.
    fn tell_bad(
        &self,
        id: Option<&Spanned<String>>,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) {
        let mut tell = |code, span: &std::ops::Range<usize>, message: &str, help: &str| {
            diagnostics.push(context.mistake(code, span, message).help(help));
        };
        if !self.create.text_has("${canary}") {
            let help = "put `${canary}` into the text that the owner reads back";
            tell(Code::NoCanary, &self.create.span, "the new object carries no mark", help);
        }
        if !self.object.contains("${id}") {
            let help = "write `${id}` where the object's id stands";
            tell(Code::NoId, &self.object.span, "this path is the same for every object", help);
        }
        if let Some(id) = id.filter(|id| !id.starts_with('/')) {
            tell(Code::BadPointer, &id.span, "this is no JSON Pointer", "begin it with `/`");
        }
        let Some(change) = self.change else {
            return;
        };
        if change.text_has("${canary}") || !overwrites(self.create, change) {
            let help = "write other text where `create:` has `${canary}`";
            let message = "a change that keeps the owner's mark could not be noticed";
            tell(Code::ChangeKeepsCanary, &change.span, message, help);
        }
    }

    fn requests(
        &self,
        tenant: &str,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Requests> {
        let mut names = Names { canary_of: Some(tenant), ..Names::none(context) };
        let create = request::request(self.create, &names, diagnostics);
        names.canary_of = None;
        let list = self.list.iter().map(|path| reading(path, &names, diagnostics));
        let list: Option<Vec<Request>> = list.collect();
        names.captures.insert("id".into(), format!("id:{tenant}"));
        let object = reading(self.object, &names, diagnostics);
        let change = self.change.map(|ask| request::request(ask, &names, diagnostics));
        let delete = request::request(self.delete, &names, diagnostics);
        Some(Requests {
            create: Some(create?),
            object: object?,
            list: list?,
            change: match change {
                Some(change) => Some(change?),
                None => None,
            },
            delete: Some(delete?),
        })
    }
}

fn reading(path: &Spanned<String>, names: &Names<'_>, diagnostics: &mut Report) -> Option<Request> {
    let ask = Ask { get: Some(path.clone()), ..Ask::default() };
    request::request(&Spanned { value: ask, span: path.span.clone() }, names, diagnostics)
}

impl Ask {
    fn text_has(&self, part: &str) -> bool {
        let json = self.json.as_ref().is_some_and(|json| json.to_string().contains(part));
        json || self.text.as_ref().is_some_and(|text| text.contains(part))
    }
}

/// Whether a change writes wherever the object carries its mark; a change of another shape may.
fn overwrites(create: &Ask, change: &Ask) -> bool {
    let (Some(create), Some(change)) = (&create.json, &change.json) else {
        return true;
    };
    let (Value::Object(create), Value::Object(change)) = (&create.value, &change.value) else {
        return true;
    };
    let marked = create.iter().filter(|(_, value)| value.to_string().contains("${canary}"));
    marked.into_iter().all(|(key, value)| change.get(key).is_some_and(|new| new != value))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use crate::check::fixture::{
        changed, everybody_gets, mistakes, names, plan, plan_in, plan_with, project, tried, verdict,
    };
    use crate::check::kind::Kind;
    use crate::model::answer::facts::Facts;
    use crate::model::answer::verdict::{Reason, Verdict};
    use crate::model::judge::falsify::Grade;
    use crate::model::plan::{Keep, Plan, Role};
    use crate::model::project::actor::Actor;

    fn example() -> Plan {
        plan(super::TenantIsolation.manual().example)
    }

    fn given(part: &str, change: impl Fn(&mut Facts)) -> Verdict {
        let plan = example();
        verdict(&plan, &changed(&plan, part, change))
    }

    #[test]
    fn a_stranger_who_reads_is_a_violation() {
        let read = |facts: &mut Facts| {
            facts.set("/status", json!(200));
            facts.set("/canaries", json!([0]));
        };
        assert_eq!(given("globex tries to read acme's object", read), Verdict::Violated);
    }

    #[test]
    fn another_tenants_mark_in_an_error_of_any_status_is_a_violation() {
        let leak = |facts: &mut Facts| {
            facts.set("/status", json!(500));
            facts.set("/canaries", json!([1]));
        };
        assert_eq!(given("acme tries to read globex's object", leak), Verdict::Violated);
        assert_eq!(given("nobody in particular tries to delete", leak), Verdict::Violated);
    }

    #[test]
    fn a_list_that_shows_more_than_its_owners_is_a_violation() {
        let all = |facts: &mut Facts| facts.set("/canaries", json!([0, 1]));
        assert_eq!(given("acme finds its own object at GET /notes", all), Verdict::Violated);
    }

    #[test]
    fn a_list_that_is_empty_for_its_owner_is_inconclusive() {
        let empty = |facts: &mut Facts| facts.set("/canaries", json!([]));
        let wanted = Verdict::Inconclusive(Reason::ControlFailed);
        assert_eq!(given("acme finds its own object at GET /notes", empty), wanted);
    }

    #[test]
    fn a_mistyped_path_that_nobody_can_read_is_inconclusive() {
        let missing = |facts: &mut Facts| {
            facts.set("/status", json!(404));
            facts.set("/canaries", json!([]));
        };
        let wanted = Verdict::Inconclusive(Reason::ControlFailed);
        assert_eq!(given("object", missing), wanted);
    }

    #[test]
    fn an_object_that_a_refused_stranger_changed_or_deleted_all_the_same_is_a_violation() {
        let changed = |facts: &mut Facts| facts.set("/canaries", json!([]));
        assert_eq!(given("after others tried to change", changed), Verdict::Violated);
        let gone = |facts: &mut Facts| facts.set("/status", json!(404));
        assert_eq!(given("after others tried to delete", gone), Verdict::Violated);
    }

    #[test]
    fn a_deletion_that_its_own_owner_cannot_do_is_inconclusive() {
        let refused = |facts: &mut Facts| facts.set("/status", json!(405));
        let wanted = Verdict::Inconclusive(Reason::ControlFailed);
        assert_eq!(given("acme can delete its own object", refused), wanted);
    }

    #[test]
    fn success_for_everybody_is_no_isolation() {
        let plan = example();
        let all = everybody_gets(&plan, &json!({"status": 200, "body": {"json": {}}}));
        assert!(matches!(verdict(&plan, &all), Verdict::Inconclusive(_)));
    }

    #[test]
    fn what_destroys_is_tried_by_strangers_before_its_owner_does_it() {
        let plan = example();
        let at = |part: &str| names(&plan).iter().position(|name| name.contains(part)).unwrap();
        assert!(at("tries to change acme's object") < at("after others tried to change"));
        assert!(at("after others tried to change") < at("tries to delete acme's object"));
        assert!(at("after others tried to delete") < at("acme can change its own object"));
        assert!(at("acme can change") < at("acme can delete its own object"));
    }

    #[test]
    fn a_strangers_answer_is_never_stored() {
        let plan = example();
        for step in plan.steps.iter().filter(|step| step.role == Role::Probe) {
            let own = step.name.contains(" finds ");
            assert_eq!(step.keep == Keep::Digest, !own, "{}", step.name);
        }
    }

    /// The project with so many tenants of a file, and the example with all of them.
    fn many(count: usize, seed: u64) -> Plan {
        let mut project = project();
        let acme = project.actors["acme"].clone();
        for index in 0..count {
            let name = format!("t{index}");
            let actor = Actor { tenant: Some(name.clone()), ..acme.clone() };
            project.actors.insert(name.clone(), actor);
            project.tenants.push(name);
        }
        let yaml = super::TenantIsolation.manual().example.replace("[acme, globex]", "all");
        plan_with(&project, &yaml, seed).unwrap()
    }

    /// Who meets whose object.
    fn met(plan: &Plan) -> BTreeSet<String> {
        let names = plan.steps.iter().map(|step| &step.name);
        names
            .filter(|name| name.starts_with('t') && name.contains(" tries to read"))
            .cloned()
            .collect()
    }

    #[test]
    fn requests_grow_with_the_tenants_and_every_pair_is_met_in_the_end() {
        let requests =
            |plan: &Plan| plan.steps.iter().filter(|step| step.request().is_some()).count();
        assert!(requests(&many(200, 0)) <= 20 * requests(&many(10, 0)));
        assert_eq!(tried(&many(3, 0)).grade, Grade::Sound);
        assert_eq!(met(&many(4, 9)).len(), 12, "of few, all pairs");
        assert_eq!(met(&many(20, 7)).len(), 60);
        let all: BTreeSet<String> = (0..7).flat_map(|seed| met(&many(20, seed))).collect();
        assert_eq!(all.len(), 20 * 19);
        let covers = many(20, 0).covers;
        assert!(covers.contains("(380 pairs)") && covers.contains("60 of 380 pairs"), "{covers}");
    }

    #[test]
    fn each_pass_may_be_taken_at_once_and_the_next_waits_for_it() {
        let plan = many(5, 0);
        let firsts: Vec<&str> =
            plan.groups().map(|group| plan.steps[group.start].name.as_str()).collect();
        assert_eq!(
            firsts,
            [
                "t0 makes an object of its own",
                "t0 reads its own object",
                "t0 tries to change t4's object",
                "t0 finds its object as it was after others tried to change it",
                "t0 tries to delete t4's object",
                "t0 finds its object as it was after others tried to delete it",
                "t0 can change its own object",
                "t0 can delete its own object",
                "t0 takes its object away",
            ]
        );
    }

    #[test]
    fn tens_of_thousands_of_counterexamples_are_tried_in_a_moment() {
        let plan = many(200, 0);
        assert_eq!(plan.flaws(), []);
        let tried = tried(&plan);
        assert_eq!(tried.grade, Grade::Sound);
        assert!(tried.rows.len() > 20_000, "{}", tried.rows.len());
        assert_eq!(tried.untouched, []);
    }

    const OWNED: &str = "\
kind: tenant-isolation
tenants: [acme, globex]
owns:
  acme: { path: /notes/7, marker: acme keeps this to itself }
  globex: { path: /notes/8, marker: globex keeps this to itself }
list: [/notes]
";

    #[test]
    fn objects_that_are_there_already_are_only_read() {
        let mut project = project();
        project.writes = false;
        let plan = plan_in(&project, OWNED).unwrap();
        assert!(!plan.writes());
        assert_eq!(plan.flaws(), []);
        assert_eq!(tried(&plan).grade, Grade::Sound);
        let marker = plan.canaries[1].marker.as_deref();
        assert_eq!(marker, Some("globex keeps this to itself"));
        assert!(plan.leaves_open.contains("Changing and deleting were not tested"));
        let leak = |facts: &mut Facts| facts.set("/canaries", json!([1]));
        let leaked = changed(&plan, "acme tries to read globex's object", leak);
        assert_eq!(verdict(&plan, &leaked), Verdict::Violated);
    }

    #[test]
    fn mistakes_about_what_is_there_already_are_told() {
        let told = |from: &str, to: &str| mistakes(&OWNED.replace(from, to))[0].0;
        assert_eq!(told("marker: acme keeps this to itself", "marker: acme"), "weak-marker");
        assert_eq!(told("acme keeps this", "globex keeps this"), "same-marker");
        assert_eq!(told("tenants: [acme, globex]", "tenants: [acme, former]"), "no-object");
        assert_eq!(told("list: [/notes]", "delete: { delete: /notes }"), "owns-and-creates");
        assert_eq!(told("[acme, globex]", "every"), "wrong-value");
        assert_eq!(told("[acme, globex]", "all"), "empty-list");
    }

    #[test]
    fn mistakes_are_told() {
        let example = super::TenantIsolation.manual().example;
        let told = |from: &str, to: &str| mistakes(&example.replace(from, to));
        assert_eq!(
            told("acme, globex", "acme, gobex"),
            [("unknown-actor", "unknown actor `gobex`".to_owned())]
        );
        assert_eq!(told("acme, globex", "acme")[0].0, "empty-list");
        assert_eq!(told("acme, globex", "acme, operator")[0].0, "no-tenant");
        assert_eq!(told("acme, globex", "acme, acme")[0].0, "same-tenant");
        assert_eq!(told("\"${canary}\"", "plain")[0].0, "no-canary");
        assert_eq!(told("text: changed by a check", "title: new")[0].0, "change-keeps-canary");
        assert_eq!(told("object: /notes/${id}", "object: /notes")[0].0, "no-id");
        assert_eq!(
            told("put: /notes/${id}", "put: /notes/${note}"),
            [("unknown-name", "`${note}` stands for nothing here".to_owned())]
        );
    }

    #[test]
    fn it_cannot_do_without_writing() {
        let mut project = project();
        project.writes = false;
        let mistakes = plan_in(&project, super::TenantIsolation.manual().example).unwrap_err();
        assert!(
            mistakes.iter().all(|one| one.code.name() == "writes-not-permitted"),
            "{mistakes:#?}"
        );
    }
}
