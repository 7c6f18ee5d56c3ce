//! The plans of a claim's checks, before anything is sent: `avouch explain`.

use std::collections::BTreeMap;

use crate::model::judge::basis;
use crate::model::plan::difference::in_words;
use crate::model::plan::looks::Looks;
use crate::model::plan::{Plan, Role, Step};
use crate::model::project::Project;
use crate::model::project::claim::Claim;
use crate::model::source::claim_id::ClaimId;
use crate::render::outlet::Text;
use crate::render::outlet::terminal::Terminal;
use crate::render::report::labels;
use crate::render::report::layout::{BOLD, DIM, Layout};
use crate::render::wording;

/// The maximum number of expectations in a short description of a check.
const EXPECTED_MAX: usize = 8;

/// Columns before the details of a step.
const INDENT: usize = 6;

/// The plans of all claims.
type Plans = BTreeMap<ClaimId, Vec<Plan>>;

/// The plans of one claim, for people, with the number of their requests and of those of all claims.
pub fn text(project: &Project, claim: &Claim, all: &Plans, layout: &Layout) -> Text<Terminal> {
    let plans = all.get(&claim.id).map_or(&[][..], Vec::as_slice);
    let because = claim.written.because.split_whitespace().collect::<Vec<_>>().join(" ");
    let valid_for = claim.written.valid_for.in_words();
    let mut out = layout.paint(BOLD, claim.id.as_str()).own("\n");
    out.add(layout.paragraph(2, format!("“{}”", wording::words(claim))));
    out.add(Text::new().own("\n"));
    out.add(layout.paragraph(0, format!("How the checks prove this: {because}")));
    out.add(Text::from(format!("Evidence is valid for {valid_for}.")).own("\n"));
    for (index, plan) in plans.iter().enumerate() {
        let title = format!("Check {} of {}: {}", index + 1, plans.len(), plan.kind);
        out.add(Text::new().own("\n").put(layout.paint(BOLD, title)));
        out.add(format!(" ({})", labels::basis(basis::of_plan(plan))));
        out.add(Text::new().own("\n"));
        out.add(layout.hanging("  covers: ", &plan.covers));
        out.add(layout.hanging("  limits: ", &plan.leaves_open));
        let looks = plan.looks();
        for (number, step) in plan.steps.iter().enumerate() {
            let title = layout.hanging(format!("  {:>2}. ", number + 1), title_of(step, layout));
            let details = details((project, looks[number]), plan, step, layout);
            out.add(Text::new().own("\n").put(title).put(details));
        }
    }
    out.own("\n").put(layout.paragraph(0, totals(project, plans, all)))
}

/// The number of requests of a claim and of all claims, and the limit.
fn totals(project: &Project, plans: &[Plan], all: &Plans) -> String {
    let limit = project.limits.requests;
    let own = requests(project, plans.iter());
    let total = requests(project, all.values().flatten());
    format!(
        "Requests of this claim: {own}. Requests of all claims: {total}. A run may send {limit} \
         (`limits.requests`), not counting redirects, further pages and retries."
    )
}

/// A number of requests: `12`, or `4, and 36 for each address of the target's host`.
fn requests<'p>(project: &Project, plans: impl Iterator<Item = &'p Plan>) -> String {
    let (mut once, mut each) = (0, 0);
    for looks in plans.flat_map(Plan::looks) {
        let count = if looks.every_address { &mut each } else { &mut once };
        *count += usize::from(looks.repeat);
    }
    if project.world.has_one_address(&project.world.target) || each == 0 {
        return (once + each).to_string();
    }
    format!("{once}, and {each} for each address of the target's host")
}

/// How often the request of a step is sent, if it may be more than once.
fn repetition(project: &Project, looks: Looks) -> Option<String> {
    let several = looks.every_address && !project.world.has_one_address(&project.world.target);
    match (looks.repeat, several) {
        (0 | 1, false) => None,
        (0 | 1, true) => Some("sent to every address of the target's host".to_owned()),
        (times, false) => Some(format!("sent {times} times")),
        (times, true) => Some(format!("sent {times} times to every address of the target's host")),
    }
}

/// One check in short: the lines that say what it covers and expects, its limits, and what it does not show.
pub fn in_short(plan: &Plan) -> Vec<String> {
    let basis = labels::basis(basis::of_plan(plan));
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
    lines.extend((more > 0).then(|| format!("expects {more} more things")));
    lines.extend(plan.parameters.iter().map(|one| {
        let (side, amount) = (one.side.in_words(), one.amount.in_words());
        format!("its limit: {} {side} {amount}", one.name)
    }));
    lines.push(plan.leaves_open.clone());
    lines
}

fn title_of(step: &Step, layout: &Layout) -> Text<Terminal> {
    let role = layout.paint(DIM, format!("[{}]", step.role.name()));
    Text::from(&step.name).own(" ").put(role)
}

/// The request of a step, what it captures and expects, and its control.
fn details(
    (project, looks): (&Project, Looks),
    plan: &Plan,
    step: &Step,
    layout: &Layout,
) -> Text<Terminal> {
    let who = wording::who(step, project);
    let mut lines = vec![format!("{who}: {}", wording::request_line(step, project))];
    lines.extend(repetition(project, looks));
    let captures = step.captures.iter();
    lines.extend(captures.map(|one| format!("saves {} as ${{{}}}", one.at, one.name)));
    let expected = step.expect.iter().map(wording::expected);
    lines.extend(expected.map(|one| format!("expects that {one}")));
    let control = step.control.and_then(|control| plan.step(control));
    lines.extend(control.map(|one| format!("counts only if “{}” succeeded", one.name)));
    if !step.differs_in.is_empty() {
        lines.push(format!(
            "differs from that step in {} and nothing else",
            in_words(&step.differs_in)
        ));
    }
    lines.extend(step.optional.then(|| "optional: the result does not depend on it".to_owned()));
    let closed = "has no control: its request is refused to everybody";
    lines.extend(step.closed.then(|| closed.to_owned()));
    lines.iter().map(|line| layout.paragraph(INDENT, line)).collect()
}
