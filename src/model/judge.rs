//! The one judge of all kinds: from a plan and what came back to a verdict.
//!
//! Every expectation is judged; none hides another. A probe counts only if its control was met.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::expect::{CLOCK_TOLERANCE, Context, Outcome, read_time};
use crate::model::facts::Facts;
use crate::model::observation::{ProbeError, View};
use crate::model::plan::{CanaryId, Plan, Role, Step, StepId};
use crate::model::verdict::{Reason, Verdict};

/// What was concluded of one check, and from what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The conclusion.
    pub verdict: Verdict,
    /// How each step was judged, in the order of the plan.
    pub steps: Vec<StepJudgement>,
}

/// How one step was judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepJudgement {
    /// Why it could not be asked, if it could not.
    pub unasked: Option<ProbeError>,
    /// Each expectation's outcome, with what was found.
    pub expectations: Vec<Judged>,
    /// Canaries in the answer that its actor may not see.
    pub leaks: Vec<CanaryId>,
    /// Why the step tells nothing: `None` if it does.
    pub doubt: Option<Reason>,
}

/// One expectation's outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Whether it was met.
    pub outcome: Outcome,
    /// What was found where it looked.
    pub actual: Value,
}

/// What broke a claim: a step, and the expectation in it, or a leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The step.
    pub step: StepId,
    /// The expectation's index; `None` for a canary where it must not be.
    pub expectation: Option<usize>,
}

impl StepJudgement {
    /// Whether it was asked, every expectation was met, and nothing leaked.
    pub fn is_met(&self) -> bool {
        self.doubt.is_none()
            && self.leaks.is_empty()
            && self.expectations.iter().all(|one| one.outcome == Outcome::Met)
    }

    fn breaks(&self, role: Role) -> bool {
        let broken = || self.expectations.iter().any(|one| one.outcome == Outcome::NotMet);
        !self.leaks.is_empty() || (role == Role::Probe && self.doubt.is_none() && broken())
    }

    fn verdict(&self, role: Role) -> Verdict {
        if self.breaks(role) {
            return Verdict::Violated;
        }
        if role != Role::Probe {
            return Verdict::Holds;
        }
        let unknown = self.expectations.iter().find_map(|one| match one.outcome {
            Outcome::Unknown(reason) => Some(reason),
            _ => None,
        });
        self.doubt.or(unknown).map_or(Verdict::Holds, Verdict::Inconclusive)
    }
}

impl Judgement {
    /// Everything that broke the claim, in the order of the plan.
    pub fn broken(&self, plan: &Plan) -> Vec<Broken> {
        let mut broken = Vec::new();
        for (step, judged) in self.steps.iter().enumerate() {
            if !judged.leaks.is_empty() {
                broken.push(Broken { step, expectation: None });
            }
            if plan.steps[step].role != Role::Probe || judged.doubt.is_some() {
                continue;
            }
            let unmet = judged.expectations.iter().enumerate();
            let unmet = unmet.filter(|(_, one)| one.outcome == Outcome::NotMet);
            broken.extend(unmet.map(|(index, _)| Broken { step, expectation: Some(index) }));
        }
        broken
    }
}

/// Judges the answers of one check.
pub fn judge(view: &View<'_>) -> Judgement {
    let plan = view.plan();
    let mut steps: Vec<StepJudgement> =
        (0..plan.steps.len()).map(|step| judge_step(view, step)).collect();
    for (index, step) in plan.steps.iter().enumerate() {
        if let Some(control) = step.control
            && steps[index].doubt.is_none()
            && let Some(reason) = doubt_of_control(view, control, &steps)
        {
            steps[index].doubt = Some(reason);
        }
    }
    let asked = plan.steps.iter().any(|step| step.role == Role::Probe && !step.expect.is_empty());
    let start = if asked { Verdict::Holds } else { Verdict::Inconclusive(Reason::NotAsked) };
    let roles = plan.steps.iter().map(|step| step.role);
    let verdict =
        steps.iter().zip(roles).fold(start, |worst, (step, role)| worst.and(step.verdict(role)));
    Judgement { verdict, steps }
}

/// Why a control does not carry what relies on it, with the root of the trouble where that is known.
fn doubt_of_control(view: &View<'_>, control: StepId, steps: &[StepJudgement]) -> Option<Reason> {
    let judged = steps.get(control)?;
    if judged.is_met() {
        return None;
    }
    let root = judged.doubt.filter(|reason| *reason != Reason::NotAsked);
    let root = root.or_else(|| {
        let earlier = (0..control).filter(|step| view.plan().steps[*step].role != Role::Probe);
        earlier.filter_map(|step| steps[step].doubt).find(|reason| *reason != Reason::NotAsked)
    });
    Some(root.unwrap_or(Reason::ControlFailed))
}

fn judge_step(view: &View<'_>, index: StepId) -> StepJudgement {
    let step = &view.plan().steps[index];
    let facts = match view.answer(index) {
        Ok(facts) => facts,
        Err(error) => {
            let doubt = Some(root_of(view, index, error.reason));
            return StepJudgement {
                unasked: Some(error),
                expectations: Vec::new(),
                leaks: Vec::new(),
                doubt,
            };
        }
    };
    let observed = view.observation(index).map_or(jiff::Timestamp::UNIX_EPOCH, |one| one.at);
    let control = step.control.and_then(|control| view.answer(control).ok());
    let capture = |name: &str| view.capture(name);
    let context = Context { observed, capture: &capture, sees: &step.sees, control };
    let judged = step.expect.iter().map(|expectation| {
        let (outcome, actual) = expectation.judge(facts, &context);
        Judged { outcome, actual }
    });
    StepJudgement {
        unasked: None,
        expectations: judged.collect(),
        leaks: facts.canaries().filter(|found| !step.sees.contains(found)).collect(),
        doubt: doubt_of(step, facts, observed),
    }
}

/// Why a step could not be asked, looking behind "something was missing" to what went wrong first.
fn root_of(view: &View<'_>, index: StepId, reason: Reason) -> Reason {
    if reason != Reason::NotAsked {
        return reason;
    }
    let earlier = (0..index).filter_map(|step| view.answer(step).err());
    earlier.map(|error| error.reason).find(|reason| *reason != Reason::NotAsked).unwrap_or(reason)
}

/// Why an answer says nothing about the question, if so.
fn doubt_of(step: &Step, facts: &Facts, observed: jiff::Timestamp) -> Option<Reason> {
    let named = |status| step.expect.iter().any(|one| one.names_status(status));
    match facts.status() {
        Some(429) if !named(429) => return Some(Reason::RateLimited),
        Some(status @ 500..) if !named(status) => return Some(Reason::ServerError),
        Some(401) if !named(401) && step.is_authenticated() => return Some(Reason::Credentials),
        _ => {}
    }
    let about_time = step.expect.iter().any(|one| one.test.is_about_time());
    (about_time && is_clock_off(facts, observed)).then_some(Reason::Clock)
}

/// Whether the peer's own clock, from its `Date` field, is more than a minute from ours.
fn is_clock_off(facts: &Facts, observed: jiff::Timestamp) -> bool {
    let Some(date) = facts.header("date").and_then(|date| read_time(&Value::from(date))) else {
        return false;
    };
    let off = observed.duration_since(date).abs();
    off > CLOCK_TOLERANCE.as_signed()
}
