//! A rehearsal: a plan reduced to its prepare, control and cleanup steps, for `avouch doctor`.

use std::collections::BTreeSet;

use crate::model::answer::ids::StepId;
use crate::model::plan::{Act, Plan, Role};

/// The same plan with inactive probes, which send and expect nothing. Every step keeps its index, and
/// a probe whose answer a control evaluates is still sent.
pub fn rehearsal(plan: &Plan) -> Plan {
    let mut rehearsed = plan.clone();
    let needed = needed(plan);
    for (index, step) in rehearsed.steps.iter_mut().enumerate() {
        let id = StepId(index);
        if step.role != Role::Probe {
            continue;
        }
        step.expect.clear();
        step.control = None;
        if !needed.contains(&id) {
            // A step that recalls itself has no answer, and sends nothing.
            step.act = Act::Recall(id);
            step.captures.clear();
        }
    }
    rehearsed
}

/// The steps whose answers the other steps evaluate.
fn needed(plan: &Plan) -> BTreeSet<StepId> {
    let mut needed = BTreeSet::new();
    // A step evaluates earlier steps only, so one pass from the end finds all of them.
    for (id, step) in StepId::enumerate(&plan.steps).rev() {
        if step.role != Role::Probe || needed.contains(&id) {
            needed.extend(step.looks_at());
        }
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::Step;
    use crate::model::plan::request::Request;

    #[test]
    fn only_probes_that_a_control_needs_are_sent() {
        let http = |role, name: &str| Step::http(role, name, "acme", Request::get("/"));
        let steps = vec![
            http(Role::Probe, "looked at again"),
            http(Role::Probe, "the question"),
            http(Role::Control, "the owner reads"),
            Step::new(Role::Control, "looks again", "acme", Act::Recall(StepId(0))),
        ];
        let plan = Plan {
            kind: "http".into(),
            steps,
            canaries: Vec::new(),
            ends: Vec::new(),
            counterexamples: Vec::new(),
            covers: String::new(),
            alone: false,
            leaves_open: String::new(),
            parameters: Vec::new(),
        };
        let sent = rehearsal(&plan).steps.into_iter().map(|step| step.request().is_some());
        assert_eq!(sent.collect::<Vec<_>>(), [true, false, true, false]);
    }
}
