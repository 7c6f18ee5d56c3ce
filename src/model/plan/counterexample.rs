//! Counterexamples: changes to a transcript that the judge must detect.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::answer::verdict::Reason;

/// Changes to a transcript, and the verdict that they must lead to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
    /// The class of the change, which determines the required verdict.
    pub class: Class,
    /// A clause for readers of the page, after "this check was shown to fail when ".
    pub when: String,
    /// The changes.
    pub edits: Vec<Edit>,
}

/// The verdict that a changed transcript must lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The claim is false: it must be `violated`.
    Negation,
    /// Nothing can be determined: it must be `inconclusive`.
    Fault,
    /// An answer that services give in place of the right one: it must not hold.
    Decoy,
    /// Nothing that matters is different: it must still hold.
    Benign,
}

/// One change of a transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edit {
    /// The step gets the answer of another step.
    Swap {
        /// The step that is changed.
        step: StepId,
        /// The step whose answer it gets.
        with: StepId,
    },
    /// The value at a pointer is replaced.
    Set {
        /// The step that is changed.
        step: StepId,
        /// JSON Pointer into its facts.
        at: String,
        /// The value.
        value: Value,
    },
    /// The value at a pointer is removed.
    Remove {
        /// The step that is changed.
        step: StepId,
        /// JSON Pointer into its facts.
        at: String,
    },
    /// The time at a pointer becomes that of the observation plus `after_s` seconds.
    SetTime {
        /// The step that is changed.
        step: StepId,
        /// JSON Pointer into its facts.
        at: String,
        /// Seconds after the observation; negative for before.
        after_s: i64,
    },
    /// A canary appears in the answer.
    Leak {
        /// The step that is changed.
        step: StepId,
        /// The canary.
        canary: CanaryId,
    },
    /// The step's request fails.
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
