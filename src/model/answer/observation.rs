//! Observations: the answers to the steps of a plan, without any conclusion.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;

/// The answer to one step, with the circumstances in which it was received.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// When the answer was complete, or the step was given up.
    pub at: Timestamp,
    /// How long the step took, in milliseconds.
    pub took_ms: u64,
    /// The address that the request was sent to, such as `203.0.113.7:443`.
    pub address: Option<String>,
    /// The other addresses of the host, to which no request was sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_asked: Vec<String>,
    /// Further addresses to which no request was sent, because this machine has no route to them. That
    /// is usual for IPv6.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_route: Vec<String>,
    /// How often the request was sent to each address; empty if it was sent once.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sent: BTreeMap<String, u32>,
    /// The answer; the first one, if the request was sent several times.
    pub answer: Answer,
    /// The answers of the other times that differ from the first one and from each other, apart
    /// from their time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Look>,
    /// The values that the step captured, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub captures: BTreeMap<String, Value>,
}

/// A further answer to the same request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// When the answer was complete, or the request was given up.
    pub at: Timestamp,
    /// The address that the request was sent to.
    pub address: Option<String>,
    /// How often this answer was received.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u32,
    /// The answer.
    pub answer: Answer,
}

impl Observation {
    /// The observation of an answer at `at`, without any circumstances.
    pub fn new(at: Timestamp, answer: Answer) -> Self {
        Self {
            at,
            took_ms: 0,
            address: None,
            not_asked: Vec::new(),
            no_route: Vec::new(),
            sent: BTreeMap::new(),
            answer,
            others: Vec::new(),
            captures: BTreeMap::new(),
        }
    }

    /// How often its first answer was received.
    pub fn times(&self) -> u32 {
        let all: u32 = self.sent.values().sum();
        let others: u32 = self.others.iter().map(|one| one.times).sum();
        all.saturating_sub(others).max(1)
    }

    /// When the last of its answers was complete.
    pub fn last(&self) -> Timestamp {
        self.others.iter().map(|one| one.at).fold(self.at, Timestamp::max)
    }
}

/// The answer to one step, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The peer answered: the facts of its answer.
    Facts(Facts),
    /// The request failed.
    Error(ProbeError),
    /// No request was sent, because something that the step needs was missing; the text names it.
    NotAsked(String),
    /// The step evaluates an earlier step's answer, which is stored once, at that step.
    Recalled,
}

/// All answers of one run of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// One observation for each step of the plan, in its order.
    pub observations: Vec<Observation>,
    /// How often the check was started: 1 unless it was retried.
    pub attempts: u32,
    /// The answers of a second look at a violated check, while no other check ran. They can make
    /// the violation inconclusive (`judge::interference`), and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Vec<Observation>>,
    /// Objects that this run created and could not delete, described for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_behind: Vec<String>,
}

fn once() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde demands")]
fn is_once(times: &u32) -> bool {
    *times == once()
}
