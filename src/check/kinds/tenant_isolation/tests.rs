//! What checks of the kind `tenant-isolation` notice, and which mistakes are reported.

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
    plan(super::TenantIsolation::MANUAL.example)
}

fn given(part: &str, change: impl Fn(&mut Facts)) -> Verdict {
    let plan = example();
    verdict(&plan, &changed(&plan, part, change))
}

#[test]
fn texts_without_a_mark_are_named_unless_they_are_fixed() {
    let create = "json: { text: \"${canary}\", kind: memo, tags: [\"a\", \"${canary}\"] }";
    let yaml = super::TenantIsolation::MANUAL.example;
    let yaml = yaml.replace("json: { text: \"${canary}\" }", create);
    let yaml = yaml.replace("changed by a check }", "changed by a check, tags: [] }");
    let message = "these texts of the new object have no mark, so the check would not recognise \
                   them in another customer's answer: `/kind`, `/tags/0`";
    assert_eq!(mistakes(&yaml), [("unmarked-text", message.to_owned())]);
    let fixed = |at: &str| format!("{yaml}fixed: [/kind, {at}]\n");
    assert_eq!(plan_in(&project(), &fixed("/tags/0")).map(|_| ()), Ok(()));
    let message = "`create` has no text at `/tag`".to_owned();
    assert_eq!(mistakes(&fixed("/tag"))[0], ("bad-pointer", message));
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
    assert_eq!(given("an anonymous caller tries to delete", leak), Verdict::Violated);
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
fn success_for_everybody_is_not_isolation() {
    let plan = example();
    let all = everybody_gets(&plan, &json!({"status": 200, "body": {"json": {}}}));
    assert!(matches!(verdict(&plan, &all), Verdict::Inconclusive(_)));
}

#[test]
fn strangers_try_to_change_and_delete_before_the_owner_does() {
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
    let yaml = super::TenantIsolation::MANUAL.example.replace("[acme, globex]", "all");
    plan_with(&project, &yaml, seed).unwrap()
}

/// Who tries to read whose object.
fn pairs(plan: &Plan) -> BTreeSet<String> {
    let names = plan.steps.iter().map(|step| &step.name);
    names.filter(|name| name.starts_with('t') && name.contains(" tries to read")).cloned().collect()
}

#[test]
fn requests_grow_with_the_tenants_and_every_pair_is_tried_eventually() {
    let requests = |plan: &Plan| plan.steps.iter().filter(|step| step.request().is_some()).count();
    assert!(requests(&many(200, 0)) <= 20 * requests(&many(10, 0)));
    assert_eq!(tried(&many(3, 0)).grade, Grade::Sound);
    assert_eq!(pairs(&many(4, 9)).len(), 12, "of few, all pairs");
    assert_eq!(pairs(&many(20, 7)).len(), 60);
    let all: BTreeSet<String> = (0..7).flat_map(|seed| pairs(&many(20, seed))).collect();
    assert_eq!(all.len(), 20 * 19);
    let covers = many(20, 0).covers;
    assert!(covers.contains("(380 pairs)") && covers.contains("60 of 380 pairs"), "{covers}");
}

#[test]
fn the_steps_of_a_pass_may_run_at_once_and_the_next_pass_waits() {
    let plan = many(5, 0);
    let firsts: Vec<&str> =
        plan.groups().map(|group| plan.steps[group.start].name.as_str()).collect();
    assert_eq!(
        firsts,
        [
            "t0 creates an object of its own",
            "t0 reads its own object",
            "t0 tries to read t4's object",
            "t0 reads its own object a second time",
            "t0 tries to change t4's object",
            "t0 finds its object as it was after others tried to change it",
            "t0 tries to delete t4's object",
            "t0 finds its object as it was after others tried to delete it",
            "t0 can change its own object",
            "t0 can delete its own object",
            "t0 deletes its object",
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
fn existing_objects_are_only_read() {
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
fn mistakes_about_existing_objects_are_reported() {
    let reported = |from: &str, to: &str| mistakes(&OWNED.replace(from, to))[0].0;
    assert_eq!(reported("marker: acme keeps this to itself", "marker: acme"), "weak-marker");
    assert_eq!(reported("acme keeps this", "globex keeps this"), "same-marker");
    assert_eq!(reported("tenants: [acme, globex]", "tenants: [acme, former]"), "no-object");
    assert_eq!(reported("list: [/notes]", "delete: { delete: /notes }"), "owns-and-creates");
    assert_eq!(reported("[acme, globex]", "every"), "wrong-value");
    assert_eq!(reported("[acme, globex]", "all"), "empty-list");
}

#[test]
fn mistakes_are_reported() {
    let example = super::TenantIsolation::MANUAL.example;
    let reported = |from: &str, to: &str| mistakes(&example.replace(from, to));
    assert_eq!(
        reported("acme, globex", "acme, gobex"),
        [("unknown-actor", "unknown actor `gobex`".to_owned())]
    );
    assert_eq!(reported("acme, globex", "acme")[0].0, "empty-list");
    assert_eq!(reported("acme, globex", "acme, operator")[0].0, "no-tenant");
    assert_eq!(reported("acme, globex", "acme, acme")[0].0, "same-tenant");
    assert_eq!(reported("\"${canary}\"", "plain")[0].0, "no-canary");
    assert_eq!(reported("text: changed by a check", "title: new")[0].0, "change-keeps-canary");
    assert_eq!(reported("object: /notes/${id}", "object: /notes")[0].0, "no-id");
    assert_eq!(
        reported("put: /notes/${id}", "put: /notes/${note}"),
        [("unknown-name", "unknown placeholder `${note}`".to_owned())]
    );
}

#[test]
fn it_needs_permission_to_write() {
    let mut project = project();
    project.writes = false;
    let mistakes = plan_in(&project, super::TenantIsolation::MANUAL.example).unwrap_err();
    assert!(mistakes.iter().all(|one| one.code.name() == "writes-not-permitted"), "{mistakes:#?}");
}

#[test]
fn data_of_the_owner_in_a_refusal_is_a_violation() {
    let leak = |facts: &mut Facts| facts.set("/owner_values", json!({"found": 1}));
    assert_eq!(given("globex tries to read acme's object", leak), Verdict::Violated);
    assert_eq!(given("an anonymous caller tries to delete acme's object", leak), Verdict::Violated);
    assert_eq!(given("GET /notes without a credential", leak), Verdict::Violated);
}

#[test]
fn a_refused_change_of_a_field_without_the_mark_is_a_violation() {
    let plan = example();
    let body = |text: &'static str| {
        move |facts: &mut Facts| facts.set("/body", json!({"json": {"title": text}}))
    };
    let mut all = changed(&plan, "acme", body("old"));
    let after = "acme finds its object as it was after others tried to change it";
    let changed = changed(&plan, after, body("new"));
    let index = names(&plan).iter().position(|name| *name == after).unwrap();
    for step in [0, index] {
        all[step].captures.clone_from(&changed[step].captures);
    }
    let before = verdict(&plan, &all);
    all[index] = changed[index].clone();
    assert_eq!((before == Verdict::Violated, verdict(&plan, &all)), (false, Verdict::Violated));
}
