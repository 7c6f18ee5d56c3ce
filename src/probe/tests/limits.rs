//! Limits, retries and the end of a run.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::server::{Reply, Server};
use super::*;
use crate::model::answer::verdict::Reason;

/// Fails with 503 `failures` times, then succeeds.
fn recovering(failures: usize, retry_after: &'static str) -> Server {
    let asked = AtomicUsize::new(0);
    Server::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) < failures {
        true => Reply::Http(503, vec![("retry-after", retry_after.into())], Vec::new()),
        false => Reply::text(200, "ok"),
    })
}

#[test]
fn an_inconclusive_check_is_retried_and_attempts_are_counted() {
    let server = recovering(2, "0");
    let mut project = project(&server.url());
    project.limits.retries = 2;
    let plan = plan([get("acme", "/a"), get("acme", "/b")]);
    let ran = run_plan(&project, &plan);
    assert_eq!(ran.transcripts[0].attempts, 2, "the first attempt took both failures");
    assert_eq!(ran.verdict(&plan), Verdict::Holds);
    let retry = "retrying: inconclusive (server-error)";
    assert_eq!(ran.events, ["started 0", retry, "finished 0: holds"]);
    assert_eq!(server.request_lines().len(), 4);
}

#[test]
fn retries_end() {
    let server = recovering(99, "0");
    let mut project = project(&server.url());
    project.limits.retries = 1;
    let plan = plan([get("acme", "/")]);
    let ran = run_plan(&project, &plan);
    assert_eq!(ran.transcripts[0].attempts, 2);
    assert_eq!(ran.verdict(&plan), Verdict::Inconclusive(Reason::ServerError));
}

#[test]
fn retries_do_not_wait_beyond_the_end_of_the_run() {
    let server = recovering(99, "86400");
    let mut project = project(&server.url());
    project.limits.retries = 5;
    let ran = run_plan(&project, &plan([get("acme", "/")]));
    assert_eq!(ran.transcripts[0].attempts, 1);
}

#[test]
fn permanent_failures_are_not_retried() {
    let server = Server::start(|_| Reply::json(200, json!({"id": 1})));
    let mut project = project(&server.url());
    project.limits.retries = 5;
    let mut step = get("acme", "/");
    step.expect = vec![Expectation::new("/body/json/x", Test::NotOlderThan(Period::hours(1)))];
    step.captures = capture("n", "/body/json/n");
    let ran = run_plan(&project, &plan([step, get("acme", "/${n}")]));
    assert_eq!(ran.transcripts[0].attempts, 1);
}

#[test]
fn a_run_at_its_time_limit_sends_nothing_more() {
    let server = Server::start(|_| Reply::text(200, "ok"));
    let mut project = project(&server.url());
    project.limits.run = Period::seconds(0);
    let plan = plan([get("acme", "/")]);
    let ran = run_plan(&project, &plan);
    assert_eq!(ran.verdict(&plan), Verdict::Inconclusive(Reason::Budget));
    assert!(server.seen().is_empty());
}

#[test]
fn concurrent_requests_are_limited() {
    // Each answer waits until there are two: fewer at once would never end, more would be counted.
    let pair = Barrier::new(2);
    let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let counted = most.clone();
    let server = Server::start(move |_| {
        counted.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        pair.wait();
        now.fetch_sub(1, Ordering::SeqCst);
        Reply::text(200, "ok")
    });
    let mut project = project(&server.url());
    project.limits.at_once = 8;
    project.limits.per_host = 2;
    let plans: Vec<Plan> = (0..8).map(|_| plan([get("acme", "/")])).collect();
    let ran = run_plans(&project, &plans);
    assert!(
        ran.transcripts.iter().all(|one| matches!(one.observations[0].answer, Answer::Facts(_)))
    );
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[test]
fn writes_need_permission() {
    let server = Server::start(|_| Reply::text(200, "ok"));
    let mut project = project(&server.url());
    project.writes = false;
    let ran = run_plan(&project, &plan([probe("acme", Request::to_target("POST", "/notes"))]));
    let Answer::Error(error) = ran.answer(0) else { panic!() };
    assert_eq!(error.reason, Reason::NotPermitted);
    assert!(server.seen().is_empty());
}

#[test]
fn concurrent_steps_run_at_once_and_later_steps_after_them() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let arrived = Arc::new(Barrier::new(3));
    let (log, barrier) = (seen.clone(), arrived.clone());
    let server = Server::start(move |one| {
        if one.path.starts_with("/together") {
            // No request gets an answer before all three have arrived.
            barrier.wait();
        }
        log.lock().unwrap().push(one.path.clone());
        Reply::json(200, json!({"path": one.path}))
    });
    let mut steps: Vec<Step> =
        ["/first", "/together/1", "/together/2", "/together/3", "/last/${two}"]
            .map(|path| get("acme", path))
            .into();
    steps[2].alongside = true;
    steps[3].alongside = true;
    steps[2].captures = capture("two", "/body/json/path");
    let ran = run_plan(&project(&server.url()), &plan(steps));
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0], "/first");
    assert!(seen[4].starts_with("/last/"));
    for (index, path) in ["/first", "/together/1", "/together/2", "/together/3"].iter().enumerate()
    {
        let Answer::Facts(facts) = ran.answer(index) else { panic!("{:?}", ran.answer(index)) };
        assert_eq!(facts.at("/body/json/path").unwrap(), path, "results stay in the plan's order");
    }
}
