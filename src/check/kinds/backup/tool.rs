//! The table of backup tools: where the list of each one has times, names, sizes and states.
//!
//! The facts are those of the output of the usual list command, in the version that each row names. What an
//! author writes takes precedence over the table.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::model::plan::backup::value::{ValueTest, Wanted};

/// A program or service that makes backups. The manual has the commands (`Settings::tool` of `backup-age`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Tool {
    // `restic snapshots --json`
    Restic,
    // `borg list --json REPOSITORY`, whose times have no offset before Borg 2: name their `zone`
    Borg,
    // `pgbackrest info --output=json`
    Pgbackrest,
    // `barman list-backups SERVER -f json`
    Barman,
    // `velero backup get -o json`
    Velero,
    // `wal-g backup-list --json --detail`
    WalG,
    // `aws rds describe-db-snapshots`, or `describe-db-cluster-snapshots`
    Rds,
    // `heroku pg:backups`, or the list of transfers of the platform's API
    Heroku,
    // Files that `pg_dump` wrote.
    #[serde(rename = "pg_dump")]
    PgDump,
    // A bucket's listing: `s3:`, or `aws s3api list-objects-v2`.
    S3,
    // Files of any kind.
    Files,
}

/// What a tool's list has where.
pub(crate) struct ToolRow {
    /// JSON Pointers to the list of backups; `*` is the only member. Empty if the tool prints no list.
    pub(crate) lists: &'static [&'static str],
    /// JSON Pointers to the time of a backup.
    pub(crate) at: &'static [&'static str],
    /// JSON Pointers to its name.
    pub(crate) name: &'static [&'static str],
    /// JSON Pointer to its size, if every backup in the list has one.
    pub(crate) bytes: Option<&'static str>,
    /// Which backups are finished; `None` if the list has no others.
    pub(crate) state: Option<(&'static str, Is)>,
    /// Which entries are backups; `None` if all are.
    pub(crate) only: Option<(&'static str, Is)>,
    /// The endings of names of unfinished backups, in addition to the usual ones.
    pub(crate) partial: &'static [&'static str],
    /// The endings of the names of backups.
    pub(crate) suffixes: &'static [&'static str],
}

/// The value of a state.
pub(crate) enum Is {
    /// This text.
    Text(&'static str),
    /// True.
    True,
    /// False, or no value.
    NotTrue,
}

const FILES: ToolRow = ToolRow {
    lists: &[],
    at: &[],
    name: &[],
    bytes: None,
    state: None,
    only: None,
    partial: &[],
    suffixes: &[],
};

/// restic 0.18. A snapshot is stored when it is complete; its time is that of its beginning.
const RESTIC: ToolRow =
    ToolRow { lists: &[""], at: &["/time"], name: &["/short_id", "/id"], ..FILES };

/// Borg 1.4 and 2.0. An archive that was interrupted is a checkpoint.
const BORG: ToolRow = ToolRow {
    lists: &["/archives"],
    at: &["/time", "/start"],
    name: &["/archive", "/name"],
    partial: &[".checkpoint", ".recreate"],
    ..FILES
};

/// pgBackRest 2.58. `error` is null if the pages have no checksums.
const PGBACKREST: ToolRow = ToolRow {
    lists: &["/*/backup"],
    at: &["/timestamp/stop"],
    name: &["/label"],
    bytes: Some("/info/size"),
    state: Some(("/error", Is::NotTrue)),
    ..FILES
};

/// Barman 3.17. A backup without a time is not finished.
const BARMAN: ToolRow = ToolRow {
    lists: &["/*"],
    at: &["/end_time_timestamp", "/end_time"],
    name: &["/backup_id"],
    bytes: Some("/size_bytes"),
    state: Some(("/status", Is::Text("DONE"))),
    ..FILES
};

/// Velero 1.17. A single backup is not in a list.
const VELERO: ToolRow = ToolRow {
    lists: &["/items", ""],
    at: &["/status/completionTimestamp"],
    name: &["/metadata/name"],
    state: Some(("/status/phase", Is::Text("Completed"))),
    ..FILES
};

/// WAL-G 3.0. Only finished backups are listed.
const WAL_G: ToolRow = ToolRow {
    lists: &[""],
    at: &["/finish_time", "/time", "/modified"],
    name: &["/backup_name", "/name"],
    ..FILES
};

/// AWS CLI 2.
const RDS: ToolRow = ToolRow {
    lists: &["/DBSnapshots", "/DBClusterSnapshots"],
    at: &["/SnapshotCreateTime"],
    name: &["/DBSnapshotIdentifier", "/DBClusterSnapshotIdentifier"],
    state: Some(("/Status", Is::Text("available"))),
    ..FILES
};

/// Heroku CLI 11, and version 11 of the API for transfers, whose list also has restores and copies.
const HEROKU: ToolRow = ToolRow {
    lists: &[""],
    at: &["/finished_at"],
    name: &["/name", "/num"],
    bytes: Some("/processed_bytes"),
    state: Some(("/succeeded", Is::True)),
    only: Some(("/to_type", Is::Text("gof3r"))),
    ..FILES
};

/// The usual names of files that `pg_dump` of PostgreSQL 18 wrote.
const PG_DUMP: ToolRow = ToolRow {
    suffixes: &[
        ".dump",
        ".pgdump",
        ".backup",
        ".custom",
        ".tar",
        ".sql",
        ".dump.gz",
        ".sql.gz",
        ".tar.gz",
        ".tgz",
        ".dump.zst",
        ".sql.zst",
        ".tar.zst",
        ".sql.xz",
        ".sql.bz2",
        ".sql.lz4",
        ".gz",
    ],
    ..FILES
};

/// AWS CLI 2.
const S3: ToolRow = ToolRow {
    lists: &["/Contents"],
    at: &["/LastModified"],
    name: &["/Key"],
    bytes: Some("/Size"),
    ..FILES
};

impl Tool {
    /// Its row of the table.
    pub(crate) fn row(self) -> &'static ToolRow {
        match self {
            Self::Restic => &RESTIC,
            Self::Borg => &BORG,
            Self::Pgbackrest => &PGBACKREST,
            Self::Barman => &BARMAN,
            Self::Velero => &VELERO,
            Self::WalG => &WAL_G,
            Self::Rds => &RDS,
            Self::Heroku => &HEROKU,
            Self::PgDump => &PG_DUMP,
            Self::S3 => &S3,
            Self::Files => &FILES,
        }
    }

    /// Whether its backups are files, and not the contents of a repository or a service.
    pub(crate) fn makes_files(self) -> bool {
        matches!(self, Self::PgDump | Self::S3 | Self::Files)
    }
}

impl ToolRow {
    /// The test of its state.
    pub(crate) fn state(&self) -> Option<ValueTest> {
        self.state.as_ref().map(test)
    }

    /// The test of its entries.
    pub(crate) fn only(&self) -> Option<ValueTest> {
        self.only.as_ref().map(test)
    }
}

fn test((at, is): &(&str, Is)) -> ValueTest {
    let is = match is {
        Is::Text(text) => vec![(*text).into()],
        Is::True => vec![true.into()],
        Is::NotTrue => vec![false.into(), Value::Null],
    };
    ValueTest { at: (*at).to_owned(), is: Wanted::OneOf(is) }
}

/// The row's texts, as a plan has them.
pub(crate) fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
