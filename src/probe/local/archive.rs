//! Reads a tar archive to its end, compressed with gzip or not, to check that it is complete. The archive
//! may be malicious.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::time::Instant;

use flate2::bufread::MultiGzDecoder;
use serde_json::json;

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::probe::local::opened_backup::{OpenedBackup, too_long};

/// The number of decompressed bytes that are read.
const DECOMPRESSED_MAX: u64 = 16 << 30;

/// The first bytes of a gzip file (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A reader with a limit on time and size. Records which of the two was exceeded.
struct Bounded<'a, R> {
    inner: R,
    remaining: u64,
    end: Instant,
    limit_error: &'a mut Option<ProbeError>,
}

/// Reads the archive at `path` to its end, and counts its entries.
pub(crate) fn open(path: &Path, end: Instant) -> Result<OpenedBackup, ProbeError> {
    let mut limit_error = None;
    let entries = entries(path, end, &mut limit_error);
    match (entries, limit_error) {
        (_, Some(limit_error)) => Err(limit_error),
        (Ok(entries), None) => Ok(OpenedBackup::Readable(json!({ "entries": entries }))),
        (Err(_), None) => Ok(OpenedBackup::Unreadable("the backup is not a complete tar archive")),
    }
}

fn entries(path: &Path, end: Instant, limit_error: &mut Option<ProbeError>) -> io::Result<usize> {
    let mut head = [0; GZIP.len()];
    File::open(path)?.read_exact(&mut head)?;
    let file = BufReader::new(File::open(path)?);
    let inner: Box<dyn Read> = match head == GZIP {
        true => Box::new(MultiGzDecoder::new(file)),
        false => Box::new(file),
    };
    count(Bounded { inner, remaining: DECOMPRESSED_MAX, end, limit_error })
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

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.end {
            *self.limit_error = Some(too_long());
            return Err(io::ErrorKind::TimedOut.into());
        }
        let count = self.inner.read(into)?;
        match self.remaining.checked_sub(count as u64) {
            Some(remaining) => self.remaining = remaining,
            None => {
                let why = "the decompressed backup is larger than the limit";
                *self.limit_error = Some(ProbeError::new(Reason::Budget, why));
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    }

    #[test]
    fn truncated_archives_and_other_files_are_not_opened() {
        let whole = archive(&[("a", &[7; 3000])]);
        let small = zipped(&whole);
        let garbage = [b'x'; 2048];
        for bytes in [&whole[..2000], &small[..small.len() - 9], &garbage, b"<html></html>"] {
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
