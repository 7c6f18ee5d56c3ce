//! Findings: the violated expectations of a claim, with the answers to probe and control, for reports.

use crate::model::answer::broken::Broken;
use crate::model::judge::evidence::{CheckOutcome, Outcome};
use crate::model::judge::view::View;
use crate::model::plan::Step;
use crate::model::plan::expect::Expectation;
use crate::model::project::Project;
use crate::model::project::waiver::Accepted;
use crate::model::source::LineColumn;
use crate::render::wording;

/// One violated expectation of a claim.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    /// The check's index among the claim's checks.
    pub check: usize,
    /// The step whose answer violates it.
    pub step: &'a Step,
    /// The expectation; `None` if the answer contains data of another tenant.
    pub expectation: Option<&'a Expectation>,
    /// The expected value, as a clause.
    pub expected: String,
    /// The actual value, as a clause.
    pub seen: String,
    /// The entry that would accept it in a waiver; `None` if no waiver may accept it.
    pub acceptance: Option<Accepted>,
    /// Whether it is waived.
    pub waived: bool,
    /// The name of the control and the answer to it.
    pub control: Option<(&'a str, String)>,
}

/// All findings of a claim, waived or not, in the order of its plans.
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
            || wording::no_leak(&check.judgement.steps[broken.step]).to_owned(),
            wording::expected,
        ),
        seen: wording::broken(check, broken),
        acceptance: acceptance(index, check, broken),
        waived: check.waived.contains(&broken),
        control: step.control.and_then(|control| {
            let name = &check.plan.step(control)?.name;
            Some((name.as_str(), wording::answer(&view, control)))
        }),
    }
}

fn acceptance(index: usize, check: &CheckOutcome<'_>, broken: Broken) -> Option<Accepted> {
    let view = View::new(check.plan, &check.transcript.observations);
    let judged = &check.judgement.steps[broken.step].expectations;
    let actual = &judged.get(broken.expectation?)?.actual;
    let observed = view.observation(broken.step)?.at;
    Accepted::of(index, &check.plan.steps[broken.step], broken, (actual, observed))
}

/// The place of a claim: file, line and column.
pub fn place_of(outcome: &Outcome<'_>, project: &Project) -> (String, LineColumn) {
    match outcome.claim.passages.first() {
        Some(passage) => {
            (passage.place.file.to_string(), project.sources.line_column(&passage.place))
        }
        None => (outcome.claim.file.to_string(), LineColumn { line: 1, column: 1 }),
    }
}
