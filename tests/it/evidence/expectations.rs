//! Expectations: those that show nothing are refused, and what cannot be decided never violates a claim.

use serde_json::json;

use crate::evidence::service::{Answer, Service, run};
use crate::harness::Run;

fn answering(answer: impl Fn() -> Answer + Send + Sync + 'static) -> Service {
    Service::start(move |_| answer())
}

/// The run of a check of `GET /` with this expectation, of a service that always gives this answer.
fn expecting(expect: &str, answer: impl Fn() -> Answer + Send + Sync + 'static) -> Run {
    let check = format!("- {{ kind: http, steps: [{{ name: it, get: /, expect: {expect} }}] }}\n");
    answering(answer).check(&check)
}

/// The standing of the only claim.
fn standing(service: &Service, checks: &str) -> (Option<i32>, String) {
    let run = run(&service.project(checks), &["check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    (run.code, report["claims"][0]["standing"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn an_expectation_that_any_answer_meets_is_refused_before_anything_is_sent() {
    for expect in [
        "{ bytes: { at_least: 0 } }",
        "{ text: { starts_with: \"\" } }",
        "{ json: { /a: { contains: \"\" } } }",
        "{ status: [200, 204, 301, 302, 400, 401, 403, 404] }",
    ] {
        let run = expecting(expect, || panic!("nothing is sent"));
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.err.contains("any answer meets this expectation"), "{run}");
        assert!(run.err.contains("checks/claim.yaml"), "{run}");
    }
}

#[test]
fn a_null_is_absent() {
    let id = || Answer::json(200, &json!({ "id": 7 }));
    let null = || Answer::json(200, &json!({ "id": null }));
    let exists = "{ json: { /id: { exists: true } } }";
    assert_eq!(expecting(exists, id).code, Some(0));
    assert_eq!(expecting(exists, null).code, Some(1));
}

#[test]
fn a_number_in_a_text_and_a_text_that_is_not_utf_8_decide_nothing() {
    let days = |days: serde_json::Value| {
        let at_most = "{ json: { /days: { at_most: 30 } } }";
        let step = format!("{{ name: it, get: /, expect: {at_most} }}");
        let check = format!("- {{ kind: http, states: [/days], steps: [{step}] }}\n");
        answering(move || Answer::json(200, &json!({ "days": days }))).check(&check)
    };
    assert_eq!(days(json!(7)).code, Some(0));
    assert_eq!(days(json!(31)).code, Some(1));
    for odd in [json!("7"), json!("-inf"), json!(-1), json!([7])] {
        let run = days(odd);
        assert_eq!(run.code, Some(3), "{run}");
        assert!(run.out.contains("“days” in the body is"), "{run}");
    }
    let hello = "{ text: { contains: Hello } }";
    let page = |body: &'static [u8]| Answer::new(200, body).with("content-type", "text/plain");
    assert_eq!(expecting(hello, move || page(b"Hello")).code, Some(0));
    assert_eq!(expecting(hello, move || page(b"Goodbye")).code, Some(1));
    assert_eq!(expecting(hello, move || page(b"Hello\xff\xfe")).code, Some(0));
    assert_eq!(expecting(hello, move || page(b"Hell\xff\xfe")).code, Some(3));
}

const AVAILABLE: &str = "\
- kind: http
  steps:
    - name: the start page
      get: /
      expect: { status: 200, text: { contains: Hello } }
      violated_by: { status: [500, 502, 503, 504] }
";

#[test]
fn a_failure_violates_a_claim_that_names_it_and_no_other() {
    let up = answering(|| Answer::new(200, "Hello"));
    assert_eq!(standing(&up, AVAILABLE), (Some(0), "holds".into()));
    let down = answering(|| Answer::new(503, "Sorry"));
    assert_eq!(standing(&down, AVAILABLE), (Some(1), "violated".into()));
    let run = down.check(AVAILABLE);
    assert!(run.out.contains("status is 500, 502, 503 or 504"), "{run}");
    let silent = AVAILABLE.replace("      violated_by: { status: [500, 502, 503, 504] }\n", "");
    assert_eq!(standing(&down, &silent), (Some(3), "inconclusive".into()));
    let expected = silent.replace("status: 200", "status: 503");
    let run = down.check(&expected);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("503 shows that the service failed"), "{run}");
    assert!(run.err.contains("`violated_by:`"), "{run}");
}

const COOKIES: &str = "\
- kind: headers
  get: /
  headers:
    set-cookie: { directives: { secure: true, httponly: true } }
";

#[test]
fn every_cookie_counts() {
    let with = |second: &'static str| {
        answering(move || {
            let first = Answer::new(200, "Hello").with("set-cookie", "a=1; Secure; HttpOnly");
            first.with("set-cookie", second)
        })
    };
    assert_eq!(standing(&with("b=2; httponly; secure"), COOKIES), (Some(0), "holds".into()));
    for second in ["b=2; HttpOnly", "httponly=1; Secure", "b=2"] {
        assert_eq!(standing(&with(second), COOKIES), (Some(1), "violated".into()), "{second}");
    }
}

const PRIVATE: &str = "\
- kind: http
  steps:
    - name: cached
      get: /
      expect: { header: { cache-control: { directives: { private: true } } } }
";

#[test]
fn a_directive_is_read_by_its_fields_grammar() {
    let with = |lines: &'static [&'static str]| {
        answering(move || {
            let add = |answer: Answer, line: &&str| answer.with("cache-control", line);
            lines.iter().fold(Answer::new(200, "Hello"), add)
        })
    };
    assert_eq!(standing(&with(&["private", "max-age=60"]), PRIVATE).1, "holds");
    assert_eq!(standing(&with(&["private=\"set-cookie\""]), PRIVATE).1, "violated");
    assert_eq!(standing(&with(&["x=\"a, private, b\""]), PRIVATE).1, "violated");
    assert_eq!(standing(&with(&["private", "public"]), PRIVATE).1, "inconclusive");
}

const FRAMES: &str = "- { kind: headers, get: /, headers: { x-frame-options: DENY } }\n";

#[test]
fn contradicting_fields_are_judged_as_browsers_do() {
    let with = |fields: &'static [(&'static str, &'static str)]| {
        answering(move || {
            let add = |answer: Answer, field: &(&str, &str)| answer.with(field.0, field.1);
            fields.iter().fold(Answer::new(200, "Hello"), add)
        })
    };
    const FIELD: &str = "x-frame-options";
    assert_eq!(standing(&with(&[(FIELD, "deny")]), FRAMES).1, "holds");
    let both = &[(FIELD, "DENY"), (FIELD, "ALLOWALL")];
    assert_eq!(standing(&with(both), FRAMES).1, "inconclusive");
    assert_eq!(standing(&with(&[(FIELD, "ALLOWALL")]), FRAMES).1, "violated");

    let open = &[(FIELD, "DENY"), ("content-security-policy", "frame-ancestors *")];
    assert_eq!(standing(&with(open), FRAMES).1, "inconclusive");
}

const REMOVED: &str = "\
- kind: http
  steps:
    - { name: made, role: prepare, as: acme, post: /x, json: { text: \"${canary}\" }, expect: { status: 201 } }
    - { name: listed, role: control, as: acme, get: /x, expect: { status: 200, shows: [acme] } }
    - { name: removed, role: prepare, as: acme, delete: /x, expect: { status: 204 } }
    - { name: gone, as: acme, get: /x, control: listed, expect: { status: 200, shows: [] } }
";

#[test]
fn what_shows_no_mark_shows_none() {
    let service = |deletes: bool| {
        let kept = std::sync::Mutex::new(String::new());
        Service::start(move |asked| {
            let mut kept = kept.lock().unwrap();
            match asked.method.as_str() {
                "POST" => {
                    kept.clone_from(&asked.body);
                    Answer::new(201, "")
                }
                "DELETE" => {
                    if deletes {
                        kept.clear();
                    }
                    Answer::new(204, "")
                }
                _ => Answer::new(200, kept.clone()).with("content-type", "text/plain"),
            }
        })
    };
    assert_eq!(standing(&service(true), REMOVED), (Some(0), "holds".into()));
    assert_eq!(standing(&service(false), REMOVED), (Some(1), "violated".into()));
}
