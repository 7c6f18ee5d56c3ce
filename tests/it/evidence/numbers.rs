//! Numbers in the words are promises with a side and a unit, and something must measure each.

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Service, claim, policy, run};
use crate::harness::Run;

/// A service whose retention is `days`.
fn keeps(days: Value) -> Service {
    Service::start(move |asked| match asked.line().as_str() {
        "GET /retention" => Answer::json(200, &json!({ "days": days, "page": 1, "name": "logs" })),
        _ => Answer::new(404, ""),
    })
}

/// A check of the service with a control, and a probe that expects this of the JSON.
fn expecting(json: &str) -> String {
    format!(
        "\
- kind: http
  steps:
    - {{ name: the retention, role: control, get: /retention, expect: {{ status: 200, json: {{ /name: logs }} }} }}
    - {{ name: at least 30 days, again: the retention, expect: {{ json: {{ {json} }} }} }}
"
    )
}

/// Runs a verb on a claim with these words and this check.
fn with(service: &Service, words: &str, checks: &str, verb: &str) -> Run {
    let project = service.project(checks);
    project.write("content/security.md", &policy(words));
    project.write("checks/claim.yaml", &claim(words, checks));
    run(&project, &[verb])
}

#[test]
fn a_retention_in_the_words_holds_with_its_side_and_unit() {
    let service = keeps(json!(30));
    for (words, json) in [
        ("Logs are kept for at most 30 days.", "/days: { at_most: 30 }"),
        ("Logs are never kept for more than 30 days.", "/days: { at_most: 30 }"),
        ("Logs are kept for at least 30 days.", "/days: { at_least: 30 }"),
        ("Logs are kept for exactly 30 days.", "/days: 30"),
        ("Logs are deleted after thirty days.", "/days: { at_most: 30 }"),
        ("Logs are kept for at most 720 hours.", "/days: { at_most: 30, unit: days }"),
    ] {
        let run = with(&service, words, &expecting(json), "check");
        assert_eq!(run.code, Some(0), "{words}: {run}");
    }
}

#[test]
fn words_with_another_side_unit_or_number_are_errors() {
    let service = keeps(json!(30));
    for (words, json, message) in [
        (
            "Logs are kept for at least 30 days.",
            "/days: { at_most: 30 }",
            "the text gives `30 days` as a lower limit",
        ),
        (
            "Logs are kept for at least 30 days.",
            "/page: { at_least: 30 }",
            "the check's limit `/page` is `30` without a unit",
        ),
        (
            "Logs are kept for 31 days.",
            "/days: { at_most: 30 }",
            "the check's limit `/days` is `30 days`",
        ),
        ("Logs are kept for a decade.", "/days: { at_most: 30 }", "the text says `a decade`"),
        ("Logs are kept for ٣١ days.", "/days: { at_most: 30 }", "the text says `٣١ days`"),
        ("Logs are kept, and read twice a day.", "/name: logs", "the text says `twice a day`"),
        ("One in ten logs is read.", "/name: logs", "the text says `One in ten`"),
        (
            "Logs are kept for at least 30 days.",
            "/name: logs",
            "no check of this claim measures it",
        ),
    ] {
        for verb in ["lint", "check"] {
            let run = with(&service, words, &expecting(json), verb);
            assert_eq!(run.code, Some(2), "{words}: {run}");
            assert!(run.err.contains(message), "{words}: {run}");
        }
    }
}

#[test]
fn a_designation_is_not_a_promise() {
    let service = keeps(json!(30));
    for words in ["Logs are encrypted with AES-256 and kept as ISO 27001 demands.", "See RFC 9116."]
    {
        let run = with(&service, words, &expecting("/name: logs"), "check");
        assert_eq!(run.code, Some(0), "{words}: {run}");
    }
}

#[test]
fn a_retention_that_is_not_a_number_of_days_does_not_hold() {
    let words = "Logs are kept for at most 30 days.";
    for (days, code) in
        [(json!(30), 0), (json!(31), 1), (json!(-1), 3), (json!("12"), 3), (json!("-inf"), 3)]
    {
        let run = with(&keeps(days.clone()), words, &expecting("/days: { at_most: 30 }"), "check");
        assert_eq!(run.code, Some(code), "{days}: {run}");
    }
}

#[test]
fn a_number_in_the_background_is_listed_as_not_tested() {
    let service = keeps(json!(30));
    let words = "Over the last 90 days, logs were kept for at most 30 days.";
    let checks = expecting("/days: { at_most: 30 }");
    let project = service.project(&checks);
    project.write("content/security.md", &policy(words));
    let with = |background: &str| {
        claim(words, &checks)
            .replace("valid_for:", &format!("background: [{background}]\nvalid_for:"))
    };
    project.write("checks/claim.yaml", &with("Over the last 90 days"));
    let built = run(&project, &["build"]);
    assert_eq!(built.code, Some(0), "{built}");
    let page = project.read("public/evidence/claim/index.html");
    assert!(page.contains("that nothing tests: <span>“Over the last 90 days”"), "{page}");
    project.write("checks/claim.yaml", &with("over the last 60 days"));
    let lint = run(&project, &["lint"]);
    assert_eq!(lint.code, Some(2), "{lint}");
    assert!(lint.err.contains("do not contain `over the last 60 days`"), "{lint}");
}
