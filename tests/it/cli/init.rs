//! A newcomer's first project: begun with flags, against the demo and against a service of another
//! shape than ours.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::harness::{Project, Run};

/// A plain web service: bearer tokens, one tenant, no platform, plain HTTP on loopback.
struct Plain {
    address: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Plain {
    /// Starts it; it lets in whoever bears `token`.
    fn start(token: &'static str) -> Self {
        let me = move |headers: HeaderMap| async move {
            let good = format!("Bearer {token}");
            let is_good = headers.get("authorization").is_some_and(|field| *field == *good);
            if is_good { (StatusCode::OK, "you") } else { (StatusCode::UNAUTHORIZED, "who?") }
        };
        let orders = move |headers: HeaderMap| async move {
            let good = format!("Bearer {token}");
            let is_good = headers.get("authorization").is_some_and(|field| *field == *good);
            if is_good { "yours".into_response() } else { Redirect::to("/login").into_response() }
        };
        let connect = move |headers: HeaderMap| async move {
            let is_good = is_signed(&headers, token);
            if is_good { (StatusCode::OK, "you") } else { (StatusCode::UNAUTHORIZED, "who?") }
        };
        let front = || async { ([("x-content-type-options", "nosniff")], "hello") };
        let app = Router::new()
            .route("/", get(front))
            .route("/healthz", get(|| async { "well" }))
            .route("/api/me", get(me))
            .route("/orders", get(orders))
            .route("/connect", get(connect));
        Self::serve(app)
    }

    fn serve(app: Router) -> Self {
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serve = async move {
            let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            let end = async { stopped.await.unwrap_or_default() };
            axum::serve(listener, app).with_graceful_shutdown(end).await.unwrap();
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let thread = thread::spawn(move || runtime.block_on(serve));
        Self { address: told.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }
}

/// The hash of `GET /connect`, as Atlassian Connect binds a token to a request.
const QSH: &str = "942bb3b2e0d722b0839d45294c8b389134e8c20ceb3b4bb2a12abf7be4f80550";

/// Whether a token of Atlassian Connect is taken by a library that looks at no time of it but its
/// end, and only if it has one, as the most common one does.
#[expect(clippy::disallowed_methods, reason = "the service reads the real clock too")]
fn is_signed(headers: &HeaderMap, secret: &str) -> bool {
    let token = headers.get("authorization").and_then(|field| field.to_str().ok());
    let Some(token) = token.and_then(|field| field.strip_prefix("JWT ")) else {
        return false;
    };
    read(token, secret).is_some_and(|claims| {
        let now = jiff::Timestamp::now().as_second();
        let end = claims["exp"].as_i64();
        claims["iss"] == "acme" && claims["qsh"] == QSH && end.is_none_or(|end| end >= now)
    })
}

/// The claims of a token that is signed with HMAC, SHA-256 and this secret.
fn read(token: &str, secret: &str) -> Option<serde_json::Value> {
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let header: serde_json::Value = serde_json::from_slice(&decoded(header)?).ok()?;
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?.chain_update(message);
    mac.verify_slice(&decoded(signature)?).ok().filter(|()| header["alg"] == "HS256")?;
    serde_json::from_slice(&decoded(claims)?).ok()
}

impl Drop for Plain {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().map(thread::JoinHandle::join);
    }
}

const COMMON: [&str; 7] = [
    "init",
    "--organisation",
    "Example: \"Ltd\" # & Co",
    "--url",
    "https://security.example.com",
    "--contact",
    "security@example.com",
];

#[test]
fn a_project_for_the_demo_has_a_claim_of_each_basis_and_builds() {
    let project = Project::empty();
    let run = project.run(&[&COMMON[..], &["--target", "demo", "--reports-are-read"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    let bases = [
        "(Tested publicly)",
        "(Tested with test accounts)",
        "(Reported by the service)",
        "(Confirmed by a named role)",
    ];
    for basis in bases {
        assert!(run.err.contains(basis), "{basis}: {run}");
    }
    assert_eq!(project.run(&["lint"]).code, Some(0));
    let build = project.run(&["build"]);
    assert_eq!(build.code, Some(0), "{build}");
    assert!(project.read("public/index.html").contains("Example: &quot;Ltd&quot; # &amp; Co"));
    let left = std::fs::read_dir(project.root()).unwrap().map(|one| one.unwrap().file_name());
    let hidden: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with(".t")).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
    let word = "after checking who receives messages to security@example.com, and that a person \
                reads every one of them";
    assert!(project.read("public/security/index.html").contains(word));
}

#[test]
fn nobodys_word_is_given_for_them() {
    let project = Project::empty();
    let run = project.run(&[&COMMON[..], &["--target", "demo"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    let line = "left out  reports-are-read: nobody has confirmed this; \
                `avouch init --reports-are-read` confirms it\n";
    assert!(run.err.contains(line), "{run}");
    assert!(!project.path("checks/reports-are-read.yaml").exists());
    assert!(!project.path("attestations/reports-are-read.yaml").exists());
    assert_eq!(project.run(&["lint"]).code, Some(0));
    let project = Project::empty();
    let run = project.run(&[&COMMON[..], &["--target", "demo", "--login", "none"]].concat());
    assert_eq!(run.code, Some(0), "nor is a login needed: {run}");
}

fn with_token(project: &Project, args: &[&str], token: &str) -> Run {
    let output = project.command(args).env("API_TOKEN", token).output().unwrap();
    project.finish(&output)
}

#[test]
fn a_service_of_another_shape_holds_what_init_wrote() {
    let token = "made-for-this-test";
    let plain = Plain::start(token);
    let target = format!("http://{}", plain.address);
    let project = Project::empty();
    let own = ["--target", &target, "--login", "bearer", "--private", "/api/me"];
    let args = [&COMMON[..], &own, &["--reports-are-read"]];
    let run = with_token(&project, &args.concat(), token);
    assert_eq!(run.code, Some(0), "{run}");
    for kept in ["login-required", "healthz", "reports-are-read", "front-page", "no-sniffing"] {
        assert!(run.err.contains(&format!("kept      {kept}:")), "{kept}: {run}");
    }
    assert!(run.err.contains("left out  connect-descriptor:"), "{run}");
    let build = with_token(&project, &["build"], token);
    assert_eq!(build.code, Some(0), "{build}");
    let everything = format!("{run}{build}{}", project.read("public/claims.json"));
    assert!(!everything.contains(token));
    let wrong = with_token(&project, &["check"], "another-token");
    assert_eq!(wrong.code, Some(3), "a bad token finds nothing out: {wrong}");
    assert!(wrong.out.contains("check `customer` in `avouch.yaml`"), "{wrong}");
}

#[test]
fn nothing_is_begun_over_a_project_or_without_answers() {
    let project = Project::own();
    let before = project.read("avouch.yaml");
    let run = project.run(&[&COMMON[..], &["--target", "demo"]].concat());
    assert_eq!(run.code, Some(2), "{run}");
    assert_eq!(project.read("avouch.yaml"), before);
    let empty = Project::empty();
    let run = empty.run(&["init", "--target", "https://addon.example.com"]);
    assert_eq!(run.code, Some(2), "{run}");
    for flag in ["--organisation", "--url", "--contact", "--login"] {
        assert!(run.err.contains(flag), "{run}");
    }
    assert!(!run.err.contains("--target,"), "{run}");
    assert_eq!(std::fs::read_dir(empty.root()).unwrap().count(), 0);
    let unset =
        [&COMMON[..], &["--target", "http://127.0.0.1:9", "--login", "bearer", "--private", "/x"]];
    let run = empty.run(&unset.concat());
    assert!(run.err.contains("`API_TOKEN` is not set"), "{run}");
}

#[test]
fn an_address_that_is_more_than_an_origin_is_told_and_not_cut() {
    let told = |target: &str| {
        let empty = Project::empty();
        let run = empty.run(&[&COMMON[..], &["--target", target, "--login", "none"]].concat());
        assert_eq!(run.code, Some(2), "{target}: {run}");
        assert_eq!(std::fs::read_dir(empty.root()).unwrap().count(), 0, "{target}");
        run.err
    };
    for (target, help) in [
        ("https://addon.example.com/base", "put `/base` into the paths of the checks"),
        ("https://user:word@addon.example.com", "without a path"),
        ("https://addon.example.com/?x=1", "without a path"),
        ("http://addon.example.com", "plain `http://` is allowed on loopback only"),
    ] {
        assert!(told(target).contains(help), "{target}");
    }
}

#[test]
fn what_a_log_in_needs_is_asked_for_by_its_flags() {
    let empty = Project::empty();
    let target = ["--target", "http://127.0.0.1:9", "--login", "connect"];
    let run = empty.run(&[&COMMON[..], &target].concat());
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("--private, --client-key"), "{run}");
}

#[test]
fn a_library_that_looks_at_no_times_of_a_token_is_claimed_no_more_of() {
    let token = "made-for-this-test-and-no-other-one";
    let plain = Plain::start(token);
    let target = format!("http://{}", plain.address);
    let project = Project::empty();
    let connect = ["--target", &target, "--login", "connect", "--private", "/connect"];
    let args = [&COMMON[..], &connect, &["--secret", "API_TOKEN", "--client-key", "acme"]];
    let run = with_token(&project, &args.concat(), token);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(
        run.err.contains("left out  login-required: GET /connect with a token that is not yet")
    );
    assert!(run.err.contains("kept      login-required-untimed:"), "{run}");
    let build = with_token(&project, &["build"], token);
    assert_eq!(build.code, Some(0), "{build}");
    assert!(project.read("public/claims.json").contains("`no-expiry` was not tried"));
}

#[test]
fn a_redirect_of_strangers_is_a_refusal_once_the_log_in_page_is_named() {
    let token = "made-for-this-test";
    let plain = Plain::start(token);
    let target = format!("http://{}", plain.address);
    let project = Project::empty();
    let bearer = ["--target", &target, "--login", "bearer", "--private"];
    let run = with_token(&project, &[&COMMON[..], &bearer, &["/api/me"]].concat(), token);
    assert_eq!(run.code, Some(0), "{run}");
    project.edit("checks/login-required.yaml", "get: /api/me", "get: /orders");
    let run = with_token(&project, &["check", "login-required"], token);
    assert_eq!(run.code, Some(3), "{run}");
    let seen = "status 303, a redirect to /login, which neither grants nor refuses access";
    let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(seen), "{run}");
    assert!(run.out.contains("help      if that address is the login page"), "{run}");
    project.edit("avouch.yaml", "writes: false", "refused: { login: /login }\nwrites: false");
    assert_eq!(with_token(&project, &["check", "login-required"], token).code, Some(0));
}

fn is_empty(project: &Project) -> bool {
    std::fs::read_dir(project.root()).unwrap().next().is_none()
}

#[test]
fn of_a_service_that_is_down_nothing_is_begun() {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for scheme in ["http", "https"] {
        let project = Project::empty();
        let target = format!("{scheme}://{address}");
        let own = ["--target", &target, "--login", "none", "--root", "new", "--reports-are-read"];
        let run = project.run(&[&COMMON[..], &own].concat());
        assert_eq!(run.code, Some(3), "{run}");
        let told = format!(
            "checks\nerror: nothing answered at {target}: connection refused\n  \
             help: start the service, or correct `--target`; nothing was written\n"
        );
        assert!(run.err.ends_with(&told), "{run}");
        assert!(!run.err.contains("again"), "{run}");
        assert!(is_empty(&project), "{run}");
    }
}

#[test]
fn of_a_service_that_cannot_be_trusted_nothing_is_begun() {
    let plain = Plain::serve(Router::new());
    let project = Project::empty();
    let target = format!("https://{}", plain.address);
    let run = project.run(&[&COMMON[..], &["--target", &target, "--login", "none"]].concat());
    assert_eq!(run.code, Some(3), "{run}");
    let told = format!("error: no trusted connection could be made to {target}: ");
    assert!(run.err.contains(&told), "{run}");
    assert!(is_empty(&project), "{run}");
}

async fn open_to_all() -> impl axum::response::IntoResponse {
    ([("access-control-allow-origin", "*")], "hello")
}

#[test]
fn where_no_claim_holds_nothing_is_begun_and_one_is_told_as_one() {
    let project = Project::empty();
    let begin = |app| {
        let plain = Plain::serve(app);
        let target = format!("http://{}", plain.address);
        project.run(&[&COMMON[..], &["--target", &target, "--login", "none"]].concat())
    };
    let run = begin(Router::new());
    assert_eq!(run.code, Some(1), "{run}");
    let told = "error: none of the claims that a project can start with is true\n";
    assert!(run.err.contains(told), "{run}");
    assert!(is_empty(&project), "{run}");
    let run = begin(Router::new().route("/", get(open_to_all)));
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.err.contains("now a project of 1 claim, which is true.\n"), "{run}");
}

#[test]
fn a_mistyped_path_and_a_folder_outside_git_are_told_as_such() {
    let token = "made-for-this-test";
    let app = Router::new().route("/", get(|| async { "hello" }));
    let plain = Plain::serve(app);
    let target = format!("http://{}", plain.address);
    let project = Project::empty();
    let own = ["--target", &target, "--login", "bearer", "--private", "/api/mee"];
    let run = with_token(&project, &[&COMMON[..], &own].concat(), token);
    assert_eq!(run.code, Some(0), "{run}");
    let line = |name: &str| {
        let start = format!("left out  {name}: ");
        run.err.lines().find_map(|line| line.strip_prefix(&start)).map(str::to_owned)
    };
    let told = line("login-required").unwrap();
    assert!(told.ends_with("; is `--private` right?"), "{run}");
    let told = line("kept-in-git").unwrap();
    assert_eq!(told, "the folder is not in a Git repository, or nothing is committed there");
}

#[test]
fn what_is_wrong_with_the_flags_is_told_at_once() {
    let project = Project::empty();
    let own = [
        "--target",
        "nowhere",
        "--url",
        "ftp://a.test",
        "--contact",
        "nobody",
        "--secret",
        "not-shown",
    ];
    let run = project.run(&[&["init", "--organisation", ""], &own[..]].concat());
    assert_eq!(run.code, Some(2), "{run}");
    for flag in ["--organisation", "--target", "--url", "--contact", "--secret"] {
        assert!(run.err.contains(&format!("error: `{flag}`: ")), "{flag}: {run}");
    }
    assert!(!run.err.contains("not-shown"), "{run}");
}

#[test]
fn what_is_there_already_stays_and_the_rest_is_written() {
    let project = Project::empty();
    project.write("CODEOWNERS", "* @us\n");
    project.write("schemas/ours.json", "{}\n");
    let run = project.run(&[&COMMON[..], &["--target", "demo"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.err.contains("`CODEOWNERS` exists already, and was not changed\n"), "{run}");
    assert_eq!(project.read("CODEOWNERS"), "* @us\n");
    assert_eq!(project.read("schemas/ours.json"), "{}\n");
    assert!(project.path("schemas/claim.schema.json").exists());
}

#[test]
fn at_a_terminal_everything_is_asked_and_nothing_is_lost() {
    let token = "made-for-this-test";
    let plain = Plain::start(token);
    let target = format!("http://{}\n", plain.address);
    let project = Project::empty();
    let run = project.at_terminal(
        &["init"],
        &[("ACME_TOKEN", token)],
        &[
            ("Who publishes the page?", "Example\n"),
            ("Which service should be checked?", "http://example.com\n"),
            ("loopback only", &target),
            ("What will the address of the page be?", "https://security.example.com\n"),
            ("Where should people report vulnerabilities?", "security@example.com\n"),
            ("How do customers log in?", "\n"),
            ("Which environment variable contains that token?", "\n"),
            ("this variable is not set", "ACME_TOKEN\n"),
            ("Which path may only logged-in customers read", "\n"),
            ("Does a person read every message to security@example.com?", "y\n"),
        ],
    );
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.out.contains("kept      login-required:"), "{run}");
    assert!(run.out.contains("kept      reports-are-read:"), "{run}");
    assert!(project.read("avouch.yaml").contains("bearer: \"${ACME_TOKEN}\""));
    assert!(!run.out.contains(token), "{run}");
}

#[test]
fn at_a_terminal_one_can_begin_without_a_login_and_without_a_word() {
    let plain = Plain::start("made-for-this-test");
    let target = format!("http://{}", plain.address);
    let project = Project::empty();
    let flags = ["init", "--organisation", "Example", "--url", "https://security.example.com"];
    let more = ["--contact", "security@example.com", "--target", &target, "--login", "connect"];
    let run = project.at_terminal(
        &[&flags[..], &more].concat(),
        &[],
        &[("contains the shared secret?", "none\n"), ("Does a person read", "\n")],
    );
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!project.read("avouch.yaml").contains("actors:"));
    assert!(!project.path("attestations/reports-are-read.yaml").exists());
}
