//! What an instrument gives back: what the peer said, and which address said it.

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;

/// What came of one question.
#[derive(Clone, Debug)]
pub struct Observed {
    /// What the peer said, or why it could not be asked.
    pub answer: Result<Facts, ProbeError>,
    /// The address that was asked; several are joined by commas.
    pub address: Option<String>,
}
