//! `attestation`: a named role has given its dated word for what no probe can reach.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::check::kind::{Context, Kind, Manual};
use crate::language::period::Period;
use crate::language::words::normalise;
use crate::model::answer::attestation::{Attestation, AttestationDay};
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::{ANYONE, Act, FactEnd, Plan, Record, Role, Step, Word};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::help_with_list;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// The kind.
pub(crate) struct AttestationKind;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The role whose word it must be, from `roles:` in `avouch.yaml`; any of them if left out.
    by: Option<Spanned<String>>,
}

impl Kind for AttestationKind {
    fn name(&self) -> &'static str {
        "attestation"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "A named role gave its word for exactly these words of the claim, on a given \
                     day, having looked at something that it names. The word ends after its time.",
            cannot_prove: "That the word is true: it is somebody's, and is shown as that.",
            example: "kind: attestation\nby: officer\n",
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
        let roles = &context.project.roles;
        if let Some(by) = settings.by.as_ref().filter(|by| !roles.contains_key(&by.value)) {
            let message = format!("unknown role `{}`", by.value);
            let help = help_with_list(by, roles.keys().map(String::as_str));
            let mistake = context.mistake(Code::UnknownRole, &by.span, message);
            diagnostics.push(mistake.with(Argument::Name, by.as_str()).help(help));
        }
        let accepted = match &settings.by {
            Some(by) => vec![json!(by.value)],
            None => roles.keys().map(|role| json!(role)).collect(),
        };
        (diagnostics.is_clean_since(before)).then(|| plan(context, accepted))
    }
}

fn plan(context: &Context<'_>, roles: Vec<serde_json::Value>) -> Plan {
    let steps = vec![control(context), probe(roles)];
    Plan {
        parameters: Vec::new(),
        kind: "attestation".into(),
        canaries: Vec::new(),
        ends: vec![FactEnd { step: 0, at: "/until".into(), plus: Period::seconds(0) }],
        counterexamples: counterexamples(),
        covers: "One record: who gave their word, on what day, having looked at what.".into(),
        leaves_open: "Nobody but the role that gave it can show that this word is true.".into(),
        steps,
    }
}

/// The record, if it is anybody's word for this target: the demo's own is good for the demo alone.
fn record(context: &Context<'_>) -> Record {
    let found = context.project.attestations.get(&context.claim.id);
    let demo = context.project.world.demo;
    let counts = |one: &Attestation| one.day != AttestationDay::Demo || demo;
    let by_default = format!("attestations/{}.yaml", context.claim.id);
    Record {
        file: found.map_or(by_default, |(file, _)| file.to_string()),
        attestation: found
            .map(|(_, one)| one)
            .filter(|one| counts(one))
            .map(|one| Attestation { words: normalise(&one.words), ..one.clone() }),
    }
}

/// That somebody's word is there, was given for these words and has not run out; without that,
/// nothing is known.
fn control(context: &Context<'_>) -> Step {
    let record = Act::Record(record(context));
    let mut step = Step::new(Role::Control, "the attestation", ANYONE, record);
    let words = json!(normalise(context.claim.words()));
    step.expect = vec![
        Expectation::new("/found", Test::Equals(json!(true))),
        Expectation::new("/until", Test::AtLeastAhead(Period::seconds(0))),
        Expectation::new("/words", Test::Equals(words)),
    ];
    step.word = Word::Attested;
    step
}

fn probe(roles: Vec<serde_json::Value>) -> Step {
    let mut step = Step::new(Role::Probe, "whose word it is", ANYONE, Act::Recall(0));
    step.expect = vec![Expectation::new("/role", Test::OneOf(roles))];
    step.control = Some(0);
    step.word = Word::Attested;
    step.publish = ["/role", "/day", "/until", "/looked_at"].map(Into::into).into();
    step
}

fn counterexamples() -> Vec<Counterexample> {
    let one =
        |class, when: &str, edit| Counterexample { class, when: when.into(), edits: vec![edit] };
    let at = || "/until".to_owned();
    vec![
        one(
            Class::Fault,
            "the word had run out a day ago",
            Edit::SetTime { step: 0, at: at(), after_s: -86_400 },
        ),
        one(
            Class::Fault,
            "nobody has given their word",
            Edit::Set { step: 0, at: "/found".into(), value: json!(false) },
        ),
        one(
            Class::Fault,
            "the word was given for other words of the claim",
            Edit::Set { step: 0, at: "/words".into(), value: json!("other words") },
        ),
        one(
            Class::Benign,
            "the word is good for another minute",
            Edit::SetTime { step: 0, at: at(), after_s: 60 },
        ),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::check::fixture::{changed, mistakes, plan, plan_in, project, verdict};
    use crate::model::answer::verdict::{Reason, Verdict};
    use crate::model::plan::{Act, Plan};

    fn given(at: &str, value: &Value) -> Verdict {
        let plan = plan("kind: attestation");
        verdict(&plan, &changed(&plan, "the attestation", |facts| facts.set(at, value.clone())))
    }

    fn is_there(plan: &Plan) -> bool {
        matches!(&plan.steps[0].act, Act::Record(record) if record.attestation.is_some())
    }

    #[test]
    fn the_word_of_another_role_is_a_violation() {
        assert_eq!(given("/role", &json!("passer-by")), Verdict::Violated);
    }

    #[test]
    fn a_word_that_is_missing_has_run_out_or_was_for_other_words_is_inconclusive() {
        let failed = Verdict::Inconclusive(Reason::ControlFailed);
        assert_eq!(given("/words", &json!("Something else.")), failed);
        assert_eq!(given("", &json!({"found": false})), failed);
        assert_eq!(given("/until", &json!("2026-11-22T09:59:59Z")), failed);
    }

    #[test]
    fn the_demos_own_word_is_good_for_the_demo_alone() {
        let mut project = project();
        assert!(is_there(&plan_in(&project, "kind: attestation").unwrap()));
        project.world.demo = false;
        assert!(!is_there(&plan_in(&project, "kind: attestation").unwrap()));
    }

    #[test]
    fn an_unknown_role_is_told() {
        assert_eq!(mistakes("{kind: attestation, by: oficer}")[0].0, "unknown-role");
    }
}
