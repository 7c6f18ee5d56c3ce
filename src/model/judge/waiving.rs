//! The effect of a waiver on its claim at a given time.

use jiff::Timestamp;

use crate::model::project::Project;
use crate::model::project::waiver::{Accepted, Waiver};

/// What a waiver does for its claim at a given time.
#[derive(Clone, Debug)]
pub struct Waiving<'a> {
    /// Its file.
    pub file: &'a str,
    /// What stands in it.
    pub waiver: &'a Waiver,
    /// Whether its last day is over: it accepts nothing then.
    pub is_over: bool,
    /// What it accepts although it was asked and is not broken.
    pub dead: Vec<&'a Accepted>,
}

impl<'a> Waiving<'a> {
    /// What a claim's waiver amounts to at `now`, as far as that follows from it alone.
    pub fn of(project: &'a Project, claim: &str, now: Timestamp) -> Option<Self> {
        let (file, waiver) = project.waivers.get(claim)?;
        Some(Self { file, waiver, is_over: now >= waiver.end(), dead: Vec::new() })
    }
}
