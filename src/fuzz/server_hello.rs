//! Answers to a TLS client hello: a reply that was recognised does not change when more bytes arrive.

use crate::fuzz::choices::Choices;
use crate::model::plan::question::TlsVersion;
use crate::probe::host::handshake::{ServerReply, alert_name, client_hello, read as reply};

/// How many prefixes of an answer are read, because this takes quadratic time.
const CUTS_MAX: usize = 256;

/// Reads an answer.
pub(super) fn read(bytes: &[u8]) {
    let whole = reply(bytes);
    for cut in (0..bytes.len()).take(CUTS_MAX) {
        let part = reply(&bytes[..cut]);
        assert!(part == ServerReply::Unfinished || part == whole, "{part:?} became {whole:?}");
    }
    match whole {
        ServerReply::Alert(alert) => {
            assert!(!alert_name(alert).is_empty());
            assert!(bytes.contains(&alert), "an alert that was not sent");
        }
        ServerReply::ServerHello(version) => {
            let sent = version.iter().all(|byte| bytes.contains(byte));
            assert!(sent && bytes.contains(&2), "a server hello that was not sent");
        }
        ServerReply::Unfinished | ServerReply::NotTls => {}
    }
    hello(bytes);
}

/// A client hello has consistent lengths, and is not taken for an answer.
fn hello(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let version = choices.pick(&TlsVersion::ALL).copied().unwrap_or(TlsVersion::Tls12);
    let hello = client_hello(version, &choices.text(255), [7; 32]);
    assert_eq!(hello.len(), 5 + usize::from(u16::from_be_bytes([hello[3], hello[4]])));
    assert_eq!(hello.len(), 9 + usize::from(u16::from_be_bytes([hello[7], hello[8]])));
    assert_eq!(reply(&hello), ServerReply::NotTls);
}
