//! A private copy of something large: written to a temporary file as it comes, bounded, and gone
//! with its folder.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;

/// Where a copy is to be, in a folder that only we can look into.
pub(crate) struct Place {
    folder: TempDir,
    size_max: u64,
}

/// A copy that is being written.
pub(crate) struct Copy {
    file: Option<File>,
    digest: Sha256,
    bytes: u64,
    size_max: u64,
    trouble: Option<ProbeError>,
}

impl Place {
    /// A place for a copy of so many bytes at the most.
    pub(crate) fn new(size_max: u64) -> Result<Self, ProbeError> {
        let private = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix("avouch-").permissions(private).tempdir();
        Ok(Self { folder: folder.map_err(|error| unwritable(&error))?, size_max })
    }

    /// The copy's path.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("backup")
    }

    /// A copy with nothing in it yet.
    pub(crate) fn begin(&self) -> Copy {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let (file, trouble) = match options.open(self.path()) {
            Ok(file) => (Some(file), None),
            Err(error) => (None, Some(unwritable(&error))),
        };
        Copy { file, digest: Sha256::new(), bytes: 0, size_max: self.size_max, trouble }
    }
}

impl Copy {
    /// Writes some more; `false` if no more need be offered.
    pub(crate) fn write(&mut self, chunk: &[u8]) -> bool {
        let size = self.bytes.saturating_add(chunk.len() as u64);
        if size > self.size_max {
            let why =
                format!("the backup has more than the {} bytes that are fetched", self.size_max);
            self.trouble = Some(ProbeError::new(Reason::Budget, why));
        } else if let Some(Err(error)) = self.file.as_mut().map(|file| file.write_all(chunk)) {
            self.trouble = Some(unwritable(&error));
        }
        self.bytes = size;
        self.digest.update(chunk);
        self.trouble.is_none()
    }

    /// Writes all that `from` has.
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

    /// What there is to say of a whole copy: never what is in it.
    pub(crate) fn facts(self) -> Result<Value, ProbeError> {
        let sha256: String =
            self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let facts = json!({ "bytes": self.bytes, "sha256": sha256, "truncated": false });
        self.trouble.map_or(Ok(facts), Err)
    }
}

fn unwritable(error: &io::Error) -> ProbeError {
    ProbeError::new(Reason::Budget, format!("there is no place for a copy: {}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::judge::binding::Digest;

    #[test]
    fn a_copy_is_whole_and_private_and_goes_with_its_place() {
        let place = Place::new(10).unwrap();
        let mut copy = place.begin();
        copy.fill(&mut &b"0123456789"[..]).unwrap();
        let facts = copy.facts().unwrap();
        assert_eq!(facts["bytes"], 10);
        assert_eq!(facts["sha256"], Digest::of(b"0123456789").0);
        let path = place.path();
        assert_eq!(std::fs::read(&path).unwrap(), b"0123456789");
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path) & 0o777, 0o600);
        assert_eq!(mode(path.parent().unwrap()) & 0o777, 0o700);
        drop(place);
        assert!(!path.exists());
    }

    #[test]
    fn what_is_too_large_is_no_copy() {
        let place = Place::new(9).unwrap();
        let mut copy = place.begin();
        assert!(copy.write(b"012345678"));
        assert!(!copy.write(b"9"));
        assert_eq!(copy.facts().unwrap_err().reason, Reason::Budget);
    }
}
