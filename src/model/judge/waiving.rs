//! The effect of a waiver on its claim at a given time.

use jiff::Timestamp;

use crate::model::answer::broken::Broken;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Observation, Transcript};
use crate::model::judge::view::View;
use crate::model::judge::{Judged, Judgement, judge};
use crate::model::plan::expect::{Expectation, TestOutcome};
use crate::model::plan::{Act, Plan};
use crate::model::project::Project;
use crate::model::project::waiver::{Accepted, Waiver};

/// The effect of a waiver on its claim at a given time.
#[derive(Clone, Debug)]
pub struct Waiving<'a> {
    /// Its file.
    pub file: &'a str,
    /// The waiver.
    pub waiver: &'a Waiver,
    /// Whether its last day is over, so that it accepts nothing any more.
    pub is_over: bool,
    /// Expectations that it accepts although they were judged and are met.
    pub dead: Vec<&'a Accepted>,
}

impl<'a> Waiving<'a> {
    /// The effect of a claim's waiver at `now`, before its checks are judged.
    pub fn of(project: &'a Project, claim: &str, now: Timestamp) -> Option<Self> {
        let (file, waiver) = project.waivers.get(claim)?;
        Some(Self { file, waiver, is_over: now >= waiver.end(), dead: Vec::new() })
    }
}

/// The unmet expectations of the check with the index `check` that a waiver accepts: those in its entries,
/// where no answer is worse than the entry's extent.
pub(crate) fn waived(
    waiver: &Waiver,
    check: usize,
    (plan, transcript): (&Plan, &Transcript),
    judgement: &Judgement,
) -> Vec<Broken> {
    let broken = judgement.broken(plan).into_iter();
    let is_covered = |one: &Broken| {
        let entry = waiver.entry(check, &plan.steps[one.step], *one);
        let found = one.expectation.zip(entry);
        found.is_some_and(|(index, entry)| {
            covers(entry, (one.step, index), plan, &transcript.observations)
        })
    };
    broken.filter(is_covered).collect()
}

/// Whether each answer to a step meets an expectation as far as the entry demands.
fn covers(
    entry: &Accepted,
    (step, index): (StepId, usize),
    plan: &Plan,
    observations: &[Observation],
) -> bool {
    let mut relaxed = plan.clone();
    let expect = &mut relaxed.steps[step].expect;
    let mut index = index;
    if let Some(limit) = &entry.up_to {
        let Some(test) = expect[index].test.with_limit(limit) else { return false };
        // It gets a place of its own: what was noted about the expectation itself is about its own limit.
        expect.push(Expectation::new(expect[index].at.clone(), test));
        index = expect.len() - 1;
    }
    let is_met = |one: &Judged| one.outcome == TestOutcome::Met || entry.is_value(&one.actual);
    let source = source(plan, step);
    let mut looks = observations.to_vec();
    let Some(observation) = looks.get(source.0).cloned() else { return false };
    let others = observation.others.iter().map(|one| (one.at, one.answer.clone()));
    let mut all = std::iter::once((observation.at, observation.answer.clone())).chain(others);
    all.all(|(at, answer)| {
        looks[source.0] = Observation { others: Vec::new(), at, answer, ..observation.clone() };
        let judgement = judge(&View::new(&relaxed, &looks));
        judgement.steps[step].expectations.get(index).is_some_and(is_met)
    })
}

/// The step that received the answer that a step judges.
fn source(plan: &Plan, step: StepId) -> StepId {
    match plan.steps[step].act {
        Act::Recall(earlier) if earlier < step => source(plan, earlier),
        _ => step,
    }
}
