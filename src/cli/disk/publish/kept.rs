//! Copies files of others from the old site into the new one.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::disk::file::folder_of;

/// The depth of folders in a kept folder.
const DEPTH_MAX: usize = 64;

/// Puts the file or folder at `from` at `to` as well.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(folder_of(to))?;
    let mut rest: Vec<(PathBuf, PathBuf, usize)> = vec![(from.to_owned(), to.to_owned(), 0)];
    while let Some((from, to, depth)) = rest.pop() {
        let kind = fs::symlink_metadata(&from)?.file_type();
        if kind.is_dir() {
            if depth >= DEPTH_MAX {
                return Err(io::Error::other(format!("it has more than {DEPTH_MAX} levels")));
            }
            fs::create_dir(&to)?;
            fs::set_permissions(&to, fs::metadata(&from)?.permissions())?;
            for entry in fs::read_dir(&from)? {
                let name = entry?.file_name();
                rest.push((from.join(&name), to.join(name), depth + 1));
            }
        } else if kind.is_symlink() {
            symlink(fs::read_link(&from)?, &to)?;
        } else if kind.is_file() {
            // Two names of one file: nothing of it can get lost, whenever the run ends.
            fs::hard_link(&from, &to).or_else(|_| whole(&from, &to))?;
        } else {
            return Err(io::Error::other("only files, folders and links can be kept"));
        }
    }
    Ok(())
}

/// A copy, where the file system has one name for each file.
fn whole(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    fs::OpenOptions::new().read(true).open(to)?.sync_all()
}
