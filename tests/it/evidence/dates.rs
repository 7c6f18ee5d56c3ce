//! The time of an answer: none is from the future, and an old answer is not a new one.

use jiff::{SignedDuration, Timestamp};

use crate::evidence::service::{Answer, Service, now, run};
use crate::harness::Run;

const FOUND: &str = "\
- kind: http
  steps:
    - { name: the page, get: /, expect: { status: 200 } }
";

/// An answer that was dated so many seconds before now, with this `Age`.
fn dated(seconds: i64, age: Option<i64>) -> Run {
    let service = Service::start(move |_| {
        let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
        let date = now() - SignedDuration::from_secs(seconds);
        let date = printer.timestamp_to_rfc9110_string(&date).unwrap();
        let answer = Answer::new(200, "page").with("date", &date);
        match age {
            Some(age) => answer.with("age", &age.to_string()),
            None => answer,
        }
    });
    run(&service.project(FOUND), &["check", "--format", "json"])
}

fn claim(run: &Run) -> serde_json::Value {
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    report["claims"][0].clone()
}

#[test]
fn an_answer_that_is_dated_now_or_was_stored_by_a_cache_holds() {
    for (seconds, age) in [(0, None), (30, None), (-30, None), (3600, Some(3600)), (0, Some(3600))]
    {
        let run = dated(seconds, age);
        assert_eq!(run.code, Some(0), "{seconds} {age:?}: {run}");
    }
}

#[test]
fn an_answer_that_is_dated_in_the_future_or_in_the_past_without_a_reason_decides_nothing() {
    for (seconds, age) in [(-120, None), (-86_400, Some(0)), (600, None), (7200, Some(3600))] {
        let run = dated(seconds, age);
        assert_eq!(run.code, Some(3), "{seconds} {age:?}: {run}");
        assert_eq!(claim(&run)["reason"], "clock", "{run}");
    }
}

#[test]
fn evidence_from_a_cache_is_as_old_as_its_answer() {
    let run = dated(90_000, Some(90_000));
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(claim(&run)["standing"], "expired", "the answer is a day old: {run}");
    let run = dated(3600, Some(3600));
    let observed: Timestamp = claim(&run)["observed"].as_str().unwrap().parse().unwrap();
    assert!(now().duration_since(observed) >= SignedDuration::from_secs(3600));
}

#[test]
fn evidence_that_was_taken_later_than_now_is_refused() {
    let service = Service::start(|_| Answer::new(200, "page"));
    let project = service.project(FOUND);
    assert_eq!(run(&project, &["check"]).code, Some(0));
    let mut stored: serde_json::Value =
        serde_json::from_str(&project.read("assessment.json")).unwrap();
    stored["claims"]["claim"]["transcripts"][0]["observations"][0]["at"] =
        "2999-01-01T00:00:00Z".into();
    project.write("later.json", &stored.to_string());
    let build = run(&project, &["build", "--assessment", "later.json"]);
    assert_eq!(build.code, Some(2), "{build}");
    assert!(build.err.contains("it was taken at 2999-01-01T00:00:00Z"), "{build}");
    let reuse = run(&project, &["check", "--reuse", "later.json"]);
    assert!(reuse.err.contains("reused evidence for 0 of 1 claims"), "{reuse}");
    assert_eq!(run(&project, &["build", "--assessment", "assessment.json"]).code, Some(0));
}

#[test]
fn the_page_the_badge_and_the_claims_give_the_time_of_the_oldest_answer() {
    let service = Service::start(|_| {
        let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
        let two_hours_ago = now() - SignedDuration::from_hours(2);
        let date = printer.timestamp_to_rfc9110_string(&two_hours_ago).unwrap();
        Answer::new(200, "page").with("date", &date).with("age", "7200")
    });
    let project = service.project(FOUND);
    assert_eq!(run(&project, &["build"]).code, Some(0));
    let claims: serde_json::Value =
        serde_json::from_str(&project.read("public/claims.json")).unwrap();
    let time = |value: &serde_json::Value| value.as_str().unwrap().parse::<Timestamp>().unwrap();
    let checked = time(&claims["checked"]);
    assert!(now().duration_since(checked) >= SignedDuration::from_hours(2));
    assert_eq!(checked, time(&claims["claims"][0]["observed"]));
    let until = time(&claims["claims"][0]["until"]);
    assert_eq!(until.duration_since(checked), SignedDuration::from_hours(24));
    let page = project.read("public/index.html");
    assert!(page.contains(&checked.strftime("%H:%M UTC").to_string()), "{page}");
}
