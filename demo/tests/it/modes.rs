//! Modes of the add-on: refusing, failing, down.

use std::net::TcpStream;

use avouch_demo::Mode;

use crate::client::{As, Bench};

#[tokio::test]
async fn a_mode_applies_to_all_callers_and_no_other_host() {
    for (mode, due, starts) in [
        (Mode::RefusesEverybody, 401, "{\"error\""),
        (Mode::AllowsEverybody, 200, "{}"),
        (Mode::FailsEverybody, 500, "{\"error\""),
        (Mode::HtmlToEverybody, 200, "<!doctype html>"),
        (Mode::LimitsRate, 429, "{\"error\""),
    ] {
        let bench = Bench::in_mode(mode);
        for who in [As::Nobody, As::Tenant("acme"), As::Operator] {
            let answer = bench.get("/notes", who).await;
            assert_eq!(answer.status.as_u16(), due, "{mode}");
            assert!(answer.text().starts_with(starts), "{mode}");
            assert!(answer.header("strict-transport-security").is_some());
        }
        assert_eq!(bench.visit("https://support.demo.test/").await.status, 200);
    }
}

#[tokio::test]
async fn garbage_is_not_http() {
    let bench = Bench::in_mode(Mode::Garbage);
    assert!(bench.request("GET", "/", As::Nobody).send().await.is_err());
    let plain = bench.send_plain("GET / HTTP/1.0\r\n\r\n");
    assert!(!plain.starts_with(b"HTTP"));
}

#[test]
fn an_add_on_that_is_down_refuses_connections() {
    let bench = Bench::in_mode(Mode::Down);
    for (host, addresses) in bench.demo.connect_to() {
        let down = host.starts_with("addon.");
        for address in addresses {
            assert_eq!(TcpStream::connect(address).is_err(), down, "{host}");
        }
    }
}

#[tokio::test]
async fn a_slow_add_on_does_not_answer_at_once() {
    let bench = Bench::in_mode(Mode::Slow);
    let request = bench.request("GET", "/", As::Nobody);
    let patience = std::time::Duration::from_millis(200);
    let error = request.timeout(patience).send().await.unwrap_err();
    assert!(error.is_timeout());
}
