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

/// The bytes of a block.
const BLOCK: u64 = 512;

/// The bytes of an extended header that are read. Programs write the size of an entry among the first.
const EXTENDED_MAX: u64 = 1024 * 1024;

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

/// Counts entries, one header at a time: readers of whole entries keep long names in memory, and a name may be
/// as long as the archive.
fn count(mut from: impl Read) -> io::Result<usize> {
    let mut count = 0;
    // The size that an extended header gives the next entry.
    let mut size_of_next = None;
    while let Some(header) = header(&mut from)? {
        let kind = header.entry_type();
        let is_entry = !(kind.is_gnu_longname()
            || kind.is_gnu_longlink()
            || kind.is_pax_global_extensions()
            || kind.is_pax_local_extensions());
        let size = match size_of_next.take_if(|_| is_entry) {
            Some(size) => size,
            None => header.entry_size()?,
        };
        if kind.is_gnu_sparse() {
            skip_sparse_headers(&header, &mut from)?;
        }
        if kind.is_pax_local_extensions() {
            size_of_next = size_of_entry(&mut from, size)?;
        } else {
            // To the last byte: a truncated archive may contain the names of all its entries.
            skip(&mut from, size)?;
        }
        skip(&mut from, size.next_multiple_of(BLOCK) - size)?;
        count += usize::from(is_entry);
    }
    // The checksum of a compressed file follows its content.
    io::copy(&mut from, &mut io::sink())?;
    Ok(count)
}

/// The next header; `None` at the block of zeros that ends the entries, or at the end of the file.
fn header(from: &mut impl Read) -> io::Result<Option<tar::Header>> {
    let mut header = tar::Header::new_old();
    let bytes = header.as_mut_bytes();
    let mut read = 0;
    while read < bytes.len() {
        match from.read(&mut bytes[read..])? {
            0 if read == 0 => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            more => read += more,
        }
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    // The checksum counts its own eight bytes as spaces (POSIX, `pax`, "ustar Interchange Format").
    let of_others = bytes[..148].iter().chain(&bytes[156..]).map(|byte| u32::from(*byte));
    let sum = of_others.sum::<u32>() + 8 * u32::from(b' ');
    if header.cksum()? != sum {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(Some(header))
}

/// Reads the blocks that continue the list of the parts of a sparse file (GNU tar, "Storing Sparse Files").
fn skip_sparse_headers(header: &tar::Header, from: &mut impl Read) -> io::Result<()> {
    let mut is_continued = header.as_gnu().is_some_and(tar::GnuHeader::is_extended);
    while is_continued {
        let mut next = tar::GnuExtSparseHeader::new();
        from.read_exact(next.as_mut_bytes())?;
        is_continued = next.is_extended();
    }
    Ok(())
}

/// Reads an extended header of `length` bytes for the size that it gives the next entry.
fn size_of_entry(from: &mut impl Read, length: u64) -> io::Result<Option<u64>> {
    let mut records = Vec::new();
    from.take(length.min(EXTENDED_MAX)).read_to_end(&mut records)?;
    if (records.len() as u64) < length.min(EXTENDED_MAX) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    skip(from, length - records.len() as u64)?;
    Ok(size_among(&records))
}

/// The value of `size` among records of the form `LENGTH KEY=VALUE`, each ended by a line feed that the length
/// counts (POSIX, `pax`, "pax Header Block").
fn size_among(mut records: &[u8]) -> Option<u64> {
    loop {
        let space = records.iter().position(|byte| *byte == b' ')?;
        let length: usize = str::from_utf8(&records[..space]).ok()?.parse().ok()?;
        let record = records.get(space + 1..length.checked_sub(1)?)?;
        if let Some(size) = record.strip_prefix(b"size=") {
            return str::from_utf8(size).ok()?.parse().ok();
        }
        records = &records[length..];
    }
}

fn skip(from: &mut impl Read, bytes: u64) -> io::Result<()> {
    let read = io::copy(&mut from.take(bytes), &mut io::sink())?;
    if read < bytes { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
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
    fn long_names_links_and_large_sizes_are_not_entries_of_their_own() {
        let mut archive = tar::Builder::new(Vec::new());
        let long = "folder/".repeat(60);
        let mut header = tar::Header::new_gnu();
        header.set_size(4);
        archive.append_data(&mut header, format!("{long}file"), &b"data"[..]).unwrap();
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::XHeader);
        header.set_size(21);
        header.set_cksum();
        archive.append(&header, &b"9 path=b\n12 size=600\n"[..]).unwrap();
        let mut header = tar::Header::new_ustar();
        header.set_path("b").unwrap();
        header.set_size(0);
        header.set_cksum();
        let mut whole = archive.into_inner().unwrap();
        whole.truncate(whole.len() - 1024);
        whole.extend(header.as_bytes());
        whole.extend([b'x'; 1024]);
        whole.extend([0; 1024]);
        assert_eq!(count(&whole), Some(2));
    }

    #[test]
    fn a_name_of_a_gibibyte_is_read_without_being_kept() {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::GNULongName);
        header.set_path("././@LongLink").unwrap();
        header.set_size(1 << 30);
        header.set_cksum();
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(header.as_bytes()).unwrap();
        let name = vec![b'a'; 1 << 20];
        (0..1024).for_each(|_| packed.write_all(&name).unwrap());
        packed.write_all(&archive(&[("a", b"b")])).unwrap();
        let packed = packed.finish().unwrap();
        let before = peak_mib();
        assert_eq!(count(&packed), Some(1));
        assert!(peak_mib() < before + 128, "{} MiB", peak_mib());
    }

    /// The most memory that this process had so far.
    fn peak_mib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
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
