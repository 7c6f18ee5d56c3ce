//! What a claim's checks ask, before anything is asked: `avouch explain`.

use std::fmt::{self, Write};

use crate::model::basis;
use crate::model::claim::Claim;
use crate::model::plan::{Plan, Step};
use crate::model::project::Project;
use crate::render::wording;

/// The plans of one claim, for people.
pub fn text(project: &Project, claim: &Claim, plans: &[Plan]) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut out, project, claim, plans);
    out
}

fn write(out: &mut String, project: &Project, claim: &Claim, plans: &[Plan]) -> fmt::Result {
    writeln!(out, "{}: {}\n", claim.id, claim.words())?;
    writeln!(
        out,
        "Why: {}",
        claim.written.because.split_whitespace().collect::<Vec<_>>().join(" ")
    )?;
    writeln!(out, "Evidence counts for {}.", claim.written.valid_for.in_words())?;
    for (index, plan) in plans.iter().enumerate() {
        let basis = basis::of_plan(plan).in_words();
        writeln!(out, "\nCheck {} of {}: {} ({basis})", index + 1, plans.len(), plan.kind)?;
        writeln!(out, "  covers: {}", plan.covers)?;
        writeln!(out, "  does not show: {}", plan.leaves_open)?;
        for (number, step) in plan.steps.iter().enumerate() {
            write_step(out, project, plan, (number, step))?;
        }
    }
    Ok(())
}

fn write_step(
    out: &mut String,
    project: &Project,
    plan: &Plan,
    (number, step): (usize, &Step),
) -> fmt::Result {
    writeln!(out, "\n  {:>2}. {} [{}]", number + 1, step.name, step.role.name())?;
    writeln!(
        out,
        "      {}: {}",
        wording::who(step, project),
        wording::request_line(step, project)
    )?;
    for capture in &step.captures {
        writeln!(out, "      keeps {} as ${{{}}}", capture.at, capture.name)?;
    }
    for expectation in &step.expect {
        writeln!(out, "      expects {}", wording::expected(expectation))?;
    }
    if let Some(control) = step.control.and_then(|control| plan.steps.get(control)) {
        writeln!(out, "      counts only if “{}” succeeded", control.name)?;
    }
    Ok(())
}
