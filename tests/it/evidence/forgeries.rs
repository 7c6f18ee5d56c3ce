//! Bad credentials that are derived from a good one: a service that accepts one of them is violated, and the report
//! names it; a service that refuses all of them holds.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::evidence::service::{Answer, Asked, Service};
use crate::harness::{Project, Run};

/// `auth-required` of `GET /orders` for acme, without other spellings of the request.
const CHECK: &str = "\
- kind: auth-required
  as: acme
  other: globex
  endpoints: [{ get: /orders }]
  without: { head: another test, query-token: another test, trailing-slash: another test, \
doubled-slash: another test, other-case: another test, encoded-slash: another test }
";

/// Whether a service accepts a credential, which is the value of a header field.
type Accepts = fn(&str) -> bool;

/// A service that gives acme's orders to whom it accepts.
fn accepting(field: &'static str, good: String, also: Accepts) -> Service {
    let given = move |asked: &Asked| -> Option<String> {
        Some(asked.headers.get(field)?.to_str().ok()?.to_owned())
    };
    Service::start(move |asked| match (asked.path.as_str(), given(asked)) {
        ("/orders", Some(given)) if given == good || also(&given) => {
            Answer::json(200, &json!({ "orders": ["ord-7731"] }))
        }
        ("/orders", _) => Answer::new(401, ""),
        _ => Answer::new(404, ""),
    })
}

/// The credentials of acme and globex in `avouch.yaml`, and the values of their variables.
struct Actors {
    acme: &'static str,
    globex: &'static str,
    secrets: [String; 2],
}

impl Actors {
    fn project(&self, service: &Service, check: &str) -> Project {
        let project = service.project(check);
        project.edit("avouch.yaml", "bearer: \"${ACME_TOKEN}\"", self.acme);
        project.edit("avouch.yaml", "bearer: \"${GLOBEX_TOKEN}\"", self.globex);
        project
    }

    fn run(&self, project: &Project, args: &[&str]) -> Run {
        let mut command = project.command(args);
        command.env("ACME_TOKEN", &self.secrets[0]).env("GLOBEX_TOKEN", &self.secrets[1]);
        command.env("OPERATOR_TOKEN", "operator-token-0123456789");
        project.finish(&command.output().unwrap())
    }

    fn check(&self, service: &Service, check: &str) -> Run {
        self.run(&self.project(service, check), &["check"])
    }

    /// A service that refuses every bad credential holds, and one that accepts one of them does not.
    fn try_all(&self, field: &'static str, good: &str, check: &str, flaws: &[(&str, Accepts)]) {
        let sound = self.check(&accepting(field, good.to_owned(), |_| false), check);
        assert_eq!(sound.code, Some(0), "{sound}");
        for (words, accepts) in flaws {
            let run = self.check(&accepting(field, good.to_owned(), *accepts), check);
            assert_eq!(run.code, Some(1), "{words} {run}");
            let out: Vec<&str> = run.out.split_whitespace().collect();
            assert!(out.join(" ").contains(words), "{words} {run}");
            for secret in &self.secrets {
                assert!(!run.out.contains(secret.as_str()), "{words} {run}");
            }
        }
    }
}

/// User and password of a field.
fn basic(field: &str) -> (String, String) {
    let text = field.strip_prefix("Basic ").and_then(|text| STANDARD.decode(text).ok());
    let text = text.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let (user, password) = text.split_once(':').unwrap_or_default();
    (user.to_owned(), password.to_owned())
}

const PASSWORDS: [&str; 2] = ["acme-password-0123456789", "globex-password-0123456789"];

#[test]
fn a_service_that_accepts_a_bad_password_is_violated() {
    let actors = Actors {
        acme: "basic: { user: ada, password: \"${ACME_TOKEN}\" }",
        globex: "basic: { user: bob, password: \"${GLOBEX_TOKEN}\" }",
        secrets: PASSWORDS.map(str::to_owned),
    };
    let good = format!("Basic {}", STANDARD.encode(format!("ada:{}", PASSWORDS[0])));
    let flaws: [(&str, Accepts); 4] = [
        ("with a wrong password", |field| {
            let (user, password) = basic(field);
            user == "ada" && !password.is_empty() && !PASSWORDS.contains(&password.as_str())
        }),
        ("with an empty password", |field| basic(field) == ("ada".to_owned(), String::new())),
        ("and the name of nobody", |field| {
            let (user, password) = basic(field);
            !["ada", "bob", ""].contains(&user.as_str()) && password == PASSWORDS[0]
        }),
        ("with another tenant's password", |field| {
            basic(field) == ("ada".to_owned(), PASSWORDS[1].to_owned())
        }),
    ];
    actors.try_all("authorization", &good, CHECK, &flaws);
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token that the services of these tests know; they know no key.
fn token(subject: &str) -> String {
    let claims = json!({ "sub": subject, "exp": 4_000_000_000_i64 });
    let signature =
        URL_SAFE_NO_PAD.encode(format!("the 32 bytes of {subject}'s signature").as_bytes());
    format!("{}.{}.{signature}", part(&json!({ "alg": "HS256" })), part(&claims))
}

/// Algorithm, claims and signature of the token in a field.
fn read(field: &str) -> Option<(String, Value, Vec<u8>)> {
    let parts: Vec<&str> = field.strip_prefix("Bearer ")?.split('.').collect();
    let [header, claims, signature] = parts[..] else { return None };
    let read = |part: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    let algorithm = read(header)?["alg"].as_str()?.to_owned();
    Some((algorithm, read(claims)?, URL_SAFE_NO_PAD.decode(signature).ok()?))
}

/// The same of acme's good token.
fn good() -> (String, Value, Vec<u8>) {
    read(&format!("Bearer {}", token("acme"))).unwrap()
}

fn unsigned(field: &str, spelled: &str) -> bool {
    let unsigned = (spelled.to_owned(), good().1, Vec::new());
    read(field) == Some(unsigned)
}

/// How many bits of the signature differ, in a token that is the good one otherwise.
fn changed_bits(field: &str) -> Option<u32> {
    let (algorithm, claims, signature) = read(field)?;
    let good = good();
    let same = (algorithm, claims) == (good.0, good.1) && signature.len() == good.2.len();
    let bits = signature.iter().zip(&good.2).map(|(one, other)| (one ^ other).count_ones());
    same.then(|| bits.sum())
}

/// The subject of a token that has the good one's signature.
fn subject_under_good_signature(field: &str) -> Option<(String, bool)> {
    let (_, claims, signature) = read(field)?;
    let subject = claims["sub"].as_str()?.to_owned();
    (signature == good().2).then(|| (subject, claims == good().1))
}

#[test]
fn a_service_that_accepts_a_token_with_a_defect_is_violated() {
    let actors = Actors {
        acme: "jwt: true, bearer: \"${ACME_TOKEN}\"",
        globex: "jwt: true, bearer: \"${GLOBEX_TOKEN}\"",
        secrets: [token("acme"), token("globex")],
    };
    let flaws: [(&str, Accepts); 9] = [
        ("whose signature was changed", |field| changed_bits(field) == Some(1)),
        ("whose signature is empty", |field| read(field) == Some((good().0, good().1, Vec::new()))),
        ("alg: none", |field| unsigned(field, "none")),
        ("alg: None", |field| unsigned(field, "None")),
        ("alg: NONE", |field| unsigned(field, "NONE")),
        ("alg: nOnE", |field| unsigned(field, "nOnE")),
        ("changed after it was signed", |field| {
            subject_under_good_signature(field) == Some(("acme".to_owned(), false))
        }),
        ("signed with an unknown key", |field| {
            let same = |(algorithm, claims, signature): (String, Value, Vec<u8>)| {
                (algorithm, claims) == (good().0, good().1) && signature.len() == 32
            };
            read(field).is_some_and(same) && changed_bits(field) != Some(1)
        }),
        ("under its own signature", |field| {
            subject_under_good_signature(field) == Some(("globex".to_owned(), false))
        }),
    ];
    actors.try_all("authorization", &format!("Bearer {}", token("acme")), CHECK, &flaws);
}

#[test]
fn a_web_token_is_named_in_the_settings_and_other_tokens_are_not_one() {
    let bearer = |jwt: &'static str, secret: String| {
        let actors = Actors {
            acme: jwt,
            globex: "bearer: \"${GLOBEX_TOKEN}\"",
            secrets: [secret, "globex-token-0123".into()],
        };
        let service = Service::start(|_| Answer::new(401, ""));
        let check = CHECK.replace("  other: globex\n", "");
        let project = actors.project(&service, &check);
        actors.run(&project, &["lint"])
    };
    let unstated = bearer("bearer: \"${ACME_TOKEN}\"", token("acme"));
    assert!(unstated.err.contains("unstated-jwt"), "{unstated}");
    let stated = bearer("jwt: false, bearer: \"${ACME_TOKEN}\"", token("acme"));
    assert!(!stated.err.contains("unstated-jwt"), "{stated}");
    let wrong = bearer("jwt: true, bearer: \"${ACME_TOKEN}\"", "acme-token-0123456789".into());
    assert_eq!(wrong.code, Some(2), "{wrong}");
    assert!(wrong.err.contains("is not a JSON Web Token"), "{wrong}");
}

/// A session with a signature, as Express signs it.
const SESSION: &str = "theme=dark; sid=s-abcdefgh12345678.sIgNaTuRe0123456789abcdef";

fn session(field: &str) -> (&str, &str) {
    let value = field.split("sid=").nth(1).unwrap_or_default();
    value.rsplit_once('.').unwrap_or_default()
}

#[test]
fn a_service_that_accepts_a_tampered_session_is_violated() {
    let actors = Actors {
        acme: "header: { name: Cookie, value: \"${ACME_TOKEN}\" }",
        globex: "bearer: \"${GLOBEX_TOKEN}\"",
        secrets: [SESSION.to_owned(), "globex-token-0123".to_owned()],
    };
    let check = CHECK.replace("  other: globex\n", "");
    let flaws: [(&str, Accepts); 2] = [
        ("with the end of its session changed", |field| {
            session(field).0 == session(SESSION).0 && session(field).1 != session(SESSION).1
        }),
        ("under the same end", |field| {
            session(field).0 != session(SESSION).0 && session(field).1 == session(SESSION).1
        }),
    ];
    actors.try_all("cookie", SESSION, &check, &flaws);
}

#[test]
fn a_credential_that_does_not_name_its_tenant_cannot_be_mixed() {
    let service = Service::start(|_| Answer::new(401, ""));
    let run = service.check(CHECK);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("does not name its tenant"), "{run}");
    assert!(run.err.contains("jwt: true"), "{run}");
}

/// The part of a tampered session that is the good one's is as secret as the whole.
#[test]
fn what_is_left_of_a_good_credential_is_redacted() {
    let actors = Actors {
        acme: "header: { name: Cookie, value: \"${ACME_TOKEN}\" }",
        globex: "bearer: \"${GLOBEX_TOKEN}\"",
        secrets: [SESSION.to_owned(), "globex-token-0123".to_owned()],
    };
    let service = Service::start(|asked| {
        let given = asked.headers.get("cookie").and_then(|field| field.to_str().ok());
        let (start, end) = session(given.unwrap_or_default());
        match given {
            Some(SESSION) => Answer::json(200, &json!({ "orders": ["ord-7731"] })),
            _ => Answer::new(302, "").with("location", &format!("/login?from={start}.{end}")),
        }
    });
    let check = CHECK.replace("  other: globex\n", "");
    let project = actors.project(&service, &check);
    project.edit("avouch.yaml", "writes: true", "refused: { login: /login }\nwrites: true");
    let run = actors.run(&project, &["check", "--format", "json"]);
    for part in ["s-abcdefgh12345678", "sIgNaTuRe0123456789abcdef"] {
        assert!(!run.out.contains(part), "{part} {run}");
        let stored = project.files(".");
        let texts = stored.iter().filter(|(name, _)| !name.starts_with(".git"));
        for (name, bytes) in texts {
            assert!(!String::from_utf8_lossy(bytes).contains(part), "{part} in {}", name.display());
        }
    }
}
