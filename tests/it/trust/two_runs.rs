//! Two runs in one project: the second waits for the first, also in another container, and verbs that only read
//! never wait.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use rustix::fs::{FlockOperation, flock};

use crate::harness::Project;
use crate::trust::files::{Counted, INIT, bounded, is_whole, left_over, run_by};

/// Locks a project as a run does, in this process.
fn lock(project: &Project) -> File {
    let folder = File::open(project.root()).unwrap();
    flock(&folder, FlockOperation::NonBlockingLockExclusive).unwrap();
    folder
}

fn start(project: &Project, runner: &[&str], args: &[&str]) -> Child {
    let mut command = run_by(project, runner, args);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

const LIMIT: [&str; 2] = ["timeout", "60"];

#[test]
fn a_verb_that_writes_waits_for_another_run_and_says_so() {
    let service = Counted::start("Hello");
    let project = service.built();
    service.asked();
    let target = format!("http://{}", service.service.address);
    project.edit(
        "content/security.md",
        "The service keeps its word.",
        "The service keeps its words.",
    );
    for args in [
        &["accept", "claim", "--yes"][..],
        &["check"],
        &["build"],
        &["retract"],
        &["doctor"],
        &["doctor", "--forget"],
        &["falsify"],
        &["attest", "claim", "--role", "security", "--looked-at", "it"],
    ] {
        let held = lock(&project);
        let mut child = start(&project, &LIMIT, args);
        let mut talk = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("another run is using this project; waiting") {
            assert_ne!(talk.read_line(&mut line).unwrap(), 0, "{args:?} did not wait: {line}");
        }
        assert_eq!(service.asked(), 0, "{args:?}");
        drop(held);
        let mut rest = String::new();
        talk.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}: {line}{rest}");
        service.asked();
    }
    let empty = Project::empty();
    let held = lock(&empty);
    let args = [&INIT[..], &["--target", &target]].concat();
    let mut child = start(&empty, &LIMIT, &args);
    let mut talk = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("another run is using this project; waiting") {
        assert_ne!(talk.read_line(&mut line).unwrap(), 0, "{line}");
    }
    drop(held);
    std::io::copy(&mut talk, &mut std::io::sink()).unwrap();
    child.wait().unwrap();
}

#[test]
fn a_verb_that_reads_does_not_wait_and_neither_does_a_preview_hold_others_up() {
    let service = Counted::start("Hello");
    let project = service.built();
    let held = lock(&project);
    for args in [
        &["lint"][..],
        &["lint", "--since", "public/claims.json"],
        &["explain", "claim"],
        &["monitor", "public"],
        &["schema", "project"],
    ] {
        assert_eq!(bounded(&project, args).code, Some(0), "{args:?}");
    }
    drop(held);
    let mut command = run_by(&project, &[], &["serve", "--port", "0"]);
    let mut preview = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(preview.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("http://"), "{line}");
    for args in [&["check"][..], &["build"]] {
        let run = bounded(&project, args);
        assert_eq!(run.code, Some(0), "{run}");
        assert!(!run.err.contains("waiting"), "{run}");
    }
    crate::surroundings::interrupt(&preview);
    assert_eq!(preview.wait().unwrap().code(), Some(130));
}

#[test]
fn runs_at_the_same_time_end_well_even_as_the_first_process_of_a_container() {
    let service = Counted::start("Hello");
    let project = service.built();
    // In both containers the run is process 1, and only the folder is shared.
    let container = ["timeout", "120", "unshare", "--pid", "--fork", "--mount-proc"];
    for runner in [&["timeout", "120"][..], &container] {
        let runs: Vec<(&[&str], Child)> = [
            &["check"][..],
            &["build"],
            &["check"],
            &["build", "--draft", "draft"],
            &["retract"],
            &["build", "--assessment", "assessment.json"],
        ]
        .into_iter()
        .map(|args| (args, start(&project, runner, args)))
        .collect();
        for (args, child) in runs {
            let output = child.wait_with_output().unwrap();
            let err = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(0), "{args:?}: {err}");
        }
        is_whole(&project, "six runs at the same time");
        assert_eq!(left_over(&project), Vec::<String>::new());
    }
}

#[test]
fn a_run_that_waits_can_be_interrupted() {
    let service = Counted::start("Hello");
    let project = service.project();
    let _held = lock(&project);
    let mut child = start(&project, &[], &["check"]);
    let mut talk = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    talk.read_line(&mut line).unwrap();
    assert!(line.contains("waiting"), "{line}");
    // The handlers are installed right after the message; until then the signal ends the run itself.
    std::thread::sleep(std::time::Duration::from_millis(300));
    crate::surroundings::interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(service.asked(), 0);
}
