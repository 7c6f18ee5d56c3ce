//! Handshake records made and read by hand, for versions that the TLS library does not speak.
//!
//! A client hello offers exactly one version. What comes back is read only as far as it tells
//! whether that version was taken or refused; nothing is ever negotiated.

use crate::model::plan::question::TlsVersion;

const RECORD_ALERT: u8 = 21;
const RECORD_HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const LEVEL_WARNING: u8 = 1;
const CLOSE_NOTIFY: u8 = 0;

/// Cipher suites of SSL 3.0 to TLS 1.2, for every sort of server key, so that a server that takes
/// the version finds a suite too. The last one says that secure renegotiation is understood
/// (RFC 5746); the one for fall-backs is left out, for it would be refused whatever the version.
const SUITES: [u16; 28] = [
    0xc02b, 0xc02f, 0xc02c, 0xc030, 0x009e, 0x009f, 0x009c, 0x009d, 0xc023, 0xc027, 0x003c, 0xc009,
    0xc013, 0xc00a, 0xc014, 0x0033, 0x0039, 0x0032, 0x0038, 0x002f, 0x0035, 0xc008, 0xc012, 0x0016,
    0x0013, 0x000a, 0x0005, 0x00ff,
];

/// What the bytes that came so far amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Nothing yet.
    Unfinished,
    /// An alert that ends the handshake, by its number.
    Alert(u8),
    /// A server hello that takes the version with these two bytes.
    ServerHello([u8; 2]),
    /// No TLS at all.
    Strange,
}

/// A client hello that offers `version` and no other, as one record.
pub(crate) fn client_hello(version: TlsVersion, host: &str, random: [u8; 32]) -> Vec<u8> {
    let mut body = version.wire().to_vec();
    body.extend(random);
    // No session to resume.
    body.push(0);
    body.extend(with_length(&SUITES.map(u16::to_be_bytes).concat()));
    // The one compression method: none.
    body.extend([1, 0]);
    if version != TlsVersion::Ssl30 {
        body.extend(with_length(&extensions(version, host)));
    }
    let mut message = vec![CLIENT_HELLO, 0];
    message.extend(with_length(&body));
    // Hellos of any version travel in records of the oldest, so that old servers read them.
    let record_version = version.min(TlsVersion::Tls10).wire();
    let mut record = vec![RECORD_HANDSHAKE, record_version[0], record_version[1]];
    record.extend(with_length(&message));
    record
}

/// Reads what a server sent in answer to a client hello.
pub(crate) fn read(mut bytes: &[u8]) -> Reading {
    let mut handshake = Vec::new();
    while let Some((header, rest)) = bytes.split_first_chunk::<5>() {
        let [sort, major, _, high, low] = *header;
        if major != 3 || !matches!(sort, RECORD_ALERT | RECORD_HANDSHAKE) {
            return Reading::Strange;
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        let whole = rest.len() >= length;
        let content = &rest[..length.min(rest.len())];
        if sort == RECORD_HANDSHAKE {
            handshake.extend_from_slice(content);
            if let Some(reading) = read_handshake(&handshake) {
                return reading;
            }
        } else if let Some(alert) = read_alert(content) {
            return Reading::Alert(alert);
        }
        if !whole {
            return Reading::Unfinished;
        }
        bytes = &rest[length..];
    }
    match bytes.first() {
        Some(sort) if !matches!(*sort, RECORD_ALERT | RECORD_HANDSHAKE) => Reading::Strange,
        _ => Reading::Unfinished,
    }
}

/// The name of an alert (RFC 8446, section 6; the older ones RFC 5246, section 7.2).
pub(crate) fn alert_name(alert: u8) -> String {
    let name = match alert {
        CLOSE_NOTIFY => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        116 => "certificate_required",
        120 => "no_application_protocol",
        other => return format!("alert {other}"),
    };
    name.to_owned()
}

/// Whether an alert says that something is wrong with the offer, and not that the server has failed
/// (`internal_error`) or just goes away (`close_notify`, `user_canceled`).
pub(crate) fn refuses(alert: u8) -> bool {
    !matches!(alert, CLOSE_NOTIFY | 80 | 90)
}

fn extensions(version: TlsVersion, host: &str) -> Vec<u8> {
    let mut all = Vec::new();
    // A server name is never an address (RFC 6066, section 3).
    if host.parse::<std::net::IpAddr>().is_err() && !host.starts_with('[') {
        let mut name = vec![0];
        name.extend(with_length(host.as_bytes()));
        all.extend(extension(0, &with_length(&name)));
    }
    // Groups: x25519, secp256r1, secp384r1, secp521r1; points: uncompressed.
    all.extend(extension(10, &with_length(&[0, 29, 0, 23, 0, 24, 0, 25])));
    all.extend(extension(11, &[1, 0]));
    if version >= TlsVersion::Tls12 {
        // ECDSA, PSS and PKCS #1 with SHA-256, SHA-384 and SHA-512, and the old ones with SHA-1.
        let schemes = [4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 6, 3, 8, 6, 6, 1, 2, 3, 2, 1];
        all.extend(extension(13, &with_length(&schemes)));
    }
    all
}

fn extension(number: u16, content: &[u8]) -> Vec<u8> {
    let mut all = number.to_be_bytes().to_vec();
    all.extend(with_length(content));
    all
}

/// `content` after its length in two bytes; a host's name is the longest thing here.
fn with_length(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
    let mut all = length.to_be_bytes().to_vec();
    all.extend(content.iter().take(usize::from(length)));
    all
}

/// The version of a server hello, or that it is something else; `None` until enough has come.
fn read_handshake(bytes: &[u8]) -> Option<Reading> {
    match bytes {
        [SERVER_HELLO, _, _, _, major, minor, ..] => Some(Reading::ServerHello([*major, *minor])),
        [SERVER_HELLO, ..] | [] => None,
        _ => Some(Reading::Strange),
    }
}

/// The number of an alert that ends the handshake; a warning may be followed by a server hello.
fn read_alert(content: &[u8]) -> Option<u8> {
    match content {
        [LEVEL_WARNING, alert, ..] if *alert != CLOSE_NOTIFY => None,
        [_, alert, ..] => Some(*alert),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hello_says_how_long_it_is_and_offers_one_version() {
        for version in &TlsVersion::ALL[..4] {
            let hello = client_hello(*version, "a.test", [7; 32]);
            let length = |at: usize| usize::from(u16::from_be_bytes([hello[at], hello[at + 1]]));
            assert_eq!(length(3), hello.len() - 5, "{version}");
            assert_eq!(length(7), hello.len() - 9, "{version}");
            assert_eq!(hello[9..11], version.wire(), "{version}");
            let named = hello.windows(6).any(|part| part == b"a.test");
            assert_eq!(named, *version != TlsVersion::Ssl30, "{version}");
        }
    }

    #[test]
    fn a_hello_to_an_address_names_no_server() {
        let hello = client_hello(TlsVersion::Tls11, "192.0.2.7", [7; 32]);
        assert!(!hello.windows(9).any(|part| part == b"192.0.2.7"));
    }

    #[test]
    fn alerts_and_server_hellos_are_read() {
        assert_eq!(read(&[21, 3, 1, 0, 2, 2, 70]), Reading::Alert(70));
        assert_eq!(read(&[22, 3, 1, 0, 6, 2, 0, 0, 70, 3, 1]), Reading::ServerHello([3, 1]));
    }

    #[test]
    fn a_warning_is_passed_over_and_a_farewell_is_not() {
        let warned = [21, 3, 1, 0, 2, 1, 112, 22, 3, 1, 0, 6, 2, 0, 0, 70, 3, 1];
        assert_eq!(read(&warned), Reading::ServerHello([3, 1]));
        assert_eq!(read(&[21, 3, 1, 0, 2, 1, 0]), Reading::Alert(CLOSE_NOTIFY));
        assert!(!refuses(CLOSE_NOTIFY));
    }

    #[test]
    fn a_server_hello_may_come_in_pieces() {
        let pieces = [22, 3, 1, 0, 3, 2, 0, 0, 22, 3, 1, 0, 3, 70, 3, 2];
        assert_eq!(read(&pieces), Reading::ServerHello([3, 2]));
        for cut in 0..pieces.len() {
            assert_eq!(read(&pieces[..cut]), Reading::Unfinished, "{cut}");
        }
    }

    #[test]
    fn what_is_no_tls_is_strange() {
        assert_eq!(read(b"HTTP/1.1 400 Bad Request\r\n"), Reading::Strange);
        assert_eq!(read(b"H"), Reading::Strange);
        assert_eq!(read(&[22, 3, 1, 0, 4, 11, 0, 0, 0]), Reading::Strange);
    }
}
