//! Why the service could not be asked.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::answer::verdict::Reason;

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
