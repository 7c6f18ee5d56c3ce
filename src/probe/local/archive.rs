//! Reads a tar archive to its end, compressed with gzip or Zstandard or not, to check that it is complete. The
//! archive may be malicious.

use std::io::{self, Read};
use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::model::answer::error::ProbeError;
use crate::probe::local::format::Format;
use crate::probe::local::opened_backup::OpenedBackup;
use crate::probe::local::unpacked::{Unpacked, undecompressed};

/// The number of decompressed bytes that are read.
const DECOMPRESSED_MAX: u64 = 16 << 30;

const EXPECTED: &str = "a tar archive, plain or in gzip or Zstandard";

/// Reads the archive at `path` to its end, and counts its entries.
pub(crate) fn open(path: &Path, end: Instant) -> Result<OpenedBackup, ProbeError> {
    let unpacked = match Unpacked::open(path) {
        Ok(unpacked) => unpacked,
        Err(error) => return Ok(undecompressed(&error)),
    };
    if let Some(refusal) = unpacked.refusal(EXPECTED).filter(|_| unpacked.format != Format::Tar) {
        return Ok(refusal);
    }
    if unpacked.format == Format::Empty {
        return Ok(OpenedBackup::Unreadable("the backup is empty"));
    }
    let mut limit_error = None;
    let entries = count(unpacked.bounded(DECOMPRESSED_MAX, end, &mut limit_error));
    match (entries, limit_error) {
        (_, Some(limit_error)) => Err(limit_error),
        (Ok(entries), None) => Ok(OpenedBackup::Readable(json!({ "entries": entries }))),
        (Err(error), None) if error.kind() == io::ErrorKind::Unsupported => {
            Ok(undecompressed(&error))
        }
        (Err(_), None) => Ok(OpenedBackup::Unreadable("the backup is not a complete tar archive")),
    }
}

fn count(from: impl Read) -> io::Result<usize> {
    let mut archive = tar::Archive::new(from);
    let mut count = 0;
    for entry in archive.entries()? {
        // To the last byte: a truncated archive may contain the names of all its entries.
        let mut entry = entry?;
        let size = entry.size();
        let read = io::copy(&mut entry, &mut io::sink())?;
        if read < size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        count += 1;
    }
    // The checksum of a compressed file follows its content.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::answer::verdict::Reason;
    use std::io::Write as _;
    use std::time::Duration;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            archive.append_data(&mut header, name, *content).unwrap();
        }
        archive.into_inner().unwrap()
    }

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn opened(bytes: &[u8]) -> Result<OpenedBackup, ProbeError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, bytes).unwrap();
        open(&path, Instant::now() + Duration::from_secs(60))
    }

    fn count(bytes: &[u8]) -> Option<u64> {
        match opened(bytes) {
            Ok(OpenedBackup::Readable(facts)) => facts["entries"].as_u64(),
            _ => None,
        }
    }

    #[test]
    fn entries_are_counted_compressed_or_not() {
        let whole = archive(&[("a", &[7; 3000]), ("b", b"")]);
        assert_eq!(count(&whole), Some(2));
        assert_eq!(count(&zipped(&whole)), Some(2));
        assert_eq!(count(&zstd(&whole)), Some(2));
        assert_eq!(count(&zipped(&zstd(&whole))), Some(2));
    }

    #[test]
    fn a_sound_file_of_another_format_is_named() {
        let sql = b"--\n-- PostgreSQL database dump\n--\n";
        for (bytes, name) in [
            (&b"\xfd7zXZ\0\0\x04"[..], "an xz file,"),
            (b"BZh91AY&SY", "a bzip2 file,"),
            (b"PK\x03\x04\x14\0", "a zip archive,"),
            (sql, "plain SQL,"),
            (&zipped(sql), "plain SQL in a gzip file,"),
            (b"SQLite format 3\0", "a SQLite database,"),
        ] {
            let Ok(OpenedBackup::Foreign(why)) = opened(bytes) else { panic!("{name}") };
            assert!(why.contains(name), "{why}");
        }
    }

    #[test]
    fn truncated_archives_and_other_files_are_not_opened() {
        let whole = archive(&[("a", &[7; 3000])]);
        let small = zipped(&whole);
        let packed = zstd(&whole);
        let garbage = [b'x'; 2048];
        for bytes in [
            &whole[..2000],
            &small[..small.len() - 9],
            &packed[..packed.len() - 9],
            &zipped(b""),
            &garbage,
            b"<html></html>",
        ] {
            assert!(matches!(opened(bytes), Ok(OpenedBackup::Unreadable(_))), "{}", bytes.len());
        }
    }

    #[test]
    fn an_archive_that_takes_too_long_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, archive(&[("a", b"b")])).unwrap();
        assert!(
            matches!(open(&path, Instant::now()), Err(error) if error.reason == Reason::Timeout)
        );
    }
}
