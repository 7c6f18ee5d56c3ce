//! The query string hash of Atlassian Connect, which binds a token to one request.
//!
//! The rules are in Atlassian's "Creating a query string hash": the SHA-256, in hexadecimal, of method,
//! path and query in one canonical line.

use sha2::{Digest, Sha256};

use crate::random::to_hex;

/// The hash of a request, with `path` as sent and `query` without its question mark.
pub fn query_string_hash(method: &str, path: &str, query: &str) -> String {
    to_hex(&Sha256::digest(canonical_request(method, path, query)))
}

/// The line that is hashed: `METHOD&/path&name=value&name=value`.
pub fn canonical_request(method: &str, path: &str, query: &str) -> String {
    let method = method.to_ascii_uppercase();
    let path = canonical_path(path);
    let query = canonical_query(query);
    format!("{method}&{path}&{query}")
}

/// The path without a final slash, and with `&`, the separator, escaped.
fn canonical_path(path: &str) -> String {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return "/".to_owned();
    }
    path.replace('&', "%26")
}

/// Sorted names, each once with its sorted values, without `jwt`, which carries the token.
fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .filter(|(name, _)| name != b"jwt")
        .collect();
    pairs.sort();
    let groups = pairs.chunk_by(|one, other| one.0 == other.0);
    let group = |pairs: &[(Vec<u8>, Vec<u8>)]| {
        let values: Vec<_> = pairs.iter().map(|(_, value)| encode(value)).collect();
        let name = pairs.first().map(|(name, _)| encode(name));
        format!("{}={}", name.unwrap_or_default(), values.join(","))
    };
    groups.map(group).collect::<Vec<_>>().join("&")
}

/// Decodes form-encoded text. An invalid escape is kept as it is.
fn decode(text: &str) -> Vec<u8> {
    let text = text.as_bytes();
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let escaped = (*byte == b'%').then(|| escape_at(text, at)).flatten();
        at += if escaped.is_some() { 3 } else { 1 };
        bytes.push(match (byte, escaped) {
            (_, Some(escaped)) => escaped,
            (b'+', None) => b' ',
            (byte, None) => *byte,
        });
    }
    bytes
}

fn escape_at(text: &[u8], at: usize) -> Option<u8> {
    let digits = text.get(at + 1..at + 3)?;
    let digits = std::str::from_utf8(digits).ok()?;
    // `from_str_radix` accepts a sign, which an escape must not have.
    let all_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u8::from_str_radix(digits, 16).ok().filter(|_| all_hex)
}

/// Percent-encodes all but the unreserved characters (RFC 3986, section 2.3).
fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(*byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
