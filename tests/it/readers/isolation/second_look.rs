//! The second look at a violation.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Asked, run};
use crate::harness::Run;
use crate::readers::isolation::busy::Busy;
use crate::readers::isolation::notes::{ISOLATION, Notes};

const READS: &str = "\
- kind: http
  steps:
    - { name: the colour, get: /colour, expect: { status: 200, json: { /is: green } } }
";

/// A service whose answers with these numbers, counted from 0, are wrong.
fn wrong(at: impl Fn(usize) -> bool + Send + Sync + 'static) -> Busy {
    let count = AtomicUsize::new(0);
    Busy::start(move |_| {
        let red = at(count.fetch_add(1, Ordering::SeqCst));
        Answer::json(200, &json!({ "is": if red { "red" } else { "green" } }))
    })
}

fn check(service: &Busy, checks: &str) -> Run {
    run(&service.project("", &[("colour", checks)]), &["check", "--format", "json"])
}

#[test]
fn a_violation_that_is_contradicted_is_inconclusive_and_both_answers_are_shown() {
    let result = check(&wrong(|number| number == 0), READS);
    assert_eq!(result.code, Some(3), "{result}");
    let claim = &result.json()["claims"][0];
    assert_eq!(claim["standing"], "inconclusive", "{claim}");
    let text = claim.to_string();
    assert!(
        text.contains("red") && text.contains("green") && text.contains("second look"),
        "{text}"
    );
    let service = wrong(|number| number == 0);
    let project = service.project("", &[("colour", READS)]);
    let result = run(&project, &["check"]);
    let text = on_one_line(&result.out);
    let both = "is: “red” at first; is: “green” in a second look, while no other check ran";
    assert!(text.contains(both), "{text}");
    assert!(result.err.contains("looking again while no other check runs"), "{result}");
    // The judgement follows from what is stored. Without its second look, the claim is violated.
    let service = wrong(|number| number == 0);
    let project = service.project("", &[("colour", READS)]);
    run(&project, &["build", "--format", "json"]);
    let stored: Value = serde_json::from_str(&project.read("assessment.json")).unwrap();
    let build = ["build", "--assessment", "assessment.json", "--format", "json"];
    assert_eq!(run(&project, &build).code, Some(3), "{stored}");
    let mut without = stored.clone();
    let transcript = &mut without["claims"]["colour"]["transcripts"][0];
    transcript.as_object_mut().unwrap().remove("again").unwrap();
    project.write("assessment.json", &without.to_string());
    assert_eq!(run(&project, &build).code, Some(1), "{without}");
}

#[test]
fn a_draft_shows_both_answers_with_the_evidence() {
    let service = wrong(|number| number == 0);
    let status = "- kind: http\n  steps:\n    - { name: the colour, get: /, expect: { status: 200, json: { /is: green } }, publish: [/is] }\n";
    let project = service.project("", &[("colour", status)]);
    let result = run(&project, &["build", "--draft", "draft"]);
    let page = project.read("draft/evidence/colour/index.html");
    let text = on_one_line(&page);
    assert!(text.contains("in a second look, while no other check ran"), "{result}{page}");
}

#[test]
fn a_service_that_is_wrong_every_other_time_is_violated() {
    for odd in [0, 1] {
        let service = wrong(move |number| number % 2 == odd);
        let repeated = READS.replace("get:", "repeat: 4, get:");
        assert_eq!(check(&service, &repeated).code, Some(1), "seen twice");
    }
    assert_eq!(check(&wrong(|number| number % 2 == 0), READS).code, Some(1), "seen again");
    assert_eq!(check(&wrong(|number| number % 4 == 0), READS).code, Some(1), "seen once more");
}

#[test]
fn a_service_that_is_wrong_from_the_beginning_or_for_good_is_violated() {
    assert_eq!(check(&wrong(|_| true), READS).code, Some(1));
    let service = wrong(|number| number < 2);
    let repeated = READS.replace("get:", "repeat: 3, get:");
    assert_eq!(check(&service, &repeated).code, Some(1), "two of three at first");
    let service = wrong(|number| number == 1);
    assert_eq!(check(&service, &repeated).code, Some(3), "one of three at first, and never again");
}

#[test]
fn a_second_look_that_fails_takes_nothing_back() {
    for status in [500, 503, 429, 404] {
        let count = AtomicUsize::new(0);
        let service = Busy::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
            0 => Answer::json(200, &json!({ "is": "red" })),
            _ => Answer::new(status, ""),
        });
        assert_eq!(check(&service, READS).code, Some(1), "{status}");
    }
}

/// Notes whose list shows once, to globex, what acme wrote.
fn leaking_once() -> Busy {
    let (notes, leaked, mark) =
        (Notes::default(), AtomicUsize::new(0), std::sync::Mutex::new(String::new()));
    Busy::start(move |asked: &Asked| {
        if asked.method == "POST" && asked.actor() == Some("acme") {
            mark.lock().unwrap().clone_from(&asked.body);
        }
        if asked.path == "/notes"
            && asked.method == "GET"
            && asked.actor() == Some("globex")
            && leaked.fetch_add(1, Ordering::SeqCst) == 0
        {
            let body: Value = serde_json::from_str(&mark.lock().unwrap()).unwrap_or_default();
            return Answer::json(200, &json!({ "notes": [body] }));
        }
        notes.answer(asked)
    })
}

#[test]
fn a_mark_that_leaked_once_is_a_violation_whatever_comes_later() {
    for limits in ["", "limits: { retries: 5 }\n"] {
        let project = leaking_once();
        let project = project.project(limits, &[("apart", ISOLATION)]);
        let result = run(&project, &["check"]);
        assert_eq!(result.code, Some(1), "{limits}{result}");
        assert!(result.out.contains("data of acme"), "{result}");
    }
}

#[test]
fn a_sound_service_gets_no_second_look() {
    let service = wrong(|_| false);
    let project = service.project("", &[("colour", READS)]);
    let result = run(&project, &["check"]);
    assert!(result.code == Some(0) && !result.err.contains("looking again"), "{result}");
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_write_that_fails_every_second_time_is_found_by_a_further_look() {
    let writes = "\
- kind: http
  steps:
    - { name: the colour, post: /colour, clean_up: none, expect: { status: 200, json: { /is: green } } }
";
    let result = check(&wrong(|number| number % 2 == 0), writes);
    assert_eq!(result.code, Some(1), "{result}");
    let result = check(&wrong(|number| number == 0), writes);
    assert_eq!(result.code, Some(3), "{result}");
    let result = check(&wrong(|_| false), writes);
    assert_eq!(result.code, Some(0), "{result}");
}
