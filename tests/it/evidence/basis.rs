//! The basis of a claim: what a service, or its platform, says of itself is not shown as tested.

use serde_json::json;

use crate::evidence::service::{Answer, Service, WORDS, now, run};
use crate::harness::{Project, Run};

fn service() -> Service {
    Service::start(|asked| match (asked.line().as_str(), asked.actor()) {
        ("GET /status", _) => Answer::json(200, &json!({ "encrypted_at_rest": true })),
        ("GET /statement", _) => {
            let page = "<!doctype html><title>Platform Security</title><p>Disks are encrypted.";
            Answer::new(200, page).with("content-type", "text/html")
        }
        ("GET /orders", Some("acme")) => Answer::json(200, &json!({ "owner": "acme" })),
        _ => Answer::new(401, ""),
    })
}

/// The basis in the report, and the claim's page of a draft.
fn shown(project: &Project) -> (String, String) {
    let run = run(project, &["check", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{run}");
    let basis = run.json()["claims"][0]["basis"].as_str().unwrap().to_owned();
    let draft = ["build", "--assessment", "assessment.json", "--draft", "draft"];
    let draft: Run = self::run(project, &draft);
    assert_eq!(draft.code, Some(0), "{draft}");
    (basis, project.read("draft/evidence/claim/index.html"))
}

#[test]
fn what_a_service_says_of_itself_is_reported_by_the_service() {
    let service = service();
    let (basis, page) = shown(&service.project(
        "- kind: http\n  steps:\n    - { name: the status, get: /status, \
         expect: { json: { /encrypted_at_rest: true } } }\n",
    ));
    assert_eq!(basis, "reported");
    assert!(page.contains("The answer is what the service reports about itself."), "{page}");
    assert!(!page.contains("Anyone can repeat the tests."), "{page}");
}

#[test]
fn a_status_is_observed_and_a_refusal_with_its_control_shows_behaviour() {
    let service = service();
    let found =
        "- kind: http\n  steps:\n    - { name: the page, get: /status, expect: { status: 200 } }\n";
    let (basis, page) = shown(&service.project(found));
    assert_eq!(basis, "probed");
    assert!(page.contains("Anyone can repeat the tests."), "{page}");
    let refused = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, get: /orders, expect: { json: { /owner: acme } } }
    - { name: stranger, get: /orders, control: owner, expect: { refused: true } }
";
    assert_eq!(shown(&service.project(refused)).0, "probed-with-access");
}

/// Somebody whose credential is not sent asks as anybody does.
#[test]
fn a_step_whose_credential_would_not_be_sent_is_a_mistake() {
    let service = service();
    let steps = |line: &str| format!("- kind: http\n  steps:\n    - {{ name: it, {line} }}\n");
    let expect = "expect: { status: 200 }";
    let elsewhere = format!("as: acme, get: \"https://other.example.com/status\", {expect}");
    let project = service.project(&steps(&elsewhere));
    let lint = run(&project, &["lint"]);
    assert_eq!(lint.code, Some(2), "{lint}");
    let words = "`acme` has no credential for `https://other.example.com`, so none would be sent";
    for words in [words, "error[credential-not-sent]", "checks/claim.yaml:", "send_to:"] {
        assert!(lint.err.contains(words), "{words}: {lint}");
    }
    project.edit(
        "avouch.yaml",
        "bearer: \"${ACME_TOKEN}\"",
        "bearer: \"${ACME_TOKEN}\", send_to: [\"https://other.example.com\"]",
    );
    assert_eq!(run(&project, &["lint"]).code, Some(0), "{}", run(&project, &["lint"]));
    for sound in [
        format!("get: \"https://other.example.com/status\", {expect}"),
        format!("as: acme, get: /status, {expect}"),
    ] {
        let lint = run(&service.project(&steps(&sound)), &["lint"]);
        assert_eq!(lint.code, Some(0), "{sound}: {lint}");
    }
}

const STATEMENT: &str = "\
- { kind: link, address: /statement, title: Platform Security, platform: Example Cloud }
";

fn attest(project: &Project) {
    let today = now().strftime("%Y-%m-%d").to_string();
    let text = format!(
        "role: security\nday: {today}\nvalid_for: 90d\nlooked_at: the contract\nwords: {WORDS}\n"
    );
    project.write("attestations/claim.yaml", &text);
}

#[test]
fn what_a_platform_says_of_itself_is_provided_by_the_platform() {
    let service = service();
    let project = service.project(&format!("{STATEMENT}- kind: attestation\n"));
    attest(&project);
    let (basis, page) = shown(&project);
    assert_eq!(basis, "inherited");
    assert!(page.contains("The platform says this itself"), "{page}");
    let policy = project.read("draft/security/index.html");
    assert!(policy.contains("Provided by the platform"), "{policy}");
    assert!(page.contains("the own statement of Example Cloud"), "{page}");
    assert!(!page.contains("Tests confirm this claim."), "{page}");
    let claims = project.read("draft/claims.json");
    assert!(claims.contains("\"basis\": \"inherited\""), "{claims}");
}

#[test]
fn a_platform_needs_an_attestation_that_it_is_used() {
    let service = service();
    let run = run(&service.project(STATEMENT), &["check"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("nobody attests that the service uses Example Cloud"), "{run}");
    let unsigned = service.project(&format!("{STATEMENT}- kind: attestation\n"));
    assert_eq!(self::run(&unsigned, &["check"]).code, Some(3));
}

#[test]
fn evidence_is_valid_for_a_month_at_most_and_the_page_shows_a_higher_limit() {
    let service = service();
    let found =
        "- kind: http\n  steps:\n    - { name: the page, get: /status, expect: { status: 200 } }\n";
    let project = service.project(found);
    project.edit("checks/claim.yaml", "valid_for: 24h", "valid_for: 90d");
    let refused = run(&project, &["check"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.err.contains("error[valid-for-too-long]"), "{refused}");
    project.edit("avouch.yaml", "limits: { ", "limits: { valid_for: 90d, ");
    let (_, _) = shown(&project);
    let page = project.read("draft/index.html");
    assert!(page.contains("The evidence of a claim may be up to 90 days old."), "{page}");
}
