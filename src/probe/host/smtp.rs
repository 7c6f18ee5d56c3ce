//! Starts TLS in a connection to a mail server: greeting, `EHLO`, `STARTTLS` (RFC 3207).

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;

/// The size limit for one reply, in bytes.
const REPLY_BYTES_MAX: usize = 8 * 1024;

/// The result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Started {
    /// The server waits for the handshake.
    Ready,
    /// The server does not offer it, or refuses it for good.
    NotOffered,
}

/// A reply: its code, and its lines without the codes.
struct Reply {
    code: u16,
    lines: Vec<String>,
}

/// Asks the server to start TLS. A reply that refuses for now is an error.
pub(crate) async fn start(stream: &mut TcpStream) -> io::Result<Result<Started, ProbeError>> {
    let greeting = reply(stream).await?;
    if greeting.code != 220 {
        return Ok(Err(refused(&greeting)));
    }
    stream.write_all(b"EHLO avouch.invalid\r\n").await?;
    let offers = reply(stream).await?;
    if offers.code != 250 {
        return Ok(Err(refused(&offers)));
    }
    let mut words = offers.lines.iter().skip(1).map(|line| line.trim());
    if !words.any(|word| word.eq_ignore_ascii_case("STARTTLS")) {
        return Ok(Ok(Started::NotOffered));
    }
    stream.write_all(b"STARTTLS\r\n").await?;
    let answer = reply(stream).await?;
    Ok(match answer.code {
        220 => Ok(Started::Ready),
        500..=599 => Ok(Started::NotOffered),
        _ => Err(refused(&answer)),
    })
}

fn refused(reply: &Reply) -> ProbeError {
    let text = reply.lines.join(" ");
    let detail = format!("the mail server replied {} {text}", reply.code);
    ProbeError::new(Reason::Unreachable, detail)
}

/// Reads one reply, which may have several lines (RFC 5321, section 4.2.1), and nothing after it.
async fn reply(stream: &mut TcpStream) -> io::Result<Reply> {
    let mut bytes = Vec::new();
    let mut lines = Vec::new();
    let mut code = None;
    while bytes.len() < REPLY_BYTES_MAX {
        bytes.push(stream.read_u8().await?);
        if !bytes.ends_with(b"\n") {
            continue;
        }
        let line = String::from_utf8_lossy(&std::mem::take(&mut bytes)).trim_end().to_owned();
        let digits = line.get(..3).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
        let Some(found) = digits.and_then(|code| code.parse().ok()) else {
            return Err(io::Error::other("the answer is not SMTP"));
        };
        // All lines of a reply have the same code (RFC 5321, section 4.2.1).
        if *code.get_or_insert(found) != found {
            return Err(io::Error::other("the reply of the mail server has two codes"));
        }
        lines.push(line.get(4..).unwrap_or_default().to_owned());
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(Reply { code: found, lines });
        }
        if lines.len() > REPLY_BYTES_MAX / 64 {
            break;
        }
    }
    Err(io::Error::other("the reply of the mail server is too long"))
}
