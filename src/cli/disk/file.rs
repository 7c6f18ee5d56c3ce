//! Files that are written whole or not at all.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use avouch::load::file::regular;

use crate::disk::staging::Staging;

/// The permissions of a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Only its owner may read it.
    Private,
    /// Those of the file that it replaces, or else the default of the system.
    Kept,
}

/// Replaces the file at `to`, or leaves it unchanged on an error. A link, a pipe or a device is an error, and
/// is neither followed nor replaced.
pub(crate) fn replace(
    to: &Path,
    mode: Mode,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let old = replaceable(to)?;
    let folder = folder_of(to);
    let staging = Staging::new(folder)?;
    let new = staging.join("new");
    let mut file = made(&new, old.as_ref(), mode)?;
    write(&mut file)?;
    file.sync_all()?;
    fs::rename(&new, to)?;
    sync_folder(folder)
}

/// Replaces a text file, creating its folder if needed.
pub(crate) fn replace_text(to: &Path, mode: Mode, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder_of(to))?;
    replace(to, mode, |file| file.write_all(text.as_bytes()))
}

/// Whether [`replace`] could write the file at `to` now.
pub(crate) fn can_replace(to: &Path) -> io::Result<()> {
    replaceable(to)?;
    // Only creating a file shows that one can be created; this one is deleted at once.
    Staging::new(folder_of(to)).map(drop)
}

/// Waits until the entries of a folder are on the disk.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    OpenOptions::new().read(true).open(folder)?.sync_all()
}

/// An error if a link leads the folder of `file` out of the project at `root`.
pub(crate) fn within(root: &Path, file: &Path) -> io::Result<()> {
    let folder = folder_of(file);
    let is_outside = match fs::symlink_metadata(folder) {
        Ok(_) => !fs::canonicalize(folder)?.starts_with(fs::canonicalize(root)?),
        Err(_) => false,
    };
    match is_outside {
        false => Ok(()),
        true => Err(io::Error::other("its folder is a link that leads out of the project")),
    }
}

/// The folder of a file, by its path alone.
pub(crate) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The file at `to`, if there is one. An error if it must not be replaced.
fn replaceable(to: &Path) -> io::Result<Option<Metadata>> {
    if to.file_name().is_none() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let old = match fs::symlink_metadata(to) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match regular::kind(old.file_type()) {
        None => Ok(Some(old)),
        Some(kind) => {
            Err(io::Error::other(format!("it is {kind}, and only a regular file is replaced")))
        }
    }
}

/// An empty new file with its final permissions.
fn made(new: &Path, old: Option<&Metadata>, mode: Mode) -> io::Result<File> {
    let bits = if mode == Mode::Private { 0o600 } else { 0o666 };
    let file = OpenOptions::new().write(true).create_new(true).mode(bits).open(new)?;
    if let (Mode::Kept, Some(old)) = (mode, old) {
        file.set_permissions(Permissions::from_mode(old.permissions().mode() & 0o7777))?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_mode_unless_it_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o664)).unwrap();
        replace(&file, Mode::Kept, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o664);
        replace(&file, Mode::Private, |file| file.write_all(b"newer")).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_a_pipe_or_a_device_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("victim"), "old").unwrap();
        for to in [at("victim"), at("nowhere"), "/dev/null".into()] {
            let _ = fs::remove_file(at("link"));
            std::os::unix::fs::symlink(&to, at("link")).unwrap();
            let error = replace(&at("link"), Mode::Kept, |file| file.write_all(b"new"));
            let error = error.unwrap_err().to_string();
            assert_eq!(error, "it is a link, and only a regular file is replaced");
            assert_eq!(fs::read_link(at("link")).unwrap(), to);
        }
        assert_eq!(fs::read_to_string(at("victim")).unwrap(), "old");
        assert!(!at("nowhere").exists());
        let device = replace(Path::new("/dev/null"), Mode::Kept, |_| Ok(()));
        assert!(device.unwrap_err().to_string().starts_with("it is a device"));
        assert!(replace(folder.path(), Mode::Kept, |_| Ok(())).is_err());
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
