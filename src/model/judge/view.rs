//! The observations of a transcript, as the judge sees them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Observation};
use crate::model::answer::verdict::Reason;
use crate::model::plan::{Act, Plan};

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
