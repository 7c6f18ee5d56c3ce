//! What is written goes to a regular file of its own, and never through a link or into something else.

use std::fs;
use std::os::unix::fs::symlink;

use crate::harness::Project;
use crate::trust::files::{Counted, bounded, is_whole, left_over, no_panic, run_by};

#[test]
fn nothing_is_written_through_a_link_and_that_is_reported_before_anything_is_sent() {
    let service = Counted::start("Hello");
    let project = service.project();
    fs::write(project.path("victim"), "mine").unwrap();
    let link = |name: &str, to: &str| {
        let _ = fs::remove_file(project.path(name));
        symlink(to, project.path(name)).unwrap();
    };
    for to in ["victim", "nowhere", "/dev/null"] {
        link("assessment.json", to);
        link("report.json", to);
        for args in [
            &["check"][..],
            &["build"],
            &["check", "--out", "other.json", "--report", "json=report.json"],
        ] {
            let run = bounded(&project, args);
            assert_eq!(run.code, Some(2), "{to}, {args:?}: {run}");
            assert!(run.err.contains("it is a link, and only a regular file is replaced"), "{run}");
            assert!(run.err.contains("help: "), "{run}");
            assert_eq!(service.asked(), 0, "{to}, {args:?}: {run}");
        }
    }
    assert_eq!(project.read("victim"), "mine");
    assert!(!project.path("nowhere").exists());
    assert_eq!(left_over(&project), Vec::<String>::new());
}

#[test]
fn devices_and_pipes_are_refused_as_files_and_standard_output_has_a_name() {
    let service = Counted::start("Hello");
    let project = service.project();
    for device in ["/dev/null", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let report = format!("json={device}");
        for args in [&["check", "--out", device][..], &["check", "--report", &report]] {
            let run = bounded(&project, args);
            assert_eq!(run.code, Some(2), "{args:?}: {run}");
            assert!(run.err.contains(device), "{args:?}: {run}");
            assert_eq!(service.asked(), 0, "{args:?}: {run}");
        }
    }
    assert!(
        fs::metadata("/dev/null").unwrap().len() == 0
            && !fs::metadata("/dev/null").unwrap().is_file()
    );
    let run = bounded(&project, &["check", "--report", "json=-"]);
    assert_eq!((run.code, run.json()["claims"][0]["standing"].as_str()), (Some(0), Some("holds")));
}

#[test]
fn a_file_in_a_folder_that_leads_out_of_the_project_is_not_written() {
    let service = Counted::start("Hello");
    let project = service.project();
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), project.path("attestations")).unwrap();
    let attest = ["attest", "claim", "--role", "security", "--looked-at", "the settings"];
    let run = bounded(&project, &attest);
    assert_eq!(run.code, Some(2), "{run}");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

/// A closed stream must not become the descriptor of a file that is then overwritten with messages.
#[test]
fn closed_streams_change_no_file() {
    let service = Counted::start("Hello");
    for closed in ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"] {
        let project = service.project();
        let sources = ["avouch.yaml", "content", "checks"].map(|name| project.files(name));
        for args in [
            &["build", "--draft", "draft", "--report", "json=report.json"][..],
            &["build", "--assessment", "assessment.json"],
            &["lint"],
        ] {
            let script = format!("exec \"$0\" \"$@\" {closed}");
            let runner = ["timeout", "60", "sh", "-c", &script];
            let run = project.finish(&run_by(&project, &runner, args).output().unwrap());
            no_panic(&run, closed);
            // A result that nobody could receive may be an error.
            assert!(matches!(run.code, Some(0 | 2)), "{closed} {args:?}: {run}");
            is_whole(&project, closed);
        }
        assert!(project.path("public/index.html").is_file(), "{closed}");
        let report: Result<serde_json::Value, _> =
            serde_json::from_str(&project.read("report.json"));
        assert!(report.is_ok(), "{closed}");
        assert_eq!(["avouch.yaml", "content", "checks"].map(|name| project.files(name)), sources);
        assert_eq!(left_over(&project), Vec::<String>::new(), "{closed}");
    }
}

#[test]
fn neither_a_home_nor_a_folder_for_temporary_files_is_needed() {
    let service = Counted::start("Hello");
    let project = service.project();
    let run = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = run_by(&project, &["timeout", "60"], args);
        command.env_remove("HOME").env_remove("XDG_STATE_HOME").envs(env.iter().copied());
        let run = project.finish(&command.output().unwrap());
        no_panic(&run, "without a home");
        run
    };
    for env in [
        &[][..],
        &[("TMPDIR", "/nonexistent")],
        &[("HOME", ""), ("TMPDIR", "")],
        &[("HOME", "/dev/null")],
    ] {
        for args in [
            &["build", "--draft", "draft"][..],
            &["check", "--reuse", "assessment.json"],
            &["build", "--assessment", "assessment.json"],
            &["lint"],
            &["explain", "claim"],
            &["doctor"],
            &["falsify"],
            &["monitor", "public"],
            &["attest", "claim", "--role", "security", "--looked-at", "it"],
        ] {
            let run = run(args, env);
            assert_eq!(run.code, Some(0), "{env:?} {args:?}: {run}");
        }
        fs::remove_dir_all(project.path("attestations")).unwrap();
    }
}

#[test]
fn git_ignores_what_a_killed_run_leaves() {
    let service = Counted::start("Hello");
    let project = service.project();
    let git = |args: &[&str]| {
        let output = crate::surroundings::git().args(args).current_dir(project.root()).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    let before = git(&["status", "--porcelain"]);
    let inject = "inject=renameat2:signal=SIGKILL:when=2";
    let runner = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e", inject];
    let run = run_by(&project, &runner, &["build"]).output().unwrap();
    assert!(!run.status.success());
    assert_eq!(left_over(&project).len(), 1, "{:?}", left_over(&project));
    fs::remove_file(project.path("assessment.json")).unwrap();
    let _ = fs::remove_dir_all(project.path(".avouch"));
    assert_eq!(git(&["status", "--porcelain", "--untracked-files=all"]), before);
    assert_eq!(bounded(&project, &["build"]).code, Some(0));
    assert_eq!(left_over(&project), Vec::<String>::new());
    let other: Project = service.built();
    is_whole(&other, "a build");
}
