//! `--untrusted`: a stranger's sources are read in a process that can do little, and with the same results.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::evidence::service::project_at;
use crate::harness::{Project, Run};
use crate::surroundings::program;

const CHECKS: &str =
    "  - { kind: http, steps: [{ name: it answers, get: /, expect: { status: 200 } }] }\n";

fn project() -> Project {
    project_at("https://service.example.com", CHECKS)
}

/// The arguments after `--untrusted`.
fn untrusted<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["--untrusted"], args].concat()
}

#[test]
fn the_results_are_those_of_a_trusted_run_without_git() {
    let project = project();
    project.edit("content/security.md", "keeps its word", "may keep its word");
    for args in [
        &["lint"][..],
        &["lint", "--format", "json"],
        &["lint", "--report", "github=-"],
        &["--log", "json", "--color", "always", "explain"],
        &["explain", "none"],
        &["accept", "none"],
        &["schema", "check"],
        &["lint", "--no-such-option"],
    ] {
        let (trusted, confined) = (project.run(args), project.run(&untrusted(args)));
        assert_eq!(
            (confined.code, &confined.out),
            (trusted.code, &trusted.out),
            "{args:?}: {confined}"
        );
        let at = |text: &str| text.lines().map(without_time).collect::<Vec<_>>().join("\n");
        assert_eq!(at(&confined.err), at(&trusted.err), "{args:?}");
    }
    let by_variable = |value: &str| {
        let mut command = project.command(&["check"]);
        project.finish(&command.env("AVOUCH_UNTRUSTED", value).output().unwrap())
    };
    assert!(by_variable("1").err.contains("permits no network"));
    assert!(!by_variable("0").err.contains("permits no network"));
}

/// A line of a log, without its time.
fn without_time(line: &str) -> String {
    match line.split_once("\"level\"") {
        Some((_, rest)) => rest.to_owned(),
        None => line.to_owned(),
    }
}

#[test]
fn what_needs_the_network_is_refused_before_anything_is_read() {
    let project = Project::empty();
    for args in [
        &["check"][..],
        &["build"],
        &["build", "--assessment", "a.json", "--previous", "https://example.com/claims.json"],
        &["doctor"],
        &["falsify"],
        &["serve"],
        &["monitor", "https://example.com/"],
        &["init"],
    ] {
        let run = project.run(&untrusted(args));
        assert_eq!(run.code, Some(2), "{args:?}: {run}");
        assert!(
            run.err.contains("error: `--untrusted` permits no network, and "),
            "{args:?}: {run}"
        );
        assert!(run.err.contains("help: use `lint`"), "{args:?}: {run}");
    }
}

#[test]
fn a_site_is_built_from_stored_evidence_and_git_is_not_used() {
    let project = Project::checked();
    let build = ["build", "--assessment", "assessment.json", "--out"];
    let run = project.run(&untrusted(&[&build[..], &["confined"]].concat()));
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(project.run(&[&build[..], &["trusted"]].concat()).code, Some(0));
    let site = |name: &str| {
        let files = project.files(name).into_iter();
        files
            .map(|(path, text)| (path.strip_prefix(project.path(name)).unwrap().to_owned(), text))
            .collect::<Vec<_>>()
    };
    assert!(site("confined") == site("trusted"));
    let since = project.run(&untrusted(&["lint", "--since", "HEAD"]));
    assert_eq!(since.code, Some(2), "{since}");
    assert!(since.err.contains("Git is not used with `--untrusted`"), "{since}");
}

/// The system calls of a run, by strace.
fn traced(project: &Project, args: &[&str]) -> (Run, String) {
    let log = project.path("trace");
    let mut command = program("strace");
    command.args(["-f", "-v", "-s", "4096", "-o"]).arg(&log);
    command.args(["-e", "trace=execve,execveat,fork,vfork,%network"]);
    command.arg(env!("CARGO_BIN_EXE_avouch")).args(args).current_dir(project.root());
    command.env("API_TOKEN", "a-secret-0123456789").env("ACME_TOKEN", "a-secret-0123456789");
    let run = project.finish(&command.output().unwrap());
    (run, fs::read_to_string(log).unwrap())
}

#[test]
fn the_process_that_reads_the_sources_starts_nothing_connects_nowhere_and_has_no_secrets() {
    let project = project();
    let (run, trace) = traced(&project, &["--untrusted", "lint"]);
    assert_eq!(run.code, Some(0), "{run}");
    let child = trace.lines().find(|line| line.contains("\"--confined\"")).unwrap();
    assert!(!child.contains("a-secret") && !child.contains("TOKEN"), "{child}");
    let pid = child.split_whitespace().next().unwrap();
    let calls = trace.lines().filter(|line| line.starts_with(pid) && line.contains('('));
    assert_eq!(calls.count(), 1, "{trace}");
    assert!(!trace.contains("connect(") && !trace.contains("/git\""), "{trace}");
}

#[test]
fn the_kernel_refuses_a_confined_process_sockets_and_programs() {
    let project = Project::empty();
    project.write("avouch.yaml", "");
    let demo = Project::own().run(&["--confined", "check"]);
    assert_eq!(demo.code, Some(2), "{demo}");
    assert!(demo.err.contains("Operation not permitted"), "{demo}");
    let commands = project_at(
        "http://127.0.0.1:9",
        "  - { kind: command, run: [\"true\"], expect: { exit: 0 } }\n",
    );
    let ran =
        crate::evidence::service::run(&commands, &["--confined", "check", "--format", "json"]);
    assert_ne!(ran.code, Some(0), "{ran}");
    assert!(!ran.out.contains("\"standing\": \"holds\""), "{ran}");
}

/// Runs lint with a limit of the shell, which stays in force if it is lower.
fn limited(project: &Project, limit: &str) -> Run {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit {limit}; exec \"$0\" --untrusted lint")]);
    command.arg(env!("CARGO_BIN_EXE_avouch")).current_dir(project.root()).env_clear();
    project.finish(&command.output().unwrap())
}

/// Policies of this many MiB of prose.
fn long(project: &Project, mib: usize) {
    let paragraph = "Nothing here is a claim, and nobody has to read it.\n\n";
    let policy = project.read("content/security.md");
    let text = paragraph.repeat(1_000_000 / paragraph.len());
    for n in 0..mib {
        project.write(&format!("content/long-{n}.md"), &format!("{policy}{text}"));
    }
}

#[test]
fn a_process_that_reaches_a_limit_is_reported_with_cause_and_remedy() {
    let project = project();
    long(&project, 8);
    for (limit, cause) in [
        ("-d 20000", "error: the sources need more than 400 MiB of memory"),
        ("-S -t 1", "error: the sources need more than 30 s of processor time"),
    ] {
        let run = limited(&project, limit);
        assert_eq!(run.code, Some(2), "{limit}: {run}");
        assert!(run.err.contains(cause), "{limit}: {run}");
        assert!(
            run.err.contains("help: reduce the sources, or run it without `--untrusted`"),
            "{run}"
        );
    }
}

#[test]
fn a_signal_ends_both_processes() {
    let project = project();
    long(&project, 8);
    let mut command = project.command(&["--untrusted", "lint"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    let confined = loop {
        let children = fs::read_to_string(&children).unwrap();
        match children.split_whitespace().next() {
            Some(pid) => break pid.to_owned(),
            None => std::thread::yield_now(),
        }
    };
    crate::surroundings::interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!Path::new("/proc").join(confined).exists());
}
