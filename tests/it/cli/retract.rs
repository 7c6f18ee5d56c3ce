//! A claim that turned out false is taken back on the site that is out, without its sources.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::harness::Project;

const CLAIM: &str = "backup-daily";

/// A published site, and an assessment that found its backup too old.
fn published_then_failed() -> Project {
    let project = Project::built();
    let run = project.run(&["check", "--flaw", "stale-backup"]);
    assert_eq!(run.code, Some(1), "{run}");
    project
}

fn without_sources(project: &Project) {
    for folder in ["content", "checks", "attestations"] {
        std::fs::remove_dir_all(project.path(folder)).unwrap();
    }
    std::fs::remove_file(project.path("avouch.yaml")).unwrap();
}

#[test]
fn what_failed_is_marked_everywhere_and_nothing_else_is() {
    let project = published_then_failed();
    let before = project.files("public");
    without_sources(&project);
    let run = project.run(&["retract"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.out.contains("backup-daily: failed since "), "{run}");
    let after = project.files("public");
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    let says = |name: &str| project.read(&format!("public/{name}")).to_lowercase();
    for page in [
        "index.html",
        "security/index.html",
        "evidence/backup-daily/index.html",
        "security/index.md",
        "badge.svg",
        "badge.json",
    ] {
        let page_text = says(page);
        assert!(page_text.contains("not verified since"), "{page}");
    }
    assert!(says("feed.xml").contains("failed: all data"), "{}", says("feed.xml"));
    let page = project.read("public/evidence/backup-daily/index.html");
    assert!(!page.contains("mark holds\" data-claim"), "{page}");
    assert!(!page.contains("Tests confirm this claim."), "{page}");
    let other = |files: &BTreeMap<PathBuf, Vec<u8>>| {
        let ends = |path: &PathBuf| path.ends_with("evidence/tenant-isolation/index.html");
        files.iter().find(|(path, _)| ends(path)).unwrap().1.clone()
    };
    assert_eq!(other(&before), other(&after), "nothing is said there of what failed");
    let claims: serde_json::Value =
        serde_json::from_str(&project.read("public/claims.json")).unwrap();
    for claim in claims["claims"].as_array().unwrap() {
        let taken = claim["id"] == CLAIM;
        assert_eq!(claim["standing"] == "violated", taken, "{claim}");
        assert_eq!(claim["until"].is_null(), taken, "{claim}");
    }
    let run = project.run(&["monitor", "public"]);
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn it_can_only_downgrade() {
    let project = Project::built();
    let before = project.files("public");
    let run = project.run(&["retract"]);
    assert_eq!(run.code, Some(0), "nothing failed: {run}");
    assert_eq!(project.files("public"), before);
    // What was taken back once stays so, whatever a later assessment says.
    project.run(&["check", "--flaw", "stale-backup"]);
    project.run(&["retract"]);
    let taken = project.files("public");
    project.run(&["check"]);
    assert_eq!(project.run(&["retract"]).code, Some(0));
    assert_eq!(project.files("public"), taken);
}

#[test]
fn a_failure_in_other_words_is_not_marked() {
    let project = Project::built();
    for file in ["content/security.md", "checks/backup-daily.yaml"] {
        project.edit(file, "can be lost", "may be lost");
    }
    assert_eq!(project.run(&["check", "--flaw", "stale-backup"]).code, Some(1));
    let before = project.files("public");
    let run = project.run(&["retract"]);
    assert!(run.err.contains("with different words from the published ones"), "{run}");
    assert_eq!(project.files("public"), before);
}

#[test]
fn where_nothing_is_published_nothing_can_be_taken_back() {
    let project = Project::own();
    project.run(&["check", "tenant-isolation"]);
    let run = project.run(&["retract"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("is not a published site"), "{run}");
}
