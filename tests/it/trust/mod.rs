//! The boundary between sources, operator, services and files: what each of them may not do.

mod clocks;
mod files;
mod git;
mod journal;
mod kills;
mod reading;
mod signals;
mod since;
mod site_folder;
mod two_runs;
mod untrusted;
mod writing;
