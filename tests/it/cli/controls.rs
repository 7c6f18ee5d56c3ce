//! Controls are real: a question that nobody could have answered otherwise proves nothing.

use crate::harness::{Project, Run};

fn standing(run: &Run, claim: &str) -> String {
    run.standings().remove(claim).unwrap_or_else(|| panic!("{claim}: {run}"))
}

/// A path that answers 404 to everybody is not a path that refuses strangers.
#[test]
fn a_mistyped_path_is_inconclusive() {
    let project = Project::own();
    project.edit("checks/auth-required.yaml", "/stats", "/statz");
    let run = project.run(&["check", "--format", "json", "auth-required"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(standing(&run, "auth-required"), "inconclusive", "{run}");
}

/// A list that is empty for its owner shows nothing about strangers.
#[test]
fn a_list_that_is_empty_for_its_owner_is_inconclusive() {
    let project = Project::own();
    let file = "checks/tenant-isolation.yaml";
    project.edit(file, "      - /notes\n", "      - /config\n");
    let run = project.run(&["check", "--format", "json", "tenant-isolation"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(standing(&run, "tenant-isolation"), "inconclusive", "{run}");
}

/// A log in which this run left no trace is some other log.
#[test]
fn an_access_log_without_an_entry_of_this_run_is_inconclusive() {
    let project = Project::own();
    project.edit("checks/support-access.yaml", "is: \"${entry}\"", "is: made-by-nobody");
    let run = project.run(&["check", "--format", "json", "support-access"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(standing(&run, "support-access"), "inconclusive", "{run}");
}
