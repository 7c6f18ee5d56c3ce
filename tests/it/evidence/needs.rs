//! A claim that rests on another one is verified only while that one is.

use crate::evidence::service::{Answer, Service, WORDS, claim, policy, run};
use crate::harness::Project;

const OTHER: &str = "The other page is there.";

fn found(path: &str) -> String {
    format!(
        "- kind: http\n  steps:\n    - {{ name: the page, get: {path}, expect: {{ status: 200 }} }}\n"
    )
}

/// A project whose claim `claim` needs the claim `other`, and a service that answers `/other` with this
/// status.
fn project(other: u16) -> (Service, Project) {
    let service = Service::start(move |asked| match asked.path.as_str() {
        "/other" => Answer::new(other, "other"),
        _ => Answer::new(200, "page"),
    });
    let project = service.project(&found("/"));
    let both = format!("{}\n[{OTHER}](../checks/other.yaml)\n", policy(WORDS));
    project.write("content/security.md", &both);
    let needy = claim(WORDS, &found("/")).replace("valid_for:", "needs: [other]\nvalid_for:");
    project.write("checks/claim.yaml", &needy);
    let other = claim(OTHER, &found("/other")).replace("24h", "6h");
    project.write("checks/other.yaml", &other);
    (service, project)
}

fn reported(out: &str, id: &str) -> serde_json::Value {
    let report: serde_json::Value = serde_json::from_str(out).unwrap();
    let claims = report["claims"].as_array().unwrap();
    claims.iter().find(|one| one["id"] == id).unwrap().clone()
}

#[test]
fn a_claim_holds_while_the_one_that_it_needs_does_and_expires_with_it() {
    let (_service, project) = project(200);
    let run = run(&project, &["check", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{run}");
    let (needy, other) = (reported(&run.out, "claim"), reported(&run.out, "other"));
    assert_eq!(needy["until"], other["until"]);
}

#[test]
fn a_claim_is_not_verified_while_the_one_that_it_needs_is_not() {
    for (other, code) in [(404, 1), (503, 3)] {
        let (_service, project) = project(other);
        for args in [&["check", "--format", "json"][..], &["check", "claim", "--format", "json"]] {
            let run = run(&project, args);
            assert_eq!(run.code, Some(code), "{run}");
            let needy = reported(&run.out, "claim");
            assert_eq!(needy["standing"], "inconclusive");
            assert_eq!(needy["reason"], "needs");
            assert_eq!(needy["seen"], "it needs `other`, which is not verified");
        }
        let draft = run(&project, &["build", "--assessment", "assessment.json", "--draft", "d"]);
        assert_eq!(draft.code, Some(code), "{draft}");
        let page = project.read("d/evidence/claim/index.html");
        let reason = format!("it needs another claim, “{OTHER}”, which is not verified");
        assert!(page.contains(&reason), "{page}");
    }
}

#[test]
fn claims_cannot_need_each_other_or_one_that_does_not_exist() {
    let (_service, project) = project(200);
    project.edit("checks/other.yaml", "valid_for:", "needs: [claim]\nvalid_for:");
    let circle = run(&project, &["check"]);
    assert_eq!(circle.code, Some(2), "{circle}");
    assert!(circle.err.contains("`claim` needs `other`, which needs `claim`"), "{circle}");
    project.edit("checks/other.yaml", "needs: [claim]", "needs: [clame]");
    let unknown = run(&project, &["check"]);
    assert!(unknown.err.contains("there is no claim `clame`"), "{unknown}");
    assert!(unknown.err.contains("did you mean `claim`?"), "{unknown}");
}

#[test]
fn the_summary_of_a_partial_run_counts_the_claims_that_it_left_out() {
    let (_service, project) = project(200);
    let one = run(&project, &["check", "other"]);
    assert!(one.out.contains("2 claims: 1 verified, 1 not checked"), "{one}");
    let one = run(&project, &["check", "other", "--format", "json"]);
    assert!(one.out.contains("\"not_checked\": 1"), "{one}");
    let all = run(&project, &["check"]);
    assert!(all.out.contains("2 claims: 2 verified\n"), "{all}");
}
