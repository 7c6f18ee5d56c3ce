//! The two answers of a violation that a second look contradicts.

use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Reason;
use crate::model::judge::Judged;
use crate::model::judge::evidence::CheckOutcome;
use crate::model::judge::view::View;
use crate::model::plan::expect::{Expectation, TestOutcome};
use crate::render::wording::at_address;

/// What both looks found at an expectation, as a clause; `None` if they do not contradict each other. `found`
/// words each of them.
pub fn contradiction(
    check: &CheckOutcome<'_>,
    (step, index): (StepId, usize),
    found: &dyn Fn(&Expectation, &Judged) -> String,
) -> Option<String> {
    let first = check.judgement.steps.get(step.0)?.expectations.get(index)?;
    if first.outcome != TestOutcome::Unknown(Reason::Interference) {
        return None;
    }
    let expectation = check.plan.steps.get(step.0)?.expect.get(index)?;
    let second = check.again.as_ref()?.steps.get(step.0)?.expectations.get(index)?;
    let view = View::new(check.plan, &check.transcript.observations);
    let address = at_address(&view, step, first.look);
    let first = found(expectation, &Judged { outcome: TestOutcome::NotMet, ..first.clone() });
    let second = found(expectation, second);
    Some(format!("{first}{address} at first; {second} in a second look, while no other check ran"))
}
