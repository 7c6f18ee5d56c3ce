//! Tokens: a log-in by JSON, OAuth 2.0, and keys in header fields and addresses.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use serde_json::json;
use sha2::Sha256;

use crate::evidence::service::{Answer, Asked, Service};
use crate::logins::project::{PASSWORD, READS, project, run, run_with};

/// A service whose `POST /token` answers `token`, and whose notes are for its bearer.
fn serve(token: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> (Service, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let service = Service::start(move |asked| match asked.line().as_str() {
        "POST /token" => {
            counted.fetch_add(1, Ordering::SeqCst);
            token(asked)
        }
        _ => notes(asked, field(asked, "authorization") == "Bearer issued-token-0a1b2c3d4e"),
    });
    (service, count)
}

fn notes(asked: &Asked, is_known: bool) -> Answer {
    match is_known && asked.path.starts_with("/notes") {
        true => Answer::json(200, &json!({ "owner": "alice" })),
        false => Answer::new(401, ""),
    }
}

fn field<'a>(asked: &'a Asked, name: &str) -> &'a str {
    asked.headers.get(name).map_or("", |field| field.to_str().unwrap())
}

fn issued(seconds: u32) -> Answer {
    let token = "issued-token-0a1b2c3d4e";
    Answer::json(
        200,
        &json!({ "access_token": token, "token_type": "Bearer", "expires_in": seconds }),
    )
}

#[test]
fn a_token_from_json_is_sent_until_it_expires() {
    let alice = r#"    login:
      - post: /token
        json: { email: alice@example.com, password: "${ALICE_PASSWORD}" }
        capture: { access_token: /access_token, expires_in: /expires_in }
        expect: { json: { /token_type: Bearer } }
    headers: { Authorization: "Bearer ${access_token}", X-Org: acme }
"#;
    let token = |asked: &Asked| match asked.body.contains(PASSWORD) {
        true => issued(3600),
        false => Answer::json(200, &json!({ "error": "wrong" })),
    };
    let (service, count) = serve(token);
    let written = project(&service, alice, &READS.repeat(2));
    let ran = run(&written, &["check"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert!(!written.read("assessment.json").contains("issued-token"));
    let wrong = [("ALICE_PASSWORD", "wrong-horse-battery-7")];
    let ran = run_with(&written, &["check"], &wrong);
    let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(words.contains("without the expected value at `/token_type`"), "{ran}");
}

#[test]
fn a_client_shows_who_it_is_in_the_way_that_the_server_demands() {
    const SECRET: &str = "client-secret-9f8e7d6c";
    let cases = [
        ("", "basic"),
        ("client_auth: post, ", "post"),
        ("grant: refresh_token, refresh_token: \"${REFRESH}\", ", "refresh"),
        ("grant: token_exchange, subject_token: \"${REFRESH}\", ", "exchange"),
    ];
    for (written, demands) in cases {
        let (service, _) = serve(move |asked| {
            // `alice-client:client-secret-9f8e7d6c`
            let basic = "Basic YWxpY2UtY2xpZW50OmNsaWVudC1zZWNyZXQtOWY4ZTdkNmM=";
            let by_basic = field(asked, "authorization") == basic;
            let has = |text: &str| asked.body.contains(text);
            let is_good = match demands {
                "basic" => by_basic && has("grant_type=client_credentials&scope=notes.read"),
                "post" => has("client_id=alice-client&client_secret=client-secret-9f8e7d6c"),
                "refresh" => {
                    by_basic && has("grant_type=refresh_token&refresh_token=refresh-token-77aa")
                }
                _ => {
                    by_basic
                        && has(
                            "token-exchange&subject_token=refresh-token-77aa&subject_token_type=",
                        )
                }
            };
            if is_good {
                issued(3600)
            } else {
                Answer::json(401, &json!({ "error": "invalid_client" }))
            }
        });
        let alice = format!(
            "    oauth2: {{ token_url: /token, client_id: alice-client, \
             client_secret: \"${{CLIENT_SECRET}}\", {written}scope: notes.read }}\n"
        );
        let variables = [("CLIENT_SECRET", SECRET), ("REFRESH", "refresh-token-77aa")];
        let written = project(&service, &alice, READS);
        let ran = run_with(&written, &["check"], &variables);
        assert_eq!(ran.code, Some(0), "{demands}: {ran}");
        let ran = run_with(
            &written,
            &["check"],
            &[("CLIENT_SECRET", "wrong-secret-0a9b8c7d"), variables[1]],
        );
        assert_eq!(ran.code, Some(3), "{demands}: {ran}");
        assert!(ran.out.contains("could not log in: request 1"), "{ran}");
    }
}

#[test]
fn a_key_of_the_client_signs_a_new_assertion_that_is_verified() {
    let key = rsa::PrivateKey::new(&mut rand::rngs::SysRng, 2048).unwrap();
    let public = key.to_public_key();
    let key = key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let (service, _) = serve(move |asked| {
        log.lock().unwrap().push(asked.body.clone());
        issued(3600)
    });
    let alice = "    oauth2: { token_url: /token, client_id: alice-client, private_key: \"${KEY}\", key_id: one }\n";
    let ran = run_with(&project(&service, alice, READS), &["check"], &[("KEY", &key)]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let body = seen.lock().unwrap()[0].clone();
    assert!(body.contains("client-assertion-type%3Ajwt-bearer&client_assertion=eyJ"), "{body}");
    let assertion = body.split("client_assertion=").nth(1).unwrap().split('&').next().unwrap();
    let (message, signature) = assertion.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    public.pkcs1v15_verify::<Sha256>(message.as_bytes(), &signature).unwrap();
    let claims = URL_SAFE_NO_PAD.decode(message.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["sub"], "alice-client");
    assert!(claims["aud"].as_str().unwrap().ends_with("/token"), "{claims}");
}

#[test]
fn keys_are_sent_in_header_fields_and_in_addresses_and_are_written_nowhere() {
    let service = Service::start(|asked| {
        let by_field =
            field(asked, "x-api-key") == "api-key-12ab34cd" && field(asked, "x-org") == "acme";
        let by_query = asked.path == "/notes?api_key=api-key-12ab34cd";
        notes(asked, by_field || by_query)
    });
    for alice in [
        "    headers: { X-Api-Key: \"${KEY}\", X-Org: acme }\n",
        "    query: { api_key: \"${KEY}\" }\n",
    ] {
        let written = project(&service, alice, READS);
        let ran = run_with(&written, &["check"], &[("KEY", "api-key-12ab34cd")]);
        assert_eq!(ran.code, Some(0), "{ran}");
        assert!(!written.read("assessment.json").contains("api-key-12ab34cd"));
        let ran = run_with(&written, &["check"], &[("KEY", "another-key-98765")]);
        assert_eq!(ran.code, Some(3), "{ran}");
    }
}
