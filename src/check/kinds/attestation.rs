//! `attestation`: a named role vouches, with a date, for a claim that no test can reach.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::counterexample::{benign, fault, set, set_time};
use crate::language::period::Period;
use crate::language::words::normalise;
use crate::model::answer::attestation::{Attestation, AttestationDay};
use crate::model::answer::ids::StepId;
use crate::model::plan::counterexample::Counterexample;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::{ANYONE, Act, FactEnd, Plan, Record, Role, Step, Word};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::help_with_list;
use crate::model::source::diagnostic::report::Report;

/// A named role vouches for the claim.
pub(crate) struct AttestationKind;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The role that must have signed it, from `roles:` in `avouch.yaml`; any role if left out.
    by: Option<Spanned<String>>,
}

impl Kind for AttestationKind {
    type Settings = Settings;

    const NAME: &'static str = "attestation";

    const MANUAL: Manual = Manual {
        proves: "A named role attested exactly these words of the claim on a given day, and \
                 recorded what it examined. The attestation expires after its period of validity.",
        cannot_prove: "That the attestation is true: the page shows who signed it.",
        example: "kind: attestation\nby: officer\n",
    };

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
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
        Some(plan(context, accepted))
    }
}

fn plan(context: &Context<'_>, roles: Vec<serde_json::Value>) -> Plan {
    let steps = vec![control(context), probe(roles)];
    Plan {
        ends: vec![FactEnd { step: StepId(0), at: "/until".into(), plus: Period::seconds(0) }],
        counterexamples: counterexamples(),
        covers: "One attestation: who signed it, on what day, and what they examined.".into(),
        leaves_open: "Nobody but the role that signed it can show that the attestation is true."
            .into(),
        ..Plan::new(AttestationKind::NAME, steps)
    }
}

/// The attestation, if there is one for this target: an attestation of the demo counts for the demo
/// only.
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

/// Without an attestation of exactly these words that has not expired, nothing is known.
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
    let mut step =
        Step::new(Role::Probe, "the role that signed it", ANYONE, Act::Recall(StepId(0)));
    step.expect = vec![Expectation::new("/role", Test::OneOf(roles))];
    step.control = Some(StepId(0));
    step.word = Word::Attested;
    step.publish = ["/role", "/day", "/until", "/looked_at"].map(Into::into).into();
    step
}

fn counterexamples() -> Vec<Counterexample> {
    vec![
        fault("the attestation expired a day ago", set_time(StepId(0), "/until", -86_400)),
        fault("there is no attestation", set(StepId(0), "/found", false)),
        fault("the attestation is for other words", set(StepId(0), "/words", "other words")),
        benign("the attestation is valid for another minute", set_time(StepId(0), "/until", 60)),
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

    fn has_attestation(plan: &Plan) -> bool {
        matches!(&plan.steps[0].act, Act::Record(record) if record.attestation.is_some())
    }

    #[test]
    fn an_attestation_by_another_role_is_a_violation() {
        assert_eq!(given("/role", &json!("passer-by")), Verdict::Violated);
    }

    #[test]
    fn an_attestation_that_is_missing_has_expired_or_was_for_other_words_is_inconclusive() {
        let failed = Verdict::Inconclusive(Reason::ControlFailed);
        assert_eq!(given("/words", &json!("Something else.")), failed);
        assert_eq!(given("", &json!({"found": false})), failed);
        assert_eq!(given("/until", &json!("2026-11-22T09:59:59Z")), failed);
    }

    #[test]
    fn an_attestation_of_the_demo_counts_for_the_demo_only() {
        let mut project = project();
        assert!(has_attestation(&plan_in(&project, "kind: attestation").unwrap()));
        project.world.demo = false;
        assert!(!has_attestation(&plan_in(&project, "kind: attestation").unwrap()));
    }

    #[test]
    fn an_unknown_role_is_reported() {
        assert_eq!(mistakes("{kind: attestation, by: oficer}")[0].0, "unknown-role");
    }
}
