//! TLS, plain HTTP, and the fields of every answer.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::client::{As, Bench};

#[tokio::test]
async fn every_answer_has_the_fixed_header_fields() {
    let bench = Bench::sound();
    for (path, due) in [("/", 200), ("/atlassian-connect.json", 200), ("/notes", 401), ("/x", 404)]
    {
        let answer = bench.get(path, As::Nobody).await;
        assert_eq!(answer.status.as_u16(), due, "{path}");
        let hsts = answer.header("strict-transport-security");
        assert_eq!(hsts, Some("max-age=31536000; includeSubDomains"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("via"), Some("1.1 heroku-router"));
        assert_eq!(answer.header("date"), Some("Sun, 04 May 2031 12:00:00 GMT"));
        assert!(answer.header("set-cookie").is_none());
    }
}

#[tokio::test]
async fn no_hsts_removes_that_one_field() {
    let answer = Bench::flawed("no-hsts").get("/", As::Nobody).await;
    assert_eq!(answer.header("strict-transport-security"), None);
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn plain_http_is_redirected_without_cookies() {
    let bench = Bench::sound();
    let answer = bench.send_plain(
        "GET /notes?x=1 HTTP/1.1\r\nHost: addon.demo.test\r\nConnection: close\r\n\r\n",
    );
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 308 "), "{answer}");
    assert!(answer.contains("location: https://addon.demo.test/notes?x=1\r\n"), "{answer}");
    assert!(!answer.contains("set-cookie"));
}

#[test]
fn the_plain_http_flaw_serves_the_landing_page() {
    let bench = Bench::flawed("plain-http");
    let answer =
        bench.send_plain("GET / HTTP/1.1\r\nHost: addon.demo.test\r\nConnection: close\r\n\r\n");
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("<title>Demo add-on</title>"));
}

#[test]
fn bytes_that_are_not_http_do_no_harm() {
    let bench = Bench::sound();
    bench.send_plain("\0\x01\x02\r\n\r\n");
    let answer = bench.send_plain("GET / HTTP/1.0\r\nHost: addon.demo.test\r\n\r\n");
    assert!(answer.starts_with(b"HTTP/1.0 308 "));
}

#[test]
fn a_host_that_is_not_served_is_misdirected() {
    let bench = Bench::sound();
    let answer =
        bench.send_plain("GET / HTTP/1.1\r\nHost: elsewhere.test\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with(b"HTTP/1.1 421 "));
}

/// The add-on's answer to a hello with this highest version.
fn answer_to_hello(bench: &Bench, version: [u8; 2], pieces: usize) -> Vec<u8> {
    let suites = [0xc0, 0x13, 0x00, 0x2f];
    let body = [&version[..], &[7; 32], &[0, 0, 4], &suites, &[1, 0]].concat();
    let length = u8::try_from(body.len()).unwrap();
    let record = [&[22, 3, 1, 0, length + 4, 1, 0, 0, length][..], &body].concat();
    let mut stream = TcpStream::connect(bench.demo.connect_to()["addon.demo.test"][0]).unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in record.chunks(record.len().div_ceil(pieces)) {
        stream.write_all(piece).unwrap();
    }
    let mut answer = Vec::new();
    // A server that resets the connection has sent its whole answer.
    let _ = stream.take(200).read_to_end(&mut answer);
    answer
}

#[test]
fn versions_before_tls_1_2_are_refused() {
    let bench = Bench::sound();
    for version in [[3, 0], [3, 1], [3, 2]] {
        let answer = answer_to_hello(&bench, version, 1);
        assert_eq!(answer[0], 21, "an alert: {answer:?}");
    }
}

#[tokio::test]
async fn the_tls_1_0_flaw_adds_tls_1_0_and_keeps_newer_versions() {
    let bench = Bench::flawed("tls-1.0");
    for pieces in [1, 5] {
        let answer = answer_to_hello(&bench, [3, 1], pieces);
        let [record, 3, 1, _, _, hello, _, _, _, 3, 1, ..] = answer[..] else {
            panic!("no hello in TLS 1.0: {answer:?}");
        };
        assert_eq!([record, hello], [22, 2]);
    }
    assert_eq!(answer_to_hello(&bench, [3, 0], 1)[0], 21);
    assert_eq!(bench.get("/", As::Nobody).await.status, 200);
}
