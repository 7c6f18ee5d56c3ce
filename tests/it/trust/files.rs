//! A project with one claim, of a service that counts the requests it receives, and a whole look at its files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::evidence::service::{Answer, Service};
use crate::harness::{Project, Run};
use crate::surroundings::program;

const CHECK: &str =
    "- { kind: http, steps: [{ name: it, get: /, expect: { text: { contains: Hello } } }] }\n";

/// More seconds than any of these runs needs. A run that waits for a pipe would have no end.
const SECONDS: &str = "60";

/// `init` of a project that needs no log-in, without its target.
pub(crate) const INIT: [&str; 10] = [
    "init",
    "--organisation",
    "Example",
    "--url",
    "https://security.example.com",
    "--contact",
    "security@example.com",
    "--login",
    "none",
    "--reports-are-read",
];

/// A service that answers `Hello`, or `Goodbye` to violate the claim.
pub(crate) struct Counted {
    pub(crate) service: Service,
    asked: Arc<AtomicUsize>,
}

impl Counted {
    pub(crate) fn start(text: &'static str) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let service = Service::start(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            Answer::new(200, text).with("content-type", "text/plain")
        });
        Self { service, asked }
    }

    /// A project with a claim that holds if the service answers `Hello`.
    pub(crate) fn project(&self) -> Project {
        let project = self.service.project(CHECK);
        // No actor is needed, so neither is a variable.
        let text = project.read("avouch.yaml");
        let (kept, _) = text.split_once("actors:").unwrap();
        project.write("avouch.yaml", kept);
        project
    }

    /// The same, with its evidence and its site.
    pub(crate) fn built(&self) -> Project {
        let project = self.project();
        let run = bounded(&project, &["build"]);
        assert_eq!(run.code, Some(0), "{run}");
        project
    }

    /// How many requests it has received since the last call.
    pub(crate) fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::SeqCst)
    }
}

/// The binary in a project, run by `runner`: a program with its arguments.
pub(crate) fn run_by(project: &Project, runner: &[&str], args: &[&str]) -> Command {
    let binary = [env!("CARGO_BIN_EXE_avouch")];
    let mut words = runner.iter().chain(&binary).chain(args);
    let mut command = program(words.next().unwrap());
    command.args(words).current_dir(project.root()).env("XDG_STATE_HOME", project.state());
    command
}

/// A run that is ended, and fails the test, if it takes too long.
pub(crate) fn bounded(project: &Project, args: &[&str]) -> Run {
    let output = run_by(project, &["timeout", "--signal=KILL", SECONDS], args).output().unwrap();
    let run = project.finish(&output);
    assert_ne!(run.code, None, "it took more than {SECONDS} s: {args:?} {run}");
    assert_ne!(run.code, Some(137), "it took more than {SECONDS} s: {args:?} {run}");
    no_panic(&run, &format!("{args:?}"));
    run
}

/// A run in namespaces of its own, after `script` has changed its mounts.
pub(crate) fn mounted(project: &Project, script: &str, args: &[&str]) -> Run {
    let script = format!("{script} && exec \"$0\" \"$@\"");
    let runner = ["unshare", "--mount", "sh", "-c", &script];
    let run = project.finish(&run_by(project, &runner, args).output().unwrap());
    no_panic(&run, script.as_str());
    run
}

pub(crate) fn no_panic(run: &Run, at: &str) {
    assert!(!run.err.contains("panicked"), "{at}: {run}");
}

/// Everything that must be true of a project's files, however a run ended.
pub(crate) fn is_whole(project: &Project, at: &str) {
    for folder in ["public", "draft"] {
        if project.path(folder).join("claims.json").exists()
            || project.path(folder).join(".avouch").exists()
        {
            whole_site(&project.path(folder), at);
        }
    }
    if project.path("assessment.json").exists() {
        let text = project.read("assessment.json");
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(&text);
        assert!(parsed.is_ok(), "{at}: assessment.json is not whole: {text}");
    }
}

/// A site has exactly the files that it lists, and each is whole.
fn whole_site(site: &Path, at: &str) {
    let marker = fs::read_to_string(site.join(".avouch")).unwrap();
    let (_, list) = marker.split_once(" Its files:\n").unwrap();
    let mut listed: Vec<PathBuf> = list.lines().map(PathBuf::from).collect();
    listed.push(".avouch".into());
    listed.sort();
    let files = walkdir::WalkDir::new(site).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    let mut there: Vec<PathBuf> =
        files.map(|entry| entry.path().strip_prefix(site).unwrap().to_owned()).collect();
    there.sort();
    assert_eq!(there, listed, "{at}: the site is not whole");
    for file in there {
        let text = fs::read_to_string(site.join(&file)).unwrap();
        let is_whole = match file.extension().and_then(|extension| extension.to_str()) {
            Some("html") => text.trim_end().ends_with("</html>"),
            Some("json") => serde_json::from_str::<serde_json::Value>(&text).is_ok(),
            _ => !text.is_empty(),
        };
        assert!(is_whole, "{at}: {} is not whole", file.display());
    }
}

/// What runs left in the project's folder, and in folders of it.
pub(crate) fn left_over(project: &Project) -> Vec<String> {
    let all = walkdir::WalkDir::new(project.root()).into_iter().flatten();
    let names = all.map(|entry| entry.file_name().display().to_string());
    names.filter(|name| name.starts_with(".avouch-")).collect()
}
