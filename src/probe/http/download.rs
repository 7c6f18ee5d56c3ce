//! A private copy of a large file: written to a temporary folder as it arrives, limited in size, and
//! deleted with that folder.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;

/// A temporary folder for one copy, which only this user can read.
pub(crate) struct PrivateDir {
    folder: TempDir,
    size_max: u64,
}

/// A copy while it is being written.
pub(crate) struct PrivateCopy {
    file: Option<File>,
    digest: Sha256,
    bytes: u64,
    size_max: u64,
    error: Option<ProbeError>,
}

impl PrivateDir {
    /// Creates a folder for a copy of at most `size_max` bytes.
    pub(crate) fn new(size_max: u64) -> Result<Self, ProbeError> {
        let private = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix("avouch-").permissions(private).tempdir();
        Ok(Self { folder: folder.map_err(|error| unwritable(&error))?, size_max })
    }

    /// The copy's path.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("backup")
    }

    /// Starts an empty copy.
    pub(crate) fn begin(&self) -> PrivateCopy {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let (file, error) = match options.open(self.path()) {
            Ok(file) => (Some(file), None),
            Err(error) => (None, Some(unwritable(&error))),
        };
        PrivateCopy { file, digest: Sha256::new(), bytes: 0, size_max: self.size_max, error }
    }
}

impl PrivateCopy {
    /// Appends a chunk; `false` if the copy accepts no more.
    pub(crate) fn write(&mut self, chunk: &[u8]) -> bool {
        let size = self.bytes.saturating_add(chunk.len() as u64);
        if size > self.size_max {
            let why = format!("the backup is larger than the limit of {} bytes", self.size_max);
            self.error = Some(ProbeError::new(Reason::Budget, why));
        } else if let Some(Err(error)) = self.file.as_mut().map(|file| file.write_all(chunk)) {
            self.error = Some(unwritable(&error));
        }
        self.bytes = size;
        self.digest.update(chunk);
        self.error.is_none()
    }

    /// Appends everything that `from` contains.
    pub(crate) fn fill(&mut self, from: &mut impl Read) -> io::Result<()> {
        let mut chunk = vec![0; 64 * 1024];
        loop {
            match from.read(&mut chunk)? {
                0 => return Ok(()),
                count if self.write(&chunk[..count]) => {}
                _ => return Ok(()),
            }
        }
    }

    /// The facts of a complete copy; they do not include its content.
    pub(crate) fn facts(self) -> Result<Value, ProbeError> {
        let sha256: String =
            self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let facts = json!({ "bytes": self.bytes, "sha256": sha256, "truncated": false });
        self.error.map_or(Ok(facts), Err)
    }
}

fn unwritable(error: &io::Error) -> ProbeError {
    ProbeError::new(Reason::Budget, format!("cannot write the copy: {}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::judge::binding::Digest;

    #[test]
    fn a_copy_is_complete_and_private_and_is_deleted_with_its_folder() {
        let dir = PrivateDir::new(10).unwrap();
        let mut copy = dir.begin();
        copy.fill(&mut &b"0123456789"[..]).unwrap();
        let facts = copy.facts().unwrap();
        assert_eq!(facts["bytes"], 10);
        assert_eq!(facts["sha256"], Digest::of(b"0123456789").0);
        let path = dir.path();
        assert_eq!(std::fs::read(&path).unwrap(), b"0123456789");
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path) & 0o777, 0o600);
        assert_eq!(mode(path.parent().unwrap()) & 0o777, 0o700);
        drop(dir);
        assert!(!path.exists());
    }

    #[test]
    fn a_file_over_the_limit_is_not_copied() {
        let dir = PrivateDir::new(9).unwrap();
        let mut copy = dir.begin();
        assert!(copy.write(b"012345678"));
        assert!(!copy.write(b"9"));
        assert_eq!(copy.facts().unwrap_err().reason, Reason::Budget);
    }
}
