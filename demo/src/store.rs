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

/// The number of pages that are copied into a backup at once.
const PAGES: i32 = 256;
/// The number of notes that a tenant can have.
const NOTES_MAX: i64 = 1000;
/// The number of images that are kept, of all tenants; new ones replace the oldest.
const IMAGES_MAX: i64 = 100;
/// The number of entries of a log that are shown, newest first.
const ENTRIES_MAX: i64 = 1000;

/// A tenant: a site on which the add-on is, or was, installed.
pub(crate) struct Tenant {
    /// The name.
    pub(crate) name: String,
    /// The issuer of its tokens.
    pub(crate) client_key: String,
    /// The secret that signs its tokens.
    pub(crate) secret: String,
    /// Whether the add-on is still installed.
    pub(crate) installed: bool,
}

/// A note of a tenant.
#[derive(Serialize)]
pub(crate) struct Note {
    /// The id.
    pub(crate) id: String,
    /// The text.
    pub(crate) text: String,
}

/// An entry of the access log.
#[derive(Serialize)]
pub(crate) struct Access {
    /// The id.
    pub(crate) id: String,
    /// The time, in RFC 3339 format.
    pub(crate) at: String,
    /// Who read customer data.
    pub(crate) who: String,
    /// The reason: `health`, `maintenance` or `customer-request`.
    pub(crate) reason: String,
    /// A remark.
    pub(crate) note: String,
}

/// An accepted callback of the platform.
#[derive(Serialize)]
pub(crate) struct Lifecycle {
    /// The id.
    pub(crate) id: String,
    /// The time, in RFC 3339 format.
    pub(crate) at: String,
    /// `installed` or `uninstalled`.
    pub(crate) event: String,
    /// The tenant's client key.
    pub(crate) client_key: String,
    /// Whether the platform signed it.
    pub(crate) signed: bool,
}

/// The owner of the notes that a query may reach.
#[derive(Clone, Copy)]
pub(crate) enum Owner<'a> {
    /// The tenant with this client key.
    Tenant(&'a str),
    /// Any tenant: used by the flaws.
    Anyone,
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

    /// Marks the tenant with this client key as uninstalled, if it exists.
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

    /// The tenant's configuration, as JSON.
    pub(crate) fn config(&self, client_key: &str) -> Result<String> {
        let sql = "SELECT config FROM tenants WHERE client_key = ?";
        self.lock().query_one(sql, [client_key], |row| row.get(0))
    }

    /// Sets the tenant's configuration.
    pub(crate) fn set_config(&self, client_key: &str, config: &str) -> Result<()> {
        let sql = "UPDATE tenants SET config = ? WHERE client_key = ?";
        self.lock().execute(sql, [config, client_key]).map(drop)
    }

    /// The notes, in the order of their creation.
    pub(crate) fn notes(&self, owner: Owner<'_>) -> Result<Vec<Note>> {
        let sql = "SELECT id, text FROM notes WHERE ?1 IS NULL OR client_key = ?1 ORDER BY rowid";
        let connection = self.lock();
        let mut statement = connection.prepare(sql)?;
        statement.query_map([owner.key()], note)?.collect()
    }

    /// The notes that were created after the note `id`, in the order of their creation.
    pub(crate) fn notes_after(&self, owner: Owner<'_>, id: &str) -> Result<Vec<Note>> {
        let sql = "SELECT id, text FROM notes WHERE (?1 IS NULL OR client_key = ?1)
            AND rowid > (SELECT rowid FROM notes WHERE id = ?2) ORDER BY rowid";
        let connection = self.lock();
        let mut statement = connection.prepare(sql)?;
        statement.query_map(params![owner.key(), id], note)?.collect()
    }

    /// A note by its id.
    pub(crate) fn note(&self, owner: Owner<'_>, id: &str) -> Result<Option<Note>> {
        let sql = "SELECT id, text FROM notes WHERE id = ?2 AND (?1 IS NULL OR client_key = ?1)";
        let connection = self.lock();
        connection.query_one(sql, params![owner.key(), id], note).optional()
    }

    /// Creates a note; `None` if the tenant has too many.
    pub(crate) fn add_note(&self, client_key: &str, text: String) -> Result<Option<Note>> {
        let id = random::uuid();
        let sql = "INSERT INTO notes (id, client_key, text) SELECT ?1, ?2, ?3
            WHERE (SELECT count(*) FROM notes WHERE client_key = ?2) < ?4";
        let created = self.lock().execute(sql, params![id, client_key, text, NOTES_MAX])?;
        Ok((created > 0).then_some(Note { id, text }))
    }

    /// Changes a note; false if it does not exist.
    pub(crate) fn set_note(&self, owner: Owner<'_>, note: &Note) -> Result<bool> {
        let sql = "UPDATE notes SET text = ?3 WHERE id = ?2 AND (?1 IS NULL OR client_key = ?1)";
        let changed = self.lock().execute(sql, params![owner.key(), note.id, note.text])?;
        Ok(changed > 0)
    }

    /// Deletes a note; false if it does not exist.
    pub(crate) fn delete_note(&self, owner: Owner<'_>, id: &str) -> Result<bool> {
        let sql = "DELETE FROM notes WHERE id = ?2 AND (?1 IS NULL OR client_key = ?1)";
        Ok(self.lock().execute(sql, params![owner.key(), id])? > 0)
    }

    /// Stores an image. Returns its id.
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

    /// Adds an entry to the access log.
    pub(crate) fn log_access(&self, access: &Access) -> Result<()> {
        let Access { id, at, who, reason, note } = access;
        let sql = "INSERT INTO access (id, at, who, reason, note) VALUES (?, ?, ?, ?, ?)";
        let values = params![id, at, who, reason, note];
        self.lock().execute(sql, values).map(drop)
    }

    /// The newest entries of the access log, in order of time.
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

    /// Records an accepted callback.
    pub(crate) fn log_lifecycle(&self, entry: &Lifecycle) -> Result<()> {
        let Lifecycle { id, at, event, client_key, signed } = entry;
        let sql =
            "INSERT INTO lifecycle (id, at, event, client_key, signed) VALUES (?, ?, ?, ?, ?)";
        let values = params![id, at, event, client_key, signed];
        self.lock().execute(sql, values).map(drop)
    }

    /// The newest accepted callbacks, in order of time.
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

impl<'a> Owner<'a> {
    fn key(self) -> Option<&'a str> {
        match self {
            Self::Tenant(client_key) => Some(client_key),
            Self::Anyone => None,
        }
    }
}

fn note(row: &rusqlite::Row<'_>) -> Result<Note> {
    Ok(Note { id: row.get(0)?, text: row.get(1)? })
}
