//! A check that cannot fail is found out: exit 4, saying which and why.

use crate::harness::{Project, Run};

/// The statement with the steps of one check replaced, and that claim checked.
fn with_steps(steps: &str) -> Run {
    let project = Project::own();
    let file = "checks/config-cache.yaml";
    let head = project.read(file).split("checks:").next().unwrap().to_owned();
    let head = head.replace("3600 seconds", "an hour").replace(", for at most 1 hour.", ".");
    project.edit("content/security.md", ", for at most\n1 hour.", ".");
    project.write(file, &format!("{head}checks:\n  - kind: http\n    steps:\n{steps}"));
    project.run(&["check", "config-cache"])
}

#[test]
fn a_check_that_cannot_fail_is_vacuous() {
    let run = with_steps(
        r#"
      - name: there is an answer of some sort
        as: acme
        get: /config
        expect: { json: { "": { exists: true } } }
"#,
    );
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.out.contains("vacuous"), "{run}");
}

/// The control is answered as strangers are: the swap of the two changes nothing.
#[test]
fn a_control_that_is_refused_too_makes_the_check_weak() {
    let run = with_steps(
        r"
      - name: the owner is refused
        role: control
        head: /config
        expect: { status: 401 }
      - name: a stranger is refused
        head: /config
        control: the owner is refused
        expect: { refused: true }
",
    );
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.out.contains("weak"), "{run}");
    assert!(run.out.contains("gets the answer that its owner gets"), "{run}");
}

#[test]
fn a_refusal_without_a_control_is_refused_before_anything_is_asked() {
    let run = with_steps(
        r"
      - name: a stranger is refused
        get: /config
        expect: { refused: true }
",
    );
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("unfit-check"), "{run}");
    assert!(run.err.contains("- name: a stranger is refused"), "the step is shown: {run}");
    assert!(run.err.contains("names no control"), "{run}");
}

#[test]
fn every_check_of_the_statement_can_fail_and_no_expectation_is_idle() {
    let project = Project::own();
    let run = project.run(&["falsify", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{run}");
    let checks = run.json();
    for check in checks.as_array().unwrap() {
        assert_eq!(check["grade"], "sound", "{check}");
        assert_eq!(check["untouched"].as_array().unwrap().len(), 0, "{check}");
    }
    let table = project.run(&["falsify", "tenant-isolation"]);
    assert!(table.out.contains("noticed"), "{table}");
    assert!(!table.out.contains("MISSED"), "{table}");
}
