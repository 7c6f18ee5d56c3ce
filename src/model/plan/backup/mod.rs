//! Backups: where they are stored, which ones a listing has, and how one is opened.

pub mod listing;
pub mod names;
pub mod newest;
mod table;
pub mod value;

use serde::{Deserialize, Serialize};

use crate::model::plan::backup::names::BackupNames;
use crate::model::plan::request::{Program, Request};

/// The placeholder in a program's arguments for the path of the backup's copy.
pub const BACKUP: &str = "${backup}";

/// The number of entries that are read of one folder.
pub const ENTRIES_READ_MAX: usize = 100_000;

/// Which files to list: one file, or those directly in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileQuery {
    /// The path: relative to the project's folder, or absolute.
    pub path: String,
    /// Which of the files in a folder are backups.
    pub names: BackupNames,
}

/// How the newest backup is fetched and opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// Where it is fetched from.
    pub from: BackupSource,
    /// Its format, which decides how it is opened.
    pub form: Form,
    /// The maximum size in bytes, compressed and decompressed; a larger backup is not fetched.
    pub size_max: u64,
}

/// Where a backup is fetched from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupSource {
    /// The answer to this request.
    Http(Request),
    /// The newest finished one of these files.
    Files(FileQuery),
}

/// The format of a backup, which decides how it is opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A SQLite database: its integrity is checked, and the rows of these tables are counted.
    Sqlite(Vec<String>),
    /// An archive of `pg_dump`: this program lists its contents, one line each.
    PgDump(Program),
    /// A tar archive: its entries are read and counted.
    Tar,
    /// Any format that this program can open; it exits with 0 if the backup is sound.
    Command(Program),
}
