//! TLS handshake records for versions that the TLS library does not support.
//!
//! A client hello offers exactly one version. The answer is read only as far as needed to see whether
//! the server accepted or refused that version; the handshake is never completed.

use crate::model::plan::question::TlsVersion;

const RECORD_ALERT: u8 = 21;
const RECORD_HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const LEVEL_WARNING: u8 = 1;
const CLOSE_NOTIFY: u8 = 0;

/// Cipher suites of SSL 3.0 to TLS 1.2, for every type of server key, so that a server that accepts the
/// version also finds a suite. The last one signals support for secure renegotiation (RFC 5746). The
/// fallback signal (RFC 7507) is left out: servers refuse it for every old version.
const SUITES: [u16; 28] = [
    0xc02b, 0xc02f, 0xc02c, 0xc030, 0x009e, 0x009f, 0x009c, 0x009d, 0xc023, 0xc027, 0x003c, 0xc009,
    0xc013, 0xc00a, 0xc014, 0x0033, 0x0039, 0x0032, 0x0038, 0x002f, 0x0035, 0xc008, 0xc012, 0x0016,
    0x0013, 0x000a, 0x0005, 0x00ff,
];

/// The answer to a client hello, as far as it has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ServerReply {
    /// More bytes are needed.
    Unfinished,
    /// An alert that ends the handshake, with its number.
    Alert(u8),
    /// A server hello that accepts the version with these two bytes.
    ServerHello([u8; 2]),
    /// The answer is not TLS.
    NotTls,
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
    // A hello is sent in a record of an old version, so that old servers can read it.
    let record_version = version.min(TlsVersion::Tls10).wire();
    let mut record = vec![RECORD_HANDSHAKE, record_version[0], record_version[1]];
    record.extend(with_length(&message));
    record
}

/// Reads the answer to a client hello.
pub(crate) fn read(mut bytes: &[u8]) -> ServerReply {
    let mut handshake = Vec::new();
    while let Some((header, rest)) = bytes.split_first_chunk::<5>() {
        let [content_type, major, _, high, low] = *header;
        if major != 3 || !matches!(content_type, RECORD_ALERT | RECORD_HANDSHAKE) {
            return ServerReply::NotTls;
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        let complete = rest.len() >= length;
        let content = &rest[..length.min(rest.len())];
        if content_type == RECORD_HANDSHAKE {
            handshake.extend_from_slice(content);
            if let Some(reply) = read_handshake(&handshake) {
                return reply;
            }
        } else if let Some(alert) = read_alert(content) {
            return ServerReply::Alert(alert);
        }
        if !complete {
            return ServerReply::Unfinished;
        }
        bytes = &rest[length..];
    }
    match bytes.first() {
        Some(content_type) if !matches!(*content_type, RECORD_ALERT | RECORD_HANDSHAKE) => {
            ServerReply::NotTls
        }
        _ => ServerReply::Unfinished,
    }
}

/// The name of an alert (RFC 8446, section 6; for older alerts RFC 5246, section 7.2).
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

/// Whether an alert refuses the offer. Other alerts report an error of the server (`internal_error`) or
/// close the connection (`close_notify`, `user_canceled`).
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
        // ECDSA, PSS and PKCS #1 with SHA-256, SHA-384 and SHA-512; ECDSA and PKCS #1 with SHA-1.
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

/// Prepends the length of `content` in two bytes. Nothing here is longer than a host name.
fn with_length(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
    let mut all = length.to_be_bytes().to_vec();
    all.extend(content.iter().take(usize::from(length)));
    all
}

/// The version of a server hello; `None` if more bytes are needed.
fn read_handshake(bytes: &[u8]) -> Option<ServerReply> {
    match bytes {
        [SERVER_HELLO, _, _, _, major, minor, ..] => {
            Some(ServerReply::ServerHello([*major, *minor]))
        }
        [SERVER_HELLO, ..] | [] => None,
        _ => Some(ServerReply::NotTls),
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
    fn a_hello_has_correct_lengths_and_offers_one_version() {
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
        assert_eq!(read(&[21, 3, 1, 0, 2, 2, 70]), ServerReply::Alert(70));
        assert_eq!(read(&[22, 3, 1, 0, 6, 2, 0, 0, 70, 3, 1]), ServerReply::ServerHello([3, 1]));
    }

    #[test]
    fn warnings_are_skipped_but_close_notify_is_not() {
        let warned = [21, 3, 1, 0, 2, 1, 112, 22, 3, 1, 0, 6, 2, 0, 0, 70, 3, 1];
        assert_eq!(read(&warned), ServerReply::ServerHello([3, 1]));
        assert_eq!(read(&[21, 3, 1, 0, 2, 1, 0]), ServerReply::Alert(CLOSE_NOTIFY));
        assert!(!refuses(CLOSE_NOTIFY));
    }

    #[test]
    fn a_server_hello_may_come_in_pieces() {
        let pieces = [22, 3, 1, 0, 3, 2, 0, 0, 22, 3, 1, 0, 3, 70, 3, 2];
        assert_eq!(read(&pieces), ServerReply::ServerHello([3, 2]));
        for cut in 0..pieces.len() {
            assert_eq!(read(&pieces[..cut]), ServerReply::Unfinished, "{cut}");
        }
    }

    #[test]
    fn other_bytes_are_not_tls() {
        assert_eq!(read(b"HTTP/1.1 400 Bad Request\r\n"), ServerReply::NotTls);
        assert_eq!(read(b"H"), ServerReply::NotTls);
        assert_eq!(read(&[22, 3, 1, 0, 4, 11, 0, 0, 0]), ServerReply::NotTls);
    }
}
