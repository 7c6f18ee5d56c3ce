//! Encodings that a service may apply to a text, one on top of another.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::fuzz::choices::Choices;

/// How many encodings are applied at most.
const LAYERS_MAX: u8 = 3;

/// An encoding. `None` if it cannot encode these bytes.
type Layer = fn(&[u8]) -> Option<Vec<u8>>;

/// The encodings.
const LAYERS: [Layer; 25] = [
    |bytes| Some(bytes.to_vec()),
    |bytes| spelt(bytes, 1, |byte| format!("%{byte:02x}")),
    |bytes| spelt(bytes, 1, |byte| format!("%{byte:02X}")),
    |bytes| spelt(bytes, 2, |byte| format!("%{byte:02x}")),
    |bytes| of_ascii(bytes, 1, |byte| format!("&#{byte};")),
    |bytes| of_ascii(bytes, 1, |byte| format!("&#x{byte:x};")),
    |bytes| of_ascii(bytes, 3, |byte| format!("&#X{byte:X};")),
    |bytes| of_ascii(bytes, 1, |byte| format!("\\u{byte:04x}")),
    |bytes| of_ascii(bytes, 2, |byte| format!("\\u{byte:04X}")),
    |bytes| of_ascii(bytes, 1, |byte| format!("\\{byte:x} ")),
    |bytes| spelt(bytes, 1, |byte| format!("\\x{byte:02x}")),
    |bytes| spelt(bytes, 1, |byte| format!("={byte:02X}")),
    |bytes| spelt(bytes, 1, |byte| format!("{byte:02x}")),
    |bytes| spelt(bytes, 1, |byte| format!("{byte:02X}")),
    |bytes| spelt(bytes, 1, |byte| format!("{byte},")),
    |bytes| Some(base32(bytes, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
    |bytes| Some(base32(bytes, b"abcdefghijklmnopqrstuvwxyz234567")),
    |bytes| Some(base32(bytes, b"0123456789ABCDEFGHIJKLMNOPQRSTUV")),
    |bytes| Some(STANDARD.encode(bytes).into_bytes()),
    |bytes| Some(STANDARD_NO_PAD.encode(bytes).into_bytes()),
    |bytes| Some(URL_SAFE.encode(bytes).into_bytes()),
    |bytes| Some(in_lines(&URL_SAFE_NO_PAD.encode(bytes))),
    utf_16,
    gzip,
    zlib,
];

/// Applies up to three encodings to `bytes`.
pub(super) fn encoded(bytes: &[u8], choices: &mut Choices<'_>) -> Vec<u8> {
    let mut encoded = bytes.to_vec();
    for _ in 0..choices.up_to(LAYERS_MAX) {
        let next = choices.pick(&LAYERS).and_then(|layer| layer(&encoded));
        encoded = next.unwrap_or(encoded);
    }
    encoded
}

/// The characters with which escapes begin: a text that is only partly escaped has these escaped.
const ESCAPES: [u8; 4] = *b"%&\\=";

/// Spells every `every`th byte; the others must then be ASCII.
fn spelt(bytes: &[u8], every: usize, spell: impl Fn(u8) -> String) -> Option<Vec<u8>> {
    let spell = |(at, byte): (usize, &u8)| match at % every == 0 || ESCAPES.contains(byte) {
        true => spell(*byte),
        false => char::from(*byte).to_string(),
    };
    let is_possible = every == 1 || bytes.is_ascii();
    is_possible.then(|| bytes.iter().enumerate().map(spell).collect::<String>().into_bytes())
}

/// The same for spellings of characters, not bytes. A NUL has no such spelling in every language.
fn of_ascii(bytes: &[u8], every: usize, spell: impl Fn(u8) -> String) -> Option<Vec<u8>> {
    let is_possible = bytes.is_ascii() && !bytes.contains(&0);
    is_possible.then(|| spelt(bytes, every, spell)).flatten()
}

/// RFC 4648, section 6, without padding.
fn base32(bytes: &[u8], alphabet: &[u8; 32]) -> Vec<u8> {
    let bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    let bits: Vec<u8> = bits.collect();
    let value = |chunk: &[u8]| (0..5).fold(0, |value, at| value << 1 | chunk.get(at).unwrap_or(&0));
    bits.chunks(5).map(|chunk| alphabet[usize::from(value(chunk))]).collect()
}

fn in_lines(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(60).collect::<Vec<_>>().join(&b"\r\n"[..])
}

/// In little-endian order.
fn utf_16(bytes: &[u8]) -> Option<Vec<u8>> {
    bytes.is_ascii().then(|| bytes.iter().flat_map(|byte| [*byte, 0]).collect())
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// In base64, because the two bytes with which zlib begins are recognised at the start of data only.
fn zlib(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).ok()?;
    Some(STANDARD.encode(encoder.finish().ok()?).into_bytes())
}
