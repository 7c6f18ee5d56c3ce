//! A waiver accepts a failure up to an extent, and never that strangers are let in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Service, WORDS, now, run};
use crate::harness::{Project, Run};

const OPEN: &str = "\
- kind: http
  states: [/open]
  steps:
    - { name: the page, get: /, expect: { json: { /open: { at_most: 3 } } } }
";

const FOUND: &str = "\
- kind: http
  steps:
    - { name: the page, get: /, expect: { status: 200 } }
";

const REFUSED: &str = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, get: /, expect: { status: 200 } }
    - { name: stranger, get: /, control: owner, expect: { refused: true } }
";

/// A service whose answer depends on a number that a test changes, and its project.
struct Changing {
    _service: Service,
    number: Arc<AtomicU16>,
    project: Project,
}

impl Changing {
    fn new(checks: &str, first: u16, answer: fn(u16) -> Answer) -> Self {
        let number = Arc::new(AtomicU16::new(first));
        let now = number.clone();
        let service = Service::start(move |_| answer(now.load(Ordering::SeqCst)));
        let project = service.project(checks);
        Self { _service: service, number, project }
    }

    fn check(&self, number: u16) -> Run {
        self.number.store(number, Ordering::SeqCst);
        run(&self.project, &["check", "--format", "json"])
    }

    /// Waives what this line accepts, until tomorrow.
    fn waive(&self, line: &Value) {
        let day = |days: i64| {
            let then = now() + jiff::SignedDuration::from_hours(24 * days);
            then.strftime("%Y-%m-%d").to_string()
        };
        let text = format!(
            "words: {WORDS}\naccepts:\n  - {line}\nreason: R\nrole: security\nticket: T\n\
             tell_customers: C\nday: {}\nuntil: {}\n",
            day(0),
            day(30)
        );
        self.project.write("waivers/claim.yaml", &text);
    }
}

/// The line that a report has for its only finding.
fn line(run: &Run) -> Value {
    run.json()["claims"][0]["findings"][0]["to_waive"].clone()
}

fn standing(run: &Run) -> String {
    run.json()["claims"][0]["standing"].as_str().unwrap().to_owned()
}

fn open(number: u16) -> Answer {
    Answer::json(200, &json!({ "open": number }))
}

fn status(number: u16) -> Answer {
    Answer::new(number, "page")
}

#[test]
fn a_waiver_of_a_limit_covers_nothing_worse() {
    let all = Changing::new(OPEN, 5, open);
    let broken = all.check(5);
    assert_eq!(broken.code, Some(1), "{broken}");
    assert_eq!(line(&broken)["up_to"], 5, "{broken}");
    all.waive(&line(&broken));
    for (number, code, expected) in
        [(5, 0, "waived"), (4, 0, "waived"), (6, 1, "violated"), (3, 0, "holds")]
    {
        let run = all.check(number);
        assert_eq!((run.code, standing(&run).as_str()), (Some(code), expected), "{number}: {run}");
    }
}

#[test]
fn a_waiver_of_a_value_covers_no_other_value() {
    let all = Changing::new(FOUND, 404, status);
    let broken = all.check(404);
    assert_eq!(line(&broken)["accepts_value"], 404, "{broken}");
    all.waive(&line(&broken));
    for (number, code, expected) in [(404, 0, "waived"), (410, 1, "violated"), (200, 0, "holds")] {
        let run = all.check(number);
        assert_eq!((run.code, standing(&run).as_str()), (Some(code), expected), "{number}: {run}");
    }
}

#[test]
fn a_waiver_of_before_there_were_extents_accepts_nothing_and_is_reported_with_the_new_line() {
    let all = Changing::new(FOUND, 404, status);
    let mut old = line(&all.check(404));
    old.as_object_mut().unwrap().remove("accepts_value");
    all.waive(&old);
    let run = all.check(404);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.err.contains("warning[waiver-without-extent]"), "{run}");
    assert!(run.err.contains("accepts_value: ... }"), "{run}");
    let ready = self::run(&all.project, &["check", "--waivers"]);
    let flat = ready.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("is: {\"equals\":200}, accepts_value: 404 }"), "{ready}");
}

#[test]
fn that_strangers_are_let_in_cannot_be_waived() {
    let all = Changing::new(REFUSED, 200, status);
    let broken = all.check(200);
    assert_eq!(broken.code, Some(1), "{broken}");
    assert_eq!(line(&broken), Value::Null, "{broken}");
    let ready = run(&all.project, &["check", "--waivers"]);
    assert!(ready.out.contains("no waiver can accept that strangers are let in"), "{ready}");
    all.waive(&json!({
        "check": 1, "step": "stranger", "at": "", "accepts_value": 200,
        "is": { "refused": { "statuses": [400, 401, 403, 404], "login": null } },
    }));
    let refused = run(&all.project, &["check"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.err.contains("error[not-waivable]"), "{refused}");
}

#[test]
fn that_strangers_see_what_must_be_absent_cannot_be_waived() {
    let withheld = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, get: /, expect: { json: { /open: { exists: true } } } }
    - { name: stranger, get: /, control: owner, expect: { json: { /open: { exists: false } } } }
";
    let all = Changing::new(withheld, 3, |number| Answer::json(200, &json!({ "open": number })));
    let broken = all.check(3);
    assert_eq!(broken.code, Some(1), "{broken}");
    assert_eq!(line(&broken), Value::Null, "{broken}");
    all.waive(&json!({
        "check": 1, "step": "stranger", "at": "/body/json/open", "accepts_value": 3,
        "is": { "exists": false },
    }));
    let same = run(&all.project, &["check"]);
    assert_eq!(same.code, Some(1), "{same}");
}
