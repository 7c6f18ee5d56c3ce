//! What a host says to plain HTTP, asked by hand: a closed port must be told from a broken network.
//!
//! ```json
//! { "status": 308,
//!   "addresses": [
//!     { "address": "192.0.2.7:80", "answer": "to-https", "status": 308,
//!       "location": "https://a.example/", "sets": [] },
//!     { "address": "192.0.2.8:80", "answer": "closed", "sets": [] } ] }
//! ```
//!
//! `answer` is `closed` (nothing listens there: the connection was refused), `to-https` (a redirect
//! to the same host), `elsewhere` (a redirect to anything else) or `content`; `sets` names the
//! cookies that the answer sets. On top stands the highest status of all, for the judge. A connection
//! that is accepted and then broken, and silence, are errors.

use std::net::SocketAddr;

use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::probe::host::peers::{Connected, Host, Said};

/// What is read of an answer's head at the most.
const HEAD_BYTES_MAX: usize = 32 * 1024;
const FIELDS_MAX: usize = 128;

/// Asks one address for `/`.
pub(crate) async fn get(host: Host<'_>, address: SocketAddr) -> Said {
    let mut stream = match host.connect(address).await? {
        Connected::Stream(stream) => stream,
        Connected::NoRoute => return Ok(None),
        Connected::Refused => return Ok(Some(facts(json!({"answer": "closed", "sets": []})))),
    };
    let head = host.in_time(ask(&mut stream, host.name)).await?.map_err(|error| {
        let detail = format!("the connection broke before an answer came: {error}");
        ProbeError::new(Reason::Unreachable, detail)
    })?;
    read(&head, host.name).map(Some)
}

async fn ask(stream: &mut TcpStream, host: &str) -> std::io::Result<Vec<u8>> {
    let request = format!(
        "GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: avouch\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while head.len() < HEAD_BYTES_MAX && !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await?;
        if count == 0 {
            break;
        }
        head.extend_from_slice(&piece[..count]);
    }
    if head.is_empty() {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(head)
}

fn read(head: &[u8], host: &str) -> Result<Map<String, Value>, ProbeError> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut response = httparse::Response::new(&mut fields);
    let whole = response.parse(head).is_ok_and(|status| status.is_complete());
    let (true, Some(status)) = (whole, response.code) else {
        return Err(ProbeError::new(Reason::Unparsable, "the answer was not of HTTP"));
    };
    let values = |name: &str| {
        let named = response.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
        named.map(|field| String::from_utf8_lossy(field.value).into_owned()).collect::<Vec<_>>()
    };
    let location = values("location").into_iter().next();
    let name_of = |cookie: &String| cookie.split('=').next().unwrap_or_default().trim().to_owned();
    let sets: Vec<String> = values("set-cookie").iter().map(name_of).collect();
    Ok(facts(json!({
        "answer": answer(status, location.as_deref(), host),
        "status": status,
        "location": location,
        "sets": sets,
    })))
}

fn answer(status: u16, location: Option<&str>, host: &str) -> &'static str {
    let Some(location) = location.filter(|_| matches!(status, 301 | 302 | 303 | 307 | 308)) else {
        return "content";
    };
    let base = Url::parse(&format!("http://{host}/"));
    let to = base.and_then(|base| Ok((base.join(location)?, base)));
    match to {
        Ok((to, base)) if to.scheme() == "https" && to.host_str() == base.host_str() => "to-https",
        _ => "elsewhere",
    }
}

/// The highest status of all addresses: one that slows us down or fails tells nothing.
pub(crate) fn highest_status(addresses: Option<&Value>) -> Option<u64> {
    let addresses = addresses.and_then(Value::as_array).into_iter().flatten();
    addresses.filter_map(|one| one.get("status")?.as_u64()).max()
}

fn facts(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(facts) => facts,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_host_on_https_is_the_way_to_https() {
        assert_eq!(answer(308, Some("https://a.test/x"), "a.test"), "to-https");
        assert_eq!(answer(301, Some("https://A.TEST:8443/"), "a.test"), "to-https");
        for location in ["http://a.test/x", "/x", "https://b.test/", "https://a.test.evil/", "//b"]
        {
            assert_eq!(answer(302, Some(location), "a.test"), "elsewhere", "{location}");
        }
        assert_eq!(answer(200, Some("https://a.test/"), "a.test"), "content");
        assert_eq!(answer(308, None, "a.test"), "content");
    }

    #[test]
    fn cookies_on_the_way_are_named() {
        let head =
            b"HTTP/1.1 301 Moved\r\nLocation: https://a.test/\r\nSet-Cookie: s=1; Path=/\r\n\r\n";
        let facts = read(head, "a.test").unwrap();
        assert_eq!(facts["sets"], json!(["s"]));
        assert_eq!(facts["answer"], "to-https");
    }

    #[test]
    fn half_a_head_is_no_answer() {
        for head in [&b"HTTP/1.1 301 Moved\r\nLocation: https://a.te"[..], b"\x15\x03\x01\x00\x02"]
        {
            assert_eq!(read(head, "a.test").unwrap_err().reason, Reason::Unparsable);
        }
    }
}
