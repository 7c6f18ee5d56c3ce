//! The boundary between sources, operator, services and files: what each of them may not do.

mod bounds;
mod clocks;
mod files;
mod git;
pub(crate) mod hostile;
mod journal;
mod kills;
mod namespace;
mod outlets;
mod permits;
mod reading;
mod secrets;
mod signals;
mod since;
mod site_folder;
mod two_runs;
mod untrusted;
mod writing;
