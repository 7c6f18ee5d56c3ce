//! Evidence that is still good need not be taken again, and is lost to a violation only.

use serde_json::Value;

use crate::harness::{Project, Run};

fn reuse(project: &Project, args: &[&str]) -> Run {
    project.run(&[&["check", "--reuse", "assessment.json"], args].concat())
}

/// The evidence that is stored, by claim.
fn stored(project: &Project) -> serde_json::Map<String, Value> {
    let assessment: Value = serde_json::from_str(&project.read("assessment.json")).unwrap();
    assessment["claims"].as_object().unwrap().clone()
}

#[test]
fn only_the_claim_whose_words_changed_is_asked_again() {
    let project = Project::checked();
    let before = stored(&project);
    for file in ["content/security.md", "checks/backup-daily.yaml"] {
        project.edit(file, "can be lost", "may be lost");
    }
    let run = reuse(&project, &[]);
    assert_eq!(run.code, Some(0), "{run}");
    for (id, evidence) in stored(&project) {
        assert_eq!(before[&id] == evidence, id != "backup-daily", "{id}");
    }
    let run = project.run(&["build", "--assessment", "assessment.json"]);
    assert_eq!(run.code, Some(0), "evidence of two runs is one assessment: {run}");
}

#[test]
fn an_add_on_that_is_down_is_not_asked_where_nothing_has_to_be() {
    let project = Project::checked();
    let before = stored(&project);
    let run = reuse(&project, &["--mode", "down"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(stored(&project), before);
}

#[test]
fn what_could_not_be_found_out_renews_nothing_and_voids_nothing() {
    let project = Project::checked();
    let before = stored(&project);
    let run = reuse(&project, &["--again", "--mode", "fails-everybody", "tenant-isolation"]);
    assert!(run.err.contains("`tenant-isolation` is inconclusive now"), "{run}");
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(stored(&project)["tenant-isolation"], before["tenant-isolation"]);
}

#[test]
fn a_violation_voids_evidence_that_was_still_good() {
    let project = Project::checked();
    let run = reuse(&project, &["--flaw", "leak-read"]);
    assert_eq!(run.code, Some(0), "nothing was asked: {run}");
    let run = reuse(&project, &["--again", "--flaw", "leak-read"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(stored(&project)["tenant-isolation"]["verdict"], "violated");
    let run = reuse(&project, &[]);
    assert_eq!(run.code, Some(0), "what was voided is asked again: {run}");
}

#[test]
fn evidence_of_another_world_is_not_reused() {
    let project = Project::checked();
    let before = stored(&project);
    project.edit("avouch.yaml", "tenant: globex", "tenant: globus");
    let run = reuse(&project, &["limited-scopes"]);
    assert!(run.err.contains("nothing can be reused: actors"), "{run}");
    assert_ne!(before, stored(&project));
    assert_eq!(stored(&project).keys().collect::<Vec<_>>(), ["limited-scopes"]);
}

#[test]
fn checking_one_claim_leaves_the_evidence_of_the_others_as_it_is() {
    let project = Project::checked();
    let before = stored(&project);
    let run = project.run(&["check", "--flaw", "stale-backup"]);
    assert_eq!(run.code, Some(1), "{run}");
    let run = project.run(&["check", "tenant-isolation", "--format", "json"]);
    assert_eq!(run.code, Some(0), "whatever is known of the others: {run}");
    assert_eq!(run.standings().len(), 1, "{run}");
    let after = stored(&project);
    assert_eq!(after.len(), before.len());
    assert_ne!(after["tenant-isolation"], before["tenant-isolation"]);
    let build = project.run(&["build", "--assessment", "assessment.json", "--format", "json"]);
    assert_eq!(build.with_standing("violated"), ["backup-daily"], "{build}");
    for file in ["content/security.md", "checks/backup-daily.yaml"] {
        project.edit(file, "can be lost", "may be lost");
    }
    project.run(&["check", "tenant-isolation"]);
    assert!(!stored(&project).contains_key("backup-daily"), "it is evidence for other words");
}
