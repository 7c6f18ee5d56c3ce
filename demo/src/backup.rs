//! Backups of the database: a copy made with SQLite's online backup, and a manifest for each.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{fs, io};

use jiff::SignedDuration;
use serde::Serialize;

use crate::clock::Clock;
use crate::flaw::Flaw;
use crate::store::Store;

/// The number of backups that are kept.
const KEPT: usize = 3;

/// The folder of backups.
pub(crate) struct Backups {
    folder: PathBuf,
    clock: Clock,
    flaws: BTreeSet<Flaw>,
    taken: Mutex<Vec<Manifest>>,
}

/// The description of a backup: `ID.json` next to the copy `ID.sqlite`.
#[derive(Clone, Serialize)]
pub(crate) struct Manifest {
    id: String,
    state: &'static str,
    completed_at: String,
    bytes: u64,
    previous_bytes: Option<u64>,
}

impl Backups {
    /// Creates an empty folder for backups.
    pub(crate) fn create(folder: PathBuf, clock: Clock, flaws: BTreeSet<Flaw>) -> io::Result<Self> {
        fs::create_dir(&folder)?;
        Ok(Self { folder, clock, flaws, taken: Mutex::default() })
    }

    /// The path of the folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes a backup of the store.
    pub(crate) fn take(&self, store: &Store) -> io::Result<()> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let number = taken.last().map_or(1, |last| last.number() + 1);
        let id = format!("{number:06}");
        let copy = self.folder.join(format!("{id}.sqlite"));
        store.back_up(&copy).map_err(io::Error::other)?;
        if self.flaws.contains(&Flaw::EmptyBackup) {
            fs::File::create(&copy)?;
        }
        let manifest = Manifest {
            id,
            state: "finished",
            completed_at: self.completed_at()?,
            bytes: fs::metadata(&copy)?.len(),
            previous_bytes: taken.last().map(|last| last.bytes),
        };
        let text = serde_json::to_vec_pretty(&manifest)?;
        fs::write(copy.with_extension("json"), text)?;
        taken.push(manifest);
        self.prune(&mut taken)
    }

    /// The manifest of the newest backup.
    pub(crate) fn latest(&self) -> Option<Manifest> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.last().cloned()
    }

    /// The content of the newest backup.
    pub(crate) fn read_latest(&self) -> io::Result<Option<Vec<u8>>> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |last: &Manifest| fs::read(self.folder.join(format!("{}.sqlite", last.id)));
        taken.last().map(read).transpose()
    }

    /// The current time in whole seconds, so that it is never in the future; or another time with a flaw.
    fn completed_at(&self) -> io::Result<String> {
        let shift = if self.flaws.contains(&Flaw::StaleBackup) {
            SignedDuration::from_hours(-72)
        } else if self.flaws.contains(&Flaw::FutureBackup) {
            SignedDuration::from_hours(48)
        } else {
            SignedDuration::ZERO
        };
        let at = self.clock.second().checked_add(shift);
        at.map(|at| at.to_string()).map_err(io::Error::other)
    }

    fn prune(&self, taken: &mut Vec<Manifest>) -> io::Result<()> {
        while taken.len() > KEPT {
            let oldest = self.folder.join(taken.remove(0).id);
            fs::remove_file(oldest.with_extension("sqlite"))?;
            fs::remove_file(oldest.with_extension("json"))?;
        }
        Ok(())
    }
}

impl Manifest {
    fn number(&self) -> u32 {
        self.id.parse().unwrap_or_default()
    }
}
