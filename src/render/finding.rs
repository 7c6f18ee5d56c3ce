//! Findings: what broke a claim, with the control's answer beside the probe's, ready to be told.

use crate::model::answer::broken::Broken;
use crate::model::judge::evidence::Outcome;
use crate::model::judge::view::View;
use crate::model::plan::Step;
use crate::model::plan::expect::Expectation;
use crate::model::project::Project;
use crate::model::project::waiver::Accepted;
use crate::model::source::LineColumn;
use crate::render::wording;

/// One thing that broke a claim.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    /// The index of the check among the claim's.
    pub check: usize,
    /// The step that broke it.
    pub step: &'a Step,
    /// The expectation that was not met; `None` for data where it must not be.
    pub expectation: Option<&'a Expectation>,
    /// What was expected.
    pub expected: String,
    /// What was seen.
    pub seen: String,
    /// What would accept it in a waiver.
    pub acceptance: Accepted,
    /// Whether it is waived.
    pub waived: bool,
    /// The name of the control, and the answer to it.
    pub control: Option<(&'a str, String)>,
}

/// Everything that broke a claim, waived or not, in the order of its plans.
pub fn findings<'a>(outcome: &'a Outcome<'a>) -> Vec<Finding<'a>> {
    let mut all = Vec::new();
    for (index, check) in outcome.checks.iter().enumerate() {
        let broken = check.judgement.broken(check.plan).into_iter();
        all.extend(broken.map(|broken| finding(outcome, index, broken)));
    }
    all
}

fn finding<'a>(outcome: &'a Outcome<'a>, index: usize, broken: Broken) -> Finding<'a> {
    let check = &outcome.checks[index];
    let step = &check.plan.steps[broken.step];
    let expectation = broken.expectation.map(|index| &step.expect[index]);
    let view = View::new(check.plan, &check.transcript.observations);
    Finding {
        check: index,
        step,
        expectation,
        expected: expectation.map_or_else(
            || "the answer shows nothing of anybody else's".to_owned(),
            wording::expected,
        ),
        seen: wording::broken(check, broken),
        acceptance: Accepted::of(index, step, broken),
        waived: check.waived.contains(&broken),
        control: step.control.and_then(|control| {
            let name = &check.plan.steps.get(control)?.name;
            Some((name.as_str(), wording::answer(&view, control)))
        }),
    }
}

/// Where a claim's words stand: file, line and column.
pub fn place_of(outcome: &Outcome<'_>, project: &Project) -> (String, LineColumn) {
    match outcome.claim.passages.first() {
        Some(passage) => {
            (passage.place.file.to_string(), project.sources.line_column(&passage.place))
        }
        None => (outcome.claim.file.to_string(), LineColumn { line: 1, column: 1 }),
    }
}
