//! Secrets: nothing that contains one is published, none is written into a file of the project, and one that a
//! request sends in its body goes to its actor's origins only.

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Service, claim, policy, run};

const OK: &str = "- { kind: http, steps: [{ name: page, get: /, expect: { status: 200 } }] }\n";

/// `acme-token-0123456789`, in spellings that only the search undoes.
const SPELLINGS: [&str; 4] = [
    "YWNtZS10b2tlbi0wMTIzNDU2Nzg5",
    "61636d652d746f6b656e2d30313233343536373839",
    "acme&#45;token&#45;0123456789",
    "%61%63%6d%65%2dtoken-0123456789",
];

fn sound() -> Service {
    Service::start(|_| Answer::new(200, "hello"))
}

#[test]
fn a_page_with_a_secret_in_any_spelling_is_not_published() {
    let service = sound();
    for spelling in SPELLINGS {
        let project = service.project(OK);
        let words = "Our pages can be read.";
        project.write("checks/claim.yaml", &claim(words, OK));
        let text = format!("{}\nWrite `{spelling}` to us.\n", policy(words));
        project.write("content/security.md", &text);
        let built = run(&project, &["build"]);
        assert_eq!(built.code, Some(2), "{spelling}: {built}");
        assert!(built.err.contains("would contain a secret at line"), "{built}");
        assert!(built.err.contains("index.html`"), "{built}");
        assert!(!built.err.contains(spelling) && !built.out.contains(spelling), "{built}");
        assert!(!project.path("public").exists(), "{spelling}");
    }
    let built = run(&service.project(OK), &["build"]);
    assert_eq!(built.code, Some(0), "{built}");
}

#[test]
fn a_literal_secret_is_an_error_in_any_file_and_is_not_shown() {
    let token = concat!("ghp", "_q7Htx2Mzw4kD5bvn3rJc6sgPy2fA1b9Z8uEo");
    let service = sound();
    let project = service.project(OK);
    project.write(
        "templates/base.html",
        &format!("{{% extends \"built-in/base.html\" %}}<!-- {token} -->"),
    );
    let linted = run(&project, &["lint"]);
    assert_eq!(linted.code, Some(2), "{linted}");
    assert!(linted.err.contains("literal-secret") && linted.err.contains("templates/base.html:1"));
    assert!(!linted.err.contains(&token[4..12]), "{linted}");

    for (written, shown) in [
        ("headers: { x-api-key: k3Jd92lsQ0xAb }, ", "k3Jd92lsQ0xAb"),
        ("headers: { x-note: acme-token-0123456789 }, ", "acme-token-0123456789"),
    ] {
        let check = OK.replace("get: /,", &format!("get: /, {written}"));
        let linted = run(&service.project(&check), &["lint"]);
        assert_eq!(linted.code, Some(2), "{linted}");
        assert!(linted.err.contains("literal-secret") && linted.err.contains("${secret:ACTOR}"));
        assert!(!linted.err.contains(shown), "{linted}");
    }

    let project = service.project(OK);
    project.edit("avouch.yaml", "bearer: \"${ACME_TOKEN}\"", "bearer: k3Jd92lsQ0xAb");
    let linted = run(&project, &["lint", "--format", "json"]);
    assert_eq!(linted.code, Some(2), "{linted}");
    assert!(
        linted.out.contains("the `bearer` of the actor `acme` is written here")
            || linted.out.contains("the secret of the actor `acme` is written here"),
        "{linted}"
    );
    assert!(
        !linted.out.contains("k3Jd92lsQ0xAb") && !linted.err.contains("k3Jd92lsQ0xAb"),
        "{linted}"
    );
}

#[test]
fn a_credential_that_is_wrong_on_purpose_is_not_an_error() {
    let service = sound();
    for written in [
        "headers: { x-api-key: wrong-key-0123456789 }, get: /,",
        "post: /, reads: true, json: { user: nobody, password: wrong-password },",
    ] {
        let linted = run(&service.project(&OK.replace("get: /,", written)), &["lint"]);
        assert_eq!(linted.code, Some(0), "{written}: {linted}");
    }
    let refused = "- kind: http\n  steps:\n    - { name: page, role: control, get: /, expect: { status: 200 } }\n    \
                   - { name: refused, get: /, headers: { x-api-key: k3Jd92lsQ0xAb }, control: page, differs_in: [headers], expect: { status: 401 } }\n";
    let linted = run(&service.project(refused), &["lint"]);
    assert!(!linted.err.contains("literal-secret"), "{linted}");
}

/// A check that logs `acme` in with its secret in the body.
const LOGIN: &str = "- kind: http\n  steps:\n    - { name: login, post: /login, reads: true, \
     json: { user: acme, password: \"${secret:acme}\" }, expect: { json: { /user: acme } } }\n";

#[test]
fn a_secret_in_a_body_reaches_the_target_and_appears_nowhere_else() {
    let service = Service::start(|asked| {
        let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        match body["password"] == "acme-token-0123456789" {
            true => Answer::json(200, &json!({ "user": "acme", "echo": body["password"] })),
            false => Answer::json(403, &json!({ "user": "nobody" })),
        }
    });
    let project = service.project(LOGIN);
    let built = run(&project, &["build"]);
    assert_eq!(built.code, Some(0), "{built}");
    for file in ["assessment.json", "public/index.html", "public/claims.json"] {
        assert!(!project.read(file).contains("acme-token-0123456789"), "{file}");
    }
    let unset = project.run(&["check"]);
    assert_eq!(unset.code, Some(2), "{unset}");
}

#[test]
fn a_secret_in_a_body_goes_to_the_origins_of_its_actor_only() {
    let service = sound();
    for (from, to, message) in [
        ("${secret:acme}", "${secret:acmee}", "there is no actor `acmee`"),
        (
            "post: /login",
            "post: \"https://other.example.com/login\"",
            "may not be sent to `https://other.example.com`",
        ),
        ("post: /login", "post: \"/login?p=${secret:acme}\"", "is not sent from here"),
        ("/user: acme", "/user: \"${secret:acme}\"", "is not sent from here"),
    ] {
        let linted = run(&service.project(&LOGIN.replace(from, to)), &["lint"]);
        assert_eq!(linted.code, Some(2), "{to}: {linted}");
        assert!(linted.err.contains(message), "{to}: {linted}");
    }
    let linted =
        run(&service.project(&LOGIN.replace("${secret:acme}", "${secret:acmee}")), &["lint"]);
    assert!(linted.err.contains("did you mean `acme`?"), "{linted}");
}

#[test]
fn a_redirect_takes_a_secret_in_a_body_nowhere() {
    let other = Service::start(|asked| {
        assert!(!asked.body.contains("acme-token"), "{}", asked.body);
        Answer::json(200, &json!({ "user": "acme" }))
    });
    let to = format!("http://{}/login", other.address);
    let service = Service::start(move |_| Answer::new(307, "").with("location", &to));
    let checked = service.check(&LOGIN.replace("reads: true,", "reads: true, redirects: 3,"));
    assert_ne!(checked.code, Some(0), "{checked}");
}

#[test]
fn sessions_and_shortened_tokens_are_not_stored() {
    let service = Service::start(|asked| match asked.path.as_str() {
        "/login" => Answer::json(200, &json!({ "session": "q7htx2mzw4kd5bvn3rjc" })),
        _ => Answer::json(200, &json!({ "log": "token ghp_q7Htx2MzwX refused", "ok": true })),
    });
    let check = "- kind: http\n  steps:\n    - { name: login, role: control, get: /login, expect: { status: 200 }, capture: { session: /session } }\n    \
                 - { name: me, get: /me, headers: { x-session-token: \"${session}\" }, expect: { json: { /ok: true } } }\n";
    let project = service.project(check);
    project.edit("avouch.yaml", "bearer: \"${OPERATOR_TOKEN}\"", "bearer: \"${GITHUB}\"");
    let mut command = project.command(&["check"]);
    for name in ["ACME_TOKEN", "GLOBEX_TOKEN"] {
        command.env(name, format!("{name}-0123456789"));
    }
    command.env("GITHUB", concat!("ghp", "_q7Htx2MzwXkD5bvn3rJc6sgPy2fA1b9Z8uEo"));
    let checked = project.finish(&command.output().unwrap());
    assert_eq!(checked.code, Some(0), "{checked}");
    let stored = project.read("assessment.json");
    assert!(!stored.contains("q7htx2mzw4kd5bvn3rjc") && !stored.contains("q7Htx2MzwX"), "{stored}");
}
