//! The journal: what is about to be made on the target, written down before it is made, so that a
//! run that dies leaves a list for the next one to clean up by.
//!
//! One JSON document a line, appended; what is owed is synced, and what is done need not be: if it is
//! lost, it is cleaned up once too often. A line that was torn by the end of a process is
//! no line. The file is removed once nothing on it is owed.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// Bytes that are read of a journal; ours are far below.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A number that tells an entry from the others of its file.
pub(crate) type EntryId = u64;

/// Something that is about to be made, or that must be taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The claim that it is made for.
    pub(crate) claim: String,
    /// The target's origin.
    pub(crate) target: String,
    /// The step that makes it, or takes it away.
    pub(crate) step: String,
    /// Who does that.
    pub(crate) actor: String,
    /// The request's method.
    pub(crate) method: String,
    /// A template of a path while it is not known what will be made; then the address to clean.
    pub(crate) path: String,
    /// Whether it is known what to ask to take it away.
    pub(crate) known: bool,
}

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Owed(EntryId, Entry),
    Done(EntryId),
}

/// A journal, or none.
pub(crate) struct Journal(Mutex<State>);

enum State {
    /// Nobody asked for one.
    Off,
    /// It cannot be kept: why.
    Broken(String),
    /// It is kept.
    Kept(Book),
}

struct Book {
    path: PathBuf,
    file: File,
    owed: BTreeMap<EntryId, Entry>,
    next: EntryId,
}

impl Journal {
    /// The journal at `path`, with what earlier runs left on it.
    pub(crate) fn open(path: Option<&Path>) -> Self {
        let state = match path.map(Book::open) {
            None => State::Off,
            Some(Ok(book)) => State::Kept(book),
            Some(Err(error)) => State::Broken(format!("the journal cannot be kept: {error}")),
        };
        Self(Mutex::new(state))
    }

    /// What is owed, in the order in which it was written down.
    pub(crate) fn owed(&self) -> Vec<(EntryId, Entry)> {
        match &*self.lock() {
            State::Kept(book) => book.owed.clone().into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Writes down what is owed from now on. What cannot be written down must not be made.
    pub(crate) fn owe(&self, entry: Entry) -> Result<EntryId, String> {
        match &mut *self.lock() {
            State::Off => Ok(0),
            State::Broken(why) => Err(why.clone()),
            State::Kept(book) => {
                book.owe(entry).map_err(|error| format!("the journal cannot be written: {error}"))
            }
        }
    }

    /// Writes down that it is owed no more. If that fails, it is cleaned up once too often.
    pub(crate) fn done(&self, id: EntryId) {
        if let State::Kept(book) = &mut *self.lock() {
            let _ = book.done(id);
        }
    }

    /// Removes the file if nothing is owed.
    pub(crate) fn close(&self) {
        if let State::Kept(book) = &*self.lock()
            && book.owed.is_empty()
        {
            let _ = std::fs::remove_file(&book.path);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn open(path: &Path) -> std::io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        // Another run's objects are not ours to clean up while it still works with them.
        file.try_lock()?;
        let mut text = Vec::new();
        (&mut file).take(BYTES_MAX).read_to_end(&mut text)?;
        if text.last().is_some_and(|last| *last != b'\n') {
            file.write_all(b"\n")?;
        }
        let (owed, next) = read(&text);
        Ok(Self { path: path.to_owned(), file, owed, next })
    }

    fn owe(&mut self, entry: Entry) -> std::io::Result<EntryId> {
        let id = self.next;
        self.append(&Line::Owed(id, entry.clone()))?;
        self.file.sync_data()?;
        self.next += 1;
        self.owed.insert(id, entry);
        Ok(id)
    }

    fn done(&mut self, id: EntryId) -> std::io::Result<()> {
        if self.owed.remove(&id).is_some() {
            self.append(&Line::Done(id))?;
        }
        Ok(())
    }

    fn append(&mut self, line: &Line) -> std::io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.file.write_all(&text)
    }
}

/// What a journal's text says is owed, and the next number.
fn read(text: &[u8]) -> (BTreeMap<EntryId, Entry>, EntryId) {
    let mut owed = BTreeMap::new();
    let mut next = 1;
    for line in text.split(|byte| *byte == b'\n') {
        match serde_json::from_slice(line) {
            Ok(Line::Owed(id, entry)) => {
                next = next.max(id.saturating_add(1));
                owed.insert(id, entry);
            }
            Ok(Line::Done(id)) => {
                owed.remove(&id);
            }
            Err(_) => {}
        }
    }
    (owed, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str) -> Entry {
        Entry {
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
    fn what_a_dead_run_owes_is_on_the_next_ones_list() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/journal");
        let first = Journal::open(Some(&path));
        let done = first.owe(entry("/1")).unwrap();
        first.owe(entry("/2")).unwrap();
        first.done(done);
        drop(first);
        std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(b"{\"owed\":[9,{\"cl")
            .unwrap();
        let second = Journal::open(Some(&path));
        let owed = second.owed();
        assert_eq!(owed, [(2, entry("/2"))]);
        assert_eq!(second.owe(entry("/3")), Ok(3));
        second.done(2);
        drop(second);
        let third = Journal::open(Some(&path));
        assert_eq!(third.owed(), [(3, entry("/3"))]);
        third.close();
        assert!(path.exists());
        third.done(3);
        third.close();
        assert!(!path.exists());
    }

    #[test]
    fn a_journal_in_use_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let first = Journal::open(Some(&path));
        let second = Journal::open(Some(&path));
        assert!(first.owe(entry("/1")).is_ok());
        assert!(second.owe(entry("/2")).is_err());
        assert!(second.owed().is_empty());
    }

    #[test]
    fn without_a_journal_nothing_is_written_down() {
        let journal = Journal::open(None);
        assert!(journal.owe(entry("/1")).is_ok());
        assert!(journal.owed().is_empty());
    }
}
