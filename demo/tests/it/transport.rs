//! TLS, plain HTTP, and the fields of every answer.

use crate::client::{As, Bench};

#[tokio::test]
async fn every_answer_carries_its_fields_whatever_its_status() {
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
async fn no_hsts_takes_that_one_field_away() {
    let answer = Bench::flawed("no-hsts").get("/", As::Nobody).await;
    assert_eq!(answer.header("strict-transport-security"), None);
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn plain_http_is_sent_to_tls_and_told_nothing_else() {
    let bench = Bench::sound();
    let answer = bench.say_plainly(
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
        bench.say_plainly("GET / HTTP/1.1\r\nHost: addon.demo.test\r\nConnection: close\r\n\r\n");
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("<title>Demo add-on</title>"));
}

#[test]
fn bytes_that_are_not_http_harm_nobody() {
    let bench = Bench::sound();
    bench.say_plainly("\0\x01\x02\r\n\r\n");
    let answer = bench.say_plainly("GET / HTTP/1.0\r\nHost: addon.demo.test\r\n\r\n");
    assert!(answer.starts_with(b"HTTP/1.0 308 "));
}

#[test]
fn a_host_that_is_not_served_is_misdirected() {
    let bench = Bench::sound();
    let answer =
        bench.say_plainly("GET / HTTP/1.1\r\nHost: elsewhere.test\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with(b"HTTP/1.1 421 "));
}
