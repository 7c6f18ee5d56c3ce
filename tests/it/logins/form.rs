//! A form with a CSRF token and a session cookie.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::evidence::service::{Answer, Asked, Service};
use crate::harness::Run;
use crate::logins::project::{PASSWORD, READS, project, run, run_with};

/// What the form of this service does.
#[derive(Clone, Copy, Default)]
struct Form {
    /// How many requests a session lasts.
    lasts: Option<usize>,
    /// Whether an answer repeats the session's cookie.
    echoes: bool,
    /// Where the log-in redirects to.
    leads_to: Option<&'static str>,
    /// The answer to every log-in.
    refuses: Option<u16>,
}

/// A service, and everything that it was sent.
fn serve(form: Form) -> (Service, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let (log, log_ins, requests) = (lines.clone(), AtomicUsize::new(0), AtomicUsize::new(0));
    let service = Service::start(move |asked| {
        log.lock().unwrap().push(asked.line());
        match asked.line().as_str() {
            "GET /login" => Answer::new(
                200,
                "<form method=post><input name=user><input type=password name=password>\
                 <input type=hidden name=csrf value='token-of-form-4711'></form>",
            )
            .with("content-type", "text/html")
            .with("set-cookie", "before=form-cookie-12345; Path=/; HttpOnly"),
            "POST /login" => log_in(asked, form, &log_ins, &requests),
            "GET /notes" => notes(asked, form, &log_ins, &requests),
            _ => Answer::new(404, ""),
        }
    });
    (service, lines)
}

fn log_in(asked: &Asked, form: Form, log_ins: &AtomicUsize, requests: &AtomicUsize) -> Answer {
    if let Some(status) = form.refuses {
        return Answer::new(status, "");
    }
    let is_good = asked.body.contains("user=alice")
        && asked.body.contains(&format!("password={PASSWORD}"))
        && asked.body.contains("csrf=token-of-form-4711")
        && cookie(asked).contains("before=form-cookie-12345");
    if !is_good {
        let page = "<p>Try again<form><input type=password name=password></form>";
        return Answer::new(200, page).with("content-type", "text/html");
    }
    let number = log_ins.fetch_add(1, Ordering::SeqCst) + 1;
    requests.store(0, Ordering::SeqCst);
    let session = format!("sid=session-{number}-f00dfeedbeef; Path=/; HttpOnly");
    Answer::new(302, "").with("location", form.leads_to.unwrap_or("/")).with("set-cookie", &session)
}

fn notes(asked: &Asked, form: Form, log_ins: &AtomicUsize, requests: &AtomicUsize) -> Answer {
    let session = format!("session-{}-f00dfeedbeef", log_ins.load(Ordering::SeqCst));
    let is_known = cookie(asked).contains(&format!("sid={session}"));
    let used = requests.fetch_add(1, Ordering::SeqCst);
    if !is_known || form.lasts.is_some_and(|lasts| used >= lasts) {
        return Answer::json(401, &json!({ "error": "no session" }));
    }
    let echo = if form.echoes { session.as_str() } else { "" };
    Answer::json(200, &json!({ "owner": "alice", "echo": echo }))
}

fn cookie(asked: &Asked) -> &str {
    asked.headers.get("cookie").map_or("", |field| field.to_str().unwrap())
}

/// How many requests with this line a service got.
fn count(lines: &Mutex<Vec<String>>, line: &str) -> usize {
    lines.lock().unwrap().iter().filter(|one| *one == line).count()
}

/// What a run reports, on one line.
fn words(ran: &Run) -> String {
    ran.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

const ALICE: &str = r#"    login:
      - get: /login
        capture: { csrf: "css input[name=csrf]" }
      - post: /login
        form: { user: alice, password: "${ALICE_PASSWORD}", csrf: "${csrf}" }
"#;

#[test]
fn an_actor_logs_in_once_and_its_session_is_written_nowhere() {
    let (service, lines) = serve(Form { echoes: true, ..Form::default() });
    let project = project(&service, ALICE, &format!("{READS}{READS}"));
    let ran = run(&project, &["check"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(count(&lines, "POST /login"), 1, "{ran}");
    let stored = project.read("assessment.json");
    for secret in [PASSWORD, "f00dfeedbeef", "token-of-form-4711", "form-cookie-12345"] {
        assert!(!stored.contains(secret) && !ran.out.contains(secret), "{secret}");
        assert!(!ran.err.contains(secret), "{secret}");
    }
}

#[test]
fn a_session_that_ends_during_the_run_is_made_again() {
    let (service, lines) = serve(Form { lasts: Some(2), ..Form::default() });
    let checks = READS.repeat(3);
    let ran = run(&project(&service, ALICE, &checks), &["check"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(count(&lines, "POST /login"), 2, "{ran}");
}

#[test]
fn an_end_point_that_always_refuses_does_not_make_an_actor_log_in_for_each_request() {
    let (service, lines) = serve(Form { lasts: Some(0), ..Form::default() });
    let ran = run(&project(&service, ALICE, &READS.repeat(6)), &["check"]);
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(count(&lines, "POST /login") <= 4, "{:?}", lines.lock().unwrap());
}

#[test]
fn a_refused_log_in_is_inconclusive_and_is_not_tried_again() {
    let wrong = [("ALICE_PASSWORD", "wrong-horse-battery-7")];
    let (service, lines) = serve(Form::default());
    let project_of = |service: &Service, alice: &str| project(service, alice, &READS.repeat(2));
    let ran = run_with(&project_of(&service, ALICE), &["check"], &wrong);
    assert_eq!(ran.code, Some(3), "{ran}");
    let why =
        "`alice` could not log in: request 2 (POST /login) answered 200 and shows the form again";
    assert!(words(&ran).contains(why), "{ran}");
    assert!(!ran.out.contains("wrong-horse"), "{ran}");
    assert_eq!(count(&lines, "POST /login"), 1, "{ran}");
    let forgotten = ALICE.replace(", csrf: \"${csrf}\"", "");
    let ran = run(&project_of(&service, &forgotten), &["check"]);
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(words(&ran).contains("hidden field"), "{ran}");
    for (status, why) in [(403, "answered 403"), (429, "log-ins are limited")] {
        let (service, lines) = serve(Form { refuses: Some(status), ..Form::default() });
        let ran = run(&project_of(&service, ALICE), &["check"]);
        assert_eq!(ran.code, Some(3), "{ran}");
        assert!(words(&ran).contains(why), "{ran}");
        assert_eq!(count(&lines, "POST /login"), 1, "{ran}");
    }
}

#[test]
fn a_log_in_follows_no_redirect_to_another_origin() {
    let elsewhere = Service::start(|_| Answer::new(200, "welcome"));
    let to: &'static str = format!("http://{}/done", elsewhere.address).leak();
    let (service, _) = serve(Form { leads_to: Some(to), ..Form::default() });
    let ran = run(&project(&service, ALICE, READS), &["check"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let follows = format!("{ALICE}        redirects: 2\n");
    let ran = run(&project(&service, &follows, READS), &["check"]);
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(words(&ran).contains("which is not under `send_to:`"), "{ran}");
}

#[test]
fn all_mistakes_in_a_log_in_are_reported_at_once() {
    let (service, _) = serve(Form::default());
    let alice = r#"    login:
      - get: /login
        capture: { CSRF: "css input[[", code: "text [0-9]+" }
      - post: https://idp.example.com/login
        form: { user: alice, password: "k3Jd92lsQ0xx81", csrf: "${crsf}" }
      - { headers: { "X A": b } }
"#;
    let ran = run(&project(&service, alice, READS), &["lint"]);
    assert_eq!(ran.code, Some(2), "{ran}");
    for words in [
        "`CSRF` cannot be the name of a captured value",
        "`input[[` is not a CSS selector",
        "needs exactly one group",
        "this actor logs in at `https://idp.example.com`, which is not the target",
        "the value of `password` is a secret that is written here",
        "no earlier request of this log-in captures `crsf`",
        "exactly one of `get` and `post`",
    ] {
        assert!(ran.err.contains(words), "{words}: {ran}");
    }
    assert!(!ran.err.contains("k3Jd92lsQ0xx81"), "{ran}");
}
