//! `examples/web-app/`: a form log-in with a hidden field, a session cookie, pages and projects.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use crate::evidence::service::{Answer, Asked, Service};
use crate::examples::live::{Live, security_txt};
use crate::examples::rows::{Rows, text_at};

const VARIABLES: &[(&str, &str)] =
    &[("ALICE_PASSWORD", "violet-anchor-7431"), ("BOB_PASSWORD", "copper-meadow-9026")];

/// The users: their names, their passwords as a form has them, and their sessions.
const USERS: [(&str, &str, &str); 2] = [
    ("alice%40acme.example", "violet-anchor-7431", "5f3c9a7e1b2d4c6f8091a2b3"),
    ("bob%40globex.example", "copper-meadow-9026", "c4d5e6f70819a2b3c4d5e6f7"),
];

/// A misconfiguration.
#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    NoHsts,
    OpenAccount,
    SharedProjects,
    ScriptsReadCookie,
    Frames,
    ExpiredContact,
}

#[test]
fn a_sound_application_holds() {
    live(&[]).holds();
}

#[test]
fn each_misconfiguration_breaks_its_claim() {
    let first = &[Flaw::NoHsts, Flaw::OpenAccount, Flaw::ScriptsReadCookie];
    live(first).breaks(&["encryption", "log-in", "session-cookie"]);
    let second = &[Flaw::SharedProjects, Flaw::Frames, Flaw::ExpiredContact];
    live(second).breaks(&["contact", "customers-apart", "frames"]);
}

fn live(flaws: &'static [Flaw]) -> Live {
    let rows = Rows::new("name", flaws.contains(&Flaw::SharedProjects));
    let forms = AtomicU32::new(1);
    let service = Service::start(move |asked| {
        let form = forms.fetch_add(1, Ordering::SeqCst);
        with_fields(answer(asked, &rows, form, flaws), flaws)
    });
    Live::new("web-app", VARIABLES).host("app.example.com", service)
}

/// The header fields that every answer has.
fn with_fields(answer: Answer, flaws: &[Flaw]) -> Answer {
    let answer = match flaws.contains(&Flaw::NoHsts) {
        true => answer,
        false => answer.with("strict-transport-security", "max-age=31536000"),
    };
    let frames = match flaws.contains(&Flaw::Frames) {
        true => "",
        false => "; frame-ancestors 'none'",
    };
    answer.with("content-security-policy", &format!("default-src 'self'{frames}"))
}

/// The answer to a request; `form` is the number of the form that it gets, if it gets one.
fn answer(asked: &Asked, rows: &Rows, form: u32, flaws: &[Flaw]) -> Answer {
    match asked.line().as_str() {
        "GET /login" => log_in_page(form, flaws),
        "POST /login" => log_in(asked, form),
        "GET /.well-known/security.txt" if flaws.contains(&Flaw::ExpiredContact) => {
            let text = "Contact: mailto:security@example.com\nExpires: 2026-01-01T00:00:00Z\n";
            Answer::new(200, text).with("content-type", "text/plain; charset=utf-8")
        }
        "GET /.well-known/security.txt" => security_txt("mailto:security@example.com"),
        "GET /account" if flaws.contains(&Flaw::OpenAccount) => page("Your account"),
        _ => match user(asked) {
            None => Answer::new(302, "").with("location", "/login"),
            Some(user) => inside(asked, user, rows),
        },
    }
}

/// The answer to a user who is logged in.
fn inside(asked: &Asked, user: &str, rows: &Rows) -> Answer {
    let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    let text = || text_at(&asked.body, "/name");
    let found = match (asked.method.as_str(), parts.as_slice()) {
        ("GET", ["account"]) => return page("Your account"),
        ("GET", ["projects"]) => Some(json!({ "projects": rows.list(user) })),
        ("POST", ["projects"]) => return Answer::json(201, &rows.create(user, &text())),
        ("GET", ["projects", id]) => rows.read(user, id),
        ("PUT", ["projects", id]) => rows.change(user, id, &text()),
        ("DELETE", ["projects", id]) => rows.delete(user, id),
        _ => None,
    };
    match found {
        Some(found) => Answer::json(200, &found),
        None => Answer::json(404, &json!({ "error": "not found" })),
    }
}

fn page(title: &str) -> Answer {
    let html = format!("<!doctype html><title>{title}</title><h1>{title}</h1>");
    Answer::new(200, html).with("content-type", "text/html; charset=utf-8")
}

/// The page with the form of this number, and the session that it belongs to.
fn log_in_page(number: u32, flaws: &[Flaw]) -> Answer {
    let form = format!(
        "<!doctype html><title>Log in</title><form method=post><input name=user>\
         <input type=password name=password><input type=hidden name=csrf value={}></form>",
        csrf(number)
    );
    let page = Answer::new(200, form).with("content-type", "text/html; charset=utf-8");
    page.with("set-cookie", &cookie(&before(number), flaws))
}

/// The hidden field of a form.
fn csrf(form: u32) -> String {
    format!("{form:08x}98f00b204e980099")
}

/// The session of a visitor with this form.
fn before(form: u32) -> String {
    format!("{form:08x}5f60718293a4b5c6")
}

fn cookie(session: &str, flaws: &[Flaw]) -> String {
    let hidden = if flaws.contains(&Flaw::ScriptsReadCookie) { "" } else { "; HttpOnly" };
    format!("sid={session}; Path=/; Secure{hidden}; SameSite=Lax")
}

fn log_in(asked: &Asked, next_form: u32) -> Answer {
    let field = |name: &str| {
        let value = asked.body.split('&').find_map(|field| field.strip_prefix(name));
        value.and_then(|value| value.strip_prefix('=')).unwrap_or_default()
    };
    let form = session(asked).and_then(|id| u32::from_str_radix(id.get(..8)?, 16).ok());
    let is_own = form.is_some_and(|form| {
        field("csrf") == csrf(form) && session(asked) == Some(before(form).as_str())
    });
    let is_good = |(name, password, _): &&(&str, &str, &str)| {
        is_own && field("user") == *name && field("password") == *password
    };
    match USERS.iter().find(is_good) {
        None => log_in_page(next_form, &[]),
        Some((.., session)) => Answer::new(302, "")
            .with("location", "/projects")
            .with("set-cookie", &cookie(session, &[])),
    }
}

/// The session whose cookie was sent.
fn session(asked: &Asked) -> Option<&str> {
    let cookies = asked.headers.get("cookie")?.to_str().ok()?;
    cookies.split("; ").find_map(|cookie| cookie.strip_prefix("sid="))
}

/// The user of that session.
fn user(asked: &Asked) -> Option<&'static str> {
    let session = session(asked)?;
    USERS.iter().find(|(.., own)| *own == session).map(|(name, ..)| *name)
}
