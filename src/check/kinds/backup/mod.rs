//! The kinds that look at backups: how old the newest one is, and whether it can be restored.

pub(crate) mod age;
pub(crate) mod restore;
pub(crate) mod source;
