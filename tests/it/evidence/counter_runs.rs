//! Programs and files: a check counts only if a counter-run shows that it can fail.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use crate::evidence::service::{Answer, Service, run};
use crate::harness::{Project, Run};

fn project(checks: &str) -> (Service, Project) {
    let service = Service::start(|_| Answer::new(200, ""));
    let project = service.project(checks);
    (service, project)
}

fn script(project: &Project, name: &str, text: &str) {
    project.write(name, &format!("#!/bin/sh\n{text}\n"));
    std::fs::set_permissions(project.path(name), Permissions::from_mode(0o755)).unwrap();
}

/// The run of a check of `bin/it` that is this script.
fn checked(checks: &str, text: &str) -> Run {
    let (_service, project) = project(checks);
    script(&project, "bin/it", text);
    run(&project, &["check"])
}

const STREAMS: &str = "\
- kind: command
  run: [bin/it, db]
  must_fail: [bin/it, nowhere]
  text: { contains: streaming }
";

const HONEST: &str = "[ \"$1\" = db ] && echo streaming || echo stopped";

#[test]
fn a_program_that_examines_something_holds() {
    let run = checked(STREAMS, HONEST);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_program_is_found_in_path_outside_the_project() {
    let check = STREAMS.replace("bin/it", "avouch-test-program");
    let (_service, project) = project(&check);
    let outside = tempfile::tempdir().unwrap();
    let in_path = |folder: &str| {
        let mut command = project.command(&["check"]);
        let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
        ["ACME_TOKEN", "GLOBEX_TOKEN", "OPERATOR_TOKEN"].iter().for_each(|name| {
            command.env(name, format!("{name}-0123456789"));
        });
        project.finish(&command.env("PATH", path).output().unwrap())
    };
    script(&project, "avouch-test-program", HONEST);
    let within = in_path(&project.root().display().to_string());
    assert_eq!(within.code, Some(3), "{within}");
    let reason = "`avouch-test-program` was not found in PATH, outside the project";
    assert!(within.out.contains(reason), "{within}");
    let found = outside.path().join("avouch-test-program");
    std::fs::copy(project.path("avouch-test-program"), found).unwrap();
    let found = in_path(&outside.path().display().to_string());
    assert_eq!(found.code, Some(0), "{found}");
}

#[test]
fn a_program_that_always_says_yes_shows_nothing() {
    let run = checked(STREAMS, "echo streaming");
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.out.contains("the counter-run, `bin/it nowhere` gives the result"), "{run}");
}

#[test]
fn a_program_without_a_counter_run_shows_nothing() {
    let without = STREAMS.replace("  must_fail: [bin/it, nowhere]\n", "");
    let run = checked(&without, HONEST);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.err.contains("add `must_fail:`"), "{run}");
    for line in ["[\"true\"]", "[echo, streaming]", "[/bin/echo, streaming]"] {
        let other = line.replace(']', ", x]").replace("streaming", "no");
        let check = format!("- {{ kind: command, run: {line}, must_fail: {other} }}\n");
        assert_eq!(checked(&check, "").code, Some(4), "{line}");
    }
}

#[test]
fn a_counter_run_that_does_not_end_shows_nothing() {
    let run = checked(
        &format!("{STREAMS}  timeout: 1s\n"),
        "[ \"$1\" = db ] && echo streaming || sleep 60",
    );
    assert_ne!(run.code, Some(0), "{run}");
}

const OPENS: &str = "\
- { kind: backup-restore, file: backup.txt, must_fail: other.txt, form: command, run: [bin/it, \"${backup}\"] }
";

#[test]
fn a_backup_is_opened_by_a_program_that_cannot_open_everything() {
    for (text, code) in [("grep -q whole \"$1\"", 0), ("exit 0", 4)] {
        let (_service, project) = project(OPENS);
        project.write("backup.txt", "whole");
        project.write("other.txt", "not a backup");
        script(&project, "bin/it", text);
        let run = run(&project, &["check"]);
        assert_eq!(run.code, Some(code), "{text}: {run}");
    }
}
