//! The result of an instrument for hosts.

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;

/// The result of one question.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The facts, or the error if there are none.
    pub answer: Result<Facts, ProbeError>,
    /// The address that was contacted; several are joined by commas.
    pub address: Option<String>,
}
