//! The kinds about backups: how old the newest one is, and whether it can be opened.

pub(crate) mod age;
pub(crate) mod restore;
pub(crate) mod retention;
pub(crate) mod source;
pub(crate) mod tool;
