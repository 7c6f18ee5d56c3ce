//! `backup-age`: the newest backup is young enough, finished, and not empty.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::check::ask::{self, Ask};
use crate::check::counterexample::of_limits;
use crate::check::kind::{Context, Kind, Manual};
use crate::check::names::Names;
use crate::model::decode::Spanned;
use crate::model::diagnostic::Diagnostic;
use crate::model::expect::{Expectation, Test};
use crate::model::falsify::{Class, Counterexample, Edit};
use crate::model::node::Node;
use crate::model::plan::{Act, FactEnd, Plan, Request, Role, Step, Word};
use crate::model::time::Limit;

/// The kind.
pub(super) struct BackupAge;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The actor that asks.
    #[serde(rename = "as")]
    actor: Spanned<String>,
    /// The path of the target that tells of the newest backup, in JSON.
    get: Spanned<String>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that is asked in place of the target.
    host: Option<Spanned<String>>,
    /// JSON Pointer to the time at which that backup was finished.
    at: Spanned<String>,
    /// How old it may be.
    max_age: Spanned<Limit>,
    /// JSON Pointer to its size in bytes, which must not be 0.
    bytes: Option<Spanned<String>>,
    /// Where its state stands, and what it must be.
    state: Option<State>,
}

#[derive(Deserialize, JsonSchema)]
struct State {
    /// JSON Pointer to the state.
    at: Spanned<String>,
    /// What it must be, such as `finished`.
    is: String,
}

impl Kind for BackupAge {
    fn name(&self) -> &'static str {
        "backup-age"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "The service says that its newest backup is finished, young enough, not from \
                     the future and not empty. The evidence ends when that backup reaches its limit.",
            cannot_prove: "That the backup can be restored, or that the service tells the truth \
                           about it: the basis is the service's own word.",
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
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Plan> {
        let before = diagnostics.len();
        let settings: Settings = context.read(settings, diagnostics)?;
        context.actor(&settings.actor, diagnostics);
        let request = settings.request(context, diagnostics);
        settings.tell_bad_pointers(context, diagnostics);
        let request = request.filter(|_| diagnostics.len() == before)?;
        Some(settings.plan(request))
    }
}

const EXAMPLE: &str = "\
kind: backup-age
as: operator
get: /ops/backups/latest
at: /completed_at
max_age: 24h
bytes: /bytes
state: { at: /state, is: finished }
";

impl Settings {
    fn request(&self, context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Request> {
        let ask = Ask { get: Some(self.get.clone()), host: self.host.clone(), ..Ask::default() };
        let span = self.get.span.clone();
        ask::request(&Spanned { value: ask, span }, &Names::none(context), diagnostics)
    }

    fn pointers(&self) -> impl Iterator<Item = &Spanned<String>> {
        let state = self.state.as_ref().map(|state| &state.at);
        [&self.at].into_iter().chain(&self.bytes).chain(state)
    }

    fn tell_bad_pointers(&self, context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
        for pointer in self.pointers().filter(|pointer| !pointer.starts_with('/')) {
            let message = format!("`{}` is no JSON Pointer", pointer.value);
            let help = format!("write `/{}`", pointer.replace('.', "/"));
            diagnostics.push(context.mistake("no-pointer", &pointer.span, message).help(help));
        }
    }

    fn plan(&self, request: Request) -> Plan {
        let steps = vec![self.control(request), self.probe()];
        let at = body(&self.at);
        let mut counterexamples = of_limits(1, &steps[1].name, &steps[1].expect);
        counterexamples.push(fault(
            "the answer no longer says when",
            Edit::Remove { step: 0, at: at.clone() },
        ));
        let gone = Edit::Set { step: 0, at: "/status".into(), value: json!(404) };
        counterexamples.push(fault("nobody is told of any backup", gone));
        let asked = &steps[0].name;
        Plan {
            kind: "backup-age".into(),
            covers: format!(
                "{} said when its newest backup was finished; the limit is {}",
                capital(asked),
                self.max_age.in_words()
            ),
            leaves_open: "It does not show that the backup can be restored, nor that what the \
                          service says of it is so."
                .into(),
            ends: vec![FactEnd { step: 0, at, plus: self.max_age.value }],
            canaries: Vec::new(),
            counterexamples,
            steps,
        }
    }

    /// That there is an answer, in JSON, with everything in it that the probe looks at.
    fn control(&self, request: Request) -> Step {
        let name = format!("the answer of {}", ask::in_words(&request));
        let mut step = Step::http(Role::Control, name, &self.actor, request);
        step.expect = vec![Expectation::new("/status", Test::Equals(json!(200)))];
        let exists = |pointer| Expectation::new(body(pointer), Test::Exists(true));
        step.expect.extend(self.pointers().map(exists));
        step.word = Word::Reported;
        step.publish = self.pointers().map(body).collect();
        step
    }

    fn probe(&self) -> Step {
        let mut step = Step::new(Role::Probe, "the newest backup", &self.actor, Act::Recall(0));
        step.expect =
            vec![Expectation::new(body(&self.at), Test::NotOlderThan(self.max_age.value))];
        let bytes = self.bytes.iter();
        step.expect.extend(bytes.map(|bytes| Expectation::new(body(bytes), Test::AtLeast(1.0))));
        let state = self.state.iter();
        step.expect.extend(state.map(|state| {
            let is = Value::from(state.is.as_str());
            Expectation::new(body(&state.at), Test::Equals(is))
        }));
        step.control = Some(0);
        step.word = Word::Reported;
        step.publish = self.pointers().map(body).collect();
        step
    }
}

fn body(pointer: &Spanned<String>) -> String {
    format!("/body/json{}", pointer.value)
}

fn fault(when: &str, edit: Edit) -> Counterexample {
    Counterexample { class: Class::Fault, when: when.into(), edits: vec![edit] }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::check::fixture::{changed, mistakes, plan, verdict};
    use crate::check::kind::Kind;
    use crate::model::verdict::{Reason, Verdict};

    fn given(at: &str, value: &Value) -> Verdict {
        let plan = plan(super::BackupAge.manual().example);
        verdict(&plan, &changed(&plan, "the answer", |facts| facts.set(at, value.clone())))
    }

    #[test]
    fn a_backup_that_is_old_unfinished_empty_or_from_the_future_is_a_violation() {
        assert_eq!(
            given("/body/json/completed_at", &json!("2026-11-21T09:59:59Z")),
            Verdict::Violated
        );
        assert_eq!(
            given("/body/json/completed_at", &json!("2026-11-24T10:00:00Z")),
            Verdict::Violated
        );
        assert_eq!(given("/body/json/bytes", &json!(0)), Verdict::Violated);
        assert_eq!(given("/body/json/state", &json!("failed")), Verdict::Violated);
    }

    #[test]
    fn an_answer_that_tells_of_no_backup_is_inconclusive() {
        let failed = Verdict::Inconclusive(Reason::ControlFailed);
        assert_eq!(given("/body/json", &json!({})), failed);
        assert_eq!(given("/status", &json!(404)), failed);
        let unparsable = Verdict::Inconclusive(Reason::Unparsable);
        assert_eq!(given("/body/json/completed_at", &json!("yesterday")), unparsable);
    }

    #[test]
    fn a_clock_that_is_off_is_inconclusive() {
        let date = json!(["Sun, 22 Nov 2026 09:00:00 GMT"]);
        assert_eq!(given("/headers/date", &date), Verdict::Inconclusive(Reason::Clock));
    }

    #[test]
    fn mistakes_are_told() {
        let example = super::BackupAge.manual().example;
        let told = |from: &str, to: &str| mistakes(&example.replace(from, to));
        assert_eq!(told("as: operator", "as: anyone")[0].0, "unknown-actor");
        assert_eq!(told("at: /completed_at", "at: completed_at")[0].0, "no-pointer");
        assert_eq!(told("max_age: 24h", "max_age: a day")[0].0, "wrong-value");
        assert_eq!(told("max_age:", "maxage:")[0].0, "unknown-key");
    }
}
