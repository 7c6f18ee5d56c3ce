//! Bad credentials that are derived from the session of a log-in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::evidence::service::{Answer, Service};
use crate::harness::Run;
use crate::logins::project::{PASSWORD, project, run};

const CHECK: &str = "  - kind: auth-required
    as: alice
    endpoints: [{ get: /notes }]
    without: { head: another test, query-token: another test, trailing-slash: another test, \
doubled-slash: another test, other-case: another test, encoded-slash: another test }
";

/// The run of [`CHECK`] against a service whose log-in gives this answer, and which accepts this value of a
/// field.
fn check(
    alice: &str,
    logged_in: impl Fn() -> Answer + Send + Sync + 'static,
    field: &'static str,
    accepts: impl Fn(&str) -> bool + Send + Sync + 'static,
) -> Run {
    let service = Service::start(move |asked| {
        let given = asked.headers.get(field).and_then(|value| value.to_str().ok());
        match asked.line().as_str() {
            "POST /login" if asked.body.contains(PASSWORD) => logged_in(),
            "GET /notes" if given.is_some_and(&accepts) => {
                Answer::json(200, &json!({ "notes": ["note-7731"] }))
            }
            "GET /notes" => Answer::new(401, ""),
            _ => Answer::new(404, ""),
        }
    });
    run(&project(&service, alice, CHECK), &["check"])
}

fn is_violated(run: &Run, words: &str) {
    assert_eq!(run.code, Some(1), "{words} {run}");
    let out: Vec<&str> = run.out.split_whitespace().collect();
    assert!(out.join(" ").contains(words), "{words} {run}");
}

const SESSION: &str = "s-abcdefgh12345678.sIgNaTuRe0123456789abcdef";

#[test]
fn the_session_of_a_log_in_is_tampered_with() {
    let alice =
        "    login: [{ post: /login, form: { user: alice, password: \"${ALICE_PASSWORD}\" } }]\n";
    let logged_in =
        || Answer::new(200, "").with("set-cookie", &format!("sid={SESSION}; Path=/; HttpOnly"));
    let good = format!("sid={SESSION}");
    let sound = good.clone();
    let run = check(alice, logged_in, "cookie", move |field| field == sound);
    assert_eq!(run.code, Some(0), "{run}");
    let (id, signature) = SESSION.split_once('.').unwrap();
    let start = format!("sid={id}.");
    let run = check(alice, logged_in, "cookie", move |field| field.starts_with(&start));
    is_violated(&run, "with the end of its session changed");
    let own = move |field: &str| field == good || field.ends_with(&format!(".{signature}"));
    is_violated(&check(alice, logged_in, "cookie", own), "under the same end");
}

fn token() -> String {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = part(json!({ "sub": "alice", "exp": 4_000_000_000_i64 }));
    let signature = URL_SAFE_NO_PAD.encode(b"the 32 bytes of alice's signature");
    format!("{}.{claims}.{signature}", part(json!({ "alg": "RS256" })))
}

#[test]
fn bad_tokens_are_derived_from_the_one_of_a_log_in() {
    let alice = r#"    login:
      - post: /login
        json: { user: alice, password: "${ALICE_PASSWORD}" }
        capture: { access_token: /access_token }
    headers: { Authorization: "Bearer ${access_token}" }
    jwt: true
"#;
    let logged_in = || Answer::json(200, &json!({ "access_token": token() }));
    let good = |field: &str| field == format!("Bearer {}", token());
    let run = check(alice, logged_in, "authorization", good);
    assert_eq!(run.code, Some(0), "{run}");
    let unsigned = move |field: &str| {
        let claims = token().split('.').nth(1).unwrap().to_owned();
        good(field) || field.ends_with(&format!(".{claims}."))
    };
    let run = check(alice, logged_in, "authorization", unsigned);
    is_violated(&run, "alg: nOnE");
    let unverified =
        move |field: &str| good(field) || field.ends_with(token().rsplit('.').next().unwrap());
    let run = check(alice, logged_in, "authorization", unverified);
    is_violated(&run, "changed after it was signed");
    let opaque = || Answer::json(200, &json!({ "access_token": "issued-token-0a1b2c3d4e" }));
    let is_opaque = |field: &str| field == "Bearer issued-token-0a1b2c3d4e";
    let run = check(alice, opaque, "authorization", is_opaque);
    assert_eq!(run.code, Some(3), "{run}");
}
