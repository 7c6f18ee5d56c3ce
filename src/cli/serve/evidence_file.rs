//! The `assessment.json` of the last run, read again only when the file has changed.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use avouch::model::judge::assessment::Assessment;

use crate::disk::store;

/// The inode, length and modification time of a file, which show whether it has changed.
type Stamp = (u64, u64, i64, i64);

/// The file in its last known state.
pub(crate) struct EvidenceFile {
    path: PathBuf,
    stamp: Option<Stamp>,
    read: Option<Result<Arc<Assessment>, String>>,
}

impl EvidenceFile {
    /// The file of the project at `root`, which need not exist.
    pub(crate) fn new(root: &Path) -> Self {
        Self { path: root.join("assessment.json"), stamp: None, read: None }
    }

    /// The last run, if there was one and its file can be read.
    pub(crate) fn read(&mut self) -> Option<Arc<Assessment>> {
        let stamp = fs::metadata(&self.path)
            .ok()
            .map(|meta| (meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec()));
        if stamp != self.stamp {
            self.read = stamp.map(|_| store::parse(&self.path).map(Arc::new));
            self.stamp = stamp;
        }
        self.read.as_ref()?.as_ref().ok().cloned()
    }

    /// Why an existing file could not be read.
    pub(crate) fn trouble(&self) -> Option<&str> {
        self.read.as_ref()?.as_ref().err().map(String::as_str)
    }
}
