//! Opens a SQLite database, checks its integrity and counts rows. The database may be malicious.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::mpsc;
use std::time::Instant;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _};
use serde_json::json;

use crate::model::answer::error::ProbeError;
use crate::probe::local::opened_backup::{OpenedBackup, too_long};

/// The first bytes of a database (SQLite file format, section 1.3). SQLite itself accepts an empty file.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Maximum memory of SQLite in bytes.
const HEAP_MAX: u64 = 128 * 1024 * 1024;

/// Opens the database at `path`, which no other process uses, and counts the rows of `tables`.
pub(crate) fn open(
    path: &Path,
    tables: &[String],
    end: Instant,
) -> Result<OpenedBackup, ProbeError> {
    let mut head = [0; MAGIC.len()];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    if read.is_err() || head != *MAGIC {
        return Ok(OpenedBackup::Unreadable("the backup is not a SQLite database"));
    }
    match look(path, tables, end) {
        Ok(opened) => Ok(opened),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
            Err(too_long())
        }
        Err(_) => Ok(OpenedBackup::Unreadable("the backup cannot be read")),
    }
}

fn look(path: &Path, tables: &[String], end: Instant) -> rusqlite::Result<OpenedBackup> {
    // A database that was copied with a write-ahead log can only be opened for writing.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    // For the whole process: a row of a malicious database may claim any size.
    database.execute_batch(&format!("PRAGMA hard_heap_limit = {HEAP_MAX}"))?;
    until(end, &database, || {
        let integrity: String =
            database.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        let mut rows = BTreeMap::new();
        for table in tables {
            if let Some(count) = count(&database, table)? {
                rows.insert(table, count);
            }
        }
        // The message of SQLite may quote data of customers.
        let integrity = if integrity == "ok" { "ok" } else { "damaged" };
        Ok(OpenedBackup::Readable(json!({ "integrity": integrity, "rows": rows })))
    })
}

/// Runs `work`, and interrupts the database at `end`.
fn until<T>(
    end: Instant,
    database: &Connection,
    work: impl FnOnce() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let handle = database.get_interrupt_handle();
    let (done, waits) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let span = end.saturating_duration_since(Instant::now());
            if waits.recv_timeout(span) == Err(mpsc::RecvTimeoutError::Timeout) {
                handle.interrupt();
            }
        });
        let result = work();
        drop(done);
        result
    })
}

/// The number of rows of a table; `None` if the table does not exist.
fn count(database: &Connection, table: &str) -> rusqlite::Result<Option<i64>> {
    let known = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    let known: Option<String> = database.query_row(known, [table], |row| row.get(0)).optional()?;
    let Some(name) = known else { return Ok(None) };
    let count = format!("SELECT count(*) FROM \"{}\"", name.replace('"', "\"\""));
    database.query_row(&count, [], |row| row.get(0)).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn database(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("a.sqlite");
        let database = Connection::open(&path).unwrap();
        let script = "PRAGMA journal_mode = WAL; CREATE TABLE \"a \"\"b\" (x TEXT); CREATE INDEX i ON \
                      \"a \"\"b\" (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM \
                      n WHERE i < 2000) INSERT INTO \"a \"\"b\" SELECT 'row ' || i FROM n;";
        database.execute_batch(script).unwrap();
        path
    }

    fn opened(path: &Path, tables: &[&str]) -> Result<OpenedBackup, ProbeError> {
        let tables: Vec<String> = tables.iter().map(|name| (*name).to_owned()).collect();
        open(path, &tables, Instant::now() + Duration::from_secs(60))
    }

    #[test]
    fn a_database_is_checked_and_its_rows_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = database(folder.path());
        let Ok(OpenedBackup::Readable(facts)) = opened(&path, &["a \"b", "nowhere"]) else {
            panic!()
        };
        assert_eq!(facts, json!({"integrity": "ok", "rows": {"a \"b": 2000}}));
    }

    #[test]
    fn damaged_and_truncated_databases_are_detected() {
        let folder = tempfile::tempdir().unwrap();
        let path = database(folder.path());
        let whole = std::fs::read(&path).unwrap();
        for (from, to) in [(4096 * 3, whole.len()), (whole.len() / 2, whole.len())] {
            let mut damaged = whole.clone();
            damaged[from..to].fill(0);
            std::fs::write(&path, damaged).unwrap();
            match opened(&path, &["a \"b"]).unwrap() {
                OpenedBackup::Unreadable(_) | OpenedBackup::Foreign(_) => {}
                OpenedBackup::Readable(facts) => assert_eq!(facts["integrity"], "damaged"),
            }
            std::fs::write(&path, &whole[..from]).unwrap();
            match opened(&path, &[]).unwrap() {
                OpenedBackup::Unreadable(_) | OpenedBackup::Foreign(_) => {}
                OpenedBackup::Readable(facts) => assert_eq!(facts["integrity"], "damaged"),
            }
        }
    }

    #[test]
    fn other_files_are_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for content in ["", "SQLite format", "<html>not found</html>"] {
            std::fs::write(&path, content).unwrap();
            assert!(matches!(opened(&path, &[]), Ok(OpenedBackup::Unreadable(_))), "{content}");
        }
    }
}
