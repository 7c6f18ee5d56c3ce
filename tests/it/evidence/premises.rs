//! Premises: a step that prepares or controls a test must be met, or the test proves nothing.

use std::sync::Mutex;

use serde_json::json;

use crate::evidence::service::{Answer, Service, run};

const DELETED: &str = "\
- kind: http
  steps:
    - { name: a note is written, role: prepare, as: acme, post: /notes, json: { text: draft } }
    - { name: the note is deleted, role: prepare, as: acme, delete: /notes/draft, expect: { status: 204 } }
    - { name: the list, role: control, as: acme, get: /notes, expect: { status: 200, json: { /notes: { exists: true } } } }
    - { name: what is deleted is not listed, again: the list, expect: { json: { /notes: { not_contains: draft } } } }
";

/// Notes that can be written and deleted, unless the service answers every write with `broken`.
fn notes(broken: Option<u16>) -> Service {
    let notes = Mutex::new(vec!["other"]);
    Service::start(move |asked| {
        let mut notes = notes.lock().unwrap();
        match (asked.line().as_str(), broken) {
            ("GET /notes", _) => Answer::json(200, &json!({ "notes": *notes })),
            (_, Some(status)) => Answer::new(status, ""),
            ("POST /notes", None) => {
                notes.push("draft");
                Answer::json(201, &json!({ "id": "draft" }))
            }
            _ => {
                notes.retain(|note| *note != "draft");
                Answer::new(204, "")
            }
        }
    })
}

#[test]
fn a_note_that_was_written_and_deleted_shows_that_deletion_works() {
    let run = notes(None).check(DELETED);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_note_that_could_not_be_written_shows_nothing() {
    for status in [503, 500, 404, 409, 302, 401] {
        let run = notes(Some(status)).check(DELETED);
        assert_eq!(run.code, Some(3), "{status}: {run}");
        assert!(run.out.contains("a note is written: "), "{status}: {run}");
    }
}

#[test]
fn a_note_that_is_still_listed_is_a_violation_whatever_else_failed() {
    let service = Service::start(|asked| match asked.line().as_str() {
        "GET /notes" => Answer::json(200, &json!({ "notes": ["draft"] })),
        _ => Answer::new(503, ""),
    });
    let run = service.check(DELETED);
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn a_control_that_no_probe_names_is_a_premise_too() {
    let checks = "\
- kind: http
  steps:
    - { name: the owner is let in, role: control, as: acme, get: /orders, expect: { status: 200 } }
    - { name: the price is shown, get: /price, expect: { status: 200, json: { /price: 3 } } }
";
    let service = |status| {
        Service::start(move |asked| match asked.line().as_str() {
            "GET /price" => Answer::json(200, &json!({ "price": 3 })),
            _ => Answer::json(status, &json!({ "orders": [] })),
        })
    };
    let run = service(200).check(checks);
    assert_eq!(run.code, Some(0), "{run}");
    let run = service(404).check(checks);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.out.contains("the owner is let in: status 404"), "{run}");
}

#[test]
fn a_step_whose_failure_does_not_matter_says_so_and_so_does_the_page() {
    let checks = DELETED
        .replace("written, role: prepare", "written, optional: true, role: prepare")
        .replace("deleted, role: prepare", "deleted, optional: true, role: prepare");
    let service = notes(Some(503));
    let project = service.project(&checks);
    let built = run(&project, &["build"]);
    assert_eq!(built.code, Some(0), "{built}");
    let page = project.read("public/evidence/claim/index.html");
    assert!(page.contains("The result does not depend on “a note is written”"), "{page}");
    let plan = run(&project, &["explain", "claim"]);
    assert!(plan.out.contains("optional: the result does not depend on it"), "{plan}");
}
