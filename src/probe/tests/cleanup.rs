//! Objects that a run creates on the target are deleted, whatever happens.

use serde_json::json;

use super::server::{Reply, Server};
use super::*;
use crate::model::plan::request::Destination;

fn create() -> Step {
    let request = Request::to_target("POST", "/notes");
    let mut step = Step::http(Role::Prepare, "make a note", "acme", request);
    step.captures = capture("note", "/body/json/id");
    step
}

fn delete() -> Step {
    let request = Request::to_target("DELETE", "/notes/${note}");
    Step::http(Role::Cleanup, "delete the note", "acme", request)
}

fn note_plan() -> Plan {
    plan([create(), get("acme", "/notes/${note}"), delete()])
}

#[test]
fn an_interrupt_skips_the_remaining_steps_and_runs_the_cleanup() {
    let interrupt = Arc::new(Interrupt::default());
    let ending = interrupt.clone();
    let server = Server::start(move |seen| {
        // Before the answer with the id of the new object arrives.
        ending.set();
        match seen.method.as_str() {
            "POST" => Reply::json(201, json!({"id": 7})),
            _ => Reply::text(204, ""),
        }
    });
    let plans = [note_plan(), note_plan()];
    let mut project = project(&server.url());
    project.limits.at_once = 1;
    let ran = run_with(&project, &plans, &interrupt, None);
    assert_eq!(server.request_lines(), ["POST /notes", "DELETE /notes/7"]);
    let interrupted = Answer::NotAsked("interrupted".into());
    assert_eq!(*ran.answer(1), interrupted);
    assert_eq!(ran.transcripts[1].observations[0].answer, interrupted);
    assert!(ran.transcripts.iter().all(|one| one.left_behind.is_empty()));
}

#[test]
fn cleanup_runs_after_a_failure() {
    let server = Server::start(|seen| match seen.method.as_str() {
        "POST" => Reply::json(201, json!({"id": 7})),
        "GET" => Reply::Raw(Vec::new()),
        _ => Reply::text(404, "gone already"),
    });
    let ran = run_plan(&project(&server.url()), &note_plan());
    assert_eq!(server.request_lines().last().unwrap(), "DELETE /notes/7");
    assert!(ran.transcripts[0].left_behind.is_empty());
}

#[test]
fn an_object_that_its_owner_deleted_is_not_left_behind() {
    let there = std::sync::atomic::AtomicBool::new(true);
    let server = Server::start(move |seen| match seen.method.as_str() {
        "POST" => Reply::json(201, json!({"id": 7})),
        "DELETE" if there.swap(false, std::sync::atomic::Ordering::SeqCst) => Reply::text(204, ""),
        _ => Reply::text(403, "nothing here, or not for you"),
    });
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let mut by_owner = delete();
    by_owner.role = Role::Control;
    let plans = [plan([create(), by_owner, delete()])];
    let project = project(&server.url());
    let ran = run_with(&project, &plans, &Interrupt::default(), Some(journal.clone()));
    assert_eq!(ran.transcripts[0].left_behind, Vec::<String>::new());
    assert!(!journal.exists());
    // Refused to its owner, it is still there.
    let ran = run_with(&project, &plans, &Interrupt::default(), Some(journal.clone()));
    assert_eq!(ran.transcripts[0].left_behind.len(), 1);
    assert!(journal.exists());
}

#[test]
fn if_nothing_was_created_nothing_is_deleted() {
    let server = Server::start(|_| Reply::text(200, "ok"));
    let mut create = create();
    if let crate::model::plan::Act::Http(request) = &mut create.act {
        request.to = Destination::Host("nobody".into(), "/".into());
    }
    let mut delete = delete();
    if let crate::model::plan::Act::Http(request) = &mut delete.act {
        request.to = Destination::Target("/notes/all".into());
    }
    let ran = run_plan(&project(&server.url()), &plan([create, delete]));
    assert!(server.seen().is_empty());
    assert!(ran.transcripts[0].left_behind.is_empty());
}

#[test]
fn an_id_never_turns_a_deletion_into_one_of_everything() {
    for id in [json!(""), json!("."), json!(".."), json!(null)] {
        let server = Server::start(move |_| Reply::json(201, json!({ "id": id })));
        let ran = run_plan(&project(&server.url()), &plan([create(), delete()]));
        assert_eq!(server.request_lines(), ["POST /notes"]);
        let left = &ran.transcripts[0].left_behind;
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(left[0].starts_with("step “make a note” may have created an object"), "{left:?}");
    }
}

#[test]
fn the_next_run_deletes_what_one_run_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let broken = std::sync::atomic::AtomicBool::new(true);
    let server = Server::start(move |seen| match seen.method.as_str() {
        "POST" => Reply::json(201, json!({"id": 7})),
        "GET" => Reply::text(200, "ok"),
        _ if broken.swap(false, std::sync::atomic::Ordering::SeqCst) => Reply::text(500, "no"),
        _ => Reply::text(204, ""),
    });
    let project = project(&server.url());
    let interrupt = Interrupt::default();
    let ran = run_with(&project, &[note_plan()], &interrupt, Some(journal.clone()));
    let left = "`DELETE /notes/${note}` as `acme` did not delete the object: the service answered with 500";
    assert_eq!(ran.transcripts[0].left_behind, [left]);
    assert_eq!(ran.events[1], format!("left behind: {left}"));
    assert!(journal.exists());
    let ran = run_with(&project, &[], &interrupt, Some(journal.clone()));
    assert!(ran.events.is_empty());
    assert_eq!(server.request_lines()[3..], ["DELETE /notes/7"]);
    assert!(server.seen()[3].header("authorization").is_some());
    assert!(!journal.exists());
}

#[test]
fn objects_on_another_target_are_not_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let line = |target: &str, path: &str| {
        let entry = json!({
            "claim": "claim", "target": target, "step": "delete", "actor": "acme",
            "method": "DELETE", "path": path, "known": true,
        });
        format!("{}\n", json!({"owed": [1, entry]}))
    };
    let server = Server::start(|_| Reply::text(204, ""));
    let elsewhere = "http://127.0.0.1:9";
    let lines = [
        line(elsewhere, &format!("{elsewhere}/notes/7")),
        line(&server.url(), &format!("{elsewhere}/notes/7")),
        line(elsewhere, &format!("{}/notes/7", server.url())),
    ];
    for text in lines {
        std::fs::write(&journal, &text).unwrap();
        run_with(&project(&server.url()), &[], &Interrupt::default(), Some(journal.clone()));
        assert!(server.seen().is_empty());
        assert_eq!(std::fs::read_to_string(&journal).unwrap(), text);
    }
}

#[test]
fn without_a_writable_journal_nothing_is_created() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_| Reply::text(201, ""));
    let journal = Some(folder.path().to_owned());
    let ran = run_with(&project(&server.url()), &[note_plan()], &Interrupt::default(), journal);
    let Answer::Error(error) = ran.answer(0) else { panic!() };
    assert!(error.detail.starts_with("cannot open the journal"), "{}", error.detail);
    assert!(server.seen().is_empty());
}
