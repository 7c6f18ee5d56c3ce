//! Refusals: the owner is let in, and nobody else is.

use serde_json::json;

use crate::evidence::service::{Answer, Service};

const REFUSED: &str = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, get: /orders, expect: { status: 200 } }
    - { name: stranger, get: /orders, control: owner, expect: { refused: true } }
";

fn orders(stranger: u16) -> Service {
    Service::start(move |asked| match (asked.line().as_str(), asked.actor()) {
        ("GET /orders", Some("acme")) => Answer::json(200, &json!({ "orders": ["one"] })),
        _ => Answer::new(stranger, ""),
    })
}

#[test]
fn a_service_that_lets_in_only_the_owner_holds() {
    let run = orders(401).check(REFUSED);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_service_that_lets_in_everybody_is_violated() {
    let run = orders(200).check(REFUSED);
    assert_eq!(run.code, Some(1), "{run}");
}
