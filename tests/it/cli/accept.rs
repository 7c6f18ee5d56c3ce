//! `avouch accept`: a person takes new words, and one scalar changes.

use std::os::unix::fs::PermissionsExt;

use crate::harness::Project;

const POLICY: &str = "content/security.md";
const CHECK: &str = "checks/backup-daily.yaml";

/// A claim's file as people leave it: comments everywhere, its own order, tabs, blank lines.
const FULL_OF_COMMENTS: &str = "\
# yaml-language-server: $schema=../schemas/claim.schema.json
# Owner: security. Ask before you touch this.

because: >    # the argument
  We ask the add-on when it finished its newest backup, and compare that with the clock. A backup
  that is older than 24 hours, not finished, empty, or dated in the future does not count.

# The words, as legal wrote them:
proves:   >-  # quoted from content/security.md
    All data in our cloud storage is backed up every day, so at most 24 hours of it can be lost
    (our Recovery Point Objective).

#   and a comment at the edge
under:   'Data backup'\t# the heading
applies_to: [ cloud ]   # not server
valid_for:   24h


checks:
  # the age
  - kind: backup-age
    as: operator   # who may ask
    get: /ops/backups/latest
    at: /completed_at
    max_age: 24h   # the promise
    bytes: /bytes
    state: { at: /state, is: finished }
# the end, without a line break";

/// This repository's project, with that file, and a word of the claim changed.
fn suspect() -> Project {
    let project = Project::own();
    project.write(CHECK, FULL_OF_COMMENTS);
    project.edit(POLICY, "All data in our cloud storage", "The data in our cloud storage");
    project
}

/// The bytes of two texts between what they begin and end with alike.
fn difference<'a>(old: &'a str, new: &'a str) -> (&'a str, &'a str) {
    let start = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[start..], &new[start..]);
    let end = old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
    (&old[..old.len() - end], &new[..new.len() - end])
}

#[test]
fn accept_changes_one_scalar_of_a_file_full_of_comments() {
    let project = suspect();
    let (before, all) = (project.read(CHECK), project.files("."));
    assert_eq!(project.run(&["lint"]).code, Some(2));
    let run = project.run(&["accept", "backup-daily", "--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(difference(&before, &project.read(CHECK)), ("All", "The"));
    let changed: Vec<_> = project
        .files(".")
        .into_iter()
        .filter(|(path, content)| all.get(path) != Some(content))
        .map(|(path, _)| path.file_name().unwrap().to_owned())
        .collect();
    assert_eq!(changed, ["backup-daily.yaml"]);
    let run = project.run(&["lint"]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_heading_and_other_places_are_accepted_in_the_same_file() {
    let project = suspect();
    project.edit(POLICY, "## Data backup", "## How data is kept safe");
    let also = "\nproves_also:   # once more\n  - in: content/disclosure.md  # there\n    words: \"Backups are made\\\n      , daily.\"\n";
    project.edit(CHECK, "\napplies_to:", &format!("{also}applies_to:"));
    project.edit(
        "content/disclosure.md",
        "## ",
        "[Backups are made, each day.](../checks/backup-daily.yaml)\n\n## ",
    );
    let before = project.read(CHECK);
    let run = project.run(&["accept", "backup-daily", "--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
    let wanted = before
        .replace("All data in", "The data in")
        .replace("'Data backup'", "'How data is kept safe'")
        .replace("\"Backups are made\\\n      , daily.\"", "\"Backups are made, each day.\"");
    assert_eq!(project.read(CHECK), wanted);
    assert!(!project.run(&["lint"]).err.contains("suspect"));
}

#[test]
fn both_sides_are_shown_before_the_question_and_only_a_yes_counts() {
    let project = suspect();
    let before = project.read(CHECK);
    for answer in ["n\n", "\n", "maybe\n"] {
        let run = project.at_terminal(&["accept", "backup-daily"], &[], &[("[y/N]", answer)]);
        assert_eq!(run.code, Some(2), "{answer}: {run}");
        assert!(!run.out.contains("not committed yet"), "neither side is: {run}");
        for shown in [
            "{+The+}",
            "data in our cloud storage is backed up every day",
            "backup-age (Reported by the service)",
            "is at most 24 hours old",
            "max_age at most 24 hours",
            "It does not show that the backup can be restored",
            "Do the checks prove what the words say now? [y/N]",
            "was not changed",
        ] {
            assert!(run.out.contains(shown), "`{shown}` is not in {run}");
        }
        assert_eq!(project.read(CHECK), before);
    }
    let run = project.at_terminal(&["--quiet", "accept", "backup-daily"], &[], &[("[y/N]", "y\n")]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.out.contains("{+The+}"), "{run}");
    assert_eq!(difference(&before, &project.read(CHECK)), ("All", "The"));
}

#[test]
fn without_a_terminal_or_in_ci_nothing_is_accepted() {
    let project = suspect();
    let before = project.read(CHECK);
    let run = project.run(&["accept", "backup-daily"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("{+The+}"), "{run}");
    assert!(run.err.contains("there is no terminal to ask on"), "{run}");
    let mut command = project.command(&["accept", "backup-daily", "--yes"]);
    let run = project.finish(&command.env("CI", "true").output().unwrap());
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("`CI` is set"), "{run}");
    assert_eq!(project.read(CHECK), before);
}

#[test]
fn a_files_mode_is_kept_and_no_half_file_is_left() {
    let project = suspect();
    let mode = |bits| std::fs::Permissions::from_mode(bits);
    std::fs::set_permissions(project.path(CHECK), mode(0o640)).unwrap();
    assert_eq!(project.run(&["accept", "backup-daily", "--yes"]).code, Some(0));
    let kept = std::fs::metadata(project.path(CHECK)).unwrap().permissions().mode();
    assert_eq!(kept & 0o777, 0o640);
    let files = project.files("checks").len();
    assert_eq!(files, Project::own().files("checks").len());
}

#[test]
fn every_unknown_claim_is_told_and_the_same_words_need_no_yes() {
    let project = Project::own();
    let run = project.run(&["accept", "backup-dayly", "backup-daily", "nonsense"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("did you mean `backup-daily`?"), "{run}");
    assert!(run.err.contains("unknown claim `nonsense`"), "{run}");
    let run = project.run(&["accept", "backup-daily", "tenant-isolation"]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_file_with_other_mistakes_is_mended_first() {
    let project = suspect();
    project.edit(CHECK, "as: operator ", "as: operatr ");
    let before = project.read(CHECK);
    let run = project.run(&["accept", "backup-daily", "--yes"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("did you mean `operator`?"), "{run}");
    assert_eq!(project.read(CHECK), before);
}

#[test]
fn an_attestation_for_the_old_words_is_told() {
    let project = Project::own();
    project.edit(POLICY, "Content that our cloud", "The content that our cloud");
    let run = project.run(&["accept", "content-storage", "--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.err.contains("`avouch attest content-storage`"), "{run}");
}

#[test]
fn words_with_another_number_than_the_check_are_refused_with_yes_and_shown_before_the_question() {
    let project = suspect();
    project.edit(POLICY, "at most 24 hours", "at most 72 hours");
    let before = project.read(CHECK);
    let mismatch = "the text says `72 hours`, but the check's limit `max_age` is `24 hours`";
    let run = project.run(&["accept", "backup-daily", "--yes"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("error[number-mismatch]") && run.err.contains(mismatch), "{run}");
    assert!(run.err.contains("help: change the check's limit first, or the words"), "{run}");
    assert_eq!(project.read(CHECK), before);
    let run = project.at_terminal(&["accept", "backup-daily"], &[], &[("[y/N]", "y\n")]);
    let (shown, question) = (run.out.find(mismatch), run.out.find("Do the checks prove"));
    assert!(shown.is_some() && shown < question, "{run}");
    assert_eq!(run.code, Some(0), "a person has looked at both: {run}");
    assert!(project.read(CHECK).contains("72 hours"));
}

#[test]
fn a_check_that_was_changed_first_lets_its_new_number_in() {
    let project = suspect();
    project.edit(POLICY, "at most 24 hours", "at most 72 hours");
    project.edit(CHECK, "max_age: 24h ", "max_age: 72h ");
    project.edit(POLICY, "every day", "every three days");
    let run = project.run(&["accept", "backup-daily", "--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
}
