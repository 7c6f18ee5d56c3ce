//! Evidence cannot mislead: services that lie, each in one way, and next to each a sound service that holds.

mod basis;
mod contradicted;
mod controls;
mod counter_runs;
mod dates;
mod expectations;
mod forgeries;
mod listed;
mod marks;
mod needs;
pub(crate) mod nodes;
mod numbers;
mod pages;
mod pages_and_backups;
mod premises;
mod refusals;
mod release;
mod secrets;
pub(crate) mod service;
mod strangers;
mod waived;
mod words;
