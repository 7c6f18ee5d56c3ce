//! A service of several servers, one of which may be wrong, and the number of requests of a run.

pub(crate) mod host;

use serde_json::json;

use crate::evidence::nodes::host::Host;
use crate::evidence::service::{Answer, Asked, Service, run};

const REFUSED: &str = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, get: /orders, expect: { status: 200 } }
    - { name: stranger, get: /orders, control: owner, expect: { refused: true } }
";

/// The same with a stranger that tries three times.
const REPEATED: &str = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, get: /orders, expect: { status: 200 } }
    - { name: stranger, repeat: 3, get: /orders, control: owner, expect: { refused: true } }
";

const AUTH: &str = "\
- kind: auth-required
  as: acme
  endpoints: [{ get: /orders }]
";

const ISOLATION: &str = "\
- kind: tenant-isolation
  tenants: [acme, globex]
  owns:
    acme: { path: /orders/acme, marker: order of acme }
    globex: { path: /orders/globex, marker: order of globex }
";

/// Each tenant reads its own order, at every node.
fn orders(asked: &Asked) -> Answer {
    let own = asked.actor().filter(|actor| matches!(*actor, "acme" | "globex"));
    match (asked.path.as_str(), own) {
        (_, None) => Answer::new(401, ""),
        ("/orders", Some(own)) => Answer::json(200, &json!([format!("order of {own}")])),
        (path, Some(own)) if path == format!("/orders/{own}") => {
            Answer::json(200, &json!({ "text": format!("order of {own}") }))
        }
        _ => Answer::new(404, ""),
    }
}

/// The same from a node that lets everybody in.
fn open(asked: &Asked) -> Answer {
    let owner = asked.path.strip_prefix("/orders/").unwrap_or("acme");
    Answer::json(200, &json!({ "text": format!("order of {owner}") }))
}

#[test]
fn one_bad_node_of_three_is_found_wherever_it_is() {
    for checks in [REFUSED, AUTH, ISOLATION] {
        for bad in 0..3 {
            let host = Host::start(
                3,
                move |node, asked| {
                    if node == bad { open(asked) } else { orders(asked) }
                },
            );
            let result = run(&host.project(checks), &["check", "--format", "json"]);
            assert_eq!(result.code, Some(1), "node {bad}, {checks}{result}");
            assert_eq!(result.with_standing("violated"), ["claim"], "{result}");
            let text = on_one_line(&run(&host.project(checks), &["check"]).to_string());
            let address = format!("at 127.0.0.{}:{}", bad + 1, host.port);
            assert!(text.contains(&address), "the report names {address}: {text}");
        }
    }
}

#[test]
fn sound_nodes_hold_and_the_page_says_how_often_they_were_asked() {
    let host = Host::start(3, |_, asked| orders(asked));
    for checks in [REFUSED, AUTH, ISOLATION] {
        let result = run(&host.project(checks), &["check"]);
        assert_eq!(result.code, Some(0), "{checks}{result}");
    }
    let project = host.project(REPEATED);
    let result = run(&project, &["build"]);
    assert_eq!(result.code, Some(0), "{result}");
    let page = project.read("public/evidence/claim/index.html");
    assert!(page.contains("status 401 (asked 9 times at 3 addresses)"), "{page}");
    assert!(page.contains("The tests sent 9 requests to 3 addresses of the host."), "{page}");
    let claims: serde_json::Value =
        serde_json::from_str(&project.read("public/claims.json")).unwrap();
    let looks = &claims["claims"][0]["checks"][0]["looks"];
    assert_eq!(*looks, json!({ "requests": 9, "addresses": 3 }));
}

#[test]
fn strangers_try_three_times_and_forgeries_once_at_each_address() {
    let host = Host::start(3, |_, asked| orders(asked));
    let project = host.project(AUTH);
    let result = run(&project, &["explain", "claim"]);
    let text = on_one_line(&result.to_string());
    for (attempt, often) in [
        ("GET /orders without a credential [probe]", "sent 3 times to every address"),
        ("GET /orders with garbage as the credential [probe]", "sent to every address"),
    ] {
        let after = text.split_once(attempt).unwrap_or_else(|| panic!("{attempt}: {text}")).1;
        let step = after.split(" [").next().unwrap();
        assert!(step.contains(often), "{attempt}: {step}");
    }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_node_that_is_broken_is_inconclusive_and_not_violated() {
    let host = Host::start(3, |node, asked| match (node, asked.actor()) {
        (2, None) => Answer::new(503, ""),
        _ => orders(asked),
    });
    let result = run(&host.project(REFUSED), &["check"]);
    assert_eq!(result.code, Some(3), "{result}");
    assert!(result.to_string().contains("127.0.0.3"), "{result}");
}

#[test]
fn an_address_without_a_route_is_said_and_the_claim_holds() {
    let host = Host::start(2, |_, asked| orders(asked)).with_address("fe80::1");
    let project = host.project(REFUSED);
    let result = run(&project, &["build"]);
    assert_eq!(result.code, Some(0), "{result}");
    let page = project.read("public/evidence/claim/index.html");
    assert!(page.contains("No route led to fe80::1"), "{page}");
    assert!(page.contains("asked 2 times at 2 addresses"), "{page}");
}

/// A service behind one address whose servers answer in turn, one for each connection.
fn behind_one_address(bad: usize) -> Host {
    Host::start_balanced(3, move |node, asked| {
        if node == bad && asked.actor().is_none() { open(asked) } else { orders(asked) }
    })
}

#[test]
fn one_bad_server_of_three_behind_one_address_is_found() {
    for bad in 0..3 {
        let host = behind_one_address(bad);
        let result = run(&host.project(AUTH), &["check"]);
        assert_eq!(result.code, Some(1), "server {bad}: {result}");
    }
    let result = run(&behind_one_address(9).project(AUTH), &["check"]);
    assert_eq!(result.code, Some(0), "{result}");
}

#[test]
fn a_write_is_sent_once_whatever_is_repeated() {
    let checks = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, post: /orders, json: {}, expect: { status: 200 } }
    - { name: stranger, post: /orders, json: {}, control: owner, expect: { refused: true } }
";
    let host = Host::start(3, |_, asked| orders(asked));
    let result = run(&host.project(checks), &["check"]);
    assert_eq!(result.code, Some(0), "{result}");
    assert_eq!(host.received("POST /orders"), 2);
    let repeated = checks.replace("get: /orders, control", "repeat: 3, get: /orders, control");
    let repeated = repeated.replace("name: stranger, ", "name: stranger, repeat: 3, ");
    let result = run(&host.project(&repeated), &["check"]);
    assert_eq!(result.code, Some(2), "{result}");
    assert!(result.to_string().contains("never repeated"), "{result}");
    assert_eq!(host.received("POST /orders"), 2);
}

#[test]
fn a_run_beyond_the_limit_of_requests_is_refused_before_it_sends_any() {
    let host = Host::start(3, |_, asked| orders(asked));
    let project = host.project(REPEATED);
    project.edit("avouch.yaml", "per_second: 10000", "per_second: 10000, requests: 10");
    let result = run(&project, &["check"]);
    assert_eq!(result.code, Some(2), "{result}");
    let text = result.to_string();
    // One control, a request for an object that does not exist, and a stranger that tries three
    // times at each of three addresses.
    for part in
        ["would send 11 requests", "`limits.requests` permits 10", "`claim` 11", "`requests`"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(host.received(""), 0);
    project.edit("avouch.yaml", "requests: 10", "requests: 11");
    let result = run(&project, &["check"]);
    assert_eq!(result.code, Some(0), "{result}");
    assert_eq!(host.received(""), 11);
}

#[test]
fn explain_prints_the_number_of_requests() {
    let host = Host::start(3, |_, asked| orders(asked));
    let text = on_one_line(&run(&host.project(REPEATED), &["explain", "claim"]).to_string());
    let expected = "Requests of this claim: 2, and 3 for each address of the target's host.";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("sent 3 times to every address of the target's host"), "{text}");
    let service = Service::start(orders);
    let text = on_one_line(&run(&service.project(REPEATED), &["explain", "claim"]).to_string());
    assert!(text.contains("Requests of this claim: 5. Requests of all claims: 5."), "{text}");
    assert!(text.contains("A run may send 5000 (`limits.requests`)"), "{text}");
}
