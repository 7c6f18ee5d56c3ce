//! Words that changed under their checks: told by every verb, with what changed and who wrote which
//! side.

use crate::harness::Project;
use crate::surroundings;

const POLICY: &str = "content/security.md";
const CHECK: &str = "checks/backup-daily.yaml";

/// This repository's own project, with a number changed.
pub(crate) fn suspect() -> Project {
    let project = Project::own();
    project.edit(POLICY, "at most 24 hours", "at most 72 hours");
    project
}

/// A commit of everything, by an author, on a day.
fn commit(project: &Project, author: &str, day: &str) {
    let git = |args: &[&str]| {
        let mut command = surroundings::git();
        command.args(args).current_dir(project.root());
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), author);
            command.env(format!("GIT_{who}_EMAIL"), "nobody@example.com");
            command.env(format!("GIT_{who}_DATE"), format!("{day}T10:00:00Z"));
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["add", "content", "checks", "avouch.yaml"]);
    git(&["commit", "--quiet", "--message", "a change"]);
}

#[test]
fn lint_check_and_build_all_refuse_a_suspect_claim_and_show_the_redline() {
    let project = suspect();
    for verb in ["lint", "check", "build"] {
        let run = project.run(&[verb]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.err.contains("error[suspect]"), "{run}");
        assert!(run.err.contains("so at most [-24-]{+72+} hours of it"), "{run}");
        assert!(run.err.contains("run `avouch accept backup-daily`"), "{run}");
        assert!(project.files("public").is_empty());
    }
}

#[test]
fn who_wrote_which_side_and_when_is_told_from_git() {
    let project = Project::own();
    commit(&project, "Ann Engineer", "2026-10-01");
    project.edit(POLICY, "at most 24 hours", "at most 72 hours");
    let sides = "checked: Ann Engineer, 1 Oct 2026, 10:00 UTC, in ";
    let run = project.run(&["lint"]);
    assert!(run.err.contains(sides), "{run}");
    assert!(run.err.contains("; now: not committed yet"), "{run}");
    commit(&project, "Len Lawyer", "2026-11-02");
    let run = project.run(&["lint"]);
    assert!(run.err.contains(sides), "{run}");
    assert!(run.err.contains("; now: Len Lawyer, 2 Nov 2026, 10:00 UTC, in "), "{run}");
    let told = project.run(&["lint", "--format", "json"]).json();
    let redline = &told[0]["redline"];
    assert_eq!(redline["claim"], "backup-daily");
    assert_eq!(redline["policy"]["by"]["author"], "Len Lawyer");
    assert_eq!(redline["quote"]["by"]["author"], "Ann Engineer");
    assert_eq!(redline["runs"][1], serde_json::json!({ "fate": "removed", "text": "24" }));
}

#[test]
fn a_claim_under_another_heading_is_suspect_and_whoever_renamed_it_is_told() {
    let project = Project::own();
    commit(&project, "Ann Engineer", "2026-10-01");
    project.edit(POLICY, "## Data backup", "## What we do not promise");
    commit(&project, "Len Lawyer", "2026-11-02");
    let run = project.run(&["lint"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("is under `What we do not promise`"), "{run}");
    assert!(run.err.contains("; now: Len Lawyer"), "{run}");
}

#[test]
fn without_git_nobody_is_named_and_the_rest_is_told() {
    let project = suspect();
    let run = project.run(&["lint"]);
    assert!(run.err.contains("[-24-]{+72+}") && !run.err.contains("committed"), "{run}");
    assert!(std::fs::read_to_string(project.path(CHECK)).unwrap().contains("24 hours"));
}
