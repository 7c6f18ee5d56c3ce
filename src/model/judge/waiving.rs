//! The effect of a waiver on its claim at a given time.

use jiff::Timestamp;

use crate::model::project::Project;
use crate::model::project::waiver::{Accepted, Waiver};

/// The effect of a waiver on its claim at a given time.
#[derive(Clone, Debug)]
pub struct Waiving<'a> {
    /// Its file.
    pub file: &'a str,
    /// The waiver.
    pub waiver: &'a Waiver,
    /// Whether its last day is over, so that it accepts nothing any more.
    pub is_over: bool,
    /// Expectations that it accepts although they were judged and are met.
    pub dead: Vec<&'a Accepted>,
}

impl<'a> Waiving<'a> {
    /// The effect of a claim's waiver at `now`, before its checks are judged.
    pub fn of(project: &'a Project, claim: &str, now: Timestamp) -> Option<Self> {
        let (file, waiver) = project.waivers.get(claim)?;
        Some(Self { file, waiver, is_over: now >= waiver.end(), dead: Vec::new() })
    }
}
