//! SIGHUP and SIGTERM end a run as Ctrl-C does, a second signal ends it at once, and `nohup` is respected.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::evidence::service::project_at;
use crate::harness::Project;
use crate::trust::files::{is_whole, left_over, run_by};

const SIGNALS: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

/// Longer than a run needs to end, also on a busy machine, and shorter than the time that a request is waited for.
const SOON: Duration = Duration::from_secs(30);

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// A service that creates objects, and never answers any other request.
fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    // The thread ends with the process of the tests: it waits for a connection until then.
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming().take(1000) {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let read = stream.read(&mut head).unwrap_or_default();
            if head[..read].starts_with(b"POST ") {
                let body = "{\"id\":\"7\"}";
                let fields = "content-type: application/json\r\nconnection: close";
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 201 Created\r\n{fields}\r\ncontent-length: {length}\r\n\r\n{body}"
                );
                let _ = stream.write_all(answer.as_bytes());
            } else {
                held.push(stream);
            }
        }
    });
    address
}

const CREATES: &str = r#"
- kind: http
  steps:
    - { name: make, role: prepare, as: acme, post: /notes, json: { text: hello }, expect: { status: 201 }, capture: { note: /id } }
    - { name: read, as: acme, get: "/notes/${note}", expect: { text: { contains: hello } } }
    - { name: clean, role: cleanup, as: acme, delete: "/notes/${note}" }
"#;

fn creating() -> Project {
    let project = project_at(&silent(), CREATES.trim_start());
    project.edit("avouch.yaml", "per_second: 10000", "per_second: 10000, timeout: 60s");
    project
}

fn running(project: &Project, runner: &[&str], args: &[&str]) -> Child {
    let mut command = run_by(project, runner, args);
    for name in ["ACME", "GLOBEX", "OPERATOR"] {
        command.env(format!("{name}_TOKEN"), format!("{name}-token-0123456789"));
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until the journal has the object that the run created.
fn created(project: &Project) {
    let begun = Instant::now();
    while !has_object(project) {
        assert!(begun.elapsed() < SOON * 2, "nothing was created");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn has_object(project: &Project) -> bool {
    let files = walkdir::WalkDir::new(project.state()).into_iter().flatten();
    let mut journals = files.filter(|file| file.file_type().is_file());
    journals.any(|file| std::fs::read_to_string(file.path()).is_ok_and(|text| !text.is_empty()))
}

/// The exit code, if the process ends soon.
fn ends(child: &mut Child) -> Option<i32> {
    let begun = Instant::now();
    while begun.elapsed() < SOON {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status.code().unwrap_or(-1));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

#[test]
fn each_signal_ends_a_preview_and_a_check_that_watches() {
    for signal in SIGNALS {
        let project = creating();
        let mut command = run_by(&project, &[], &["serve", "--port", "0"]);
        let mut preview = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(preview.stdout.take().unwrap()).read_line(&mut line).unwrap();
        send(&preview, signal);
        assert_eq!(ends(&mut preview), Some(130), "{signal:?}");
        project.edit("checks/claim.yaml", "kind: http", "kind: nothing");
        let mut watching = running(&project, &[], &["check", "--watch"]);
        let mut talk = BufReader::new(watching.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("waiting for the sources to change") {
            assert_ne!(talk.read_line(&mut said).unwrap(), 0, "it ended: {said}");
        }
        send(&watching, signal);
        assert_eq!(ends(&mut watching), Some(130), "{signal:?}");
    }
}

#[test]
fn a_second_signal_ends_a_run_at_once_and_the_journal_has_what_is_left() {
    for (first, second) in [(Signal::TERM, Signal::TERM), (Signal::HUP, Signal::INT)] {
        let project = creating();
        let mut child = running(&project, &[], &["build"]);
        created(&project);
        std::thread::sleep(Duration::from_millis(300));
        send(&child, first);
        std::thread::sleep(Duration::from_millis(500));
        // It waits for the answer to its clean-up.
        assert_eq!(child.try_wait().unwrap(), None);
        send(&child, second);
        assert_eq!(ends(&mut child), Some(130), "{second:?}");
        assert!(has_object(&project));
        assert!(!project.path("assessment.json").exists() && !project.path("public").exists());
        is_whole(&project, "a second signal");
        assert_eq!(left_over(&project), Vec::<String>::new());
    }
}

#[test]
fn a_run_that_must_outlive_its_terminal_is_not_ended_with_it() {
    let project = creating();
    let nohup = ["sh", "-c", "trap '' HUP; exec \"$0\" \"$@\""];
    let mut child = running(&project, &nohup, &["check"]);
    created(&project);
    send(&child, Signal::HUP);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(child.try_wait().unwrap(), None);
    send(&child, Signal::TERM);
    std::thread::sleep(Duration::from_millis(200));
    send(&child, Signal::TERM);
    assert_eq!(ends(&mut child), Some(130));
}
