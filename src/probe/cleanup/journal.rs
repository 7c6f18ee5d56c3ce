//! The journal: objects are recorded here before they are created on the target, so that if a run
//! dies, the next one knows which objects to delete. The file is outside the repository
//! (`place.rs`).
//!
//! The file has one JSON document per line and is only appended to. Pending entries are synced to
//! disk. Completions are not: if one is lost, its object is deleted once more than needed. An
//! incomplete line is ignored. The file is removed once nothing in it is pending.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::model::judge::binding::Digest;

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
    /// The template of a path until the object is created; then the address of its deletion, for people.
    pub(crate) path: String,
    /// Whether the object can be deleted: `path` is the address of its deletion.
    pub(crate) known: bool,
    /// The fingerprint of the clean-up step; `None` in an entry of an earlier version, which cannot be
    /// repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<Digest>,
    /// The values of the placeholders in its request, without secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) captures: BTreeMap<String, String>,
}

/// One line. The names are those of the file format.
#[derive(Serialize, Deserialize)]
enum Line {
    #[serde(rename = "owed")]
    Pending(EntryId, JournalEntry),
    #[serde(rename = "done")]
    Completed(EntryId),
    /// It was reported that the object cannot be deleted.
    #[serde(rename = "told")]
    Reported(EntryId),
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
    content: Content,
}

/// What the lines of a journal say.
#[derive(Debug, PartialEq, Eq)]
struct Content {
    pending: BTreeMap<EntryId, JournalEntry>,
    /// The pending entries that were reported.
    reported: BTreeSet<EntryId>,
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
            JournalState::Open(open) => open.content.pending.clone().into_iter().collect(),
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

    /// Records that an entry was reported. Returns whether it had not been before.
    pub(crate) fn report(&self, id: EntryId) -> bool {
        match &mut *self.lock() {
            JournalState::Open(open) => open.report(id),
            _ => true,
        }
    }

    /// Removes the file if nothing is pending.
    pub(crate) fn close(&self) {
        if let JournalState::Open(open) = &*self.lock()
            && open.content.pending.is_empty()
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
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600);
        let mut file = options.custom_flags(flags.bits().cast_signed()).open(path)?;
        let about = file.metadata()?;
        if !about.is_file() || about.len() > BYTES_MAX {
            return Err(std::io::Error::other("it is not a regular file, or is too long"));
        }
        // Another run still uses the objects in its journal.
        file.try_lock()?;
        let mut text = Vec::new();
        (&mut file).take(BYTES_MAX).read_to_end(&mut text)?;
        if text.last().is_some_and(|last| *last != b'\n') {
            file.write_all(b"\n")?;
        }
        Ok(Self { path: path.to_owned(), file, content: read(&text) })
    }

    fn add(&mut self, entry: JournalEntry) -> std::io::Result<EntryId> {
        let id = self.content.next;
        self.append(&Line::Pending(id, entry.clone()))?;
        self.file.sync_data()?;
        self.content.next += 1;
        self.content.pending.insert(id, entry);
        Ok(id)
    }

    fn complete(&mut self, id: EntryId) -> std::io::Result<()> {
        self.content.reported.remove(&id);
        if self.content.pending.remove(&id).is_some() {
            self.append(&Line::Completed(id))?;
        }
        Ok(())
    }

    fn report(&mut self, id: EntryId) -> bool {
        let is_new = self.content.reported.insert(id);
        if is_new {
            // If this fails, the entry is reported once more.
            let _ = self.append(&Line::Reported(id));
        }
        is_new
    }

    fn append(&mut self, line: &Line) -> std::io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.file.write_all(&text)
    }
}

/// Reads a journal. Lines that are not understood, such as an incomplete one, are ignored.
fn read(text: &[u8]) -> Content {
    let mut content = Content { pending: BTreeMap::new(), reported: BTreeSet::new(), next: 1 };
    for line in text.split(|byte| *byte == b'\n') {
        match serde_json::from_slice(line) {
            Ok(Line::Pending(id, entry)) => {
                content.next = content.next.max(id.saturating_add(1));
                content.pending.insert(id, entry);
            }
            Ok(Line::Completed(id)) => {
                content.pending.remove(&id);
            }
            Ok(Line::Reported(id)) => {
                content.reported.insert(id);
            }
            Err(_) => {}
        }
    }
    let Content { pending, reported, .. } = &mut content;
    reported.retain(|id| pending.contains_key(id));
    content
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
            plan: Some(Digest::of(b"plan")),
            captures: [("note".into(), "7".into())].into(),
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
    fn an_entry_is_reported_once_in_all_runs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let first = Journal::open(Some(&path));
        let id = first.add(entry("/1")).unwrap();
        assert!(first.report(id));
        assert!(!first.report(id));
        drop(first);
        let second = Journal::open(Some(&path));
        assert!(!second.report(id));
        let other = second.add(entry("/2")).unwrap();
        assert!(second.report(other));
        second.complete(id);
        second.complete(other);
        second.close();
        assert!(!path.exists());
    }

    #[test]
    fn journals_of_earlier_and_later_versions_are_read() {
        let old = br#"{"owed":[1,{"claim":"c","target":"https://a.test","step":"s","actor":"a","method":"DELETE","path":"https://a.test/1","known":true}]}
{"owed":[2,{"claim":"c","target":"https://a.test"}]}
{"owed":[3,{"claim":"c","target":"https://a.test","step":"s","actor":"a","method":"DELETE","path":"/","known":true,"new":1}]}
{"later":[3]}
not JSON
{"told":9}
{"done":null}
"#;
        let content = read(old);
        assert_eq!(content.pending.keys().collect::<Vec<_>>(), [&1, &3]);
        assert_eq!(content.pending[&1].plan, None);
        assert_eq!((content.reported.len(), content.next), (0, 4));
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
