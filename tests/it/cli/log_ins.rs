//! `avouch init` for services with each usual log-in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::evidence::service::{Answer, Asked, Service};
use crate::harness::{Project, Run};

const SECRET: &str = "made-for-this-test-0815";

/// A service whose path `/api/me` lets in a customer with this header field.
fn service(field: &'static str, good: String) -> Service {
    Service::start(move |asked| match asked.line().as_str() {
        "GET /" => Answer::new(200, "hello"),
        "GET /login" => {
            Answer::new(200, "<form><input type=hidden name=csrf value=form-token-4711></form>")
                .with("content-type", "text/html")
        }
        "POST /login" if logs_in(asked) => Answer::new(302, "")
            .with("location", "/")
            .with("set-cookie", "sid=session-of-acme-0815; HttpOnly"),
        "POST /token" if asked.body.contains("grant_type=client_credentials") => {
            let token = json!({ "access_token": "token-of-acme-0815", "token_type": "Bearer", "expires_in": 600 });
            Answer::json(200, &token)
        }
        line if line.starts_with("GET /api/me") => {
            let given = asked.headers.get(field).and_then(|value| value.to_str().ok());
            match given == Some(&good) && line == "GET /api/me" {
                true => Answer::json(200, &json!({ "name": "acme", "plan": "large" })),
                false => Answer::json(401, &json!({ "error": "who?" })),
            }
        }
        _ => Answer::new(404, ""),
    })
}

fn logs_in(asked: &Asked) -> bool {
    let has = |part: &str| asked.body.contains(part);
    has("email=acme") && has(&format!("pass={SECRET}")) && has("csrf=form-token-4711")
}

fn with_secret(project: &Project, args: &[&str]) -> Run {
    let secret = match args.contains(&"session") {
        true => format!("sid={SECRET}"),
        false => SECRET.to_owned(),
    };
    let output = project.command(args).env("API_TOKEN", secret).output().unwrap();
    project.finish(&output)
}

fn init(service: &Service, own: &[&str]) -> (Project, Run) {
    init_with(service, &[&["--private", "/api/me"], own].concat())
}

/// Runs `init` in a new project with these arguments, and with those that are the same for each.
fn init_with(service: &Service, own: &[&str]) -> (Project, Run) {
    let project = Project::empty();
    let target = format!("http://{}", service.address);
    let common = [
        "init",
        "--organisation",
        "Example",
        "--url",
        "https://security.example.com",
        "--contact",
        "security@example.com",
        "--target",
        &target,
    ];
    let run = with_secret(&project, &[&common[..], own].concat());
    (project, run)
}

#[test]
fn each_usual_log_in_leads_to_a_claim_about_a_protected_path() {
    let basic = format!("Basic {}", STANDARD.encode(format!("acme:{SECRET}")));
    let cases: [(&str, String, &[&str]); 5] = [
        ("authorization", basic, &["--login", "basic", "--user", "acme"]),
        ("x-api-key", SECRET.into(), &["--login", "api-key", "--header", "X-API-Key"]),
        ("cookie", format!("sid={SECRET}"), &["--login", "session"]),
        (
            "cookie",
            "sid=session-of-acme-0815".into(),
            &["--login", "form", "--user", "acme", "--fields", "email,pass,csrf"],
        ),
        (
            "authorization",
            "Bearer token-of-acme-0815".into(),
            &["--login", "oauth2", "--user", "acme", "--login-url", "/token"],
        ),
    ];
    for (field, good, own) in cases {
        let service = service(field, good);
        let (project, run) = init(&service, own);
        assert_eq!(run.code, Some(0), "{own:?}: {run}");
        assert!(run.err.contains("kept      login-required:"), "{own:?}: {run}");
        let files = project.read("avouch.yaml");
        assert!(files.contains("${API_TOKEN}") && !files.contains(SECRET), "{files}");
        assert!(!run.err.contains(SECRET), "{run}");
        let lint = with_secret(&project, &["lint"]);
        assert_eq!(lint.code, Some(0), "{own:?}: {lint}");
        let is_session = own.contains(&"session");
        let secret = if is_session { format!("sid={SECRET}") } else { SECRET.into() };
        let check = project.command(&["check"]).env("API_TOKEN", secret).output().unwrap();
        let check = project.finish(&check);
        assert_eq!(check.code, Some(0), "{own:?}: {check}");
    }
}

const DESCRIPTION: &str = "\
openapi: 3.1.0
servers: [{ url: / }]
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-API-Key } } }
security: [{ key: [] }]
paths:
  /: { get: { security: [] } }
  /api/me: { get: {} }
  /login: { get: {} }
  /notes/{id}: { get: {} }
";

/// Runs `init` with a file that describes the service.
fn described(service: &Service, file: (&str, &str), own: &[&str]) -> (Project, Run) {
    let outside = tempfile::tempdir().unwrap();
    let path = outside.path().join("described");
    std::fs::write(&path, file.1).unwrap();
    init_with(service, &[&[file.0, path.to_str().unwrap()], own].concat())
}

#[test]
fn a_description_names_the_log_in_and_the_protected_paths() {
    let service = service("x-api-key", SECRET.into());
    let (project, run) = described(&service, ("--openapi", DESCRIPTION), &[]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.err.contains("left out  /login: "), "{run}");
    let claim = project.read("checks/login-required.yaml");
    assert!(
        claim.contains("can read /api/me of our service.") && claim.contains("- get: /api/me\n")
    );
    assert!(
        project
            .read("avouch.yaml")
            .contains("header: { name: \"X-API-Key\", value: \"${API_TOKEN}\" }")
    );
    let (_, run) = described(&service, ("--openapi", "openapi: 3.1.0"), &[]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("names no path that only customers may read"), "{run}");
}

#[test]
fn a_recording_gives_names_and_no_value_of_it_reaches_a_file() {
    let service = service("cookie", "sid=session-of-acme-0815".into());
    let recorded = "recorded-value-4711";
    let request = |method: &str, path: &str, field: &str, params: &[&str]| {
        let params: Vec<_> =
            params.iter().map(|name| json!({ "name": name, "value": recorded })).collect();
        json!({
            "request": { "method": method, "url": format!("http://{}{path}", service.address),
                "headers": [{ "name": field, "value": recorded }], "postData": { "params": params } },
            "response": { "status": 200, "content": { "text": recorded } },
        })
    };
    let recording = json!({ "log": { "entries": [
        request("POST", "/login", "Accept", &["email", "pass", "csrf"]),
        request("GET", "/api/me", "Cookie", &[]),
        request("GET", &format!("/share/{recorded}"), "Cookie", &[]),
    ] } });
    let file = ("--har", &*recording.to_string());
    let (project, run) = described(&service, file, &["--user", "acme"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.err.contains("kept      login-required:"), "{run}");
    assert!(!run.err.contains(recorded), "{run}");
    for entry in walkdir::WalkDir::new(project.root()) {
        let entry = entry.unwrap();
        let is_clean = !entry.file_type().is_file()
            || !String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).contains(recorded);
        assert!(is_clean, "{}", entry.path().display());
    }
    let settings = project.read("avouch.yaml");
    assert!(settings.contains("\"email\": \"acme\", \"pass\": \"${API_TOKEN}\""), "{settings}");
}

#[test]
fn options_that_a_log_in_needs_are_named() {
    let service = service("cookie", String::new());
    for (login, missing) in [
        ("basic", "--user"),
        ("form", "--user"),
        ("oauth2", "--user, --login-url"),
        ("api-key", "--header"),
    ] {
        let (_, run) = init(&service, &["--login", login]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.err.contains(&format!("missing: {missing}\n")), "{login}: {run}");
    }
    let (_, run) = init(&service, &["--login", "form", "--user", "acme", "--fields", "one"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("`--fields`: write two names, or three"), "{run}");
}
