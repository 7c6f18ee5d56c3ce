//! What came back from the steps of a plan; no conclusion.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::facts::Facts;
use crate::model::plan::{Act, Plan, StepId};
use crate::model::verdict::Reason;

/// What came back from one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// When the answer was complete, or given up.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The address that was asked, such as `203.0.113.7:443`.
    pub address: Option<String>,
    /// The other addresses of the host, of which this was not asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_asked: Vec<String>,
    /// What came back.
    pub answer: Answer,
    /// What the step captured, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub captures: BTreeMap<String, Value>,
}

/// What came back from one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// What the peer said.
    Facts(Facts),
    /// The peer could not be asked.
    Error(ProbeError),
    /// It was not asked, because something that it needs was missing: which.
    NotAsked(String),
    /// The step looks again at an earlier answer, which is kept once, there.
    Recalled,
}

/// Why the target could not be asked: silence, or a failure of our own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeError {
    /// Of what sort.
    pub reason: Reason,
    /// In words, without secrets.
    pub detail: String,
}

impl ProbeError {
    /// An error of this sort.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

impl fmt::Display for ProbeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.detail)
    }
}

impl std::error::Error for ProbeError {}

/// All that came back in one run of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// One observation for each step of the plan, in its order.
    pub observations: Vec<Observation>,
    /// How often the check was begun: 1 unless it was retried.
    pub attempts: u32,
    /// What came back when a violated check was asked once more; it changes no verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Vec<Observation>>,
    /// What this run made and could not take away again, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_behind: Vec<String>,
}

/// The answers of a transcript as the judge sees them: with some of them replaced, for `falsify`.
#[derive(Clone, Debug)]
pub struct View<'a> {
    plan: &'a Plan,
    observations: &'a [Observation],
    replaced: BTreeMap<StepId, Cow<'a, Answer>>,
    captures: BTreeMap<&'a str, &'a Value>,
}

impl<'a> View<'a> {
    /// The answers as they came.
    pub fn new(plan: &'a Plan, observations: &'a [Observation]) -> Self {
        let mut captures = BTreeMap::new();
        for (name, value) in observations.iter().flat_map(|one| &one.captures) {
            captures.entry(name.as_str()).or_insert(value);
        }
        Self { plan, observations, replaced: BTreeMap::new(), captures }
    }

    /// The plan that the answers belong to.
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// Puts another answer in the place of a step's own.
    pub fn replace(&mut self, step: StepId, answer: Answer) {
        self.replaced.insert(step, Cow::Owned(answer));
    }

    /// Gives a step the answer that another one got; `false` if that one got none.
    pub fn swap(&mut self, step: StepId, with: StepId) -> bool {
        let Some(answer) = self.held(with).filter(|one| matches!(**one, Answer::Facts(_))) else {
            return false;
        };
        self.replaced.insert(step, answer);
        true
    }

    /// A step's answer, looked up where it looks again at an earlier step.
    fn held(&self, step: StepId) -> Option<Cow<'a, Answer>> {
        if let Some(answer) = self.replaced.get(&step) {
            return Some(answer.clone());
        }
        match self.plan.steps.get(step)?.act {
            Act::Recall(earlier) if earlier < step => self.held(earlier),
            _ => self.observations.get(step).map(|one| Cow::Borrowed(&one.answer)),
        }
    }

    /// Puts every step's own answer back.
    pub fn restore(&mut self) {
        self.replaced.clear();
    }

    /// The steps whose answer is not the one that came.
    pub fn replaced(&self) -> impl Iterator<Item = StepId> {
        self.replaced.keys().copied()
    }

    /// A step's observation; where it looks again at an earlier step, that one's.
    pub fn observation(&self, step: StepId) -> Option<&'a Observation> {
        match self.plan.steps.get(step)?.act {
            Act::Recall(earlier) if earlier < step => self.observation(earlier),
            _ => self.observations.get(step),
        }
    }

    /// A step's answer, or why there is none.
    pub fn answer(&self, step: StepId) -> Result<&Facts, ProbeError> {
        let answer = match self.replaced.get(&step) {
            Some(answer) => Some(&**answer),
            None => match self.plan.steps.get(step).map(|step| &step.act) {
                Some(Act::Recall(earlier)) if *earlier < step => return self.answer(*earlier),
                _ => self.observations.get(step).map(|observation| &observation.answer),
            },
        };
        match answer {
            Some(Answer::Facts(facts)) => Ok(facts),
            Some(Answer::Error(error)) => Err(error.clone()),
            Some(Answer::NotAsked(why)) => Err(ProbeError::new(Reason::NotAsked, why.clone())),
            Some(Answer::Recalled) | None => {
                Err(ProbeError::new(Reason::NotAsked, "the run ended before this was asked"))
            }
        }
    }

    /// The value that some step captured under `name`, as text.
    pub fn capture(&self, name: &str) -> Option<String> {
        Some(match *self.captures.get(name)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    }
}
