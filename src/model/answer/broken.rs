//! An expectation that an answer did not meet.

use crate::model::answer::ids::StepId;

/// What broke a claim: a step, and the expectation in it, or a leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The step.
    pub step: StepId,
    /// The expectation's index; `None` for a canary where it must not be.
    pub expectation: Option<usize>,
}
