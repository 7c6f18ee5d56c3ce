//! Objects that a run creates on the target are deleted, whatever happens.

use serde_json::json;

use super::server::{Reply, Server};
use super::*;
use crate::model::plan::body::Body;
use crate::model::plan::request::Destination;
use crate::probe::job::Undeleted;

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
    let ran = run_after(&project, &[note_plan()], &journal, Undeleted::default());
    assert!(left_behind(&ran).is_empty());
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
        assert!(std::fs::read_to_string(&journal).unwrap().starts_with(&text));
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

/// The messages about objects that were left behind.
fn left_behind(ran: &RunResult) -> Vec<&str> {
    ran.events.iter().filter_map(|event| event.strip_prefix("left behind: ")).collect()
}

/// A clean-up that works with its header field and its body only.
fn remove() -> Step {
    let request = Request {
        headers: vec![("X-CSRF".into(), "token of ${note}".into())],
        body: Some(Body::Json(json!({"remove": "${note}", "why": "test"}))),
        ..Request::to_target("POST", "/notes/remove")
    };
    Step::http(Role::Cleanup, "remove the note", "acme", request)
}

/// A server that makes notes, and deletes none until this many requests were refused.
fn stubborn(refused: usize) -> Server {
    let left = std::sync::atomic::AtomicUsize::new(refused);
    Server::start(move |seen| {
        let whole = seen.header("x-csrf") == Some("token of 7")
            && String::from_utf8_lossy(&seen.body).contains("\"remove\":\"7\"");
        match (seen.method.as_str(), seen.path.as_str()) {
            ("POST", "/notes") => Reply::json(201, json!({"id": 7})),
            ("POST", _) if !whole => Reply::text(400, "not the whole request"),
            _ if left
                .fetch_update(
                    std::sync::atomic::Ordering::SeqCst,
                    std::sync::atomic::Ordering::SeqCst,
                    |n| n.checked_sub(1),
                )
                .is_ok() =>
            {
                Reply::text(500, "no")
            }
            _ => Reply::text(204, ""),
        }
    })
}

#[test]
fn a_later_run_repeats_the_whole_request() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let server = stubborn(1);
    let project = project(&server.url());
    let plans = [plan([create(), remove()])];
    run_with(&project, &plans, &Interrupt::default(), Some(journal.clone()));
    let stored = std::fs::read_to_string(&journal).unwrap();
    assert!(!stored.contains("why") && !stored.contains("CSRF"), "{stored}");
    // The claim has another name now, and its other steps have changed.
    let later = [plan([get("acme", "/"), create(), remove()])];
    let ran = run_after(&project, &later, &journal, Undeleted::default());
    assert_eq!(left_behind(&ran), NONE);
    let last = server.seen().pop().unwrap();
    assert_eq!((last.method.as_str(), last.path.as_str()), ("POST", "/notes/remove"));
    assert!(last.header("authorization").is_some());
    assert!(!journal.exists());
}

const NONE: [&str; 0] = [];

#[test]
fn a_clean_up_that_no_plan_has_any_more_is_reported_once_and_can_be_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let server = stubborn(1);
    let project = project(&server.url());
    run_with(&project, &[plan([create(), remove()])], &Interrupt::default(), Some(journal.clone()));
    let sent = server.seen().len();
    let mut other = remove();
    other.actor = "globex".into();
    let later = [plan([create(), other])];
    let ran = run_after(&project, &later, &journal, Undeleted::ReportedOnce);
    let told = "the object of step “remove the note” (`POST [URL]/notes/remove`), left by an earlier run for \
                claim `claim`: no check of this project has this clean-up any more; delete it yourself, and \
                run `avouch doctor --forget` to remove this entry";
    let told = told.replace("[URL]", &server.url());
    assert_eq!(left_behind(&ran), [told.as_str()]);
    let again = run_after(&project, &later, &journal, Undeleted::ReportedOnce);
    assert_eq!(left_behind(&again), NONE);
    let listed = run_after(&project, &later, &journal, Undeleted::Reported);
    assert_eq!(left_behind(&listed), [told.as_str()]);
    assert!(journal.exists());
    let forgotten = run_after(&project, &later, &journal, Undeleted::Forgotten);
    assert!(
        left_behind(&forgotten)[0].ends_with("any more; it is now forgotten"),
        "{:?}",
        forgotten.events
    );
    assert!(!journal.exists());
    assert_eq!(server.seen().len(), sent);
}

#[test]
fn a_clean_up_that_comes_back_is_repeated_although_it_was_reported() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let server = stubborn(1);
    let project = project(&server.url());
    let plans = [plan([create(), remove()])];
    run_with(&project, &plans, &Interrupt::default(), Some(journal.clone()));
    run_after(&project, &[], &journal, Undeleted::ReportedOnce);
    run_after(&project, &plans, &journal, Undeleted::ReportedOnce);
    assert!(!journal.exists());
}

#[test]
fn a_clean_up_that_fails_is_reported_in_every_run_and_can_be_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let server = stubborn(9);
    let project = project(&server.url());
    let plans = [plan([create(), remove()])];
    run_with(&project, &plans, &Interrupt::default(), Some(journal.clone()));
    for _ in 0..2 {
        let ran = run_after(&project, &plans, &journal, Undeleted::ReportedOnce);
        let told = left_behind(&ran).join("");
        assert!(told.contains("the service answered with 500; `avouch doctor --forget`"), "{told}");
    }
    run_after(&project, &plans, &journal, Undeleted::Forgotten);
    assert!(!journal.exists());
}

#[test]
fn an_entry_of_an_earlier_version_is_reported_once_and_nothing_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let server = stubborn(0);
    let entry = json!({
        "claim": "claim", "target": server.url(), "step": "delete", "actor": "acme",
        "method": "DELETE", "path": format!("{}/notes/7", server.url()), "known": true,
    });
    std::fs::write(&journal, format!("{}\n", json!({"owed": [1, entry]}))).unwrap();
    let project = project(&server.url());
    let ran = run_after(&project, &[note_plan()], &journal, Undeleted::ReportedOnce);
    assert!(left_behind(&ran)[0].contains("an earlier version of Avouch recorded it"));
    let again = run_after(&project, &[note_plan()], &journal, Undeleted::ReportedOnce);
    assert_eq!(left_behind(&again), NONE);
    assert!(server.seen().is_empty());
}

#[test]
fn a_secret_is_not_stored_so_its_clean_up_cannot_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
    let server = Server::start(move |seen| match seen.method.as_str() {
        "POST" => Reply::json(201, json!({"id": token})),
        _ => Reply::text(500, "no"),
    });
    let project = project(&server.url());
    run_with(&project, &[note_plan()], &Interrupt::default(), Some(journal.clone()));
    assert!(!std::fs::read_to_string(&journal).unwrap().contains("eyJzdWIi"));
    let ran = run_after(&project, &[note_plan()], &journal, Undeleted::ReportedOnce);
    assert!(
        left_behind(&ran)[0].contains("a value of its request was a secret"),
        "{:?}",
        ran.events
    );
}

#[test]
fn a_value_in_the_journal_cannot_send_a_request_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let (server, other) = (stubborn(1), stubborn(0));
    let project = project(&server.url());
    let mut there = delete();
    if let Act::Http(request) = &mut there.act {
        request.to = Destination::Address("${note}".into());
    }
    let mut make = create();
    make.captures = capture("note", "/headers/location/0");
    let plans = [plan([make, there])];
    let entry = json!({
        "claim": "claim", "target": server.url(), "step": "delete", "actor": "acme", "method": "DELETE",
        "path": "/", "known": true, "captures": {"note": format!("{}/notes/7", other.url())},
        "plan": crate::probe::cleanup::debt::fingerprint(&plans[0].steps[1]),
    });
    std::fs::write(&journal, format!("{}\n", json!({"owed": [1, entry]}))).unwrap();
    let ran = run_after(&project, &plans, &journal, Undeleted::ReportedOnce);
    assert!(left_behind(&ran)[0].contains("its address is not on the target"), "{:?}", ran.events);
    assert!(other.seen().is_empty() && server.seen().is_empty());
}
