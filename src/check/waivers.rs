//! Entries of waivers that match no expectation of the plans.

use std::collections::BTreeMap;

use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::model::project::waiver::Accepted;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};

/// The entries of waivers that name no expectation of the plans. Such an entry accepts nothing, so it
/// is a warning: with many tenants, the steps differ from run to run.
pub fn unmatched(project: &Project, plans: &BTreeMap<ClaimId, Vec<Plan>>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (id, (file, waiver)) in &project.waivers {
        let Some(plans) = plans.get(id) else {
            continue;
        };
        for accepted in &waiver.accepts {
            if let Some((message, help)) = mismatch(accepted, plans) {
                let place = accepted.place(file);
                let warning = Diagnostic::new(Code::UnknownExpectation, place, message);
                diagnostics.push(warning.help(help));
            }
        }
    }
    diagnostics
}

fn mismatch(accepted: &Accepted, plans: &[Plan]) -> Option<(String, String)> {
    let copy = || "copy the line from the report of the violated claim".to_owned();
    let Some(plan) = accepted.check.checked_sub(1).and_then(|index| plans.get(index)) else {
        return Some((format!("the claim has no check {}", accepted.check), copy()));
    };
    let mut named = plan.steps.iter().filter(|step| step.name == accepted.step).peekable();
    if named.peek().is_none() {
        let names: Vec<&str> = plan.steps.iter().map(|step| step.name.as_str()).collect();
        let message = format!("check {} has no step `{}`", accepted.check, accepted.step);
        return Some((message, help_with_list(&accepted.step, names)));
    }
    let message = format!("the step `{}` has no such expectation", accepted.step);
    (!named.any(|step| accepted.is_of(step))).then(|| (message, copy()))
}
