//! The same sources and evidence give the same site, whoever builds it, where and when; and no clock
//! makes evidence count that has ended.

use std::collections::BTreeMap;

use crate::harness::{Project, Run};
use crate::surroundings::program;

/// Seconds since 1970, some from now.
#[expect(clippy::disallowed_methods, reason = "the build reads the real clock too")]
fn seconds_from_now(seconds: i64) -> String {
    (jiff::Timestamp::now().as_second() + seconds).to_string()
}

/// The site in the project's folder: its paths there with their bytes.
fn site(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let files = project.files("public").into_iter();
    let relative =
        |path: std::path::PathBuf| path.strip_prefix(project.root()).unwrap().display().to_string();
    files.map(|(path, bytes)| (relative(path), bytes)).collect()
}

/// Builds from stored evidence, with a shell's settings and variables before.
fn build(project: &Project, shell: &str, variables: &[(&str, &str)]) -> Run {
    let script = format!("{shell} exec \"$0\" build --assessment assessment.json");
    let mut command = program("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_avouch")]).current_dir(project.root());
    command.envs(variables.iter().copied());
    project.finish(&command.output().unwrap())
}

#[test]
fn two_builds_are_equal_to_the_byte_on_any_clock_and_machine() {
    let (here, there) = (Project::checked(), Project::own());
    there.write("assessment.json", &here.read("assessment.json"));
    let run = build(&here, "umask 022;", &[("TZ", "UTC"), ("SOURCE_DATE_EPOCH", "0")]);
    assert_eq!(run.code, Some(0), "{run}");
    let later = seconds_from_now(3600);
    let variables = [
        ("TZ", "Pacific/Kiritimati"),
        ("LANG", "ar_EG.UTF-8"),
        ("LC_ALL", "ar_EG.UTF-8"),
        ("HOME", "/nowhere"),
        ("SOURCE_DATE_EPOCH", later.as_str()),
    ];
    let run = build(&there, "umask 077;", &variables);
    assert_eq!(run.code, Some(0), "{run}");
    let (here, there) = (site(&here), site(&there));
    assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
    assert!(here.len() > 20, "{:?}", here.keys());
    for (path, bytes) in &here {
        assert!(bytes == &there[path], "{path} differs");
    }
}

#[test]
fn a_build_that_is_told_an_earlier_time_publishes_no_evidence_that_has_ended() {
    let project = Project::own();
    let run = project.run(&["check", "--clock", "2026-01-01T00:00:00Z"]);
    assert_eq!(run.code, Some(0), "{run}");
    let then = "1767225600";
    let run = build(&project, "", &[("SOURCE_DATE_EPOCH", then)]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(!project.path("public").exists());
}

#[test]
fn a_build_that_is_told_a_later_time_finds_the_evidence_ended() {
    let project = Project::checked();
    let later = seconds_from_now(400 * 24 * 3600);
    let run = build(&project, "", &[("SOURCE_DATE_EPOCH", &later)]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.out.contains("expired"), "{run}");
}

#[test]
fn a_time_that_is_none_is_told_before_anything_is_asked() {
    let project = Project::empty();
    for value in ["", "yesterday", "1.5", "-1", "+1", " 1", "99999999999999999999"] {
        let run = build(&project, "", &[("SOURCE_DATE_EPOCH", value)]);
        assert_eq!(run.code, Some(2), "{value}: {run}");
        let told = format!("`SOURCE_DATE_EPOCH` is `{value}`, which is not a time");
        assert!(run.err.contains(&told), "{value}: {run}");
    }
}
