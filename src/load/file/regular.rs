//! The one way to read a file whole: a regular file, below a size.
//!
//! A pipe or a device is never waited for, and neither a file that grows while it is read nor one without an
//! end fills the memory.

use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

/// What is done about a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// The file that it leads to is read.
    Followed,
    /// It is an error.
    Refused,
}

/// Reads a file of at most `bytes_max` bytes.
pub fn read(path: &Path, bytes_max: u64, links: Links) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = open(path, bytes_max, links)?.take(bytes_max.saturating_add(1));
    file.read_to_end(&mut bytes).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => io::Error::other("it is not a regular file: it has no end"),
        _ => error,
    })?;
    match bytes.len() as u64 > bytes_max {
        false => Ok(bytes),
        true => Err(too_long(bytes_max)),
    }
}

/// Reads a text in UTF-8, likewise.
pub fn read_text(path: &Path, bytes_max: u64, links: Links) -> io::Result<String> {
    let bytes = read(path, bytes_max, links)?;
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}

fn open(path: &Path, bytes_max: u64, links: Links) -> io::Result<File> {
    // Opening some devices has effects, so their type is looked at first; and after, because another program
    // can exchange the file in between.
    regular(fs::symlink_metadata(path)?.file_type(), links, path)?;
    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    if links == Links::Refused {
        flags |= OFlags::NOFOLLOW;
    }
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    regular(metadata.file_type(), Links::Refused, path)?;
    match metadata.len() > bytes_max {
        false => Ok(file),
        true => Err(too_long(bytes_max)),
    }
}

fn regular(found: FileType, links: Links, path: &Path) -> io::Result<()> {
    if found.is_symlink() && links == Links::Followed {
        return regular(fs::metadata(path)?.file_type(), Links::Refused, path);
    }
    match kind(found) {
        None => Ok(()),
        Some(kind) => Err(io::Error::other(format!("it is {kind}, not a regular file"))),
    }
}

/// The kind of a file that is not regular, in words.
pub fn kind(file: FileType) -> Option<&'static str> {
    match file {
        _ if file.is_file() => None,
        _ if file.is_dir() => Some("a folder"),
        _ if file.is_symlink() => Some("a link"),
        _ if file.is_fifo() => Some("a pipe"),
        _ if file.is_socket() => Some("a socket"),
        _ => Some("a device"),
    }
}

/// The error for a file that is longer than the limit.
fn too_long(bytes_max: u64) -> io::Error {
    let message = match bytes_max {
        0..1024 => format!("it is longer than {bytes_max} bytes"),
        1024..1_048_576 => format!("it is longer than {} KiB", bytes_max / 1024),
        _ => format!("it is longer than {} MiB", bytes_max / 1024 / 1024),
    };
    io::Error::new(io::ErrorKind::FileTooLarge, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(path: &Path) -> String {
        read(path, 1000, Links::Followed).unwrap_err().to_string()
    }

    #[test]
    fn only_regular_files_are_read_and_nothing_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), mode).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        for (path, kind) in [
            (at("pipe"), "a pipe"),
            (at("socket"), "a socket"),
            (folder.path().to_owned(), "a folder"),
            ("/dev/zero".into(), "a device"),
            ("/dev/null".into(), "a device"),
        ] {
            let link = at("link");
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(&path, &link).unwrap();
            let expected = format!("it is {kind}, not a regular file");
            assert_eq!([error(&path), error(&link)], [expected.clone(), expected]);
            let refused = read(&link, 1000, Links::Refused).unwrap_err();
            assert_eq!(refused.to_string(), "it is a link, not a regular file");
        }
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "x".repeat(1000)).unwrap();
        assert_eq!(read_text(&file, 1000, Links::Refused).unwrap().len(), 1000);
        fs::write(&file, "x".repeat(1001)).unwrap();
        assert_eq!(error(&file), "it is longer than 1000 bytes");
        File::create(&file).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(error(&file), "it is longer than 1000 bytes");
        // Its size is 0 until it is read.
        assert_eq!(error(Path::new("/proc/kallsyms")), "it is longer than 1000 bytes");
    }
}
