//! Decompression, within bounds: gzip, deflate, br and zstd.

use std::io::Read;

use brotli_decompressor::Decompressor;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

/// The size of the buffer that Brotli reads through, in bytes.
const BUFFER_BYTES: usize = 4096;

/// The first bytes of a gzip member that is compressed with deflate (RFC 1952).
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// The first bytes of a Zstandard frame (RFC 8878).
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Decompressed bytes.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Unpacked {
    /// The bytes, up to the limit.
    pub(crate) bytes: Vec<u8>,
    /// Whether there were more.
    pub(crate) truncated: bool,
    /// Whether the compressed bytes are damaged, or end too early.
    pub(crate) damaged: bool,
}

/// How much of a body was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyExtent {
    /// All of it.
    Whole,
    /// Its beginning.
    Beginning,
}

/// Undoes the codings of a `Content-Encoding` field (RFC 9110, section 8.4), the last one first. The error
/// is the coding that is unknown or damaged. Of a body that was cut off, what can be decoded is decoded.
pub(crate) fn decoded(
    field: &str,
    body: &[u8],
    bytes_max: usize,
    extent: BodyExtent,
) -> Result<Unpacked, String> {
    let codings = field.split(',').map(|one| one.trim().to_ascii_lowercase());
    let codings = codings.filter(|one| !one.is_empty() && one != "identity");
    let mut all: Vec<String> = codings.collect();
    let mut unpacked = Unpacked { bytes: body.to_vec(), ..Unpacked::default() };
    // More than a few codings are an attempt to exhaust the reader.
    if all.len() > 4 {
        return Err(field.to_owned());
    }
    while let Some(coding) = all.pop() {
        let next = match coding.as_str() {
            "gzip" | "x-gzip" => read(MultiGzDecoder::new(&unpacked.bytes[..]), bytes_max),
            "deflate" => inflate(&unpacked.bytes, bytes_max),
            "br" => brotli(&unpacked.bytes, bytes_max),
            "zstd" => zstd(&unpacked.bytes, bytes_max),
            _ => return Err(coding),
        };
        if next.damaged && (extent == BodyExtent::Whole || next.bytes.is_empty()) {
            return Err(coding);
        }
        unpacked = Unpacked { truncated: unpacked.truncated || next.truncated, ..next };
    }
    Ok(unpacked)
}

/// Decompresses what starts with the signature of gzip, zlib or Zstandard. Damaged data yields what
/// can be read of it.
pub(super) fn by_signature(bytes: &[u8], bytes_max: usize) -> Option<Unpacked> {
    let unpacked = if bytes.starts_with(&GZIP) {
        read(MultiGzDecoder::new(bytes), bytes_max)
    } else if bytes.starts_with(&ZSTD) {
        zstd(bytes, bytes_max)
    } else if is_zlib(bytes) {
        read(ZlibDecoder::new(bytes), bytes_max)
    } else {
        return None;
    };
    (!unpacked.bytes.is_empty()).then_some(unpacked)
}

/// Decompresses bytes that have no signature: Brotli, or deflate without a header.
pub(super) fn without_signature(bytes: &[u8], bytes_max: usize) -> Option<Unpacked> {
    let all = [brotli(bytes, bytes_max), read(DeflateDecoder::new(bytes), bytes_max)];
    all.into_iter().find(|one| !one.damaged && !one.bytes.is_empty())
}

/// Where compressed data with a signature may start within `bytes`.
pub(super) fn starts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let known = |rest: &[u8]| match rest.first() {
        Some(0x1f) => rest.starts_with(&GZIP),
        Some(0x28) => rest.starts_with(&ZSTD),
        _ => false,
    };
    (0..bytes.len()).filter(move |start| known(&bytes[*start..]) || (*start == 0 && is_zlib(bytes)))
}

/// Whether these bytes start with the two bytes of zlib (RFC 1950, section 2.2).
fn is_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [0x78, flags, ..] => (0x7800 + u32::from(*flags)) % 31 == 0,
        _ => false,
    }
}

/// The coding `deflate` means zlib; some services send it without the header.
fn inflate(bytes: &[u8], bytes_max: usize) -> Unpacked {
    match is_zlib(bytes) {
        true => read(ZlibDecoder::new(bytes), bytes_max),
        false => read(DeflateDecoder::new(bytes), bytes_max),
    }
}

fn brotli(bytes: &[u8], bytes_max: usize) -> Unpacked {
    read(Decompressor::new(bytes, BUFFER_BYTES), bytes_max)
}

fn zstd(bytes: &[u8], bytes_max: usize) -> Unpacked {
    let mut rest = bytes;
    let mut all = Unpacked::default();
    // A body may consist of several frames.
    while !rest.is_empty() && all.bytes.len() < bytes_max {
        let Ok(decoder) = StreamingDecoder::new(&mut rest) else {
            all.damaged = true;
            return all;
        };
        let one = read(decoder, bytes_max - all.bytes.len());
        all.bytes.extend_from_slice(&one.bytes);
        if one.damaged || one.truncated {
            return Unpacked { bytes: all.bytes, ..one };
        }
    }
    all.truncated = !rest.is_empty();
    all
}

fn read(from: impl Read, bytes_max: usize) -> Unpacked {
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let damaged = from.take(limit.saturating_add(1)).read_to_end(&mut bytes).is_err();
    let truncated = bytes.len() > bytes_max;
    bytes.truncate(bytes_max);
    Unpacked { bytes, truncated, damaged }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;

    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    pub(in super::super) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    pub(in super::super) fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    pub(in super::super) fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    pub(in super::super) fn zstandard(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    /// Brotli without compression: one uncompressed meta-block, and the empty last one (RFC 7932).
    pub(in super::super) fn brotli_stored(bytes: &[u8]) -> Vec<u8> {
        assert!((1..=0x10000).contains(&bytes.len()));
        // WBITS 16 (one bit, 0), ISLAST 0, MNIBBLES 4 (00), MLEN - 1 in 16 bits, ISUNCOMPRESSED 1.
        let header: u32 = (u32::try_from(bytes.len() - 1).unwrap() << 4) | (1 << 20);
        let mut all = header.to_le_bytes()[..3].to_vec();
        all.extend_from_slice(bytes);
        all.push(3);
        all
    }

    #[test]
    fn every_coding_is_undone_and_nested_ones_too() {
        let text = b"a text of some length, a text of some length".to_vec();
        let decoded = |field: &str, body: &[u8]| decoded(field, body, 1000, WHOLE).unwrap().bytes;
        assert_eq!(decoded("gzip", &gzip(&text)), text);
        assert_eq!(decoded("X-GZIP, identity", &gzip(&text)), text);
        assert_eq!(decoded("deflate", &zlib(&text)), text);
        assert_eq!(decoded("deflate", &deflate(&text)), text);
        assert_eq!(decoded("br", &brotli_stored(&text)), text);
        assert_eq!(decoded("zstd", &zstandard(&text)), text);
        assert_eq!(decoded("br, gzip", &gzip(&brotli_stored(&text))), text);
        assert_eq!(decoded("", &text), text);
    }

    #[test]
    fn unknown_and_damaged_codings_are_named() {
        assert_eq!(decoded("compress", b"abc", 10, WHOLE), Err("compress".into()));
        for coding in ["gzip", "deflate", "br", "zstd"] {
            assert_eq!(decoded(coding, b"\xff\xfe\xfd nonsense", 100, WHOLE), Err(coding.into()));
        }
        let mut short = gzip(b"0123456789");
        short.truncate(short.len() - 9);
        assert_eq!(decoded("gzip", &short, 100, WHOLE), Err("gzip".into()));
    }

    #[test]
    fn the_beginning_of_a_body_is_decoded_as_far_as_possible() {
        let text: Vec<u8> =
            (0..20_000_u32).flat_map(|n| (n * n).to_string().into_bytes()).collect();
        let body = gzip(&text);
        let half = &body[..body.len() / 2];
        let read = decoded("gzip", half, 1 << 20, BodyExtent::Beginning).unwrap();
        assert!(!read.bytes.is_empty() && text.starts_with(&read.bytes));
    }

    const WHOLE: BodyExtent = BodyExtent::Whole;

    #[test]
    fn a_bomb_is_cut_off() {
        let bomb = gzip(&vec![0; 1 << 20]);
        let read = decoded("gzip", &bomb, 1000, WHOLE).unwrap();
        assert_eq!((read.bytes.len(), read.truncated), (1000, true));
    }
}
