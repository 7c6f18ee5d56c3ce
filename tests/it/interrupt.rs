//! Ctrl-C: a run that is interrupted cleans up, says so, and concludes nothing.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::harness::Project;

#[test]
fn an_interrupted_run_concludes_nothing_and_ends_with_130() {
    let project = Project::own();
    let mut command = project.command(&["build", "--mode", "slow"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut talk = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    talk.read_line(&mut line).unwrap();
    assert!(line.starts_with("running "), "{line}");
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!project.path("assessment.json").exists());
    assert!(!project.path("public").exists());
}
