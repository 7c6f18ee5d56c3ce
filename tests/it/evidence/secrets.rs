//! Secrets: facts are judged before they are redacted, and a secret that appears in an answer is a violation.

use serde_json::json;

use crate::evidence::service::{Answer, Service, run};
use crate::harness::Run;

const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJhIn0.c2ln";

/// The steps of a check whose last step compares the same page as its control.
fn page(expect: &str) -> String {
    format!(
        "- kind: http\n  steps:\n    - {{ name: page, role: control, get: /page, expect: {{ status: 200 }} }}\n    \
         - {{ name: the test, get: /page, control: page, expect: {{ {expect} }} }}\n"
    )
}

fn serve(answer: fn() -> Answer) -> Service {
    Service::start(move |_| answer())
}

/// Runs `avouch check` in a project whose actor `acme` has this credential.
fn with_acme(service: &Service, checks: &str, acme: &str) -> Run {
    let project = service.project(checks);
    let written = "  acme: { tenant: acme, bearer: \"${ACME_TOKEN}\" }";
    project.edit("avouch.yaml", written, &format!("  acme: {{ tenant: acme, {acme} }}"));
    let mut command = project.command(&["check"]);
    for name in ["acme", "globex", "operator"] {
        let variable = format!("{}_TOKEN", name.to_uppercase());
        command.env(variable, format!("{name}-token-0123456789"));
    }
    command.env("ACME_COOKIE", "sid=k3Jd92lsQ0k3Jd92lsQ0");
    project.finish(&command.output().unwrap())
}

#[test]
fn the_value_of_a_header_is_compared_whatever_its_name() {
    let lax = serve(|| Answer::new(200, "hello").with("x-session-policy", "none"));
    let check = page("header: { x-session-policy: { not_contains: none } }");
    let run = lax.check(&check);
    assert_eq!(run.code, Some(1), "{run}");
    let strict = serve(|| Answer::new(200, "hello").with("x-session-policy", "strict"));
    let run = strict.check(&check);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_token_in_a_page_is_seen_although_it_is_not_stored() {
    let check = page("text: { contains: Welcome, not_contains: eyJ }");
    let leaking = serve(|| {
        Answer::new(200, format!("<p>Welcome {TOKEN}</p>")).with("content-type", "text/html")
    });
    let project = leaking.project(&check);
    let ran = run(&project, &["check"]);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(!ran.out.contains(TOKEN), "{ran}");
    assert!(!project.read("assessment.json").contains(TOKEN));
    let sound = serve(|| Answer::new(200, "<p>Welcome</p>").with("content-type", "text/html"));
    let ran = sound.check(&check);
    assert_eq!(ran.code, Some(0), "{ran}");
}

#[test]
fn a_page_with_a_token_can_hold_what_the_token_does_not_hide() {
    let service = serve(|| {
        Answer::new(200, format!("<p>Hello</p><meta content=\"{TOKEN}\">"))
            .with("content-type", "text/html")
    });
    let run = service.check(&page("text: { contains: Hello, not_contains: \"Stack trace\" }"));
    assert_eq!(run.code, Some(0), "{run}");
    let run = service.check(&page("text: { not_contains: abcdef }"));
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.out.contains("the answer has a secret where the test compares it"), "{run}");
}

#[test]
fn a_page_with_the_secret_of_an_actor_is_a_violation_whatever_is_tested() {
    for body in [
        "a acme-token-0123456789 b",
        "YWNtZS10b2tlbi0wMTIzNDU2Nzg5",
        "acme-<i>token</i>-0123456789",
    ] {
        let service =
            Service::start(move |_| Answer::new(200, body).with("content-type", "text/html"));
        let project = service.project(&page("text: { contains: e }"));
        let ran = run(&project, &["check"]);
        assert_eq!(ran.code, Some(1), "{body}: {ran}");
        assert!(ran.out.contains("the secret of acme appeared in the answer"), "{ran}");
        assert!(!project.read("assessment.json").contains(body));
        let built = run(&project, &["build"]);
        assert_eq!(built.code, Some(1), "{built}");
    }
}

#[test]
fn a_service_may_renew_the_session_of_the_actor_that_asks_and_of_no_other() {
    let check =
        "- kind: http\n  steps:\n    - { name: me, as: acme, get: /me, expect: { status: 200 } }\n";
    let renews = serve(|| {
        Answer::new(200, "").with("set-cookie", "sid=k3Jd92lsQ0k3Jd92lsQ0; Secure; HttpOnly")
    });
    let acme = "header: { name: Cookie, value: \"${ACME_COOKIE}\" }";
    let run = with_acme(&renews, check, acme);
    assert_eq!(run.code, Some(0), "{run}");
    let run = with_acme(&renews, &check.replace("as: acme, ", ""), acme);
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn a_key_with_a_secret_keeps_what_is_below_it_from_counting_as_absent() {
    let service = serve(|| Answer::json(200, &json!({ "users": { "acme-token-0123456789": 1 } })));
    let run = service.check(&page("json: { /users/root: { exists: false } }"));
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn a_weak_secret_is_refused() {
    let service = serve(|| Answer::json(200, &json!({ "password": "hunter2" })));
    let check = page("json: { /password: { exists: false } }");
    for (weak, why) in
        [("password", "is a common word"), ("hunter2", "is shorter than 8 characters")]
    {
        let run = with_acme(&service, &check, &format!("bearer: {weak}"));
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.err.contains("weak-secret") && run.err.contains(why), "{run}");
        assert!(run.err.contains("weak_secret: true"), "{run}");
    }
    let run = with_acme(&service, &check, "weak_secret: true, bearer: password");
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn nothing_that_an_actor_with_a_weak_secret_receives_is_stored() {
    let service = serve(|| Answer::new(200, "the private page").with("x-private", "yes"));
    let steps = |expect: &str| {
        format!(
            "- kind: http\n  steps:\n    - {{ name: me, as: acme, get: /me, expect: {{ {expect} }} }}\n"
        )
    };
    let project = service.project(&steps("status: 200"));
    project.edit("avouch.yaml", "bearer: \"${ACME_TOKEN}\"", "weak_secret: true, bearer: password");
    let ran = run(&project, &["check"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let stored = project.read("assessment.json");
    assert!(stored.contains("\"withheld\"") && !stored.contains("private"), "{stored}");
    let ran = with_acme(
        &service,
        &steps("text: { contains: page }"),
        "weak_secret: true, bearer: password",
    );
    assert_eq!(ran.code, Some(3), "{ran}");
}
