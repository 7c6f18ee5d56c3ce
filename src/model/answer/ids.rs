//! Identifiers of steps and canaries within a plan.

/// The index of a step in its plan.
pub type StepId = usize;

/// The index of a canary in its plan.
pub type CanaryId = usize;
