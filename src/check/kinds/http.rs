//! `http`: a list of requests of the author's own, with what must be true of their answers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::counterexample::of_limits;
use crate::check::written::expect::{Expect, Reading, pointer};
use crate::check::written::placeholders::Names;
use crate::check::written::request::{Ask, Upload};
use crate::check::written::{limits, request};
use crate::model::answer::ids::StepId;
use crate::model::plan::expect::Test;
use crate::model::plan::parameter::Parameter;
use crate::model::plan::request::{Body, Request};
use crate::model::plan::template::Template;
use crate::model::plan::{ANYONE, Act, Canary, Capture, Keep, Plan, Role, Step, Word};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::help_with_list;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// The kind.
pub(crate) struct Http;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// Whose word the answers are: `seen` if left out, `reported` where the service tells of itself.
    #[serde(default = "seen")]
    word: Word,
    /// The steps, in the order in which they are taken.
    steps: Spanned<Vec<Spanned<Written>>>,
    /// For the reader: what this does not show.
    leaves_open: Option<String>,
}

fn seen() -> Word {
    Word::Seen
}

/// A step.
#[derive(Clone, Deserialize, JsonSchema)]
struct Written {
    /// Its name, readable in a sentence, unlike that of every other step.
    name: Spanned<String>,
    /// `prepare`, `control`, `probe` or `cleanup`; `probe` if left out.
    role: Option<Role>,
    /// Who asks: an actor of `avouch.yaml`; anyone, without a credential, if left out.
    #[serde(rename = "as")]
    actor: Option<Spanned<String>>,
    /// The step whose answer is looked at again, in place of a request.
    again: Option<Spanned<String>>,
    /// `GET` this path of the target, or this whole `https:` address.
    get: Option<Spanned<String>>,
    /// `HEAD` this path or address.
    head: Option<Spanned<String>>,
    /// `POST` to this path or address.
    post: Option<Spanned<String>>,
    /// `PUT` to this path or address.
    put: Option<Spanned<String>>,
    /// `PATCH` this path or address.
    patch: Option<Spanned<String>>,
    /// `DELETE` this path or address.
    delete: Option<Spanned<String>>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that is asked in place of the target.
    host: Option<Spanned<String>>,
    /// Further header fields.
    #[serde(default)]
    headers: BTreeMap<String, Spanned<String>>,
    /// A JSON body; `${canary}` in it is the actor's own mark.
    json: Option<Spanned<Value>>,
    /// A text body.
    text: Option<Spanned<String>>,
    /// The media type of a text body; `text/plain` if left out.
    media_type: Option<String>,
    /// A file, sent as a browser's form sends it.
    upload: Option<Upload>,
    /// How many redirects are followed at the most; 0 if left out.
    redirects: Option<Spanned<u8>>,
    /// Values kept for later steps, by name: `/id` from the JSON body, `header location`, `title`.
    #[serde(default)]
    capture: BTreeMap<String, Spanned<String>>,
    /// The step of role `control` that shows that the question was fair; the one that is looked at
    /// again if left out.
    control: Option<Spanned<String>>,
    /// What must be true of the answer.
    expect: Option<Spanned<Expect>>,
    /// What the public page may show of the answer beside its status, as in `capture`.
    #[serde(default)]
    publish: Vec<Spanned<String>>,
}

impl Kind for Http {
    fn name(&self) -> &'static str {
        "http"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "The answers to the requests that the author lists are as the author expects.",
            cannot_prove: "More than was asked. A refusal or an absence needs a `control`: the \
                           same request by somebody who may, so that a mistyped path proves nothing.",
            example: EXAMPLE,
        }
    }

    fn schema(&self) -> schemars::Schema {
        schemars::schema_for!(Settings)
    }

    fn limits(&self, settings: &Node) -> Vec<Parameter> {
        let steps = settings.get("steps").map_or(&[][..], Node::items).iter();
        let is_probe = |step: &&Node| {
            step.get("role").is_none_or(|role| role.as_str() == Some(Role::Probe.name()))
        };
        steps
            .filter(is_probe)
            .filter_map(|step| step.get("expect"))
            .flat_map(limits::of_tests)
            .collect()
    }

    fn plan(
        &self,
        settings: &Node,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan> {
        let before = diagnostics.mark();
        let settings: Settings = context.read(settings, diagnostics)?;
        if settings.steps.is_empty() {
            let message = "no steps, so that nothing would be asked";
            diagnostics.push(context.mistake(Code::EmptyList, &settings.steps.span, message));
        }
        let mut reader = Reader::new(context, settings.word);
        for step in &settings.steps.value {
            reader.step(step, diagnostics);
        }
        (diagnostics.is_clean_since(before)).then(|| reader.plan(settings.leaves_open))
    }
}

const EXAMPLE: &str = "\
kind: http
steps:
  - name: the owner reads its configuration
    role: control
    as: acme
    get: /config
    expect: { status: 200 }
  - name: the configuration may be cached for an hour at the most
    again: the owner reads its configuration
    expect:
      header:
        cache-control: { directives: { private: true, max-age: { at_most: 3600 } } }
";

impl Written {
    fn ask(&self) -> Ask {
        Ask {
            get: self.get.clone(),
            head: self.head.clone(),
            post: self.post.clone(),
            put: self.put.clone(),
            patch: self.patch.clone(),
            delete: self.delete.clone(),
            host: self.host.clone(),
            headers: self.headers.clone(),
            json: self.json.clone(),
            text: self.text.clone(),
            media_type: self.media_type.clone(),
            upload: self.upload.clone(),
            redirects: self.redirects.clone(),
        }
    }
}

/// Reads step after step; what earlier ones made known can be named by later ones.
struct Reader<'a> {
    context: &'a Context<'a>,
    word: Word,
    steps: Vec<Step>,
    planters: Vec<String>,
    captured: BTreeMap<String, String>,
}

impl<'a> Reader<'a> {
    fn new(context: &'a Context<'a>, word: Word) -> Self {
        Self { context, word, steps: Vec::new(), planters: Vec::new(), captured: BTreeMap::new() }
    }

    fn step(&mut self, written: &Spanned<Written>, diagnostics: &mut Report) {
        self.tell_same_name(&written.name, diagnostics);
        let role = written.role.unwrap_or(Role::Probe);
        let Some((actor, act)) = self.act(written, diagnostics) else {
            // Later steps may name this one: it stays in the list, and the diagnostics stop the plan.
            let act = Act::Http(Request::get("/"));
            self.steps.push(Step::new(role, &written.name.value, ANYONE, act));
            return;
        };
        let recalled = match act {
            Act::Recall(step) => Some(step),
            _ => None,
        };
        let mut step = Step::new(role, &written.name.value, &actor, act);
        step.word = self.word;
        step.captures = self.captures(written, diagnostics);
        step.expect = self.expect(written, role, &actor, diagnostics);
        step.control = self.control(written, role, recalled, diagnostics);
        step.publish = self.published(written, diagnostics);
        if step.expect.iter().any(|one| matches!(one.test, Test::Refused(_))) {
            step.keep = Keep::Digest;
        }
        self.steps.push(step);
    }

    fn tell_same_name(&self, name: &Spanned<String>, diagnostics: &mut Report) {
        if self.steps.iter().any(|step| step.name == name.value) {
            let message = format!("two steps have the name `{}`", name.value);
            diagnostics.push(self.context.mistake(Code::DuplicateStep, &name.span, message));
        }
    }

    /// Who does what.
    fn act(
        &mut self,
        written: &Spanned<Written>,
        diagnostics: &mut Report,
    ) -> Option<(String, Act)> {
        if let Some(again) = &written.again {
            let earlier = self.named(again, diagnostics)?;
            let asks = written.ask();
            let too_much = asks.get.or(asks.head).or(asks.post).or(asks.put);
            let too_much = too_much.or(asks.patch).or(asks.delete).or(written.actor.clone());
            if let Some(other) = too_much {
                let message = "a step that looks again at an answer asks nothing of its own";
                diagnostics.push(self.context.mistake(Code::NoSingleRequest, &other.span, message));
            }
            return Some((self.steps[earlier].actor.clone(), Act::Recall(earlier)));
        }
        let actor = match &written.actor {
            Some(actor) if actor.value != ANYONE => {
                self.context.actor(actor, diagnostics)?;
                actor.value.clone()
            }
            _ => ANYONE.to_owned(),
        };
        let ask = Spanned { value: written.ask(), span: written.span.clone() };
        let request = request::request(&ask, &self.names(&actor), diagnostics)?;
        self.note_canary(&actor, &request);
        Some((actor, Act::Http(request)))
    }

    fn names<'n>(&'n self, actor: &'n str) -> Names<'n> {
        Names {
            context: self.context,
            canary_of: (actor != ANYONE).then_some(actor),
            captures: self.captured.clone(),
        }
    }

    fn note_canary(&mut self, actor: &str, request: &Request) {
        let hole = format!("canary:{actor}");
        let holds = |template: &Template| template.holes().any(|name| name == hole);
        let planted = holds(request.to.template())
            || request.headers.iter().any(|(_, value)| holds(value))
            || match &request.body {
                Some(Body::Json(value)) => holds(&Template(value.to_string())),
                Some(Body::Text(_, text)) => holds(text),
                _ => false,
            };
        if planted && !self.planters.iter().any(|planter| planter == actor) {
            self.planters.push(actor.to_owned());
        }
    }

    fn named(&self, name: &Spanned<String>, diagnostics: &mut Report) -> Option<StepId> {
        let found = self.steps.iter().position(|step| step.name == name.value);
        if found.is_none() {
            let message = format!("no earlier step has the name `{}`", name.value);
            let help = help_with_list(name, self.steps.iter().map(|step| step.name.as_str()));
            diagnostics
                .push(self.context.mistake(Code::UnknownStep, &name.span, message).help(help));
        }
        found
    }

    fn captures(&mut self, written: &Written, diagnostics: &mut Report) -> Vec<Capture> {
        let mut captures = Vec::new();
        for (name, at) in &written.capture {
            let taken = self.captured.insert(name.clone(), name.clone()).is_some();
            if taken || name.contains(':') || matches!(name.as_str(), "canary" | "target") {
                let message = format!("the name `{name}` is taken");
                diagnostics.push(self.context.mistake(Code::DuplicateCapture, &at.span, message));
            }
            if let Some(at) = self.pointer(at, diagnostics) {
                captures.push(Capture { name: name.clone(), at });
            }
        }
        captures
    }

    fn published(&self, written: &Written, diagnostics: &mut Report) -> Vec<String> {
        let all = written.publish.iter();
        all.filter_map(|at| self.pointer(at, diagnostics)).collect()
    }

    fn pointer(&self, at: &Spanned<String>, diagnostics: &mut Report) -> Option<String> {
        let found = pointer(at);
        if found.is_none() {
            let message = format!("`{}` points to nothing in an answer", at.value);
            let help = "write `/id` for the JSON body, `header location` or `title`";
            diagnostics.push(self.context.mistake(Code::BadPointer, &at.span, message).help(help));
        }
        found
    }

    fn expect(
        &self,
        written: &Spanned<Written>,
        role: Role,
        actor: &str,
        diagnostics: &mut Report,
    ) -> Vec<crate::model::plan::expect::Expectation> {
        let Some(expect) = &written.expect else {
            if matches!(role, Role::Probe | Role::Control) {
                let message = format!("a step of role `{}` expects something", role.name());
                let help = "add `expect:` with what must be true of the answer";
                let mistake = self.context.mistake(Code::EmptyExpect, &written.name.span, message);
                diagnostics.push(mistake.help(help));
            }
            return Vec::new();
        };
        let planters: Vec<&str> = self.planters.iter().map(String::as_str).collect();
        let names = self.names(actor);
        let reading = Reading { names: &names, planters: &planters, span: expect.span.clone() };
        expect.read(&reading, diagnostics)
    }

    fn control(
        &self,
        written: &Written,
        role: Role,
        recalled: Option<StepId>,
        diagnostics: &mut Report,
    ) -> Option<StepId> {
        if let Some(name) = &written.control {
            return self.named(name, diagnostics);
        }
        recalled.filter(|step| role == Role::Probe && self.steps[*step].role == Role::Control)
    }

    fn plan(mut self, leaves_open: Option<String>) -> Plan {
        for step in &mut self.steps {
            let own = self.planters.iter().position(|planter| *planter == step.actor);
            step.sees = own.into_iter().collect();
        }
        let canary = |owner: String| Canary { owner, marker: None };
        let probes = self.steps.iter().enumerate();
        let probes = probes.filter(|(_, step)| step.role == Role::Probe);
        let counterexamples = probes.flat_map(|(id, step)| of_limits(id, &step.name, &step.expect));
        Plan {
            parameters: Vec::new(),
            kind: "http".into(),
            counterexamples: counterexamples.collect(),
            canaries: self.planters.into_iter().map(canary).collect(),
            ends: Vec::new(),
            covers: covers(&self.steps),
            leaves_open: leaves_open.unwrap_or_else(|| {
                "It does not show what the service answers to requests that are not listed here."
                    .into()
            }),
            steps: self.steps,
        }
    }
}

fn covers(steps: &[Step]) -> String {
    let requests = steps.iter().filter_map(Step::request).map(request::in_words);
    let mut all: Vec<String> = Vec::new();
    for request in requests.filter(|request| !request.is_empty()) {
        if !all.contains(&request) {
            all.push(request);
        }
    }
    format!("The answers to {}.", all.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::check::fixture::{changed, everybody_gets, mistakes, plan, sound, tried, verdict};
    use crate::model::answer::verdict::{Reason, Verdict};
    use crate::model::judge::falsify::Grade;
    use crate::model::plan::{Keep, Word};

    const LOG: &str = "\
kind: http
word: reported
steps:
  - { name: noted, role: prepare, as: operator, post: /log, json: { why: health }, capture: { entry: /id } }
  - name: found
    role: control
    as: operator
    get: /log
    expect: { status: 200, json: { /entries: { some: { at: /id, is: \"${entry}\" } } } }
  - name: explained
    again: found
    expect: { json: { /entries: { every: { at: /why, is: { one_of: [health, request] } } } } }
";

    const UPLOAD: &str = "\
kind: http
steps:
  - name: uploaded
    role: control
    as: acme
    post: /images
    upload: { field: file, file_name: a.png, media_type: image/png, base64: aGk= }
    capture: { image: /url }
    expect: { status: 201, json: { /url: { exists: true } } }
  - name: kept elsewhere
    again: uploaded
    expect: { json: { /url: { starts_with: \"https://${host:media}/\" } } }
  - name: comes back
    get: ${image}
    expect: { status: 200, bytes: 2 }
";

    const REFUSED: &str = "\
kind: http
steps:
  - { name: owner, role: control, as: acme, get: /x, expect: { status: [200, 204] } }
  - { name: stranger, get: /x, control: owner, expect: { refused: true } }
";

    #[test]
    fn a_log_without_an_entry_of_this_run_is_inconclusive() {
        let plan = plan(LOG);
        assert_eq!(plan.steps[2].word, Word::Reported);
        assert_eq!(verdict(&plan, &sound(&plan)), Verdict::Holds);
        assert_eq!(tried(&plan).grade, Grade::Sound);
        let others = json!([{"id": "another", "why": "health"}]);
        let set = |entries: &serde_json::Value| {
            changed(&plan, "found", |facts| facts.set("/body/json/entries", entries.clone()))
        };
        let failed = Verdict::Inconclusive(Reason::ControlFailed);
        assert_eq!(verdict(&plan, &set(&others)), failed);
        assert_eq!(verdict(&plan, &set(&json!([]))), failed);
        let bad = json!([{"id": "value of entry", "why": "health"}, {"id": "b", "why": ""}]);
        assert_eq!(verdict(&plan, &set(&bad)), Verdict::Violated);
    }

    #[test]
    fn hosts_are_named_by_their_roles() {
        let plan = plan(UPLOAD);
        assert_eq!(tried(&plan).grade, Grade::Sound, "{:#?}", tried(&plan));
        let here = json!("https://addon.demo.test/1");
        let kept = changed(&plan, "uploaded", |facts| facts.set("/body/json/url", here.clone()));
        assert_eq!(verdict(&plan, &kept), Verdict::Violated);
        let all = everybody_gets(&plan, &json!({"status": 200, "body": {"json": {}}}));
        assert_eq!(verdict(&plan, &all[..2]), Verdict::Inconclusive(Reason::ControlFailed));
    }

    #[test]
    fn a_refusal_needs_its_control() {
        let with = plan(REFUSED);
        assert_eq!(with.flaws(), []);
        assert_eq!(with.steps[1].keep, Keep::Digest);
        assert_eq!(tried(&with).grade, Grade::Sound);
        let without = REFUSED.replace(" control: owner,", "");
        for refusal in ["refused: true", "status: 401", "status: [200, 404]"] {
            let flaws = plan(&without.replace("refused: true", refusal)).flaws();
            assert_eq!(flaws.len(), 1, "{refusal}");
        }
        let other = plan(&REFUSED.replace("name: stranger, get: /x", "name: stranger, get: /y"));
        assert_eq!(other.flaws().len(), 1);
    }

    #[test]
    fn a_canary_that_somebody_else_is_shown_is_a_violation() {
        let yaml = "\
kind: http
steps:
  - { name: planted, role: prepare, as: acme, post: /x, json: { a: [\"${canary}\"] } }
  - { name: own, role: control, as: acme, get: /x, expect: { shows: [acme] } }
  - { name: other, as: globex, get: /x, expect: { status: 200 } }
";
        let plan = plan(yaml);
        assert_eq!(verdict(&plan, &sound(&plan)), Verdict::Holds);
        let leak = changed(&plan, "other", |facts| facts.set("/canaries", json!([0])));
        assert_eq!(verdict(&plan, &leak), Verdict::Violated);
    }

    #[test]
    fn mistakes_are_told() {
        let told = |from: &str, to: &str| mistakes(&REFUSED.replace(from, to));
        assert_eq!(told("control: owner", "control: ovner")[0].0, "unknown-step");
        assert_eq!(told("name: stranger", "name: owner")[0].0, "duplicate-step");
        assert_eq!(told("expect: { refused: true }", "expect: {}")[0].0, "empty-expect");
        assert_eq!(told(", expect: { refused: true }", "")[0].0, "empty-expect");
        assert_eq!(told("refused: true", "refusd: true")[0].0, "unknown-key");
        assert_eq!(told("[200, 204]", "[]")[0].0, "wrong-value");
        assert_eq!(told("[200, 204]", "2000")[0].0, "wrong-value");
        assert_eq!(told("get: /x, control", "get: /x, put: /x, control")[0].0, "no-single-request");
        assert_eq!(told("get: /x, control", "control")[0].0, "no-single-request");
        assert_eq!(told("as: acme", "as: acmee")[0].1, "unknown actor `acmee`");
        assert_eq!(told("refused: true", "json: { id: 1 }")[0].0, "bad-pointer");
        assert_eq!(told("refused: true", "shows: [acme]")[0].0, "no-canary");
        assert_eq!(mistakes("{kind: http, steps: []}")[0].0, "empty-list");
    }
}
