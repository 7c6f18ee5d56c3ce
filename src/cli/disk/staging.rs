//! Where a file or a site is written before it takes its place: a new folder next to its destination, with a
//! random name, which only its owner can read.
//!
//! A run that is killed leaves such a folder behind. Git ignores it, because of the `.gitignore` in it, and the
//! next run that writes at the same place removes it. That file is locked while the folder is in use.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use avouch::load::file::regular;
use avouch::load::file::regular::Links;
use rustix::fs::{FlockOperation, OFlags, flock};

const PREFIX: &str = ".avouch-";

/// The length of the random part of a name.
const RANDOM: usize = 12;

const IGNORE: &str = ".gitignore";

const IGNORE_TEXT: &str =
    "# A run of Avouch was ended here. The next run removes this folder.\n*\n";

/// How often another run may take a new folder for an abandoned one.
const ATTEMPTS_MAX: usize = 10;

/// A folder that is removed with this value.
#[derive(Debug)]
pub(crate) struct Staging {
    path: PathBuf,
    _lock: Option<File>,
}

impl Staging {
    /// Makes a folder in `parent`, from which it first removes those that killed runs left.
    pub(crate) fn new(parent: &Path) -> io::Result<Self> {
        clean(parent);
        for _ in 0..ATTEMPTS_MAX {
            if let Some(staging) = Self::attempt(parent)? {
                return Ok(staging);
            }
        }
        Err(io::Error::other("another program removes new folders here"))
    }

    /// `None` if another run removed the folder before it was locked.
    fn attempt(parent: &Path) -> io::Result<Option<Self>> {
        let mut named = tempfile::Builder::new();
        named.prefix(PREFIX).rand_bytes(RANDOM).permissions(Permissions::from_mode(0o700));
        let mut staging = Self { path: named.tempdir_in(parent)?.keep(), _lock: None };
        let ignore = staging.path.join(IGNORE);
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&ignore) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let is_ours = try_lock(&file) && is_at(&file, &ignore);
        if !is_ours {
            return Ok(None);
        }
        file.write_all(IGNORE_TEXT.as_bytes())?;
        staging._lock = Some(file);
        Ok(Some(staging))
    }

    /// A path in it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // The next run removes what cannot be removed now.
        let _ = remove(&self.path);
    }
}

/// Whether no run has the lock. Where there are no locks, no folder is taken for an abandoned one.
fn try_lock(file: &File) -> bool {
    !matches!(
        flock(file, FlockOperation::NonBlockingLockExclusive),
        Err(rustix::io::Errno::WOULDBLOCK)
    )
}

/// Whether `file` is still the one at `path`.
fn is_at(file: &File, path: &Path) -> bool {
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let (open, there) = (file.metadata().map(identity), fs::symlink_metadata(path).map(identity));
    open.ok().is_some_and(|open| there.is_ok_and(|there| open == there))
}

/// Removes the folders that killed runs left in `parent`. One that cannot be removed does no harm.
fn clean(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if has_our_name(&entry.file_name()) && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let _ = remove_abandoned(&entry.path());
        }
    }
}

fn has_our_name(name: &OsStr) -> bool {
    let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    random.is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn remove_abandoned(folder: &Path) -> io::Result<()> {
    let ignore = folder.join(IGNORE);
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
    let lock = match OpenOptions::new().read(true).custom_flags(flags).open(&ignore) {
        Ok(lock) => lock,
        // Its run was killed before it wrote anything, or at the end of its removal; or it begins just now,
        // and then makes another one.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return fs::remove_dir(folder),
        Err(error) => return Err(error),
    };
    let text = regular::read(&ignore, 1024, Links::Refused)?;
    let locked = flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok();
    match IGNORE_TEXT.as_bytes().starts_with(&text) && locked {
        true => remove(folder),
        false => Ok(()),
    }
}

/// Removes a folder of ours. The file by which it is recognised goes last, so that a run that is killed
/// meanwhile leaves a folder that the next run recognises.
fn remove(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == IGNORE {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path())?,
            false => fs::remove_file(entry.path())?,
        }
    }
    match fs::remove_file(folder.join(IGNORE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::remove_dir(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().display().to_string()).collect();
        names.sort();
        names
    }

    #[test]
    fn folders_of_killed_runs_are_removed_and_no_others() {
        let parent = tempfile::tempdir().unwrap();
        let killed = Staging::new(parent.path()).unwrap();
        fs::create_dir_all(killed.join("site/a")).unwrap();
        fs::write(killed.join("site/a/b"), "half").unwrap();
        let name = killed.path().file_name().unwrap().to_owned();
        let copy = parent.path().join(".avouch-000000000000");
        fs::rename(killed.path(), &copy).unwrap();
        drop(killed);
        fs::create_dir(parent.path().join(&name)).unwrap();
        let others = [".avouch", ".avouch-notes", ".avouch-111111111111", ".avouch-2222222222222"];
        for other in others {
            fs::create_dir(parent.path().join(other)).unwrap();
            fs::write(parent.path().join(other).join(".gitignore"), "*\n").unwrap();
        }
        let used = Staging::new(parent.path()).unwrap();
        let used_name = used.path().file_name().unwrap().display().to_string();
        let _other = Staging::new(parent.path()).unwrap();
        let left = names(parent.path());
        assert!(left.contains(&used_name), "{left:?}");
        assert_eq!(left.len(), others.len() + 2, "{left:?}");
        assert!(!copy.exists());
    }

    #[test]
    fn a_removal_that_was_killed_is_finished() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join(".avouch-abcdefghijkl");
        for text in [None, Some(""), Some("# A run"), Some(IGNORE_TEXT)] {
            fs::create_dir(&folder).unwrap();
            if let Some(text) = text {
                fs::write(folder.join(IGNORE), text).unwrap();
            }
            drop(Staging::new(parent.path()).unwrap());
            assert_eq!(names(parent.path()), Vec::<String>::new(), "{text:?}");
        }
    }
}
