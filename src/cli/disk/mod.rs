//! Files and Git: everything that the command line reads from disk or writes to it.

pub(crate) mod file;
pub(crate) mod git;
pub(crate) mod leaks;
pub(crate) mod lock;
pub(crate) mod outlets;
pub(crate) mod publish;
pub(crate) mod repository;
pub(crate) mod staging;
pub(crate) mod store;
