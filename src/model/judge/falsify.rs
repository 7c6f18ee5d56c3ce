//! Falsification: shows that a check can fail, by judging transcripts that were changed on purpose.
//!
//! No request is sent. A check that detects no negation is vacuous; one that misses a declared
//! counterexample is weak; one that expects a refusal or an absence without a control is uncontrolled.
//! None of them is evidence.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::answer::error::ProbeError;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::answer::observation::{Answer, Observation};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::rejudge::Trial;
use crate::model::judge::view::View;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::fill::fill_value;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::flaw::Flaw;
use crate::model::plan::{Plan, Role};
use crate::model::time::read_time;

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
}

/// Judges every counterexample of a check that holds.
pub fn falsify(plan: &Plan, observations: &[Observation]) -> Falsification {
    let mut rows = Vec::new();
    let mut touched = std::collections::BTreeSet::new();
    let mut view = View::new(plan, observations);
    let trial = Trial::new(&view);
    for counterexample in standard(plan).chain(plan.counterexamples.iter().cloned()) {
        view.restore();
        if !counterexample.edits.iter().all(|edit| apply(edit, &mut view)) {
            continue;
        }
        let again = trial.judge(&view);
        let Counterexample { class, when, .. } = counterexample;
        if class == Class::Negation {
            touched
                .extend(again.broken.iter().filter_map(|one| Some((one.step, one.expectation?))));
        }
        let noticed = is_noticed(class, again.verdict);
        rows.push(TriedCounterexample { class, when, verdict: again.verdict, noticed });
    }
    let untouched = probe_expectations(plan).filter(|one| !touched.contains(one)).collect();
    Falsification { grade: grade(plan, &rows), rows, untouched }
}

fn is_noticed(class: Class, verdict: Verdict) -> bool {
    match class {
        Class::Negation => verdict == Verdict::Violated,
        Class::Fault => matches!(verdict, Verdict::Inconclusive(_)),
        Class::Benign => verdict == Verdict::Holds,
    }
}

fn grade(plan: &Plan, rows: &[TriedCounterexample]) -> Grade {
    let uncontrolled = |flaw: &Flaw| !matches!(flaw, Flaw::AsksNothing);
    if !rows.iter().any(|row| row.class == Class::Negation && row.noticed) {
        Grade::Vacuous
    } else if plan.flaws().iter().any(uncontrolled) {
        Grade::Uncontrolled
    } else if rows.iter().any(|row| !row.noticed) {
        Grade::Weak
    } else {
        Grade::Sound
    }
}

fn probe_expectations(plan: &Plan) -> impl Iterator<Item = (StepId, usize)> {
    let probes = StepId::enumerate(&plan.steps).filter(|(_, step)| step.role == Role::Probe);
    probes.flat_map(|(index, step)| (0..step.expect.len()).map(move |one| (index, one)))
}

/// Applies one change; returns `false` if this transcript lacks the value to be changed.
pub(crate) fn apply(edit: &Edit, view: &mut View<'_>) -> bool {
    if let Edit::Fail { step, reason } = edit {
        view.replace(*step, Answer::Error(ProbeError::new(*reason, "changed to try the check")));
        return true;
    }
    if let Edit::Swap { step, with } = edit {
        return view.swap(*step, *with);
    }
    let Ok(facts) = view.answer(edit.step()) else {
        return false;
    };
    let mut facts = facts.clone();
    match edit {
        Edit::Set { at, value, .. } => {
            let Ok(value) = fill_value(value, &|name| view.capture(name)) else {
                return false;
            };
            facts.set(at, value);
        }
        Edit::Remove { at, .. } => facts.remove(at),
        Edit::SetTime { step, at, after_s } => {
            let Some(observation) = view.observation(*step) else {
                return false;
            };
            let shift = jiff::SignedDuration::from_secs(*after_s);
            let Ok(time) = observation.at.checked_add(shift) else {
                return false;
            };
            facts.set(at, json!(time.to_string()));
        }
        Edit::Leak { canary, .. } => {
            let mut found: Vec<CanaryId> = facts.canaries().collect();
            found.push(*canary);
            facts.set("/canaries", json!(found));
        }
        Edit::Swap { .. } | Edit::Fail { .. } => {}
    }
    view.replace(edit.step(), Answer::Facts(facts));
    true
}

/// The counterexamples that follow from a plan alone, whatever its kind.
pub fn standard(plan: &Plan) -> impl Iterator<Item = Counterexample> {
    let probes = StepId::enumerate(&plan.steps).filter(|(_, step)| step.role == Role::Probe);
    probes.flat_map(|(index, _)| of_probe(plan, index))
}

fn of_probe(plan: &Plan, index: StepId) -> Vec<Counterexample> {
    let step = &plan.steps[index];
    let name = &step.name;
    let mut all = Vec::new();
    if let Some(control) = step.control
        && step.expect.iter().any(|one| matches!(one.test, Test::Refused(_)))
    {
        all.push(Counterexample {
            class: Class::Negation,
            when: format!("“{name}” gets the answer that its owner gets"),
            edits: vec![Edit::Swap { step: index, with: control }],
        });
    }
    if let Some(canary) =
        (0..plan.canaries.len()).map(CanaryId).find(|one| !step.sees.contains(one))
    {
        all.push(Counterexample {
            class: Class::Negation,
            when: format!("somebody else's data appears in the answer to “{name}”"),
            edits: vec![Edit::Leak { step: index, canary }],
        });
    }
    all.extend(step.expect.iter().filter_map(|one| of_expectation(index, name, one)));
    for reason in [Reason::Unreachable, Reason::Timeout, Reason::Dns] {
        all.push(Counterexample {
            class: Class::Fault,
            when: format!("“{name}” gets no answer: {}", reason.in_words()),
            edits: vec![Edit::Fail { step: index, reason }],
        });
    }
    if step.request().is_some() {
        all.extend([429_u16, 503].map(|status| fault_status(index, name, step, status)));
    }
    all
}

fn fault_status(
    step: StepId,
    name: &str,
    of: &crate::model::plan::Step,
    status: u16,
) -> Counterexample {
    let named = of.expect.iter().any(|one| one.names_status(status));
    let class = if named { Class::Benign } else { Class::Fault };
    Counterexample {
        class,
        when: format!("“{name}” is answered with {status}"),
        edits: vec![Edit::Set { step, at: "/status".into(), value: json!(status) }],
    }
}

/// The simplest change after which an expectation is not met; `None` if there is none.
fn of_expectation(step: StepId, name: &str, one: &Expectation) -> Option<Counterexample> {
    let at = one.at.clone();
    let set = |value: Value| Edit::Set { step, at: at.clone(), value };
    let (what, edit) = match &one.test {
        Test::Refused(_) => {
            ("succeeds".to_owned(), Edit::Set { step, at: "/status".into(), value: json!(200) })
        }
        Test::Exists(true) => (format!("has no value at {at}"), Edit::Remove { step, at }),
        Test::NotOlderThan(limit) => {
            let after_s = -i64::try_from(limit.as_seconds()).unwrap_or(i64::MAX) - 1;
            (format!("is a second too old at {at}"), Edit::SetTime { step, at, after_s })
        }
        Test::AtLeastAhead(limit) => {
            let after_s = i64::try_from(limit.as_seconds()).unwrap_or(i64::MAX) - 1;
            (format!("ends a second too early at {at}"), Edit::SetTime { step, at, after_s })
        }
        Test::StaysOn(_) => {
            let value = json!("https://elsewhere.invalid/");
            ("leads to another origin".into(), Edit::Set { step, at: "/url".into(), value })
        }
        Test::ShowsCanary(_) => {
            let value = json!([]);
            (
                "does not contain the planted mark".into(),
                Edit::Set { step, at: "/canaries".into(), value },
            )
        }
        Test::ShowsNoForeignCanary => return None,
        Test::WithholdsData => (
            "contains data of its owner".into(),
            Edit::Set { step, at: "/owner_values".into(), value: json!({ "found": 1 }) },
        ),
        Test::Unchanged => (
            "differs from what its owner read before".into(),
            Edit::Set { step, at: "/body".into(), value: json!({ "json": "something else" }) },
        ),
        Test::Directive(directive) => (
            format!("lacks the directive `{}` at {at}", directive.name),
            set(one.test.counterexample()?),
        ),
        test => (format!("{} at {at}", test.how_it_fails()), set(test.counterexample()?)),
    };
    let when = format!("the answer to “{name}” {what}");
    Some(Counterexample { class: Class::Negation, when, edits: vec![edit] })
}

/// Whether a pointer of these facts holds a time.
pub fn holds_time(facts: &crate::model::answer::facts::Facts, at: &str) -> bool {
    facts.at(at).is_some_and(|value| read_time(value).is_some())
}
