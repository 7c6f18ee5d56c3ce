//! The add-on's database: tenants, their configuration and notes, images, and the access log.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OptionalExtension, Result, params};
use serde::Serialize;

use crate::random;

const SCHEMA: &str = "
    PRAGMA journal_mode = MEMORY;
    PRAGMA synchronous = OFF;
    CREATE TABLE tenants (
        client_key TEXT PRIMARY KEY, name TEXT NOT NULL, secret TEXT NOT NULL,
        installed INTEGER NOT NULL, config TEXT NOT NULL DEFAULT '{}'
    ) STRICT;
    CREATE TABLE notes (
        id TEXT PRIMARY KEY, client_key TEXT NOT NULL REFERENCES tenants, text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX notes_by_tenant ON notes (client_key);
    CREATE TABLE images (id TEXT PRIMARY KEY, client_key TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE access (
        id TEXT PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, reason TEXT NOT NULL,
        note TEXT NOT NULL
    ) STRICT;
    CREATE TABLE lifecycle (
        id TEXT PRIMARY KEY, at TEXT NOT NULL, event TEXT NOT NULL, client_key TEXT NOT NULL,
        signed INTEGER NOT NULL
    ) STRICT;
";

/// How many pages are copied at once into a backup.
const PAGES: i32 = 256;
/// How many notes a tenant can have.
const NOTES_MAX: i64 = 1000;
/// How many images are kept, of all tenants; the oldest make room for new ones.
const IMAGES_MAX: i64 = 100;
/// How many entries of a log are shown, the newest ones.
const ENTRIES_MAX: i64 = 1000;

/// A tenant: a site on which the add-on is, or was, installed.
pub(crate) struct Tenant {
    /// Its name for itself.
    pub(crate) name: String,
    /// The key by which its tokens name it.
    pub(crate) client_key: String,
    /// The secret that it signs with.
    pub(crate) secret: String,
    /// Whether the add-on is still installed.
    pub(crate) installed: bool,
}

/// A note of a tenant's.
#[derive(Serialize)]
pub(crate) struct Note {
    /// Its id.
    pub(crate) id: String,
    /// What it says.
    pub(crate) text: String,
}

/// An entry of the access log.
#[derive(Serialize)]
pub(crate) struct Access {
    /// Its id.
    pub(crate) id: String,
    /// When, RFC 3339.
    pub(crate) at: String,
    /// Who looked at customer data.
    pub(crate) who: String,
    /// Why: `health`, `maintenance` or `customer-request`.
    pub(crate) reason: String,
    /// Whatever there is to add.
    pub(crate) note: String,
}

/// A callback of the platform's that was taken.
#[derive(Serialize)]
pub(crate) struct Lifecycle {
    /// Its id.
    pub(crate) id: String,
    /// When, RFC 3339.
    pub(crate) at: String,
    /// `installed` or `uninstalled`.
    pub(crate) event: String,
    /// The tenant's client key.
    pub(crate) client_key: String,
    /// Whether it was signed by the platform.
    pub(crate) signed: bool,
}

/// Whose notes are meant.
#[derive(Clone, Copy)]
pub(crate) enum Whose<'a> {
    /// This tenant's, by client key.
    Of(&'a str),
    /// Everybody's: what a flaw looks like from here.
    Everybodys,
}

/// The database, one caller at a time.
pub(crate) struct Store(Mutex<Connection>);

impl Store {
    /// Makes a new database at `path`.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere leaves no statement half done: SQLite rolls it back.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Copies the whole database to `path` by SQLite's online backup.
    pub(crate) fn back_up(&self, path: &Path) -> Result<()> {
        let mut copy = Connection::open(path)?;
        let connection = self.lock();
        Backup::new(&connection, &mut copy)?.run_to_completion(PAGES, Duration::ZERO, None)
    }

    /// Puts in the tenants, all or none.
    pub(crate) fn install(&self, tenants: &[Tenant]) -> Result<()> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let sql = "INSERT INTO tenants (client_key, name, secret, installed) VALUES (?, ?, ?, ?)
            ON CONFLICT (client_key) DO UPDATE SET secret = excluded.secret, installed = excluded.installed";
        for tenant in tenants {
            let Tenant { client_key, name, secret, installed } = tenant;
            transaction.execute(sql, params![client_key, name, secret, installed])?;
        }
        transaction.commit()
    }

    /// Marks the tenant as gone, if there is one with this client key.
    pub(crate) fn uninstall(&self, client_key: &str) -> Result<()> {
        let sql = "UPDATE tenants SET installed = 0 WHERE client_key = ?";
        self.lock().execute(sql, [client_key]).map(drop)
    }

    /// The tenant with this client key.
    pub(crate) fn tenant(&self, client_key: &str) -> Result<Option<Tenant>> {
        let sql = "SELECT name, client_key, secret, installed FROM tenants WHERE client_key = ?";
        let row = |row: &rusqlite::Row<'_>| {
            Ok(Tenant {
                name: row.get(0)?,
                client_key: row.get(1)?,
                secret: row.get(2)?,
                installed: row.get(3)?,
            })
        };
        self.lock().prepare(sql)?.query_one([client_key], row).optional()
    }

    /// The tenant's configuration, JSON.
    pub(crate) fn config(&self, client_key: &str) -> Result<String> {
        let sql = "SELECT config FROM tenants WHERE client_key = ?";
        self.lock().query_one(sql, [client_key], |row| row.get(0))
    }

    /// Sets the tenant's configuration.
    pub(crate) fn set_config(&self, client_key: &str, config: &str) -> Result<()> {
        let sql = "UPDATE tenants SET config = ? WHERE client_key = ?";
        self.lock().execute(sql, [config, client_key]).map(drop)
    }

    /// Notes, in the order in which they were made.
    pub(crate) fn notes(&self, whose: Whose<'_>) -> Result<Vec<Note>> {
        let sql = "SELECT id, text FROM notes WHERE ?1 IS NULL OR client_key = ?1 ORDER BY rowid";
        let connection = self.lock();
        let mut statement = connection.prepare(sql)?;
        statement.query_map([whose.key()], note)?.collect()
    }

    /// A note by its id.
    pub(crate) fn note(&self, whose: Whose<'_>, id: &str) -> Result<Option<Note>> {
        let sql = "SELECT id, text FROM notes WHERE id = ?2 AND (?1 IS NULL OR client_key = ?1)";
        let connection = self.lock();
        connection.query_one(sql, params![whose.key(), id], note).optional()
    }

    /// Makes a note, unless the tenant has too many.
    pub(crate) fn add_note(&self, client_key: &str, text: String) -> Result<Option<Note>> {
        let id = random::uuid();
        let sql = "INSERT INTO notes (id, client_key, text) SELECT ?1, ?2, ?3
            WHERE (SELECT count(*) FROM notes WHERE client_key = ?2) < ?4";
        let made = self.lock().execute(sql, params![id, client_key, text, NOTES_MAX])?;
        Ok((made > 0).then_some(Note { id, text }))
    }

    /// Changes a note; false if there is none.
    pub(crate) fn set_note(&self, whose: Whose<'_>, note: &Note) -> Result<bool> {
        let sql = "UPDATE notes SET text = ?3 WHERE id = ?2 AND (?1 IS NULL OR client_key = ?1)";
        let changed = self.lock().execute(sql, params![whose.key(), note.id, note.text])?;
        Ok(changed > 0)
    }

    /// Deletes a note; false if there is none.
    pub(crate) fn delete_note(&self, whose: Whose<'_>, id: &str) -> Result<bool> {
        let sql = "DELETE FROM notes WHERE id = ?2 AND (?1 IS NULL OR client_key = ?1)";
        Ok(self.lock().execute(sql, params![whose.key(), id])? > 0)
    }

    /// Keeps an image, and gives its id.
    pub(crate) fn add_image(&self, client_key: &str, bytes: &[u8]) -> Result<String> {
        let id = random::uuid();
        let connection = self.lock();
        let sql = "INSERT INTO images (id, client_key, bytes) VALUES (?, ?, ?)";
        connection.execute(sql, params![id, client_key, bytes])?;
        let sql = "DELETE FROM images WHERE rowid NOT IN
            (SELECT rowid FROM images ORDER BY rowid DESC LIMIT ?)";
        connection.execute(sql, [IMAGES_MAX])?;
        Ok(id)
    }

    /// An image by its id.
    pub(crate) fn image(&self, id: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT bytes FROM images WHERE id = ?";
        self.lock().query_one(sql, [id], |row| row.get(0)).optional()
    }

    /// Writes to the access log.
    pub(crate) fn log_access(&self, access: &Access) -> Result<()> {
        let Access { id, at, who, reason, note } = access;
        let sql = "INSERT INTO access (id, at, who, reason, note) VALUES (?, ?, ?, ?, ?)";
        let values = params![id, at, who, reason, note];
        self.lock().execute(sql, values).map(drop)
    }

    /// The newest entries of the access log, the oldest of them first.
    pub(crate) fn access_log(&self) -> Result<Vec<Access>> {
        let sql = "SELECT id, at, who, reason, note FROM
            (SELECT *, rowid FROM access ORDER BY rowid DESC LIMIT ?) ORDER BY rowid";
        let connection = self.lock();
        let mut statement = connection.prepare(sql)?;
        let row = |row: &rusqlite::Row<'_>| {
            Ok(Access {
                id: row.get(0)?,
                at: row.get(1)?,
                who: row.get(2)?,
                reason: row.get(3)?,
                note: row.get(4)?,
            })
        };
        statement.query_map([ENTRIES_MAX], row)?.collect()
    }

    /// Writes down a callback that was taken.
    pub(crate) fn log_lifecycle(&self, entry: &Lifecycle) -> Result<()> {
        let Lifecycle { id, at, event, client_key, signed } = entry;
        let sql =
            "INSERT INTO lifecycle (id, at, event, client_key, signed) VALUES (?, ?, ?, ?, ?)";
        let values = params![id, at, event, client_key, signed];
        self.lock().execute(sql, values).map(drop)
    }

    /// The newest callbacks that were taken, the oldest of them first.
    pub(crate) fn lifecycle(&self) -> Result<Vec<Lifecycle>> {
        let sql = "SELECT id, at, event, client_key, signed FROM
            (SELECT *, rowid FROM lifecycle ORDER BY rowid DESC LIMIT ?) ORDER BY rowid";
        let connection = self.lock();
        let mut statement = connection.prepare(sql)?;
        let row = |row: &rusqlite::Row<'_>| {
            Ok(Lifecycle {
                id: row.get(0)?,
                at: row.get(1)?,
                event: row.get(2)?,
                client_key: row.get(3)?,
                signed: row.get(4)?,
            })
        };
        statement.query_map([ENTRIES_MAX], row)?.collect()
    }
}

impl<'a> Whose<'a> {
    fn key(self) -> Option<&'a str> {
        match self {
            Self::Of(client_key) => Some(client_key),
            Self::Everybodys => None,
        }
    }
}

fn note(row: &rusqlite::Row<'_>) -> Result<Note> {
    Ok(Note { id: row.get(0)?, text: row.get(1)? })
}
