//! An expectation that an answer did not meet.

use crate::model::answer::ids::StepId;

/// A reason why a claim is violated: an expectation that was not met, or a canary that leaked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The step in whose answer it was found.
    pub step: StepId,
    /// The expectation's index in the step; `None` for a canary that the actor may not see.
    pub expectation: Option<usize>,
}
