//! Programs: exit code 3 means "could not find out", and a line break at the end is not part of the text.

use std::os::unix::fs::PermissionsExt as _;

use crate::evidence::service::{Answer, Service, run};
use crate::harness::{Project, Run};

/// A project whose check runs `bin/status`, with this script.
fn project(script: &str, settings: &str) -> Project {
    let service = Service::start(|_| Answer::new(404, ""));
    let project = service.project(&format!(
        "- kind: command\n  run: [bin/status]\n  must_fail: [bin/status, --of, nothing]\n{settings}"
    ));
    project.write("bin/status", &format!("#!/bin/sh\n{script}\n"));
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(project.path("bin/status"), mode).unwrap();
    project
}

fn checked(script: &str, settings: &str) -> Run {
    run(&project(script, settings), &["check"])
}

/// The report, as one line.
fn flat(run: &Run) -> String {
    run.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

const OR_FAIL: &str = "[ \"$1\" = --of ] && exit 1";

#[test]
fn a_text_matches_the_line_that_a_program_prints() {
    for print in ["echo ok", "printf ok", "printf 'ok\\r\\n'"] {
        let run = checked(&format!("{OR_FAIL}\n{print}"), "  text: ok\n");
        assert_eq!(run.code, Some(0), "{print}: {run}");
    }
    for print in ["echo not ok", "printf 'ok\\n\\n'", "printf '\\nok'"] {
        let run = checked(&format!("{OR_FAIL}\n{print}"), "  text: ok\n");
        assert_eq!(run.code, Some(1), "{print}: {run}");
    }
}

#[test]
fn exit_code_3_is_inconclusive_with_the_reason_on_standard_error() {
    let run = checked("echo ok\necho 'no replica answers' >&2\nexit 3", "  text: ok\n");
    assert_eq!(run.code, Some(3), "{run}");
    let told = "`bin/status` could not find out (exit code 3): no replica answers";
    assert!(flat(&run).contains(told), "{run}");
    let silent = checked("exit 3", "");
    assert_eq!(silent.code, Some(3), "{silent}");
    assert!(flat(&silent).contains("it printed no reason to standard error"), "{silent}");
}

#[test]
fn the_reason_contains_no_secret() {
    let project = project(
        "echo \"the token $STATUS_TOKEN was refused\" >&2\nexit 3",
        "  env: [STATUS_TOKEN]\n",
    );
    let mut command = project.command(&["check"]);
    command.env("STATUS_TOKEN", "s3cr3t-of-the-replica");
    for name in ["ACME", "GLOBEX", "OPERATOR"] {
        command.env(format!("{name}_TOKEN"), format!("{}-token-0123456789", name.to_lowercase()));
    }
    let run = project.finish(&command.output().unwrap());
    assert_eq!(run.code, Some(3), "{run}");
    assert!(flat(&run).contains("the token [secret] was refused"), "{run}");
    assert!(!project.read("assessment.json").contains("s3cr3t-of-the-replica"));
}

#[test]
fn another_exit_code_is_a_result() {
    let run = checked("exit 2", "");
    assert_eq!(run.code, Some(1), "{run}");
    let expected = checked(&format!("{OR_FAIL}\nexit 3"), "  exit: 3\n");
    assert_eq!(expected.code, Some(0), "{expected}");
    let instead = checked(&format!("{OR_FAIL}\nexit 0"), "  exit: 3\n");
    assert_eq!(instead.code, Some(1), "{instead}");
}

#[test]
fn a_counter_run_that_could_not_find_out_shows_nothing() {
    let run = checked("[ \"$1\" = --of ] && { echo later >&2; exit 3; }\nexit 0", "");
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.out.contains("later"), "{run}");
}
