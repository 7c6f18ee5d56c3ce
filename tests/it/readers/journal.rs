//! Objects that a run made are deleted by a later run with the whole request, whatever happened to the first.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::evidence::service::{Answer, Asked, Service, run};
use crate::harness::{Project, Run};

pub(crate) const CHECKS: &str = "\
- kind: http
  steps:
    - { name: make, role: prepare, as: acme, post: /notes, json: { a: b }, capture: { note: /id } }
    - { name: it is read, as: acme, get: \"/notes/${note}\", expect: { status: 200 } }
    - { name: remove, role: cleanup, as: acme, post: /notes/remove, headers: { X-CSRF: given }, json: { id: \"${note}\" } }
";

/// Where an earlier version wrote it, and where anybody can put one.
pub(crate) const IN_PROJECT: &str = ".avouch/journal.jsonl";

/// The journal of a project, if there is one.
pub(crate) fn journal(project: &Project) -> Option<PathBuf> {
    let journals = std::fs::read_dir(project.state().join("avouch/journals")).ok()?;
    let mut journals = journals.map(|one| one.unwrap().path());
    let journal = journals.next();
    assert_eq!(journals.next(), None, "one checkout has one journal");
    journal
}

/// A service that makes note 7, and removes it only by the whole request.
#[derive(Default)]
pub(crate) struct Notes {
    /// How many removals it answers with 500.
    refused: AtomicUsize,
    removed: Mutex<Vec<String>>,
    /// Whether a request to remove was not complete.
    is_incomplete: AtomicBool,
}

impl Notes {
    fn answer(&self, asked: &Asked) -> Answer {
        match asked.line().as_str() {
            "POST /notes" => Answer::json(201, &json!({"id": 7})),
            "POST /notes/remove" => self.remove(asked),
            "GET /notes/7" => Answer::json(200, &json!({"id": 7})),
            _ => Answer::new(404, ""),
        }
    }

    fn remove(&self, asked: &Asked) -> Answer {
        let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap_or_default();
        let token = asked.headers.get("x-csrf").and_then(|value| value.to_str().ok());
        let id = body["id"].as_str().unwrap_or_default().to_owned();
        if token != Some("given") || asked.actor() != Some("acme") || id.is_empty() {
            self.is_incomplete.store(true, Ordering::SeqCst);
            return Answer::new(400, "");
        }
        let left = |n: usize| n.checked_sub(1);
        if self.refused.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_ok() {
            return Answer::new(500, "");
        }
        self.removed.lock().unwrap().push(id);
        Answer::new(204, "")
    }

    pub(crate) fn removed(&self) -> Vec<String> {
        assert!(!self.is_incomplete.load(Ordering::SeqCst), "a request was not complete");
        self.removed.lock().unwrap().clone()
    }
}

/// A service whose first removals are answered with 500, and its project.
pub(crate) fn refusing(removals: usize) -> (Arc<Notes>, Service, Project) {
    let notes = Arc::new(Notes { refused: AtomicUsize::new(removals), ..Notes::default() });
    let of = notes.clone();
    let service = Service::start(move |asked| of.answer(asked));
    let project = service.project(CHECKS);
    (notes, service, project)
}

/// The messages, as one line.
pub(crate) fn flat(run: &Run) -> String {
    run.err.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_next_run_repeats_the_whole_request() {
    let (notes, _service, project) = refusing(1);
    let first = run(&project, &["check"]);
    assert!(first.out.contains("left on the target"), "{first}");
    let stored = std::fs::read_to_string(journal(&project).unwrap()).unwrap();
    assert!(!stored.contains("given") && !stored.contains("token-0123456789"), "{stored}");
    assert_eq!(notes.removed(), [""; 0]);
    let second = run(&project, &["check"]);
    assert_eq!(second.code, Some(0), "{second}");
    // What the first run left, and what the second one made.
    assert_eq!(notes.removed(), ["7", "7"]);
    assert_eq!(journal(&project), None);
}

/// A service that waits in the middle of the first check, until the run was killed.
fn waiting(notes: Arc<Notes>, reached: Sender<()>, killed: Receiver<()>) -> Service {
    let (reached, killed) = (Mutex::new(Some(reached)), Mutex::new(killed));
    Service::start(move |asked| {
        if asked.method == "GET"
            && let Some(reached) = reached.lock().unwrap().take()
        {
            reached.send(()).unwrap();
            let _ = killed.lock().unwrap().recv_timeout(Duration::from_secs(30));
        }
        notes.answer(asked)
    })
}

#[test]
fn a_run_that_was_killed_leaves_what_the_next_one_deletes() {
    let notes = Arc::new(Notes::default());
    let ((reach, reached), (kill, killed)) = (channel(), channel());
    let service = waiting(notes.clone(), reach, killed);
    let project = service.project(CHECKS);
    let mut command = project.command(&["check"]);
    for name in ["ACME", "GLOBEX", "OPERATOR"] {
        command.env(format!("{name}_TOKEN"), format!("{}-token-0123456789", name.to_lowercase()));
    }
    let mut child = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    reached.recv_timeout(Duration::from_secs(60)).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    kill.send(()).unwrap();
    assert!(journal(&project).is_some());
    let next = run(&project, &["check"]);
    assert_eq!(next.code, Some(0), "{next}");
    assert_eq!(notes.removed(), ["7", "7"]);
    assert_eq!(journal(&project), None);
}

#[test]
fn a_debt_that_cannot_be_settled_is_reported_once_listed_by_doctor_and_can_be_forgotten() {
    let (_notes, _service, project) = refusing(1);
    run(&project, &["check"]);
    project.edit("checks/claim.yaml", "X-CSRF: given", "X-CSRF: other");
    // The service answers 400 to what the changed check sends; that is another debt.
    project.edit(
        "checks/claim.yaml",
        "as: acme, post: /notes/remove",
        "as: acme, post: /notes/gone",
    );
    let told = "no check of this project has this clean-up any more; delete it yourself, and run `avouch doctor \
                --forget` to remove this entry";
    let second = run(&project, &["check"]);
    assert!(flat(&second).contains(told), "{second}");
    let third = run(&project, &["check"]);
    assert!(!flat(&third).contains(told), "{third}");
    let doctor = run(&project, &["doctor"]);
    assert!(flat(&doctor).contains(told), "{doctor}");
    let forgotten = run(&project, &["doctor", "--forget"]);
    assert!(flat(&forgotten).contains("it is now forgotten"), "{forgotten}");
    let after = run(&project, &["doctor"]);
    assert!(!flat(&after).contains("left by an earlier run"), "{after}");
}

#[test]
fn lint_names_a_request_that_makes_something_and_has_no_clean_up() {
    let (_notes, _service, project) = refusing(0);
    let clean = run(&project, &["lint"]);
    assert!(clean.err.contains("0 errors, 0 warnings"), "{clean}");
    let checks = project.read("checks/claim.yaml");
    let without: Vec<&str> =
        checks.lines().filter(|line| !line.contains("role: cleanup")).collect();
    project.write("checks/claim.yaml", &without.join("\n"));
    let named = run(&project, &["lint"]);
    assert_eq!(named.code, Some(0), "{named}");
    assert!(
        named.err.contains("warning[no-clean-up]: `POST /notes` makes something in every run"),
        "{named}"
    );
    assert!(named.err.contains("role: cleanup"), "{named}");
}
