//! The judge of all kinds: computes a verdict from a plan and its answers.
//!
//! Every expectation is judged; none hides another. A probe counts only if its control was met, and every
//! step before it that prepares or controls the test.

pub(crate) mod age;
pub mod assessment;
pub mod basis;
pub mod binding;
pub mod evidence;
pub mod falsify;
pub mod interference;
pub mod lasting;
mod looks;
pub mod needs;
pub(crate) mod rejudge;
mod reported;
#[cfg(test)]
mod tests;
pub mod view;
pub mod waiving;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::answer::broken::Broken;
use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::{CanaryId, StepId, index_by_step};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::view::{View, facts_of};
use crate::model::plan::expect::{CLOCK_TOLERANCE, JudgeContext, TestOutcome};
use crate::model::plan::{Bearing, Plan, Role, Step};
use crate::model::time::read_time;

/// The verdict on one check, with the judgement of each step that it follows from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The judgement of each step, in the order of the plan.
    pub steps: Vec<StepJudgement>,
}

/// The judgement of one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepJudgement {
    /// Why there was no answer, if there was none.
    pub unasked: Option<ProbeError>,
    /// The outcome of each expectation, with the value that was found.
    pub expectations: Vec<Judged>,
    /// Canaries in the answer that its actor may not see.
    pub leaks: Vec<CanaryId>,
    /// Which answer contains them, or raised the doubt, counted as in [`Judged::look`].
    #[serde(default, skip_serializing_if = "looks::is_first")]
    pub look: usize,
    /// The actors whose secret the answer contains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// Why the step proves nothing; `None` if its outcomes count.
    pub doubt: Option<Reason>,
}

index_by_step!(StepJudgement);

/// One expectation's outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Whether it was met.
    pub outcome: TestOutcome,
    /// The value at the expectation's pointer.
    pub actual: Value,
    /// Which answer decided it, if the request was sent several times: 0 for the first one, and 1
    /// for the first of `others`.
    #[serde(default, skip_serializing_if = "looks::is_first")]
    pub look: usize,
}

impl StepJudgement {
    /// Whether there was an answer, every expectation was met, and no canary leaked.
    pub fn is_met(&self) -> bool {
        self.is_met_but_for(self.doubt)
    }

    /// The same, if it had this doubt in place of its own.
    pub(crate) fn is_met_but_for(&self, doubt: Option<Reason>) -> bool {
        doubt.is_none()
            && !self.leaks_anything()
            && self.expectations.iter().all(|one| one.outcome == TestOutcome::Met)
    }

    /// The reasons in this step why the claim is violated; the judgement is that of step `step`.
    pub(crate) fn broken(&self, step: StepId, role: Role) -> Vec<Broken> {
        let leak = self.leaks_anything().then_some(Broken { step, expectation: None });
        let counts = role == Role::Probe && self.doubt.is_none();
        let unmet = self.expectations.iter().enumerate();
        let unmet = unmet.filter(|(_, one)| counts && one.outcome == TestOutcome::NotMet);
        let unmet = unmet.map(|(index, _)| Broken { step, expectation: Some(index) });
        leak.into_iter().chain(unmet).collect()
    }

    /// Whether the answer contains a canary or a secret that its actor may not see.
    fn leaks_anything(&self) -> bool {
        !self.leaks.is_empty() || !self.secrets.is_empty()
    }

    fn breaks(&self, bearing: Bearing) -> bool {
        let broken = || self.expectations.iter().any(|one| one.outcome == TestOutcome::NotMet);
        self.leaks_anything() || (bearing == Bearing::Test && self.doubt.is_none() && broken())
    }

    /// The verdict on the claim as far as this step decides it.
    pub(crate) fn verdict(&self, bearing: Bearing) -> Verdict {
        if self.breaks(bearing) {
            return Verdict::Violated;
        }
        match bearing {
            Bearing::Test => {}
            Bearing::Premise if !self.is_met() => {
                return Verdict::Inconclusive(self.doubt.unwrap_or(Reason::ControlFailed));
            }
            Bearing::Premise | Bearing::Nothing => return Verdict::Holds,
        }
        let unknown = self.expectations.iter().find_map(|one| match one.outcome {
            TestOutcome::Unknown(reason) => Some(reason),
            _ => None,
        });
        self.doubt.or(unknown).map_or(Verdict::Holds, Verdict::Inconclusive)
    }
}

impl Judgement {
    /// Every reason why the claim is violated, in the order of the plan.
    pub fn broken(&self, plan: &Plan) -> Vec<Broken> {
        let steps = StepId::enumerate(&self.steps);
        steps.flat_map(|(step, judged)| judged.broken(step, plan.steps[step].role)).collect()
    }

    /// The verdict, if these reasons are disregarded, as a waiver demands.
    pub(crate) fn apart_from(&self, plan: &Plan, broken: &[Broken]) -> Verdict {
        let mut steps = self.steps.clone();
        for one in broken {
            match one.expectation {
                Some(index) => steps[one.step].expectations[index].outcome = TestOutcome::Met,
                None => {
                    steps[one.step].leaks.clear();
                    steps[one.step].secrets.clear();
                }
            }
        }
        verdict(plan, &steps)
    }
}

/// Judges the answers of one check.
pub fn judge(view: &View<'_>) -> Judgement {
    whole(view).judgement
}

/// A judgement, with the intermediate results from which a changed transcript can be judged without
/// judging all of it again.
pub(crate) struct Whole {
    /// The judgement.
    pub(crate) judgement: Judgement,
    /// Each step's doubt before its control was considered.
    pub(crate) own_doubts: Vec<Option<Reason>>,
    /// Steps whose doubt was taken from the first error that a failed control follows from.
    pub(crate) rooted: Vec<StepId>,
}

/// Judges the answers of one check, in time linear in their number.
pub(crate) fn whole(view: &View<'_>) -> Whole {
    let plan = view.plan();
    let root = first_error(view);
    let mut steps: Vec<StepJudgement> =
        StepId::first(plan.steps.len()).map(|step| judge_step(view, step, root)).collect();
    let own_doubts: Vec<Option<Reason>> = steps.iter().map(|step| step.doubt).collect();
    let mut trouble = first_trouble(plan, &own_doubts);
    let mut rooted = Vec::new();
    for (index, step) in StepId::enumerate(&plan.steps) {
        let control = step.control.filter(|_| steps[index].doubt.is_none());
        let Some((control, judged)) = control.and_then(|one| Some((one, steps.get(one.0)?))) else {
            continue;
        };
        if judged.is_met() {
            continue;
        }
        let own = judged.doubt.filter(|reason| *reason != Reason::NotAsked);
        if own.is_none() {
            rooted.push(index);
        }
        let earlier = trouble.filter(|(at, _)| *at < control).map(|(_, reason)| reason);
        let reason = own.or(earlier).unwrap_or(Reason::ControlFailed);
        steps[index].doubt = Some(reason);
        if step.role != Role::Probe {
            trouble = trouble.into_iter().chain([(index, reason)]).min_by_key(|(at, _)| *at);
        }
    }
    let verdict = verdict(plan, &steps);
    Whole { judgement: Judgement { verdict, steps }, own_doubts, rooted }
}

fn verdict(plan: &Plan, steps: &[StepJudgement]) -> Verdict {
    let verdicts = steps.iter().zip(plan.bearings()).map(|(step, bears)| step.verdict(bears));
    verdicts.fold(start(plan), Verdict::and)
}

/// The verdict on a plan before any answer is considered: a plan that expects nothing proves
/// nothing.
pub(crate) fn start(plan: &Plan) -> Verdict {
    let asks = |step: &Step| step.role == Role::Probe && !step.expect.is_empty();
    match plan.steps.iter().any(asks) {
        true => Verdict::Holds,
        false => Verdict::Inconclusive(Reason::NotAsked),
    }
}

/// The first step other than a probe that proves nothing, and why.
fn first_trouble(plan: &Plan, doubts: &[Option<Reason>]) -> Option<(StepId, Reason)> {
    let beside = StepId::enumerate(&plan.steps).zip(doubts);
    let beside = beside.filter(|((_, step), _)| step.role != Role::Probe);
    let mut reasons = beside.filter_map(|((index, _), doubt)| Some((index, (*doubt)?)));
    reasons.find(|(_, reason)| *reason != Reason::NotAsked)
}

/// The first step without an answer, unless the reason is only that something was missing.
fn first_error(view: &View<'_>) -> Option<(StepId, Reason)> {
    StepId::first(view.plan().steps.len()).find_map(|step| Some((step, error_of(view, step)?)))
}

/// Why a step has no answer, unless the reason is only that something was missing.
pub(crate) fn error_of(view: &View<'_>, step: StepId) -> Option<Reason> {
    view.answer(step).err().map(|error| error.reason).filter(|reason| *reason != Reason::NotAsked)
}

/// Judges one step without its control; `root` is the first error of the whole transcript. If its
/// request was sent several times, the worst answer decides.
pub(crate) fn judge_step(
    view: &View<'_>,
    index: StepId,
    root: Option<(StepId, Reason)>,
) -> StepJudgement {
    let observed = view.observation(index).map_or(jiff::Timestamp::UNIX_EPOCH, |one| one.at);
    let first = judge_answer(view, index, (view.answer(index), observed), root);
    let others = view.others(index).iter();
    let others = others.map(|one| judge_answer(view, index, (facts_of(&one.answer), one.at), root));
    looks::worst(first, others)
}

fn judge_answer(
    view: &View<'_>,
    index: StepId,
    (answer, observed): (Result<&Facts, ProbeError>, jiff::Timestamp),
    root: Option<(StepId, Reason)>,
) -> StepJudgement {
    let step = &view.plan().steps[index];
    let facts = match answer {
        Ok(facts) => facts,
        Err(error) => {
            // If something was missing, an earlier error is the cause; that one is reported.
            let root = root.filter(|(at, _)| error.reason == Reason::NotAsked && *at < index);
            let root = root.map_or(error.reason, |(_, reason)| reason);
            let doubt = Some(source_of(view, step).unwrap_or(root));
            return StepJudgement {
                unasked: Some(error),
                expectations: Vec::new(),
                leaks: Vec::new(),
                secrets: Vec::new(),
                look: 0,
                doubt,
            };
        }
    };
    let control = step.control.and_then(|control| view.answer(control).ok());
    let capture = |name: &str| view.capture(name);
    let before = step
        .before
        .iter()
        .filter_map(|earlier| Some((view.answer(*earlier).ok()?, view.observation(*earlier)?.at)));
    let before = before.collect();
    let context = JudgeContext { observed, capture: &capture, sees: &step.sees, control, before };
    let judged = step.expect.iter().enumerate().map(|(at, expectation)| {
        let (outcome, actual) = expectation.judge(facts, &context);
        let outcome = if facts.was_unmet(index, at) { TestOutcome::NotMet } else { outcome };
        Judged { outcome, actual, look: 0 }
    });
    StepJudgement {
        unasked: None,
        expectations: judged.collect(),
        leaks: facts.canaries().filter(|found| !step.sees.contains(found)).collect(),
        secrets: facts.secrets().map(str::to_owned).collect(),
        look: 0,
        doubt: doubt_of(step, facts, observed),
    }
}

/// Why the answer that a step evaluates proves nothing, if so.
fn source_of(view: &View<'_>, step: &Step) -> Option<Reason> {
    let source = step.looks_at()?;
    let observed = view.observation(source)?.at;
    doubt_of(&view.plan().steps[source], view.answer(source).ok()?, observed)
}

/// Why an answer proves nothing, if so.
fn doubt_of(step: &Step, facts: &Facts, observed: jiff::Timestamp) -> Option<Reason> {
    let named = |status| step.expect.iter().any(|one| one.names_status(status));
    match facts.status() {
        Some(429) if !named(429) => return Some(Reason::RateLimited),
        Some(status @ 500..) if !named(status) => return Some(Reason::ServerError),
        Some(401) if !named(401) && step.is_authenticated() => return Some(Reason::Credentials),
        _ => {}
    }
    let about_time = step.expect.iter().any(|one| one.test.is_about_time());
    let wrong = age::is_misdated(facts, observed) || about_time && is_clock_off(facts, observed);
    wrong.then_some(Reason::Clock)
}

/// Whether the peer's clock, according to its `Date` field, differs from ours by more than a minute.
fn is_clock_off(facts: &Facts, observed: jiff::Timestamp) -> bool {
    let Some(date) = facts.header("date").and_then(|date| read_time(&Value::from(date))) else {
        return false;
    };
    let off = observed.duration_since(date).abs();
    off > CLOCK_TOLERANCE.as_signed()
}
