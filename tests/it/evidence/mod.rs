//! Evidence cannot mislead: services that lie, each in one way, and next to each a sound service that holds.

mod contradicted;
mod controls;
mod counter_runs;
mod dates;
mod expectations;
mod marks;
mod needs;
mod nodes;
mod pages_and_backups;
mod premises;
mod refusals;
mod secrets;
mod service;
