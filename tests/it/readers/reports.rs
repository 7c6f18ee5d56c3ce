//! Reports that other programs read: JUnit for every character, paths from the repository's root, and reports of
//! sources with mistakes.

use serde_json::Value;

use crate::evidence::service::{Answer, Service, run};
use crate::harness::Project;

const READS: &str = "- kind: http\n  steps:\n    \
                     - { name: it is read, get: /, expect: { json: { /v: never } } }\n";

const ALL: [&str; 6] = ["junit", "sarif", "github", "json", "markdown", "summary"];

/// The arguments that write a report of each format, to a file of its name.
fn reports(verb: &str) -> Vec<String> {
    let reports = ALL.iter().map(|one| format!("--report={one}={one}.out"));
    std::iter::once(verb.to_owned()).chain(reports).collect()
}

/// Moves a project into a folder of its own.
fn within(project: &Project, folder: &str) {
    std::fs::create_dir_all(project.path(folder)).unwrap();
    for name in ["avouch.yaml", "content", "checks"] {
        std::fs::rename(project.path(name), project.path(folder).join(name)).unwrap();
    }
}

/// Fails unless a text is XML 1.0 in which every character is permitted and every element ends.
fn assert_well_formed(xml: &str) {
    let permitted = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(permitted), "{xml:?}");
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
}

#[test]
fn junit_is_well_formed_whatever_the_service_answers() {
    for body in [
        r#"{"v":"\uffff"}"#,
        r#"{"v":"\ufffe \u0000\u0001\b\u001b[31m\u007f\u0085"}"#,
        r#"{"v":"<b> & ]]> \" ' \ud83d\ude00"}"#,
        "{\"v\":\"\u{ffff}\u{fdd0}\u{1fffe}\"}",
        r#"{"\uffff":1,"v":[{"\ufffe":"\u0000"}]}"#,
        r#"{"v":"\ud800"}"#,
    ] {
        let service = Service::start(move |_| {
            Answer::new(200, body).with("content-type", "application/json")
        });
        let project = service.project(READS);
        let run = run(&project, &["check", "--report", "junit=j.xml"]);
        assert!(matches!(run.code, Some(1 | 3)), "{body}: {run}");
        let report = project.read("j.xml");
        assert_well_formed(&report);
        assert!(report.contains("<testcase name=\"claim\""), "{report}");
    }
}

#[test]
fn junit_is_well_formed_whatever_the_sources_say() {
    let service = Service::start(|_| Answer::json(200, &serde_json::json!({"v": 1})));
    let project = service.project(READS);
    project.edit("checks/claim.yaml", "because:", "becaus\u{fffe}\u{ffff}e:");
    let run = run(&project, &["check", "--report", "junit=j.xml"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert_well_formed(&project.read("j.xml"));
}

#[test]
fn files_are_named_from_the_root_of_the_repository() {
    let service = Service::start(|_| Answer::json(200, &serde_json::json!({"v": 1})));
    let project = service.project(READS);
    within(&project, "site");
    project.write(".git/HEAD", "ref: refs/heads/main\n");
    let run = run(
        &project,
        &[
            "--root",
            "site",
            "check",
            "--report",
            "github=g.txt",
            "--report",
            "sarif=s.json",
            "--report",
            "junit=j.xml",
        ],
    );
    assert!(matches!(run.code, Some(1 | 3)), "{run}");
    let annotations = project.read("site/g.txt");
    assert!(annotations.contains("file=site/content/security.md,line=8,"), "{annotations}");
    let sarif: Value = serde_json::from_str(&project.read("site/s.json")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    let uri = |at: &str| result[at][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert_eq!(uri("locations"), "site/content/security.md");
    assert_eq!(uri("relatedLocations"), "site/checks/claim.yaml");
    assert!(project.read("site/j.xml").contains("file=\"site/content/security.md\""));
}

#[test]
fn files_are_named_from_the_root_of_the_nearest_repository_or_else_from_the_current_folder() {
    for (git, folder, root, named) in [
        (".git/HEAD", "docs/trust page", "docs/trust page", "docs/trust page/content"),
        // A second work tree or a submodule: `.git` is a file.
        ("docs/.git", "docs/site", "docs/site", "site/content"),
        (".git/HEAD", "site", "./site/../site", "site/content"),
        // Without a repository.
        ("unrelated", "site", "site", "site/content"),
    ] {
        let service = Service::start(|_| Answer::json(200, &serde_json::json!({"v": 1})));
        let project = service.project(READS);
        within(&project, folder);
        project.write(git, "gitdir: elsewhere\n");
        let run = run(&project, &["--root", root, "check", "--format", "github"]);
        assert!(run.out.contains(&format!("file={named}/security.md")), "{git}: {run}");
    }
}

#[test]
fn at_the_root_of_a_repository_and_outside_of_the_current_folder_nothing_is_added() {
    let service = Service::start(|_| Answer::json(200, &serde_json::json!({"v": 1})));
    let project = service.project(READS);
    let elsewhere = Project::empty();
    let root = project.root().display().to_string();
    let run = run(&elsewhere, &["--root", &root, "check", "--format", "github"]);
    assert!(run.out.contains("file=content/security.md"), "{run}");
}

#[test]
fn mistakes_in_the_sources_are_in_every_report_and_the_exit_code_is_the_same() {
    for verb in ["check", "build"] {
        let service = Service::start(|_| Answer::new(404, ""));
        let project = service.project(READS);
        project.edit("checks/claim.yaml", "because:", "becaus:");
        let arguments = reports(verb);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let run = run(&project, &arguments);
        assert_eq!(run.code, Some(2), "{run}");
        assert_eq!(run.out, "", "{run}");
        for format in ALL {
            let report = project.read(&format!("{format}.out"));
            assert!(
                report.contains("unknown-key") && report.contains("becaus"),
                "{format}: {report}"
            );
        }
        assert_well_formed(&project.read("junit.out"));
        assert!(project.read("junit.out").contains("<testsuite name=\"sources\""));
        assert!(project.read("github.out").starts_with("::error file=checks/claim.yaml,line=2,"));
        let sarif: Value = serde_json::from_str(&project.read("sarif.out")).unwrap();
        assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unknown-key");
        let json: Value = serde_json::from_str(&project.read("json.out")).unwrap();
        assert_eq!(json["diagnostics"][0]["file"], "checks/claim.yaml");
        assert_eq!(json["claims"], serde_json::json!([]));
    }
}

#[test]
fn mistakes_are_on_standard_output_in_the_format_that_was_requested() {
    let service = Service::start(|_| Answer::new(404, ""));
    let project = service.project(READS);
    project.edit("checks/claim.yaml", "because:", "becaus:");
    let annotated = run(&project, &["check", "--report", "github=-"]);
    assert_eq!(annotated.code, Some(2), "{annotated}");
    assert!(annotated.out.starts_with("::error file=checks/claim.yaml,line=2,"), "{annotated}");
    let json = run(&project, &["check", "--format", "json"]);
    assert_eq!(json.json()["diagnostics"][0]["code"], "unknown-key", "{json}");
}

#[test]
fn a_folder_without_a_project_is_reported_too() {
    let project = Project::empty();
    let run = project.run(&["check", "--report", "junit=j.xml", "--report", "sarif=s.json"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(project.read("j.xml").contains("no-project"), "{run}");
    assert!(project.read("s.json").contains("no-project"), "{run}");
}

#[test]
fn lint_writes_the_same_reports_and_one_without_mistakes_if_there_are_none() {
    let service = Service::start(|_| Answer::new(404, ""));
    let project = service.project(READS);
    let arguments = reports("lint");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let clean = run(&project, &arguments);
    assert_eq!(clean.code, Some(0), "{clean}");
    assert!(project.read("junit.out").contains("errors=\"0\""));
    let sarif: Value = serde_json::from_str(&project.read("sarif.out")).unwrap();
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], true);
    project.edit("checks/claim.yaml", "because:", "becaus:");
    let wrong = run(&project, &arguments);
    assert_eq!(wrong.code, Some(2), "{wrong}");
    assert!(project.read("junit.out").contains("<error "));
    let both = run(&project, &["lint", "--format", "json", "--report", "github=-"]);
    assert_eq!(both.code, Some(2), "{both}");
    assert!(both.err.contains("two reports go to standard output"), "{both}");
    let annotated = run(&project, &["lint", "--report", "github=-"]);
    assert!(annotated.out.starts_with("::error file=checks/claim.yaml,"), "{annotated}");
}
