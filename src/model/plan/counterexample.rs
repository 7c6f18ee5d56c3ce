//! A change to a transcript that the judge must notice.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::answer::verdict::Reason;

/// A transcript changed on purpose, and what must be concluded from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
    /// What sort of change it is.
    pub class: Class,
    /// For the reader, after "this check was shown to fail when ".
    pub when: String,
    /// The changes.
    pub edits: Vec<Edit>,
}

/// What must be concluded from a changed transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The claim is false: must be `violated`.
    Negation,
    /// Nothing can be known: must be `inconclusive`.
    Fault,
    /// Nothing is different: must still hold.
    Benign,
}

/// One change of a transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edit {
    /// The step gets the very answer that another step got.
    Swap {
        /// The step that is changed.
        step: StepId,
        /// The step whose answer it gets.
        with: StepId,
    },
    /// Another value stands at a pointer.
    Set {
        /// The step that is changed.
        step: StepId,
        /// JSON Pointer into its facts.
        at: String,
        /// The value.
        value: Value,
    },
    /// Nothing stands at a pointer.
    Remove {
        /// The step that is changed.
        step: StepId,
        /// JSON Pointer into its facts.
        at: String,
    },
    /// The time at a pointer becomes the observation's own plus so many seconds.
    SetTime {
        /// The step that is changed.
        step: StepId,
        /// JSON Pointer into its facts.
        at: String,
        /// Seconds after the observation; negative for before.
        after_s: i64,
    },
    /// A canary turns up in the answer.
    Leak {
        /// The step that is changed.
        step: StepId,
        /// The canary.
        canary: CanaryId,
    },
    /// The step could not be asked.
    Fail {
        /// The step that is changed.
        step: StepId,
        /// Why.
        reason: Reason,
    },
}

impl Edit {
    /// The step that is changed.
    pub fn step(&self) -> StepId {
        match self {
            Self::Swap { step, .. }
            | Self::Set { step, .. }
            | Self::Remove { step, .. }
            | Self::SetTime { step, .. }
            | Self::Leak { step, .. }
            | Self::Fail { step, .. } => *step,
        }
    }
}
