//! Runs plans, in parallel where the plan allows it, within the limits of the project.

pub(crate) mod attempt;
mod keep;
pub(crate) mod repeated;
pub(crate) mod runner;
mod schedule;
mod secrets;
mod turns;
