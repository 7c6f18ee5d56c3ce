//! What came back from the steps of a plan; no conclusion.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;

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
