//! Mistakes in the sources: all told at once, each at its line, and nothing is asked.

use crate::harness::Project;

fn twenty_mistakes() -> Project {
    let project = Project::fixture("twenty-mistakes");
    project.write(
        "templates/index.html",
        include_str!("../../fixtures/twenty-mistakes/templates/index.html"),
    );
    project
}

#[test]
fn twenty_different_mistakes_are_told_at_once_each_at_its_line() {
    let run = twenty_mistakes().run(&["lint", "--format", "json"]);
    let told = run.json();
    let line = |one: &serde_json::Value| {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        assert!(!text("help").is_empty(), "{one}");
        format!("{}:{} {}", text("file"), one["line"], text("code"))
    };
    let told: Vec<String> = told.as_array().unwrap().iter().map(line).collect();
    assert_eq!(
        told,
        [
            "avouch.yaml:12 unset-variable",
            "avouch.yaml:13 unknown-key",
            "avouch.yaml:14 wrong-type",
            "checks/duplicate-key.yaml:4 duplicate-key",
            "checks/empty-expect.yaml:10 empty-expect",
            "checks/not-yaml.yaml:2 not-yaml",
            "checks/orphan.yaml:1 check-without-claim",
            "checks/twice.yml:1 duplicate-id",
            "checks/unknown-actor.yaml:8 unknown-actor",
            "checks/unknown-kind.yaml:5 unknown-kind",
            "content/index.md:1 same-address",
            "content/latin.md:7 not-utf-8",
            "content/security.md:4 impossible-date",
            "content/security.md:10 claim-without-file",
            "content/security.md:12 looks-like-a-claim",
            "content/security.md:14 suspect",
            "content/security.md:14 number-without-check",
            "content/security.md:28 heading-skips",
            "content/security.md:30 missing-page",
            "content/security.md:30 missing-heading",
            "content/security.md:30 empty-link",
            "templates/index.html:1 template-variable",
        ]
    );
    assert_eq!(run.code, Some(2), "{run}");
}

#[test]
fn a_build_with_mistakes_asks_nothing_and_publishes_nothing() {
    let project = twenty_mistakes();
    let run = project.run(&["build"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(project.files("public").is_empty());
    assert!(run.err.contains("content/security.md:14:2"), "{run}");
    assert!(run.err.contains("run `avouch accept suspect`"), "{run}");
}
