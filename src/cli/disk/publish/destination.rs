//! Whether a site can be published to a folder: decided before any request is sent.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, StatxAttributes, StatxFlags, access, statx};
use rustix::io::Errno;

use crate::disk::file::folder_of;
use crate::disk::publish::contents;
use crate::disk::publish::contents::{Contents, Keep};
use crate::disk::publish::error::{PublishError, disk};
use crate::disk::publish::exchange::{Replaces, exchange};
use crate::disk::staging::Staging;

/// The folders of a project that contain its sources and its history.
const SOURCES: [&str; 7] =
    ["content", "checks", "attestations", "waivers", "templates", ".avouch", ".git"];

/// Whether the site of the project at `root` can be published to `to` now.
pub(crate) fn examine(root: &Path, to: &Path, keep: Keep<'_>) -> Result<(), PublishError> {
    place(root, to)?;
    replaced(to, keep)?;
    can_exchange(to)
}

/// An error if a site there would replace something else.
fn place(root: &Path, to: &Path) -> Result<(), PublishError> {
    let refuse = |why| Err(PublishError::Place(to.to_owned(), why));
    let (Some(_), Some(whole)) = (to.file_name(), resolved(to)) else {
        return refuse("does not name a folder");
    };
    let root = fs::canonicalize(root).map_err(disk("find", root))?;
    let home = std::env::home_dir().and_then(|home| fs::canonicalize(home).ok());
    if root.starts_with(&whole) {
        return refuse("is the project's folder, or contains it");
    }
    if home.is_some_and(|home| home.starts_with(&whole)) {
        return refuse("is your home folder, or contains it");
    }
    if SOURCES.iter().any(|name| whole.starts_with(root.join(name))) {
        return refuse("is in a folder of the project's sources");
    }
    Ok(())
}

/// The path without links and `..`; `None` if it cannot be known.
pub(crate) fn resolved(to: &Path) -> Option<PathBuf> {
    let existing = existing(to);
    let rest = to.strip_prefix(existing).ok()?;
    let is_plain = rest.components().all(|part| matches!(part, Component::Normal(_)));
    let folder = if existing.as_os_str().is_empty() { Path::new(".") } else { existing };
    is_plain.then(|| Some(fs::canonicalize(folder).ok()?.join(rest))).flatten()
}

/// The first folder above `to` that exists.
fn existing(to: &Path) -> &Path {
    to.ancestors().skip(1).find(|path| fs::metadata(path).is_ok()).unwrap_or(Path::new(""))
}

/// What will be replaced, and what of it is kept. An error if we must not replace it.
pub(crate) fn replaced(to: &Path, keep: Keep<'_>) -> Result<Option<Contents>, PublishError> {
    let there = match fs::symlink_metadata(to) {
        Ok(there) => there,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(disk("inspect", to)(error)),
    };
    if there.is_symlink() {
        return Err(PublishError::Place(to.to_owned(), "is a link, which is never replaced"));
    }
    if !there.is_dir() {
        return Err(PublishError::NotOurs(to.to_owned()));
    }
    if is_mount_point(to, &there) {
        return Err(PublishError::Mount(to.to_owned()));
    }
    let contents = contents::read(to, keep).map_err(disk("read", to))?;
    match (contents.others.is_empty(), contents.generated) {
        (true, _) => Ok(Some(contents)),
        (false, true) => Err(PublishError::Others(to.to_owned(), contents.others)),
        (false, false) => Err(PublishError::NotOurs(to.to_owned())),
    }
}

/// Whether another file system, or another folder of this one, is mounted there.
fn is_mount_point(to: &Path, there: &fs::Metadata) -> bool {
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    let looked = statx(CWD, to, flags, StatxFlags::BASIC_STATS);
    let is_root =
        looked.is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT));
    is_root || fs::metadata(folder_of(to)).is_ok_and(|above| above.dev() != there.dev())
}

/// Tries the exchange with two new folders next to the site.
fn can_exchange(to: &Path) -> Result<(), PublishError> {
    let folder = match existing(to) {
        folder if folder.as_os_str().is_empty() => Path::new("."),
        folder => folder,
    };
    if fs::symlink_metadata(to).is_ok() {
        // A folder that moves to another one must be writable itself.
        let writable = access(to, Access::WRITE_OK).map_err(io::Error::from);
        writable.map_err(disk("write to", to))?;
    }
    let staging = Staging::new(folder).map_err(disk("write to", folder))?;
    let names = ["one", "other"].map(|name| staging.join(name));
    for name in &names {
        fs::create_dir(name).map_err(disk("make", name))?;
    }
    let [one, other] = names;
    exchange(&one, &other, Replaces::Site).map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            PublishError::NoExchange(folder.to_owned())
        }
        _ => disk("exchange folders in", folder)(error),
    })
}
