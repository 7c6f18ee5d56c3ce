//! Reads a tar archive through, compressed by gzip or not, to see that it is whole. It may be hostile.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::time::Instant;

use flate2::bufread::MultiGzDecoder;
use serde_json::json;

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::probe::local::opened::{Opened, too_long};

/// Bytes that are read of what an archive unfolds to.
const UNFOLDED_MAX: u64 = 16 << 30;

/// How each gzip file begins (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A reader that ends in time, and before it has read too much; it notes which of the two it was.
struct Bounded<'a, R> {
    inner: R,
    left: u64,
    end: Instant,
    trouble: &'a mut Option<ProbeError>,
}

/// Reads the archive at `path` through, and counts its entries.
pub(crate) fn open(path: &Path, end: Instant) -> Result<Opened, ProbeError> {
    let mut trouble = None;
    let entries = entries(path, end, &mut trouble);
    match (entries, trouble) {
        (_, Some(trouble)) => Err(trouble),
        (Ok(entries), None) => Ok(Opened::Yes(json!({ "entries": entries }))),
        (Err(_), None) => Ok(Opened::No("it is no whole tar archive")),
    }
}

fn entries(path: &Path, end: Instant, trouble: &mut Option<ProbeError>) -> io::Result<usize> {
    let mut head = [0; GZIP.len()];
    File::open(path)?.read_exact(&mut head)?;
    let file = BufReader::new(File::open(path)?);
    let inner: Box<dyn Read> = match head == GZIP {
        true => Box::new(MultiGzDecoder::new(file)),
        false => Box::new(file),
    };
    count(Bounded { inner, left: UNFOLDED_MAX, end, trouble })
}

fn count(from: impl Read) -> io::Result<usize> {
    let mut archive = tar::Archive::new(from);
    let mut count = 0;
    for entry in archive.entries()? {
        // To the last byte: an archive that was cut short has all its names but the last.
        let mut entry = entry?;
        let size = entry.size();
        let read = io::copy(&mut entry, &mut io::sink())?;
        if read < size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        count += 1;
    }
    // The sum that shows a compressed file to be whole comes after all that is in it.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    Ok(count)
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.end {
            *self.trouble = Some(too_long());
            return Err(io::ErrorKind::TimedOut.into());
        }
        let count = self.inner.read(into)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => {
                let why = "the backup unfolds to more than is read of it";
                *self.trouble = Some(ProbeError::new(Reason::Budget, why));
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

    fn opened(bytes: &[u8]) -> Result<Opened, ProbeError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, bytes).unwrap();
        open(&path, Instant::now() + Duration::from_secs(60))
    }

    fn count(bytes: &[u8]) -> Option<u64> {
        match opened(bytes) {
            Ok(Opened::Yes(facts)) => facts["entries"].as_u64(),
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
    fn what_was_cut_short_or_is_none_is_not_opened() {
        let whole = archive(&[("a", &[7; 3000])]);
        let small = zipped(&whole);
        let garbage = [b'x'; 2048];
        for bytes in [&whole[..2000], &small[..small.len() - 9], &garbage, b"<html></html>"] {
            assert!(matches!(opened(bytes), Ok(Opened::No(_))), "{}", bytes.len());
        }
    }

    #[test]
    fn what_takes_too_long_is_not_judged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, archive(&[("a", b"b")])).unwrap();
        assert!(
            matches!(open(&path, Instant::now()), Err(error) if error.reason == Reason::Timeout)
        );
    }
}
