//! Controls and decoys: a control fails where its probe must be refused, and has what the probe finds absent.

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Service, run};

const REFUSED: &str = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, get: /orders, expect: { status: 200 } }
    - { name: stranger, get: /orders, control: owner, expect: { refused: true } }
";

/// A service that answers every request with this.
fn always(status: u16, body: Value) -> Service {
    Service::start(move |_| Answer::json(status, &body))
}

/// A service that answers its owner with one body, and everybody else with another.
fn owner_gets(status: u16, body: Value, others: (u16, Value)) -> Service {
    Service::start(move |asked| match asked.actor() {
        Some("acme") => Answer::json(status, &body),
        _ => Answer::json(others.0, &others.1),
    })
}

#[test]
fn a_control_that_a_refusal_meets_is_no_evidence() {
    for control in ["{ status: [200, 403] }", "{ bytes: { at_least: 1 } }"] {
        let checks = REFUSED.replace("{ status: 200 }", control);
        let service = Service::start(|asked| {
            let who = asked.actor().unwrap_or("anyone");
            Answer::json(403, &json!({ "error": format!("{who} is not allowed in") }))
        });
        let run = service.check(&checks);
        assert_eq!(run.code, Some(4), "{control}: {run}");
        assert!(run.out.contains("so a service that refuses everybody would pass"), "{run}");
    }
    let project = always(403, json!({})).project(&REFUSED.replace("200", "[200, 403]"));
    let lint = run(&project, &["lint"]);
    assert!(lint.err.contains("weak-control") || lint.out.contains("weak-control"), "{lint}");
}

#[test]
fn a_service_that_refuses_everybody_is_inconclusive_where_the_control_can_fail() {
    let run = always(403, json!({ "error": "forbidden" })).check(REFUSED);
    assert_eq!(run.code, Some(3), "{run}");
    let sound = owner_gets(200, json!({ "orders": [] }), (403, json!({})));
    let run = sound.check(REFUSED);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn refusals_with_status_200_are_told_apart_by_their_bodies() {
    let checks = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, get: /graphql, expect: { status: 200, json: { /data/me: { exists: true } } } }
    - { name: stranger, get: /graphql, control: owner, expect: { status: 200, json: { /errors/0/code: FORBIDDEN } } }
";
    let refusal = json!({ "errors": [{ "code": "FORBIDDEN" }] });
    let service = || owner_gets(200, json!({ "data": { "me": "acme" } }), (200, refusal.clone()));
    let run = service().check(checks);
    assert_eq!(run.code, Some(0), "{run}");
    let run = always(200, refusal.clone()).check(checks);
    assert_eq!(run.code, Some(3), "{run}");
    let wide =
        checks.replace("{ status: 200, json: { /data/me: { exists: true } } }", "{ status: 200 }");
    let run = always(200, refusal.clone()).check(&wide);
    assert_eq!(run.code, Some(4), "{run}");
}

#[test]
fn what_is_refused_to_everybody_has_an_operator_as_its_control_or_is_reported() {
    let service = || {
        Service::start(|asked| match asked.actor() {
            Some("operator") => Answer::json(201, &json!({ "id": 1 })),
            _ => Answer::new(403, ""),
        })
    };
    let with_operator = "\
- kind: http
  steps:
    - { name: nobody can register, post: /register, control: the operator registers, expect: { refused: true } }
    - { name: the operator registers, role: control, as: operator, post: /register, expect: { status: 201 } }
";
    // A control comes before the steps that name it.
    let lines: Vec<&str> = with_operator.lines().collect();
    let ordered = [lines[0], lines[1], lines[3], lines[2], ""].join("\n");
    let run_with = service().check(&ordered);
    assert_eq!(run_with.code, Some(0), "{run_with}");
    let closed = "\
- kind: http
  word: reported
  steps:
    - { name: registration is closed, post: /register, closed: true, expect: { refused: true } }
";
    let project = service().project(closed);
    let built = run(&project, &["lint"]);
    assert_eq!(built.code, Some(0), "{built}");
    let reported = service().check(closed);
    assert_eq!(reported.code, Some(0), "{reported}");
    assert!(reported.out.contains("Reported by the service"), "{reported}");
    let seen = service().check(&closed.replace("  word: reported\n", ""));
    assert_eq!(seen.code, Some(2), "{seen}");
    assert!(seen.err.contains("word: reported"), "{seen}");
}

const ABSENT: &str = "\
- kind: http
  steps:
    - { name: the profile, role: control, as: acme, get: /profile, expect: { status: 200 } }
    - { name: no address is shown, again: the profile, expect: { json: { /user/email: { exists: false } } } }
";

#[test]
fn an_absence_counts_only_where_the_control_shows_its_parent() {
    let run = always(200, json!({})).check(ABSENT);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.out.contains("when the answer to “the profile” has no `/user`"), "{run}");
    assert!(run.out.contains("add `json: {/user: {exists: true}}` to “the profile”"), "{run}");
    let shown = ABSENT.replace("status: 200 }", "status: 200, json: { /user: { exists: true } } }");
    let run = always(200, json!({})).check(&shown);
    assert_eq!(run.code, Some(3), "{run}");
    let run = always(200, json!({ "user": { "name": "A" } })).check(&shown);
    assert_eq!(run.code, Some(0), "{run}");
    let run = always(200, json!({ "user": { "email": "a@example.com" } })).check(&shown);
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn a_fact_that_an_error_page_shows_too_is_no_evidence() {
    for weak in ["{ text: { contains: e } }", "{ json: { \"\": { exists: true } } }"] {
        let checks =
            format!("- kind: http\n  steps:\n    - {{ name: page, get: /, expect: {weak} }}\n");
        let service = Service::start(move |_| match weak.contains("text") {
            true => Answer::new(200, "Welcome to the service"),
            false => Answer::json(200, &json!({ "welcome": true })),
        });
        let run = service.check(&checks);
        assert_eq!(run.code, Some(4), "{weak}: {run}");
    }
    let checks = "- kind: http\n  steps:\n    - { name: page, get: /, expect: { status: 200, text: { contains: Welcome } } }\n";
    let run = Service::start(|_| Answer::new(200, "Welcome to the service")).check(checks);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn that_no_mark_is_shown_needs_a_control_that_shows_one() {
    let checks = |control: &str| {
        format!(
            "\
- kind: http
  steps:
    - {{ name: made, role: prepare, as: acme, post: /notes, json: {{ text: \"${{canary}}\" }} }}
    - {{ name: listed, role: control, as: acme, get: /notes, expect: {{ status: 200{control} }} }}
    - {{ name: deleted, role: prepare, as: acme, delete: /notes/one }}
    - {{ name: gone, as: acme, get: /notes, control: listed, expect: {{ shows: [] }} }}
"
        )
    };
    let idle = Service::start(|asked| match asked.method.as_str() {
        "GET" => Answer::json(200, &json!([{ "text": "old" }])),
        _ => Answer::new(204, ""),
    });
    assert_eq!(idle.check(&checks("")).code, Some(4));
    assert_eq!(idle.check(&checks(", shows: [acme]")).code, Some(3));
    let kept = std::sync::Mutex::new(None);
    let sound = Service::start(move |asked| {
        let mut kept = kept.lock().unwrap();
        match asked.method.as_str() {
            "POST" => *kept = Some(asked.body.clone()),
            "DELETE" => *kept = None,
            _ => {}
        }
        Answer::json(200, &json!({ "notes": *kept }))
    });
    let run = sound.check(&checks(", shows: [acme]"));
    assert_eq!(run.code, Some(0), "{run}");
}
