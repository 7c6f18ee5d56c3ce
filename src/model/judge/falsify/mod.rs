//! Falsification: shows that a check can fail, by judging transcripts that were changed on purpose.
//!
//! No request is sent. Negations make the claim false, premises and faults leave it undecided, and decoys
//! are answers that services give in place of the right one, in the probe and in its control. A check
//! that detects no negation is vacuous; one that misses a counterexample is weak; one that expects a refusal or an
//! absence without a control is uncontrolled. None of them is evidence.

mod decoy;
mod decoys;
pub(crate) mod edits;
pub mod negations;
mod premises;
mod remedy;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Observation};
use crate::model::answer::verdict::Verdict;
use crate::model::judge::falsify::decoys::Replacement;
use crate::model::judge::falsify::edits::apply;
use crate::model::judge::falsify::negations::standard;
use crate::model::judge::rejudge::Trial;
use crate::model::judge::view::View;
use crate::model::plan::counterexample::{Class, Counterexample};
use crate::model::plan::flaw::Flaw;
use crate::model::plan::{Plan, Role, overlap};

/// Whether a check is fit to be evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// It detected every counterexample.
    Sound,
    /// It missed a counterexample.
    Weak,
    /// It expects a refusal or an absence without a control.
    Uncontrolled,
    /// It detected no negation at all.
    Vacuous,
}

/// The counterexamples that a check was tried with, and its grade.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Falsification {
    /// Whether it is fit to be evidence.
    pub grade: Grade,
    /// Every counterexample with its verdict.
    pub rows: Vec<TriedCounterexample>,
    /// Expectations of probes that every negation still met: step and index.
    pub untouched: Vec<(StepId, usize)>,
}

/// One counterexample, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TriedCounterexample {
    /// The class of the change.
    pub class: Class,
    /// For the reader, after "this check was shown to fail when ".
    pub when: String,
    /// The verdict on the changed transcript.
    pub verdict: Verdict,
    /// Whether that is the verdict that its class requires.
    pub noticed: bool,
    /// What to add to the check, if it did not notice the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Judges every counterexample of a check that holds.
pub fn falsify(plan: &Plan, observations: &[Observation]) -> Falsification {
    let mut view = View::new(plan, observations);
    let premises = premises::of_plan(plan);
    let declared = plan.counterexamples.iter().cloned();
    let replacements = decoys::of_plan(plan, &view);
    let mut tries = Tries { trial: Trial::new(&view), rows: Vec::new(), touched: BTreeSet::new() };
    for counterexample in standard(plan).chain(declared).chain(premises) {
        view.restore();
        if counterexample.edits.iter().all(|edit| apply(edit, &mut view)) {
            let Counterexample { class, when, .. } = counterexample;
            tries.judge(&view, class, when, None);
        }
    }
    for Replacement { step, answer, also, class, when, remedy } in replacements {
        view.restore();
        for (step, answer) in [(step, answer)].into_iter().chain(also) {
            view.replace(step, Answer::Facts(answer));
        }
        tries.judge(&view, class, when, Some(remedy));
    }
    let Tries { rows, touched, .. } = tries;
    let untouched = probe_expectations(plan).filter(|one| !touched.contains(one)).collect();
    Falsification { grade: grade(plan, &rows), rows, untouched }
}

/// The counterexamples that were tried so far.
struct Tries<'a> {
    trial: Trial<'a>,
    rows: Vec<TriedCounterexample>,
    /// Expectations that some negation did not meet.
    touched: BTreeSet<(StepId, usize)>,
}

impl<'a> Tries<'a> {
    fn judge(&mut self, view: &View<'a>, class: Class, when: String, remedy: Option<String>) {
        let again = self.trial.judge(view);
        if class == Class::Negation {
            let broken = again.broken.iter();
            self.touched.extend(broken.filter_map(|one| Some((one.step, one.expectation?))));
        }
        let noticed = is_noticed(class, again.verdict);
        let remedy = remedy.filter(|_| !noticed);
        self.rows.push(TriedCounterexample {
            class,
            when,
            verdict: again.verdict,
            noticed,
            remedy,
        });
    }
}

fn is_noticed(class: Class, verdict: Verdict) -> bool {
    match class {
        Class::Negation => verdict == Verdict::Violated,
        Class::Fault => matches!(verdict, Verdict::Inconclusive(_)),
        Class::Decoy => verdict != Verdict::Holds,
        Class::Benign => verdict == Verdict::Holds,
    }
}

fn grade(plan: &Plan, rows: &[TriedCounterexample]) -> Grade {
    let flaws = overlap::flaws(plan);
    let uncontrolled = |flaw: &Flaw| !matches!(flaw, Flaw::AsksNothing | Flaw::Overlap { .. });
    let overlaps = |flaw: &Flaw| matches!(flaw, Flaw::Overlap { .. });
    let cannot_fail =
        |flaw: &Flaw| matches!(flaw, Flaw::NoCounterRun(_) | Flaw::ExaminesNothing { .. });
    let negated = rows.iter().any(|row| row.class == Class::Negation && row.noticed);
    if !negated || flaws.iter().any(cannot_fail) {
        Grade::Vacuous
    } else if flaws.iter().any(uncontrolled) {
        Grade::Uncontrolled
    } else if flaws.iter().any(overlaps) || rows.iter().any(|row| !row.noticed) {
        Grade::Weak
    } else {
        Grade::Sound
    }
}

fn probe_expectations(plan: &Plan) -> impl Iterator<Item = (StepId, usize)> {
    let probes = StepId::enumerate(&plan.steps).filter(|(_, step)| step.role == Role::Probe);
    probes.flat_map(|(index, step)| (0..step.expect.len()).map(move |one| (index, one)))
}
