//! What a claim's checks ask, before anything is asked: `avouch explain`.

use std::fmt;
use std::fmt::Write;

use crate::model::judge::basis;
use crate::model::plan::{Plan, Role, Step};
use crate::model::project::Project;
use crate::model::project::claim::Claim;
use crate::render::wording;

/// Expectations of one check that are shown in short.
const EXPECTED_MAX: usize = 8;

/// The plans of one claim, for people.
pub fn text(project: &Project, claim: &Claim, plans: &[Plan]) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut out, project, claim, plans);
    out
}

/// What one check asks, in short: what it covers, expects and is limited to, and what it does not
/// show. Each on a line of its own, the further ones set in.
pub fn in_short(plan: &Plan) -> String {
    let basis = basis::of_plan(plan).in_words();
    let mut lines = vec![format!("{} ({basis}): {}", plan.kind, plan.covers)];
    let probes = plan.steps.iter().filter(|step| step.role == Role::Probe);
    let mut expected: Vec<String> = Vec::new();
    for one in probes.flat_map(|step| &step.expect).map(wording::expected) {
        if !expected.contains(&one) {
            expected.push(one);
        }
    }
    let more = expected.len().saturating_sub(EXPECTED_MAX);
    lines.extend(expected.iter().take(EXPECTED_MAX).map(|one| format!("expects that {one}")));
    lines.extend((more > 0).then(|| format!("expects {more} things more")));
    lines.extend(plan.parameters.iter().map(|one| {
        let (side, amount) = (one.side.in_words(), one.amount.in_words());
        format!("its limit: {} {side} {amount}", one.name)
    }));
    lines.push(plan.leaves_open.clone());
    lines.join("\n")
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
