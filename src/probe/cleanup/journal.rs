//! The journal: objects are recorded here before they are created on the target, so that if a run
//! dies, the next one knows which objects to delete.
//!
//! The file has one JSON document per line and is only appended to. Pending entries are synced to
//! disk. Completions are not: if one is lost, its object is deleted once more than needed. An
//! incomplete line is ignored. The file is removed once nothing in it is pending.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// The number of bytes that are read of a journal; real ones are far smaller.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The number of an entry, unique within its file.
pub(crate) type EntryId = u64;

/// An object that is about to be created, or that must be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JournalEntry {
    /// The claim whose check creates it.
    pub(crate) claim: String,
    /// The target's origin.
    pub(crate) target: String,
    /// The step that creates or deletes it.
    pub(crate) step: String,
    /// The actor of that step.
    pub(crate) actor: String,
    /// The request's method.
    pub(crate) method: String,
    /// The template of a path until the object is created; then the address of its deletion.
    pub(crate) path: String,
    /// Whether `path` is the address of the deletion.
    pub(crate) known: bool,
}

/// One line. The names are those of the file format.
#[derive(Serialize, Deserialize)]
enum Line {
    #[serde(rename = "owed")]
    Pending(EntryId, JournalEntry),
    #[serde(rename = "done")]
    Completed(EntryId),
}

/// The journal of a run, which may be switched off.
pub(crate) struct Journal(Mutex<JournalState>);

enum JournalState {
    /// No journal was requested.
    Off,
    /// The file cannot be used, for this reason.
    Broken(String),
    /// The file is open.
    Open(OpenJournal),
}

struct OpenJournal {
    path: PathBuf,
    file: File,
    pending: BTreeMap<EntryId, JournalEntry>,
    next: EntryId,
}

impl Journal {
    /// Opens the journal at `path`, with the entries that earlier runs left.
    pub(crate) fn open(path: Option<&Path>) -> Self {
        let state = match path.map(OpenJournal::open) {
            None => JournalState::Off,
            Some(Ok(open)) => JournalState::Open(open),
            Some(Err(error)) => JournalState::Broken(format!("cannot open the journal: {error}")),
        };
        Self(Mutex::new(state))
    }

    /// The pending entries, in the order in which they were recorded.
    pub(crate) fn pending(&self) -> Vec<(EntryId, JournalEntry)> {
        match &*self.lock() {
            JournalState::Open(open) => open.pending.clone().into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Records an entry. If this fails, the object must not be created.
    pub(crate) fn add(&self, entry: JournalEntry) -> Result<EntryId, String> {
        match &mut *self.lock() {
            JournalState::Off => Ok(0),
            JournalState::Broken(why) => Err(why.clone()),
            JournalState::Open(open) => {
                open.add(entry).map_err(|error| format!("cannot write to the journal: {error}"))
            }
        }
    }

    /// Records that an entry is complete. If this fails, its object is deleted once more than needed.
    pub(crate) fn complete(&self, id: EntryId) {
        if let JournalState::Open(open) = &mut *self.lock() {
            let _ = open.complete(id);
        }
    }

    /// Removes the file if nothing is pending.
    pub(crate) fn close(&self) {
        if let JournalState::Open(open) = &*self.lock()
            && open.pending.is_empty()
        {
            let _ = std::fs::remove_file(&open.path);
        }
    }

    fn lock(&self) -> MutexGuard<'_, JournalState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenJournal {
    fn open(path: &Path) -> std::io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        // Another run still uses the objects in its journal.
        file.try_lock()?;
        let mut text = Vec::new();
        (&mut file).take(BYTES_MAX).read_to_end(&mut text)?;
        if text.last().is_some_and(|last| *last != b'\n') {
            file.write_all(b"\n")?;
        }
        let (pending, next) = read(&text);
        Ok(Self { path: path.to_owned(), file, pending, next })
    }

    fn add(&mut self, entry: JournalEntry) -> std::io::Result<EntryId> {
        let id = self.next;
        self.append(&Line::Pending(id, entry.clone()))?;
        self.file.sync_data()?;
        self.next += 1;
        self.pending.insert(id, entry);
        Ok(id)
    }

    fn complete(&mut self, id: EntryId) -> std::io::Result<()> {
        if self.pending.remove(&id).is_some() {
            self.append(&Line::Completed(id))?;
        }
        Ok(())
    }

    fn append(&mut self, line: &Line) -> std::io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.file.write_all(&text)
    }
}

/// Reads a journal. Returns its pending entries and the next number.
fn read(text: &[u8]) -> (BTreeMap<EntryId, JournalEntry>, EntryId) {
    let mut pending = BTreeMap::new();
    let mut next = 1;
    for line in text.split(|byte| *byte == b'\n') {
        match serde_json::from_slice(line) {
            Ok(Line::Pending(id, entry)) => {
                next = next.max(id.saturating_add(1));
                pending.insert(id, entry);
            }
            Ok(Line::Completed(id)) => {
                pending.remove(&id);
            }
            Err(_) => {}
        }
    }
    (pending, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str) -> JournalEntry {
        JournalEntry {
            claim: "isolation".into(),
            target: "https://a.test".into(),
            step: "clean".into(),
            actor: "acme".into(),
            method: "DELETE".into(),
            path: path.into(),
            known: true,
        }
    }

    #[test]
    fn pending_entries_of_a_dead_run_are_read_by_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/journal");
        let first = Journal::open(Some(&path));
        let complete = first.add(entry("/1")).unwrap();
        first.add(entry("/2")).unwrap();
        first.complete(complete);
        drop(first);
        std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(b"{\"owed\":[9,{\"cl")
            .unwrap();
        let second = Journal::open(Some(&path));
        let pending = second.pending();
        assert_eq!(pending, [(2, entry("/2"))]);
        assert_eq!(second.add(entry("/3")), Ok(3));
        second.complete(2);
        drop(second);
        let third = Journal::open(Some(&path));
        assert_eq!(third.pending(), [(3, entry("/3"))]);
        third.close();
        assert!(path.exists());
        third.complete(3);
        third.close();
        assert!(!path.exists());
    }

    #[test]
    fn a_journal_in_use_is_locked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let first = Journal::open(Some(&path));
        let second = Journal::open(Some(&path));
        assert!(first.add(entry("/1")).is_ok());
        assert!(second.add(entry("/2")).is_err());
        assert!(second.pending().is_empty());
    }

    #[test]
    fn without_a_journal_nothing_is_recorded() {
        let journal = Journal::open(None);
        assert!(journal.add(entry("/1")).is_ok());
        assert!(journal.pending().is_empty());
    }
}
