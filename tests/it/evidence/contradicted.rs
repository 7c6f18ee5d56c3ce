//! A failure voids older evidence until a newer run confirms the claim.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::evidence::service::{Answer, Service, run};
use crate::harness::{Project, Run};

const FOUND: &str = "\
- kind: http
  steps:
    - { name: the page, get: /, expect: { status: 200 } }
";

/// A service whose page has a status that a test changes, and its project.
struct Changing {
    service: Service,
    status: Arc<AtomicU16>,
    project: Project,
}

impl Changing {
    fn new() -> Self {
        let status = Arc::new(AtomicU16::new(200));
        let now = status.clone();
        let service = Service::start(move |_| Answer::new(now.load(Ordering::SeqCst), "page"));
        let project = service.project(FOUND);
        Self { service, status, project }
    }

    fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    fn run(&self, args: &[&str]) -> Run {
        run(&self.project, args)
    }

    /// Runs a verb that must end with this exit code.
    fn ends(&self, code: i32, args: &[&str]) -> Run {
        let run = self.run(args);
        assert_eq!(run.code, Some(code), "{args:?}: {run}");
        run
    }

    /// Good evidence in `good.json`, a published page, and then a run that found the claim violated.
    fn published_then_failed() -> Self {
        let all = Self::new();
        all.ends(0, &["check", "--out", "good.json"]);
        all.ends(0, &["build", "--assessment", "good.json"]);
        all.answers(404);
        all.ends(1, &["check"]);
        all
    }

    fn remove(&self, file: &str) {
        std::fs::remove_file(self.project.path(file)).unwrap();
    }

    fn claim(&self, page: &str) -> serde_json::Value {
        let claims: serde_json::Value = serde_json::from_str(&self.project.read(page)).unwrap();
        claims["claims"][0].clone()
    }
}

const BUILD: [&str; 5] = ["build", "--assessment", "good.json", "--draft", "draft"];

fn is_void(run: &Run, all: &Changing) {
    assert_eq!(run.code, Some(3), "{run}");
    let page = all.project.read("draft/evidence/claim/index.html");
    let reason = "a later check found that it is not true, and none has confirmed it since";
    assert!(page.contains(reason), "{page}");
    assert_eq!(all.claim("draft/claims.json")["standing"], "inconclusive");
}

#[test]
fn older_evidence_is_void_after_a_failure_that_the_last_run_found() {
    let all = Changing::published_then_failed();
    is_void(&all.run(&BUILD), &all);
}

#[test]
fn older_evidence_is_void_after_a_failure_that_only_the_published_page_records() {
    let all = Changing::published_then_failed();
    all.ends(1, &["retract"]);
    all.remove("assessment.json");
    is_void(&all.run(&BUILD), &all);
    std::fs::rename(all.project.path("public"), all.project.path("old")).unwrap();
    let previous = [&BUILD[..], &["--previous", "old/claims.json"]].concat();
    is_void(&all.run(&previous), &all);
    let history = all.claim("draft/claims.json")["history"].clone();
    let since: Vec<&str> =
        history.as_array().unwrap().iter().map(|one| one["since"].as_str().unwrap()).collect();
    assert!(since.is_sorted(), "{history}");
    // Without any record of the failure, the evidence is only old.
    all.ends(0, &BUILD);
}

#[test]
fn older_evidence_is_not_reused_after_a_failure() {
    let mut all = Changing::published_then_failed();
    all.service = Service::start(|_| Answer::new(200, ""));
    let run = all.run(&["check", "--reuse", "good.json", "--format", "json"]);
    assert_eq!(run.code, Some(3), "the service is gone: {run}");
    assert!(run.err.contains("reused evidence for 0 of 1 claims"), "{run}");
    is_void(&all.run(&BUILD), &all);
}

#[test]
fn a_failure_is_remembered_through_runs_that_decide_nothing() {
    let all = Changing::published_then_failed();
    all.answers(503);
    for args in [&["check"][..], &["check", "claim"], &["check", "--reuse", "good.json"]] {
        all.ends(3, args);
        is_void(&all.run(&BUILD), &all);
    }
}

#[test]
fn evidence_that_is_newer_than_the_failure_holds() {
    let all = Changing::published_then_failed();
    all.ends(1, &["retract"]);
    all.answers(200);
    all.ends(0, &["check"]);
    let previous = ["--previous", "public/claims.json"];
    all.ends(0, &[&["build", "--assessment", "assessment.json"][..], &previous].concat());
    let claim = all.claim("public/claims.json");
    let standings: Vec<&str> = claim["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["standing"].as_str().unwrap())
        .collect();
    assert_eq!(standings, ["holds", "violated", "holds"], "{claim}");
    all.ends(0, &["check", "--reuse", "assessment.json"]);
    // The page that is published now has newer evidence.
    let run = all.ends(2, &[&BUILD[..], &previous].concat());
    assert!(run.err.contains("after this evidence"), "{run}");
}

#[test]
fn good_evidence_can_be_used_again() {
    let all = Changing::new();
    all.ends(0, &["check", "--out", "good.json"]);
    all.ends(0, &BUILD);
    all.ends(0, &[&BUILD[..], &["--previous", "public/claims.json"]].concat());
    let run = all.ends(0, &["check", "--reuse", "good.json"]);
    assert!(run.err.contains("reused evidence for 1 of 1 claims"), "{run}");
}
