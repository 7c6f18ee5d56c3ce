//! Reports: what others make of them, and where they go.

use std::path::PathBuf;

use serde_json::Value;

use crate::harness::{Project, Run};
use crate::tools;

const NONE: [&str; 0] = [];

/// What the flaw `stale-backup` breaks, waived.
const WAIVER: &str = r#"
accepts:
  - { check: 1, step: "the newest finished backup", at: "/newest/at", is: {"not_older_than":"24h"}, up_to: 96h }
reason: "A disk failed, <b>badly</b> & twice ]]>."
role: security
ticket: SEC-17
tell_customers: A backup may be three days old for now.
day: 2026-11-22
until: 2026-11-30
"#;

/// The verb that is tried, with a clock at which the waiver counts.
const CHECK: [&str; 3] = ["check", "--clock", "2026-11-23T10:00:00Z"];

/// A run in which claims hold, one is violated and one is waived, or in which none can be shown.
fn reported(formats: &[&str], more: &[&str]) -> (Project, Run) {
    let project = Project::own();
    let words = project.words_of("backup-daily");
    project.write("waivers/backup-daily.yaml", &format!("words: \"{words}\"{WAIVER}"));
    let files: Vec<String> =
        formats.iter().map(|one| format!("--report={one}={one}.out")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let run = project.run(&[&CHECK[..], more, &files].concat());
    (project, run)
}

const FLAWS: [&str; 4] = ["--flaw", "leak-read", "--flaw", "stale-backup"];

/// The names of the cases with such a result.
fn cases(read: &Value, sort: &str) -> Vec<String> {
    let cases = read["cases"].as_object().unwrap().iter();
    let of_sort = cases.filter(|(_, case)| case["result"][0][0] == sort);
    of_sort.map(|(name, _)| name.clone()).collect()
}

#[test]
fn junitparser_reads_what_failed_what_was_skipped_and_why() {
    let (project, run) = reported(&["junit"], &FLAWS);
    assert_eq!(run.code, Some(1), "{run}");
    let read = tools::junitparser(&project.path("junit.out"));
    assert_eq!(read["trouble"], Value::Null, "{read}");
    assert_eq!(read["counts"]["told"], read["counts"]["counted"], "{read}");
    assert_eq!(cases(&read, "failure"), ["tenant-isolation"], "{read}");
    assert_eq!(cases(&read, "skipped"), ["backup-daily"], "{read}");
    assert_eq!(cases(&read, "error"), NONE, "{read}");
    let why = read["cases"]["backup-daily"]["result"][0][2].as_str().unwrap();
    assert!(why.contains("until 30 Nov 2026 by Head of security (SEC-17)"), "{why}");
    assert!(why.ends_with("A disk failed, <b>badly</b> & twice ]]>."), "{why}");
}

#[test]
fn junitparser_reads_what_could_not_be_shown_as_an_error_with_its_reason_and_each_attempt() {
    let (project, run) = reported(&["junit"], &["auth-required", "--mode", "fails-everybody"]);
    assert_eq!(run.code, Some(3), "{run}");
    let read = tools::junitparser(&project.path("junit.out"));
    let case = &read["cases"]["auth-required"];
    assert_eq!(case["result"][0][0], "error", "{read}");
    assert_eq!(case["result"][0][1], "server-error", "{read}");
    let reruns = case["reruns"].as_array().unwrap();
    assert!(!reruns.is_empty() && reruns.iter().all(|one| one == "rerunError"), "{read}");
}

#[test]
fn junitparser_rejects_a_report_that_is_cut_off_or_is_none() {
    let (project, _) = reported(&["junit"], &["backup-daily"]);
    let report = project.read("junit.out");
    for broken in [&report[..report.len() / 2], "<tests/>", "{}"] {
        project.write("broken.xml", broken);
        let read = tools::junitparser(&project.path("broken.xml"));
        assert!(read["trouble"].is_string(), "{broken}: {read}");
    }
}

/// The complaints of both: the schema, and Microsoft's own rules.
fn sarif_complaints(project: &Project, log: &str) -> Vec<String> {
    project.write("log.sarif", log);
    let path: PathBuf = project.path("log.sarif");
    let mut told = tools::ajv(&tools::sarif_schema(), &[&path]);
    told.extend(tools::sarif_multitool(&path));
    told
}

#[test]
fn the_schema_of_sarif_and_the_multitool_accept_every_standing() {
    let runs: [&[&str]; 2] = [&FLAWS, &["--mode", "down"]];
    for (more, kinds) in runs.into_iter().zip([["fail", "pass"], ["open", "pass"]]) {
        let (project, run) = reported(&["sarif"], more);
        let log = project.read("sarif.out");
        assert_eq!(sarif_complaints(&project, &log), NONE, "{run}");
        let log: Value = serde_json::from_str(&log).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert!(results.iter().any(|one| one["kind"] == kinds[0]), "{log}");
        assert!(results.iter().all(|one| kinds.contains(&one["kind"].as_str().unwrap())), "{log}");
    }
}

#[test]
fn a_result_names_the_line_of_the_claim_and_the_line_of_the_check() {
    let (project, _) = reported(&["sarif"], &[&["backup-daily"][..], &FLAWS].concat());
    let log: Value = serde_json::from_str(&project.read("sarif.out")).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["suppressions"][0]["status"], "accepted", "{result}");
    let line = |place: &Value| {
        let place = &place["physicalLocation"];
        let file = place["artifactLocation"]["uri"].as_str().unwrap();
        let line = usize::try_from(place["region"]["startLine"].as_u64().unwrap()).unwrap();
        project.read(file).lines().nth(line - 1).unwrap().to_owned()
    };
    assert!(
        line(&result["locations"][0]).starts_with("[All data in our cloud storage"),
        "{result}"
    );
    assert_eq!(line(&result["relatedLocations"][0]).trim(), "- kind: backup-age", "{result}");
}

#[test]
fn the_schema_of_sarif_and_the_multitool_reject_a_broken_log() {
    let (project, _) = reported(&["sarif"], &[&["backup-daily"][..], &FLAWS].concat());
    let log = project.read("sarif.out");
    for (from, to) in [
        ("\"kind\": \"fail\"", "\"kind\": \"failed\""),
        ("\"startLine\": ", "\"startLine\": -"),
        ("\"version\": \"2.1.0\"", "\"version\": \"2.0.0\""),
        ("\"text\":", "\"txt\":"),
    ] {
        assert!(log.contains(from), "{from}");
        let path = project.path("log.sarif");
        project.write("log.sarif", &log.replacen(from, to, 1));
        assert_ne!(tools::ajv(&tools::sarif_schema(), &[&path]), NONE, "{to}");
    }
    for (from, to) in [
        ("\"startLine\": ", "\"startLine\": -"),
        // What the schema lets pass: a rule that is not there, a path that is none.
        ("\"ruleIndex\": 0", "\"ruleIndex\": 7"),
        ("\"uri\": \"content/security.md\"", "\"uri\": \"content/a b|c.md\""),
    ] {
        let path = project.path("log.sarif");
        project.write("log.sarif", &log.replacen(from, to, 1));
        assert_ne!(tools::sarif_multitool(&path), NONE, "{to}");
    }
}

#[test]
fn several_reports_are_written_at_once_and_one_to_standard_output() {
    let project = Project::own();
    let run = project.run(&[
        "build",
        "--report=junit=j.xml",
        "--report=summary=s.md",
        "--report=markdown=m.md",
        "--report=json=-",
    ]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.with_standing("holds").len(), run.standings().len(), "{run}");
    assert!(project.read("j.xml").contains("<testsuites name=\"avouch\""));
    assert!(project.read("s.md").starts_with("## Security claims: "));
    assert!(project.read("m.md").contains("| `backup-daily` | ✓ Verified |"));
}

#[test]
fn annotations_alone_stand_on_standard_output_worst_first() {
    let (_, run) = reported(&[], &[&FLAWS[..], &["--report", "github=-"]].concat());
    let starts: Vec<String> = run.out.lines().map(|line| line.chars().take(30).collect()).collect();
    assert_eq!(
        starts,
        ["::error file=content/security.", "::notice file=content/security"],
        "{run}"
    );
}

#[test]
fn a_report_that_has_nowhere_to_go_is_told_before_anything_is_asked() {
    let project = Project::own();
    project.write("folder/file", "");
    for (reports, told) in [
        (&["junit=nowhere/j.xml"][..], "a report cannot be written to `nowhere/j.xml`"),
        (&["junit=folder"], "a report cannot be written to `folder`"),
        (&["junit=folder/file/j.xml"], "a report cannot be written to `folder/file/j.xml`"),
        (&["junit=a.xml", "sarif=folder/../a.xml"], "two reports go to `folder/../a.xml`"),
        (&["github=-", "json=-"], "two reports go to standard output"),
        (&["json=assessment.json"], "where the run writes `assessment.json`"),
        (&["json=public/claims.json"], "a report goes to `public/claims.json`"),
        (&["junitt=j.xml"], "unknown format `junitt`: did you mean `junit`?"),
        (&["junit"], "name the file: `junit=FILE`, or `junit=-`"),
    ] {
        let reports = reports.iter().flat_map(|one| ["--report", one]);
        std::fs::create_dir_all(project.path("public")).unwrap();
        let run = project.run(&["build"].into_iter().chain(reports).collect::<Vec<_>>());
        assert_eq!(run.code, Some(2), "{told}: {run}");
        assert!(run.err.contains(told), "{told}: {run}");
        assert!(!project.path("assessment.json").exists(), "{told}: something was asked");
    }
    let run = project.run(&["check", "--format", "json", "--report", "github=-"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("two reports go to standard output"), "{run}");
}

#[test]
fn what_is_said_can_be_one_object_a_line() {
    let project = Project::own();
    let run = project.run(&["check", "auth-required", "--log", "json", "--mode", "limits-rate"]);
    let lines: Vec<Value> =
        run.err.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert!(lines.iter().all(|line| line["at"].is_string() && line["level"] == "info"), "{run}");
    for event in ["started", "retrying", "finished"] {
        let line = lines.iter().find(|line| line["event"] == event).unwrap();
        assert_eq!(line["claim"], "auth-required", "{run}");
        assert!(line["check"].is_u64() && line["kind"].is_string(), "{run}");
    }
    let quiet = project.run(&["check", "auth-required", "--log", "json", "--quiet"]);
    assert_eq!(quiet.err, "", "{quiet}");
    project.edit("checks/backup-daily.yaml", "kind: backup-age", "kind: backup-aeg");
    let wrong = project.run(&["build", "--log", "json"]);
    let first: Value = serde_json::from_str(wrong.err.lines().next().unwrap()).unwrap();
    assert_eq!((&first["level"], &first["code"]), (&"error".into(), &"unknown-kind".into()));
    assert_eq!(first["file"], "checks/backup-daily.yaml", "{wrong}");
}
