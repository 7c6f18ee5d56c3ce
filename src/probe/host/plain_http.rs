//! Requests a host over plain HTTP, without a library: a closed port must be distinguished from a network
//! failure.
//!
//! ```json
//! { "status": 308,
//!   "addresses": [
//!     { "address": "192.0.2.7:80", "answer": "to-https", "status": 308,
//!       "location": "https://a.example/", "sets": [] },
//!     { "address": "192.0.2.8:80", "answer": "closed", "sets": [] } ] }
//! ```
//!
//! `answer` is `closed` (the connection was refused), `to-https` (a redirect to the same host over
//! HTTPS), `elsewhere` (any other redirect) or `content`. `sets` lists the names of the cookies that the
//! answer sets. The top-level `status` is the highest status of all addresses. A connection that breaks
//! after it was accepted, and a timeout, are errors.

use std::net::SocketAddr;

use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::probe::host::peers::{Connected, PeerFacts, ProbedHost};

/// The size limit for the head of an answer, in bytes.
const HEAD_BYTES_MAX: usize = 32 * 1024;
const FIELDS_MAX: usize = 128;

/// The end of a head.
const END: &[u8] = b"\r\n\r\n";

/// Requests `/` from one address.
pub(crate) async fn get(host: ProbedHost<'_>, address: SocketAddr) -> PeerFacts {
    let mut stream = match host.connect(address).await? {
        Connected::Stream(stream) => stream,
        Connected::NoRoute => return Ok(None),
        Connected::Refused => return Ok(Some(facts(json!({"answer": "closed", "sets": []})))),
    };
    let head = host.in_time(request(&mut stream, host.name)).await?.map_err(|error| {
        let detail = format!("the connection broke before an answer arrived: {error}");
        ProbeError::new(Reason::Unreachable, detail)
    })?;
    read(&head, host.name).map(Some)
}

async fn request(stream: &mut TcpStream, host: &str) -> std::io::Result<Vec<u8>> {
    let request = format!(
        "GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: avouch\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while head.len() < HEAD_BYTES_MAX && !is_complete(final_head(&head)) {
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

fn is_complete(head: &[u8]) -> bool {
    head.windows(END.len()).any(|end| end == END)
}

/// The head of the final answer, after interim ones (RFC 9110, section 15.2).
fn final_head(mut head: &[u8]) -> &[u8] {
    while let [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0' | b'1', b' ', b'1', rest @ ..] = head
        && !rest.starts_with(b"01")
        && let Some(end) = head.windows(END.len()).position(|end| end == END)
    {
        head = &head[end + END.len()..];
    }
    head
}

fn read(head: &[u8], host: &str) -> Result<Map<String, Value>, ProbeError> {
    let head = final_head(head);
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut response = httparse::Response::new(&mut fields);
    let complete = response.parse(head).is_ok_and(|status| status.is_complete());
    let (true, Some(status @ 200..600)) = (complete, response.code) else {
        return Err(ProbeError::new(Reason::Unparsable, "the answer is not HTTP"));
    };
    let values = |name: &str| {
        let named = response.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
        named.map(|field| String::from_utf8_lossy(field.value).into_owned()).collect::<Vec<_>>()
    };
    let mut locations = values("location");
    locations.dedup();
    if locations.len() > 1 {
        return Err(ProbeError::new(Reason::Unparsable, "the redirect has several addresses"));
    }
    let location = locations.pop();
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

/// The highest status of all addresses, so that a rate limit or a server error at one address is seen.
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
    fn only_a_redirect_to_the_same_host_is_to_https() {
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
    fn cookies_of_the_redirect_are_listed() {
        let head =
            b"HTTP/1.1 301 Moved\r\nLocation: https://a.test/\r\nSet-Cookie: s=1; Path=/\r\n\r\n";
        let facts = read(head, "a.test").unwrap();
        assert_eq!(facts["sets"], json!(["s"]));
        assert_eq!(facts["answer"], "to-https");
    }

    #[test]
    fn only_one_final_answer_counts() {
        let redirect = "HTTP/1.1 301 X\r\nLocation: https://a.test/\r\n\r\n";
        let interim =
            format!("HTTP/1.1 103 X\r\nLink: </a>\r\n\r\nHTTP/1.1 100 X\r\n\r\n{redirect}");
        assert_eq!(read(interim.as_bytes(), "a.test").unwrap()["answer"], "to-https");
        for unclear in [
            "HTTP/1.1 100 X\r\n\r\n",
            "HTTP/1.1 101 X\r\n\r\n",
            "HTTP/1.1 000 X\r\n\r\n",
            "HTTP/1.1 600 X\r\n\r\n",
            "HTTP/1.1 301 X\r\nLocation: https://a.test/\r\nLocation: http://b.test/\r\n\r\n",
        ] {
            assert_eq!(
                read(unclear.as_bytes(), "a.test").unwrap_err().reason,
                Reason::Unparsable,
                "{unclear}"
            );
        }
    }

    #[test]
    fn an_incomplete_head_is_an_error() {
        for head in [&b"HTTP/1.1 301 Moved\r\nLocation: https://a.te"[..], b"\x15\x03\x01\x00\x02"]
        {
            assert_eq!(read(head, "a.test").unwrap_err().reason, Reason::Unparsable);
        }
    }
}
