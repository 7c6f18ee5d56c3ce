//! Instruments for the local machine: files, programs, records, backups.

pub(crate) mod archive;
pub(crate) mod backup;
pub(crate) mod command;
pub(crate) mod file;
mod format;
pub(crate) mod opened_backup;
pub(crate) mod record;
pub(crate) mod sqlite;
mod unpacked;
mod xxh64;
mod zstd;
