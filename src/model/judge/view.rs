//! A view of a transcript, in which answers can be replaced before it is judged.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Look, Observation};
use crate::model::answer::verdict::Reason;
use crate::model::plan::template::is_random;
use crate::model::plan::{Act, Plan};

/// The answers of a transcript as the judge reads them; `falsify` replaces some of them.
#[derive(Clone, Debug)]
pub struct View<'a> {
    plan: &'a Plan,
    observations: &'a [Observation],
    replaced: BTreeMap<StepId, Cow<'a, Answer>>,
    captures: BTreeMap<&'a str, &'a Value>,
}

impl<'a> View<'a> {
    /// The answers as they were received.
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

    /// Replaces a step's answer.
    pub fn replace(&mut self, step: StepId, answer: Answer) {
        self.replaced.insert(step, Cow::Owned(answer));
    }

    /// Replaces a step's answer with that of another step; returns `false` if that step has none.
    pub fn swap(&mut self, step: StepId, with: StepId) -> bool {
        let Some(answer) = self.held(with).filter(|one| matches!(**one, Answer::Facts(_))) else {
            return false;
        };
        self.replaced.insert(step, answer);
        true
    }

    /// A step's answer; if it recalls an earlier step, that step's answer.
    fn held(&self, step: StepId) -> Option<Cow<'a, Answer>> {
        if let Some(answer) = self.replaced.get(&step) {
            return Some(answer.clone());
        }
        match self.plan.step(step)?.act {
            Act::Recall(earlier) if earlier < step => self.held(earlier),
            _ => self.observations.get(step.0).map(|one| Cow::Borrowed(&one.answer)),
        }
    }

    /// Restores the answers as they were received.
    pub fn restore(&mut self) {
        self.replaced.clear();
    }

    /// The steps whose answers are replaced.
    pub fn replaced(&self) -> impl Iterator<Item = StepId> {
        self.replaced.keys().copied()
    }

    /// A step's observation; if it recalls an earlier step, that step's observation.
    pub fn observation(&self, step: StepId) -> Option<&'a Observation> {
        match self.plan.step(step)?.act {
            Act::Recall(earlier) if earlier < step => self.observation(earlier),
            _ => self.observations.get(step.0),
        }
    }

    /// A step's answer, or why there is none; the first one, if the request was sent several times.
    pub fn answer(&self, step: StepId) -> Result<&Facts, ProbeError> {
        let answer = match self.replaced.get(&step) {
            Some(answer) => Some(&**answer),
            None => match self.plan.step(step).map(|step| &step.act) {
                Some(Act::Recall(earlier)) if *earlier < step => return self.answer(*earlier),
                _ => self.observations.get(step.0).map(|observation| &observation.answer),
            },
        };
        facts_of(answer.unwrap_or(&Answer::Recalled))
    }

    /// One of the answers to a step's request, counted as in `Judged::look`, or why there is none.
    pub fn look(&self, step: StepId, look: usize) -> Result<&Facts, ProbeError> {
        let other = look.checked_sub(1).and_then(|other| self.others(step).get(other));
        other.map_or_else(|| self.answer(step), |look| facts_of(&look.answer))
    }

    /// The further answers to a step's request, as they were received; none of them is ever replaced.
    pub fn others(&self, step: StepId) -> &'a [Look] {
        self.observation(step).map_or(&[], |one| one.others.as_slice())
    }

    /// The value that some step captured under `name`, as text.
    pub fn capture(&self, name: &str) -> Option<String> {
        // Facts have a placeholder where the random value was.
        let placeholder = || is_random(name).then(|| format!("${{{name}}}"));
        match self.captures.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
            None => placeholder(),
        }
    }
}

/// The facts of an answer, or why there are none.
pub(crate) fn facts_of(answer: &Answer) -> Result<&Facts, ProbeError> {
    match answer {
        Answer::Facts(facts) => Ok(facts),
        Answer::Error(error) => Err(error.clone()),
        Answer::NotAsked(why) => Err(ProbeError::new(Reason::NotAsked, why.clone())),
        Answer::Recalled => {
            Err(ProbeError::new(Reason::NotAsked, "the run ended before this step"))
        }
    }
}
