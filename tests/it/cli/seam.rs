//! The seam between asking and publishing: `assessment.json`, and what it is evidence for.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::harness::{Project, Run};
use crate::surroundings::program;

fn build(project: &Project) -> Run {
    project.run(&["build", "--assessment", "assessment.json"])
}

fn edit(project: &Project, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_str(&project.read("assessment.json")).unwrap();
    change(&mut value);
    project.write("assessment.json", &value.to_string());
}

#[track_caller]
fn refused(project: &Project, why: &str) {
    let run = build(project);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains(why), "{why}: {run}");
    assert!(!project.path("public").exists(), "{run}");
}

#[test]
fn a_site_is_built_from_stored_evidence_without_a_network() {
    let project = Project::checked();
    let output = program("unshare")
        .args(["--net", env!("CARGO_BIN_EXE_avouch"), "build", "--assessment", "assessment.json"])
        .current_dir(project.root())
        .output()
        .unwrap();
    let run = project.finish(&output);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(project.path("public/index.html").is_file());
}

#[test]
fn evidence_is_private_and_holds_no_secret() {
    let project = Project::checked();
    let mode = std::fs::metadata(project.path("assessment.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = project.read("assessment.json");
    assert!(!text.contains("eyJ"), "a token was stored");
    assert!(!text.contains("-----BEGIN"), "a key was stored");
}

#[test]
fn a_verdict_that_was_edited_by_hand_changes_nothing() {
    let project = Project::own();
    let run = project.run(&["check", "--flaw", "leak-read"]);
    assert_eq!(run.code, Some(1), "{run}");
    edit(&project, |value| value["claims"]["tenant-isolation"]["verdict"] = json!("holds"));
    let run = build(&project);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(!project.path("public").exists());
}

#[test]
fn evidence_for_other_words_is_refused() {
    let project = Project::checked();
    let words = "can never reach another customer's data";
    let others = "can never see another customer's data";
    project.edit("checks/tenant-isolation.yaml", words, others);
    project.edit("content/security.md", words, others);
    refused(&project, "`tenant-isolation`: it was taken for other words");
}

#[test]
fn evidence_by_another_plan_is_refused() {
    let project = Project::checked();
    project.edit("checks/backup-daily.yaml", "is: finished", "is: complete");
    refused(&project, "`backup-daily`: it was taken by another plan");
}

#[test]
fn evidence_from_another_target_is_refused() {
    let project = Project::checked();
    project.edit("avouch.yaml", "target: demo", "target: https://addon.example.com");
    refused(&project, "target: it was taken with `https://addon.demo.test`");
}

#[test]
fn evidence_taken_under_other_overrides_is_refused() {
    let project = Project::checked();
    edit(&project, |value| {
        value["world"]["connect_to"] = json!({"addon.demo.test": "127.0.0.1:1"})
    });
    refused(&project, "connect_to: it was taken with");
}

#[test]
fn incomplete_evidence_is_refused() {
    let project = Project::checked();
    edit(&project, |value| {
        value["claims"].as_object_mut().unwrap().remove("backup-daily");
    });
    refused(&project, "claim `backup-daily`: it was not assessed");
}

#[test]
fn evidence_of_another_version_or_no_json_is_refused() {
    let project = Project::checked();
    edit(&project, |value| value["schema"] = json!("avouch-assessment/9"));
    refused(&project, "this version reads `avouch-assessment/1`");
    project.write("assessment.json", "{");
    refused(&project, "is not a usable assessment");
}

#[test]
fn evidence_that_has_ended_publishes_nothing() {
    let project = Project::own();
    let run = project.run(&["check", "--clock", "2026-01-01T00:00:00Z"]);
    assert_eq!(run.code, Some(0), "{run}");
    let run = build(&project);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.out.contains("expired"), "{run}");
    assert!(!project.path("public").exists());
}
