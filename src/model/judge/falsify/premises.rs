//! Premises that fail: the steps that prepare and control a test get no answer.

use std::collections::BTreeSet;

use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Reason;
use crate::model::judge::falsify::decoys::shape;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::{Bearing, Plan};

/// One fault for each premise; of premises that are alike, for the first one.
pub(super) fn of_plan(plan: &Plan) -> Vec<Counterexample> {
    let mut shapes = BTreeSet::new();
    let steps = StepId::enumerate(&plan.steps).zip(plan.bearings());
    let premises = steps.filter(|(_, bears)| *bears == Bearing::Premise);
    let premises = premises.filter(|((_, step), _)| shapes.insert(shape(plan, step)));
    let reason = Reason::Unreachable;
    let fault =
        |((index, step), _): ((StepId, &crate::model::plan::Step), Bearing)| Counterexample {
            class: Class::Fault,
            when: format!("“{}” gets no answer: {}", step.name, reason.in_words()),
            edits: vec![Edit::Fail { step: index, reason }],
        };
    premises.map(fault).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::judge::tests::reads;
    use crate::model::plan::{ANYONE, Role, Step};

    #[test]
    fn each_premise_fails_once_and_nothing_else_does() {
        let step = |role, name| reads(role, name, ANYONE);
        let optional = Step { optional: true, ..step(Role::Prepare, "optional") };
        let plan = Plan::new(
            "http",
            vec![
                step(Role::Prepare, "prepare"),
                step(Role::Prepare, "prepare again"),
                optional,
                step(Role::Control, "control"),
                step(Role::Probe, "probe"),
                step(Role::Control, "later"),
                step(Role::Cleanup, "cleanup"),
            ],
        );
        let fault = |(step, name): (usize, &str)| Counterexample {
            class: Class::Fault,
            when: format!("“{name}” gets no answer: {}", Reason::Unreachable.in_words()),
            edits: vec![Edit::Fail { step: StepId(step), reason: Reason::Unreachable }],
        };
        assert_eq!(of_plan(&plan), [(0, "prepare"), (3, "control")].map(fault));
    }
}
