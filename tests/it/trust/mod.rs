//! The boundary between sources, operator, services and files: what each of them may not do.

mod clocks;
mod files;
mod kills;
mod reading;
mod signals;
mod site_folder;
mod two_runs;
mod writing;
