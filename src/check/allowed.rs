//! Controls of refusals that only the body of an answer shows.
//!
//! Such a refusal has the status of a success, so the control must not have such a body: otherwise a service
//! that refuses everybody would look like one that refuses strangers.

use crate::model::answer::ids::StepId;
use crate::model::plan::Plan;
use crate::model::plan::expect::{Expectation, Test};

/// Expects of the control of each refusal that its answer is not such a refusal itself.
pub(crate) fn expect_of_controls(plan: &mut Plan) {
    let refused = plan.steps.iter().filter_map(|step| {
        let refusal = step.expect.iter().find_map(|one| match &one.test {
            Test::Refused(_) => one.test.refusing_body(),
            _ => None,
        })?;
        Some((step.control?, refusal.clone()))
    });
    let controls: Vec<(StepId, _)> = refused.collect();
    for (control, refusal) in controls {
        let expect = &mut plan.steps[control].expect;
        let allowed = Expectation::new("", Test::Allowed(refusal));
        let refuses = expect.iter().any(|one| matches!(one.test, Test::Refused(_)));
        if !refuses && !expect.contains(&allowed) {
            expect.push(allowed);
        }
    }
}
