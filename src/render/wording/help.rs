//! Hints for claims that could not be verified.

use std::collections::BTreeSet;

use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::StepJudgement;
use crate::model::judge::evidence::{CheckOutcome, Outcome};
use crate::model::plan::expect::Test;
use crate::model::plan::{Step, expect};
use crate::render::wording::plain;

/// All hints for a claim.
pub fn helps(outcome: &Outcome<'_>) -> BTreeSet<String> {
    let mut helps: BTreeSet<String> = outcome.checks.iter().flat_map(of_step).collect();
    if outcome.checks.iter().any(lacks_attestation) {
        helps.insert(format!("write an attestation with `avouch attest {}`", outcome.claim.id));
    }
    helps
}

fn lacks_attestation(check: &CheckOutcome<'_>) -> bool {
    check.plan.kind == "attestation" && matches!(check.verdict, Verdict::Inconclusive(_))
}

fn of_step(check: &CheckOutcome<'_>) -> BTreeSet<String> {
    let steps = check.plan.steps.iter().zip(&check.judgement.steps);
    steps
        .flat_map(|(step, judged)| [credential(step, judged), log_in(step, judged)])
        .flatten()
        .collect()
}

/// The hint for an actor whose valid credential was refused.
fn credential(step: &Step, judged: &StepJudgement) -> Option<String> {
    let actor = plain(&step.actor);
    (judged.doubt == Some(Reason::Credentials))
        .then(|| format!("check `{actor}` in `avouch.yaml` and the variable with its secret"))
}

/// The hint for a redirect that no policy declares to be a refusal.
fn log_in(step: &Step, judged: &StepJudgement) -> Option<String> {
    let mut all = step.expect.iter().zip(&judged.expectations);
    let is_undecided = all.any(|(one, judged)| {
        matches!(&one.test, Test::Refused(refusal) if refusal.login.is_none())
            && matches!(judged.outcome, expect::TestOutcome::Unknown(_))
            && judged.actual.as_str().is_some_and(|text| text.contains("a redirect to"))
    });
    is_undecided.then(|| {
        "if that address is the login page, add it to `avouch.yaml`: `refused: { login: /login }`"
            .to_owned()
    })
}
