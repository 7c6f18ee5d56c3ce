//! Ctrl-C: a run that is interrupted cleans up, says so, and concludes nothing.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::harness::Project;
use crate::surroundings;

#[test]
fn an_interrupted_run_concludes_nothing_and_ends_with_130() {
    let project = Project::own();
    let mut command = project.command(&["build", "--mode", "slow"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut talk = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    talk.read_line(&mut line).unwrap();
    assert!(line.starts_with("running "), "{line}");
    surroundings::interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!project.path("assessment.json").exists());
    assert!(!project.path("public").exists());
}

/// What is said up to the next pause.
fn until_it_waits(talk: &mut impl BufRead) -> String {
    let mut said = String::new();
    while !said.contains("waiting for the sources to change") {
        assert_ne!(talk.read_line(&mut said).unwrap(), 0, "it ended: {said}");
    }
    said
}

#[test]
fn a_check_that_watches_runs_again_at_each_change_until_it_is_interrupted() {
    let project = Project::own();
    let mut command = project.command(&["check", "--watch", "connect-framework"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut talk = BufReader::new(child.stderr.take().unwrap());
    let first = until_it_waits(&mut talk);
    assert!(first.starts_with("running ") && !first.contains("error"), "{first}");
    project.edit("content/security.md", "delivered as Atlassian Connect", "made as Connect");
    let broken = until_it_waits(&mut talk);
    assert!(broken.contains("error[suspect]") && !broken.contains("running "), "{broken}");
    project.edit("content/security.md", "made as Connect", "delivered as Atlassian Connect");
    let mended = until_it_waits(&mut talk);
    assert!(mended.starts_with("running ") && !mended.contains("error"), "{mended}");
    // What a run itself has written is no change.
    assert!(project.path("assessment.json").exists());
    surroundings::interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
