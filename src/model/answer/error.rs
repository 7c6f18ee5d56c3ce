//! Errors that prevent a request from being answered.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::answer::verdict::Reason;

/// An error in place of an answer: the target did not answer, or Avouch could not send the request.
///
/// It never means that a claim is false: a step with an error is inconclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeError {
    /// The class of the error.
    pub reason: Reason,
    /// A description for people, without secrets.
    pub detail: String,
}

impl ProbeError {
    /// An error of the class `reason`.
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
