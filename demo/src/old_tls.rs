//! TLS 1.0 up to the server hello (RFC 2246, section 7.4.1), assembled by hand: the TLS library supports
//! nothing older than 1.2.

use std::io;
use std::time::Duration;

use rand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The maximum size of a client hello, in bytes.
const HELLO_MAX: usize = 4096;
/// The number of bytes that are read from the client after the answer.
const REST_MAX: u64 = 64 * 1024;
/// The pause before reading more of a hello that arrives in pieces.
const PAUSE: Duration = Duration::from_millis(2);

const TLS_1_0: u16 = 0x0301;
const TLS_1_1: u16 = 0x0302;
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const SUPPORTED_VERSIONS: u16 = 43;

/// Answers a client that supports nothing newer than TLS 1.1. Returns whether the client was one.
///
/// The hello of any other client stays on the stream for the TLS library.
pub(crate) async fn answer(stream: &mut TcpStream) -> io::Result<bool> {
    let Some(hello) = peek_hello(stream).await? else {
        return Ok(false);
    };
    let Some(suite) = old_suite(&hello) else {
        return Ok(false);
    };
    let mut read = vec![0; hello.len()];
    stream.read_exact(&mut read).await?;
    stream.write_all(&server_hello(suite)).await?;
    stream.shutdown().await?;
    // Reading until the client closes keeps the kernel from truncating the answer.
    tokio::io::copy(&mut stream.take(REST_MAX), &mut tokio::io::sink()).await?;
    Ok(true)
}

/// The first record, left on the stream; `None` if it is not a handshake, or too long.
async fn peek_hello(stream: &TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut buffer = vec![0; HELLO_MAX];
    loop {
        let length = stream.peek(&mut buffer).await?;
        let seen = &buffer[..length];
        if length == 0 || seen[0] != HANDSHAKE {
            return Ok(None);
        }
        if let [_, _, _, high, low, ..] = seen {
            let record = 5 + usize::from(u16::from_be_bytes([*high, *low]));
            if record > HELLO_MAX {
                return Ok(None);
            }
            if length >= record {
                return Ok(Some(seen[..record].to_vec()));
            }
        }
        // The rest has not arrived yet; the whole handshake has a time limit.
        tokio::time::sleep(PAUSE).await;
    }
}

/// The first cipher suite of a client that supports TLS 1.0 or 1.1 and nothing newer.
fn old_suite(record: &[u8]) -> Option<[u8; 2]> {
    let mut hello = Bytes(record.get(5..)?);
    if hello.take(1)? != [CLIENT_HELLO] {
        return None;
    }
    let mut hello = Bytes(hello.block(3)?);
    let version = hello.number(2)?;
    hello.take(32)?;
    hello.block(1)?;
    let suites = hello.block(2)?;
    hello.block(1)?;
    let is_old = (TLS_1_0..=TLS_1_1).contains(&(version as u16));
    let suite = suites.first_chunk::<2>()?;
    (is_old && !offers_versions(hello)).then_some(*suite)
}

/// Whether the extensions list versions, as those of TLS 1.3 do.
fn offers_versions(mut hello: Bytes<'_>) -> bool {
    let Some(extensions) = hello.block(2) else {
        return false;
    };
    let mut extensions = Bytes(extensions);
    while let Some(number) = extensions.number(2) {
        if number == usize::from(SUPPORTED_VERSIONS) {
            return true;
        }
        if extensions.block(2).is_none() {
            break;
        }
    }
    false
}

/// A record with a server hello that selects TLS 1.0 and this suite.
fn server_hello(suite: [u8; 2]) -> Vec<u8> {
    let mut random = [0; 32];
    rand::rng().fill_bytes(&mut random);
    let version = TLS_1_0.to_be_bytes();
    // The version, 32 random bytes, no session, the suite, no compression.
    let hello = [&version[..], &random, &[0], &suite, &[0]].concat();
    let length = u8::try_from(hello.len()).unwrap_or_default();
    let message = [&[SERVER_HELLO, 0, 0, length][..], &hello].concat();
    [&[HANDSHAKE][..], &version, &[0, length + 4], &message].concat()
}

/// A cursor over bytes.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(front)
    }

    /// A big-endian number of this many bytes.
    fn number(&mut self, bytes: usize) -> Option<usize> {
        let digits = self.take(bytes)?.iter();
        Some(digits.fold(0, |number, digit| number << 8 | usize::from(*digit)))
    }

    /// A block that follows its length, which has this many bytes.
    fn block(&mut self, length_bytes: usize) -> Option<&'a [u8]> {
        let length = self.number(length_bytes)?;
        self.take(length)
    }
}
