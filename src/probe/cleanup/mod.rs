//! Deletes the objects that a run created, and those that earlier runs left behind.

pub(crate) mod debt;
pub(crate) mod earlier_runs;
pub(crate) mod journal;
pub(crate) mod obligations;
pub(crate) mod place;
