//! Recognises the format of a file by its first bytes.

/// How many bytes from the beginning are looked at. The signature of a tar archive is in its first block.
pub(crate) const HEAD_BYTES: usize = 512;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// gzip (RFC 1952).
    Gzip,
    /// Zstandard (RFC 8878).
    Zstd,
    /// A SQLite database (SQLite file format, section 1.3).
    Sqlite,
    /// An archive of `pg_dump` in its custom format.
    PgDump,
    /// A tar archive (POSIX, `pax`).
    Tar,
    /// A format that Avouch does not open; the name has an article.
    Other(&'static str),
    /// None of these.
    Unknown,
    /// Nothing.
    Empty,
}

/// Signatures at the beginning of a file, with the name of the format.
const SIGNATURES: [(&[u8], &str); 24] = [
    (b"\xfd7zXZ\0", "an xz file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"PK\x07\x08", "a zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"\x04\x22\x4d\x18", "an LZ4 file"),
    (b"LZIP", "an lzip file"),
    (b"\x89LZO\0\r\n\x1a\n", "an lzop file"),
    (b"]\0\0", "an LZMA file"),
    (b"\x1f\x9d", "a file of `compress`"),
    (b"\xff\x06\0\0sNaPpY", "a Snappy file"),
    (b"070701", "a cpio archive"),
    (b"070707", "a cpio archive"),
    (b"age-encryption.org/", "a file that is encrypted with age"),
    (b"-----BEGIN AGE ENCRYPTED FILE", "a file that is encrypted with age"),
    (b"-----BEGIN PGP MESSAGE", "a file that is encrypted with OpenPGP"),
    (b"Salted__", "a file that is encrypted with OpenSSL"),
    (b"XBSTCK01", "a backup of XtraBackup"),
    (b"\x6d\xe2\x99\x81", "an archive of `mongodump`"),
    (b"REDIS0", "a dump of Redis"),
    (b"PAR1", "a Parquet file"),
    (b"LUKS\xba\xbe", "a file that is encrypted with LUKS"),
    (b"!<arch>\n", "an ar archive"),
];

/// How a dump in SQL begins, in capitals, after comments of `pg_dump`, `mysqldump` and SQLite.
const SQL: [&str; 16] = [
    "-- ",
    "--\n",
    "--\r\n",
    "/*",
    "SET ",
    "BEGIN",
    "START TRANSACTION",
    "CREATE ",
    "INSERT ",
    "DROP ",
    "ALTER ",
    "PRAGMA ",
    "USE ",
    "COPY ",
    "\\CONNECT",
    "\\RESTRICT",
];

const PLAIN_SQL: &str = "plain SQL";

impl Format {
    /// The format of a file that begins with these bytes.
    pub(crate) fn of(head: &[u8]) -> Self {
        let starts = |signature: &[u8]| head.starts_with(signature);
        if head.is_empty() {
            return Self::Empty;
        }
        if starts(b"\x1f\x8b") {
            return Self::Gzip;
        }
        if starts(b"\x28\xb5\x2f\xfd") || is_skippable(head) {
            return Self::Zstd;
        }
        if starts(b"SQLite format 3\0") {
            return Self::Sqlite;
        }
        if starts(b"PGDMP") {
            return Self::PgDump;
        }
        if head.get(257..262) == Some(b"ustar") {
            return Self::Tar;
        }
        let known = SIGNATURES.iter().find(|(signature, _)| starts(signature));
        let name = known.map(|(_, name)| *name).or_else(|| by_pattern(head));
        name.map_or(Self::Unknown, Self::Other)
    }

    /// Its name, with an article; `None` if it is not known.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Gzip => Some("a gzip file"),
            Self::Zstd => Some("a Zstandard file"),
            Self::Sqlite => Some("a SQLite database"),
            Self::PgDump => Some("an archive of `pg_dump`"),
            Self::Tar => Some("a tar archive"),
            Self::Other(name) => Some(name),
            Self::Unknown | Self::Empty => None,
        }
    }
}

/// Whether a Zstandard file begins with a frame that decoders skip (RFC 8878, section 3.1.2).
fn is_skippable(head: &[u8]) -> bool {
    matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Formats without a fixed signature.
fn by_pattern(head: &[u8]) -> Option<&'static str> {
    match head {
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, ..]
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, ..] => Some("a bzip2 file"),
        // A packet with a session key (RFC 9580, sections 5.1 and 5.3), of version 3, 4 or 6.
        [0x85, _, _, 3 | 6, ..]
        | [0x84, _, 3 | 6, ..]
        | [0xc1, _, 3 | 6, ..]
        | [0xc1, _, _, 3 | 6, ..]
        | [0x8c | 0xc3, _, 4 | 6, ..] => Some("a file that is encrypted with OpenPGP"),
        _ => is_sql(head).then_some(PLAIN_SQL),
    }
}

fn is_sql(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let text = head.split(|byte| *byte >= 0x80).next().unwrap_or_default();
    let text = String::from_utf8_lossy(text).to_ascii_uppercase();
    SQL.iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_recognised_by_their_first_bytes() {
        for (head, name) in [
            (&b"\x1f\x8b\x08"[..], "a gzip file"),
            (b"\x28\xb5\x2f\xfd\x00", "a Zstandard file"),
            (b"\x50\x2a\x4d\x18\x00", "a Zstandard file"),
            (b"\xfd7zXZ\0\0", "an xz file"),
            (b"BZh91AY&SY", "a bzip2 file"),
            (b"PK\x03\x04\x14", "a zip archive"),
            (b"SQLite format 3\0\x10", "a SQLite database"),
            (b"PGDMP\x01", "an archive of `pg_dump`"),
            (b"--\n-- PostgreSQL database dump\n--\n", PLAIN_SQL),
            (b"-- MySQL dump 10.13", PLAIN_SQL),
            (b"/*!999999\\- enable the sandbox mode */", PLAIN_SQL),
            (b"\xef\xbb\xbf\nPRAGMA foreign_keys=OFF;", PLAIN_SQL),
            (b"create table a", PLAIN_SQL),
            (b"\x85\x02\x0c\x03", "a file that is encrypted with OpenPGP"),
            (b"age-encryption.org/v1", "a file that is encrypted with age"),
        ] {
            assert_eq!(Format::of(head).name(), Some(name), "{head:?}");
        }
        let mut tar = [0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(Format::of(&tar), Format::Tar);
    }

    #[test]
    fn other_content_is_unknown() {
        let all = [&b"<html></html>"[..], b"{\"error\": 1}", b"xxxx", b"SQLite format", b"BZhello"];
        for head in all {
            assert_eq!(Format::of(head), Format::Unknown, "{head:?}");
        }
        assert_eq!(Format::of(b""), Format::Empty);
    }
}
