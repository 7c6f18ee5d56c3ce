//! Files that are written whole or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// The permissions of a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Only its owner may read it.
    Private,
    /// Those of the file that it replaces, or else the default of the system.
    Kept,
}

/// Replaces the file at `to`, or leaves it unchanged on an error. A link is followed, and not replaced.
pub(crate) fn replace(
    to: &Path,
    mode: Mode,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let to = &fs::canonicalize(to).unwrap_or_else(|_| to.to_owned());
    let mut name = std::ffi::OsString::from(".");
    name.push(to.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    let new = to.with_file_name(name);
    let moved = made(&new, to, mode)
        .and_then(|mut file| write(&mut file).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&new, to));
    if moved.is_err() {
        let _ = fs::remove_file(&new);
    }
    moved
}

/// An empty new file with its final permissions.
fn made(new: &Path, to: &Path, mode: Mode) -> io::Result<File> {
    let bits = if mode == Mode::Private { 0o600 } else { 0o666 };
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(bits).open(new)?;
    if let (Mode::Kept, Ok(old)) = (mode, fs::metadata(to)) {
        file.set_permissions(Permissions::from_mode(old.permissions().mode() & 0o7777))?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_keeps_its_mode_and_a_link_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o664)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        replace(&link, Mode::Kept, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o664);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        replace(&file, Mode::Private, |file| file.write_all(b"newer")).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_could_not_be_written_whole_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "old").unwrap();
        let wrong = replace(&file, Mode::Kept, |file| {
            file.write_all(b"ha")?;
            Err(io::Error::other("the disk is full"))
        });
        assert_eq!(wrong.unwrap_err().to_string(), "the disk is full");
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
