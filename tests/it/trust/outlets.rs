//! Text that leaves: hostile strings in every place that text comes from, in every report and message, on a pipe and
//! in colour. And results that cannot be written.

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use serde_json::{Value, json};

use crate::evidence::service::{Answer, Service, WORDS, project_at, run};
use crate::harness::{Project, Run};
use crate::readers::zone;
use crate::surroundings::{git, program};

/// Everything that could do harm in some medium, without a NUL: arguments and variables cannot contain it.
const EVIL: &str = "x\n::error::pwned\r\n##[error]y ##vso[task.z] ##teamcity[a]\u{1b}]0;t\u{7}\u{1b}[2J\
     \u{7f}\u{9b}31m\u{202e}\u{2066}\u{200e}\u{200b}\u{61c}\u{2028}\u{feff}\u{e0041} <b>&\"'` | ]]> @all \
     https://evil.test";

/// The same as far as the sources may contain it in quotation marks: no hidden character is allowed in them.
const QUOTED: &str =
    r#""x\n::error::pwned\r\n##[error]y ##vso[task.z]\u001b]0;t\u0007 <b>&'` | ]]> @all""#;

/// The same as far as a path of a file can contain it.
fn evil_name() -> String {
    EVIL.replace('/', "_").replace(['"', '`'], "")
}

/// The same as a string of YAML or JSON.
fn quoted() -> String {
    Value::from(EVIL).to_string()
}

const FORMATS: [&str; 7] = ["text", "json", "junit", "sarif", "github", "summary", "markdown"];

/// The variables that the actors' tokens are in.
const TOKENS: [(&str, &str); 3] = [
    ("ACME_TOKEN", "acme-token-0123456789"),
    ("GLOBEX_TOKEN", "globex-token-0123456789"),
    ("OPERATOR_TOKEN", "operator-token-0123456789"),
];

/// A check that can be planned without a service.
const CHECK: &str =
    "- { kind: http, steps: [{ name: it, get: /, expect: { json: { /a: { equals: b } } } }] }\n";

/// A project that can be read, and whose service nobody runs.
fn project() -> Project {
    project_at("http://127.0.0.1:9", CHECK)
}

/// Panics if bytes that left contain a control or unseen character other than our own colours, or a command for a CI
/// system. `commands` are ours.
#[track_caller]
fn is_clean(bytes: &[u8], commands: bool, about: &str) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|error| panic!("{about}: {error}"));
    let plain = without_colours(text);
    let unseen = |c: char| {
        c != '\n' && c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    if let Some(found) = plain.find(unseen) {
        let near = plain[..found].chars().rev().take(60).collect::<String>();
        panic!(
            "{about}: {:?} after {:?}",
            &plain[found..].chars().next(),
            near.chars().rev().collect::<String>()
        );
    }
    for line in plain.lines() {
        let is_ours = commands
            && ["::error ", "::warning ", "::notice "].iter().any(|one| line.starts_with(one));
        // Excerpts of a second file start with `:::`, which is no command.
        let name = line.trim_start().strip_prefix("::").unwrap_or_default();
        let is_command = name.starts_with(|c: char| c.is_alphabetic());
        assert!(is_ours || !is_command, "{about}: {line}");
        for command in ["##[", "##vso[", "##teamcity["] {
            assert!(!line.contains(command), "{about}: {line}");
        }
    }
}

/// The text without the few escape sequences that are our colours and those of excerpts.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| match piece.split_once('m') {
        Some((codes, rest)) if codes.bytes().all(|b| b.is_ascii_digit() || b == b';') => {
            text + rest
        }
        _ => text + "\u{1b}[" + piece,
    })
}

/// Runs the binary in colour and without, and looks at all that leaves. Returns the run without colour.
#[track_caller]
fn leaves_clean(project: &Project, args: &[&str], env: &[(&str, &str)]) -> Run {
    let looked_at = |colour: &str| {
        let mut command = project.command(args);
        command.args(["--color", colour]).envs(env.iter().copied());
        let output = command.output().unwrap();
        let commands = args.contains(&"github");
        is_clean(&output.stdout, commands, &format!("{args:?} {colour} out"));
        is_clean(&output.stderr, false, &format!("{args:?} {colour} err"));
        let run = project.finish(&output);
        assert!(!run.err.contains("a defect of avouch"), "{run}");
        run
    };
    looked_at("always");
    looked_at("never")
}

/// Whether a report of a format can be read by a program.
#[track_caller]
fn parses(format: &str, report: &str) {
    match format {
        "json" | "sarif" => drop(serde_json::from_str::<Value>(report).unwrap()),
        "junit" => {
            let mut reader = quick_xml::Reader::from_str(report);
            while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
        }
        "github" => {
            let is_one = |line: &&str| line.starts_with("::") || line.ends_with(" are not shown");
            assert!(report.lines().all(|line| is_one(&line)), "{report}");
        }
        _ => {}
    }
}

#[test]
fn arguments_are_repeated_without_what_they_would_do() {
    let project = project();
    for args in [
        &[EVIL][..],
        &["explain", EVIL],
        &["check", EVIL],
        &["accept", EVIL],
        &["attest", EVIL, "--role", EVIL, "--looked-at", EVIL],
        &["check", "--report", EVIL],
        &["check", "--report", &format!("json={EVIL}/x")],
        &["check", "--format", EVIL],
        &["check", "--target", EVIL],
        &["check", "--clock", EVIL],
        &["check", "--flaw", EVIL],
        &["check", "--reuse", EVIL],
        &["build", "--assessment", EVIL],
        &["build", "--previous", EVIL],
        &["build", "--previous", &format!("https://{EVIL}")],
        &["lint", "--since", EVIL],
        &["lint", "--root", EVIL],
        &["monitor", EVIL],
        &["retract", "--out", EVIL],
        &["retract", "--assessment", EVIL],
        &["init", "--organisation", EVIL, "--url", EVIL, "--target", EVIL, "--contact", EVIL],
        &["schema", EVIL],
        &["completions", EVIL],
        &["lint", "--log", EVIL],
        &["check", EVIL, "--log", "json"],
    ] {
        let run = leaves_clean(&project, args, &[]);
        assert_ne!(run.code, Some(0), "{args:?}: {run}");
    }
}

#[test]
fn variables_are_repeated_without_what_they_would_do() {
    let project = project();
    for (name, args) in [
        ("AVOUCH_TARGET", &["lint"][..]),
        ("AVOUCH_TARGET", &["check", "--help"]),
        ("AVOUCH_CLOCK", &["check"]),
        ("SOURCE_DATE_EPOCH", &["build"]),
        ("AVOUCH_POLICY", &["check"]),
    ] {
        leaves_clean(&project, args, &[(name, EVIL)]);
    }
    project.edit("avouch.yaml", "site:", "resolver: \"${RESOLVER}\"\nsite:");
    leaves_clean(&project, &["lint"], &[("RESOLVER", EVIL)]);
    leaves_clean(&project, &["lint", "--format", "json"], &[("RESOLVER", EVIL)]);
}

#[test]
fn sources_are_quoted_without_what_they_would_do() {
    let name = evil_name();
    let policy = "---\ntitle: A\nsummary: B.\neffective: 2026-11-01\nowner: security\n---\n\n";
    let mutations: [(&str, String); 9] = [
        ("avouch.yaml", format!("{}: 1\n", quoted())),
        ("avouch.yaml", format!("target: {}\n", quoted())),
        (
            "checks/claim.yaml",
            format!("proves: {}\n{}: 1\nchecks: [{{ kind: {} }}]\n", quoted(), quoted(), quoted()),
        ),
        ("content/security.md", format!("---\n{}: {}\n---\n{EVIL}\n", quoted(), quoted())),
        (
            "content/security.md",
            format!("{policy}[{EVIL}](../checks/none.yaml) [x](./{}.md)\n", "y\u{9b}"),
        ),
        (&format!("content/{name}.md"), policy.to_owned()),
        (&format!("checks/{name}.yaml"), "proves: x\n".to_owned()),
        ("templates/base.html", format!("{{{{ {EVIL} }}}}")),
        (&format!("templates/{name}.html"), "{{ nothing }}".to_owned()),
    ];
    for (file, text) in mutations {
        let project = project();
        project.write(file, &text);
        for args in [&["lint"][..], &["lint", "--format", "json"], &["lint", "--log", "json"]] {
            leaves_clean(&project, args, &[]);
        }
        for format in FORMATS {
            let run = project.run(&["lint", "--report", &format!("{format}=report")]);
            let report = project.read("report");
            is_clean(
                report.as_bytes(),
                format == "github",
                &format!("{format} of {file:?}: {run}"),
            );
            parses(format, &report);
        }
    }
}

#[test]
fn the_words_and_answers_of_a_claim_are_reported_without_what_they_would_do() {
    let service = Service::start(|_| {
        let body = json!({ "a": EVIL, EVIL: [EVIL] });
        Answer::json(200, &body).with("x-evil", "caf\u{e9}::error::x ##[error]y <b>")
    });
    let evil = QUOTED;
    let checks = format!(
        "- kind: http\n  steps:\n  - name: {evil}\n    get: /\n    expect:\n      \
         json: {{ /a: {{ equals: b }}, /c: {{ equals: {evil} }} }}\n      \
         header: {{ x-evil: {{ equals: x }} }}\n"
    );
    let project = service.project(&checks);
    for format in FORMATS {
        let args = ["check", "--format", format, "--waivers"];
        let run = leaves_clean(&project, &args, &TOKENS);
        assert_eq!(run.code, Some(1), "{run}");
        parses(format, &run.out);
    }
    for args in [
        &["explain", "claim"][..],
        &["explain", "claim", "--format", "json"],
        &["falsify", "claim"],
        &["doctor"],
    ] {
        leaves_clean(&project, args, &TOKENS);
    }
    let draft = run(&project, &["build", "--draft", "draft"]);
    assert_eq!(draft.code, Some(1), "{draft}");
    for (path, bytes) in project.files("draft") {
        let text = String::from_utf8(bytes).unwrap();
        let reversing = |c: char| matches!(c, '\u{1b}' | '\u{9b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!text.contains(reversing), "{}", path.display());
    }
}

#[test]
fn names_in_dns_and_in_certificates_are_reported_without_what_they_would_do() {
    let evil = EVIL.replace(['"', '\n', '\r', ' '], "_").replace('\u{2028}', "_");
    let dns = zone::serve(&format!("x.test. TXT \"v=spf1 {evil} -all\"\n"));
    let checks = "- { kind: dns, of: { domain: x.test }, spf: true }\n";
    let project = project_at("https://x.test", checks);
    project.edit("avouch.yaml", "target:", &format!("resolver: \"{dns}\"\ntarget:"));
    for format in ["text", "json", "junit"] {
        let run = leaves_clean(&project, &["check", "--format", format], &TOKENS);
        assert_eq!(run.code, Some(1), "{run}");
        parses(format, &run.out);
    }
    let address = tls_server();
    let checks = "- { kind: tls, minimum: TLS 1.2, certificate: true, states: [minimum] }\n";
    let project = project_at("https://host.test", checks);
    project.edit(
        "avouch.yaml",
        "target:",
        &format!("connect_to: {{ host.test: \"{address}\" }}\ntarget:"),
    );
    leaves_clean(&project, &["check", "--format", "text"], &TOKENS);
}

/// A server whose certificate, which nobody has signed, has hostile names.
fn tls_server() -> std::net::SocketAddr {
    let mut params = CertificateParams::new(vec!["other.test".to_owned()]).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, EVIL);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = std::sync::Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut connection = rustls::ServerConnection::new(config.clone()).unwrap();
            while connection.complete_io(&mut stream).is_ok() && connection.is_handshaking() {}
        }
    });
    address
}

#[test]
fn an_author_in_git_is_named_without_what_the_name_would_do() {
    let project = project();
    let name = EVIL.replace(['\n', '\r', '<', '>'], " ");
    let commit = |message: &str| {
        for args in [&["init", "-q"][..], &["add", "-A"], &["commit", "-q", "-m", message]] {
            let mut git = git();
            git.args(args).current_dir(project.root());
            for who in ["AUTHOR", "COMMITTER"] {
                git.env(format!("GIT_{who}_NAME"), &name)
                    .env(format!("GIT_{who}_EMAIL"), "a@a.test");
            }
            assert!(git.status().unwrap().success());
        }
    };
    commit("one");
    project.edit("content/security.md", WORDS, "The service keeps another word.");
    commit("two");
    let path = std::env::var("PATH").unwrap();
    for args in [&["lint"][..], &["lint", "--format", "json"], &["accept", "claim"]] {
        let run = leaves_clean(&project, args, &[("PATH", &path)]);
        assert!(format!("{run}").contains("pwned"), "{args:?}: {run}");
    }
}

/// A published page whose texts are hostile.
fn published(standing: &str) -> Value {
    json!({
        "schema": "avouch-claims/1", "generator": EVIL,
        "site": { "title": EVIL, "organisation": EVIL, "url": "https://a.test/", "language": EVIL },
        "target": { "name": EVIL, "demo": true }, "checked": "2026-11-20T10:00:00Z",
        "valid_until": null, "clock": null, "not_tested": [],
        "claims": [{
            "id": "claim", "words": EVIL, "policy": "https://a.test/p/", "page": "p", "under": EVIL,
            "evidence": "https://a.test/e/", "applies_to": [EVIL], "standing": standing, "told": EVIL,
            "basis": null, "observed": null, "until": null, "checks": [],
            "history": [{ "since": "2026-11-20T10:00:00Z", "standing": EVIL }],
        }],
    })
}

#[test]
fn a_published_page_of_others_reaches_no_terminal_as_it_is() {
    let page = published(EVIL).to_string();
    let service = Service::start(move |_| Answer::new(200, page.clone()));
    let project = project();
    let remote = format!("http://{}/claims.json", service.address);
    let run = leaves_clean(&project, &["monitor", &remote], &[]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.out.contains("\\u{202e}"), "{run}");
    project.write("public/claims.json", &published("holds").to_string());
    for args in
        [&["monitor", "public"][..], &["lint", "--since", "public/claims.json"], &["retract"]]
    {
        leaves_clean(&project, args, &[]);
    }
}

#[test]
fn a_published_page_of_others_cannot_name_what_no_site_has() {
    let project = project();
    for (pointer, value, why) in [
        ("/claims/0/id", "../../x", "cannot be a claim's id"),
        ("/claims/0/id", "a\n::error::x", "cannot be a claim's id"),
        ("/claims/0/evidence", "javascript:alert(1)", "is not an address of a page"),
        ("/claims/0/policy", "data:text/html,x", "is not an address of a page"),
        ("/site/url", "javascript:x", "is not an address of a page"),
        ("/claims/0/page", "../../etc", "is not a path on a site"),
    ] {
        let mut page = published("holds");
        *page.pointer_mut(pointer).unwrap() = value.into();
        project.write("claims.json", &page.to_string());
        let run = leaves_clean(&project, &["monitor", "claims.json"], &[]);
        assert_eq!(run.code, Some(2), "{pointer}: {run}");
        assert!(run.err.contains(why), "{pointer}: {run}");
    }
    project.write("claims.json", &" ".repeat(17 << 20));
    let run = project.run(&["monitor", "claims.json"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("it is longer than 16 MiB"), "{run}");
}

/// Verbs that print a result and send no request, with every form of it.
const RESULTS: [&[&str]; 16] = [
    &["--help"],
    &["--version"],
    &["check", "--help"],
    &["man"],
    &["completions", "bash"],
    &["completions", "zsh"],
    &["schema", "project"],
    &["demo", "--list"],
    &["explain", "claim"],
    &["explain", "claim", "--format", "json"],
    &["lint", "--format", "json"],
    &["lint", "--report", "json=-"],
    &["lint", "--report", "junit=-"],
    &["lint", "--report", "sarif=-"],
    &["lint", "--report", "markdown=-"],
    &["lint", "--report", "text=-"],
];

fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let project = project();
    for args in RESULTS {
        let run = project.run(args);
        assert_eq!(run.code, Some(0), "{args:?}: {run}");
        let output = project.command(args).stdout(full()).output().unwrap();
        let run = project.finish(&output);
        assert_eq!(run.code, Some(2), "{args:?} on a full disk: {run}");
        assert!(run.err.contains("standard output could not be written: No space left"), "{run}");
        let closed = project.finish(&shell(&project, args, ">&-").output().unwrap());
        assert_eq!(closed.code, Some(2), "{args:?} on a closed descriptor: {closed}");
        assert!(closed.err.contains("standard output is closed"), "{args:?}: {closed}");
        let read_only = shell(&project, args, "1</dev/null").output().unwrap();
        assert_eq!(read_only.status.code(), Some(2), "{args:?} on a descriptor for reading");
    }
}

/// The binary as a shell runs it with a redirection.
fn shell(project: &Project, args: &[&str], redirection: &str) -> Command {
    let mut command = program("sh");
    let line = format!("exec {} {} {redirection}", env!("CARGO_BIN_EXE_avouch"), args.join(" "));
    command.args(["-c", &line]).current_dir(project.root());
    command
}

#[test]
fn a_closed_pipe_is_forgiven() {
    let project = project();
    for args in RESULTS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = project.command(args).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn standard_error_that_fails_changes_nothing() {
    let project = project();
    for args in [&["lint"][..], &["explain", "claim"], &["explain", "none"], &["none"]] {
        let expected = project.run(args).code;
        let output = project.command(args).stderr(full()).output().unwrap();
        assert_eq!(output.status.code(), expected, "{args:?}");
        assert_eq!(shell(&project, args, "2>&-").output().unwrap().status.code(), expected);
    }
}

#[test]
fn every_report_of_a_run_that_cannot_be_written_is_an_error() {
    let service = Service::start(|_| Answer::json(200, &json!({ "a": 1 })));
    let project = service.project(CHECK);
    let check = |args: &[&str], out: Stdio| {
        let mut command = project.command(args);
        for name in ["ACME_TOKEN", "GLOBEX_TOKEN", "OPERATOR_TOKEN"] {
            command.env(name, "token-0123456789");
        }
        project.finish(&command.stdout(out).output().unwrap())
    };
    let usual = check(&["check"], Stdio::piped());
    for format in FORMATS {
        let run = check(&["check", "--format", format], full());
        assert_eq!(run.code, Some(2), "{format}: {run}");
        let run = check(&["check", "--report", &format!("{format}=-")], full());
        assert_eq!(run.code, Some(2), "{format}: {run}");
    }
    assert_eq!(check(&["check"], full()).code, Some(2));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(check(&["check", "--format", "json"], writer.into()).code, usual.code, "{usual}");
}

#[test]
fn programs_that_ignore_a_summary_get_the_exit_code() {
    let project = project();
    project.write("public/claims.json", &published("holds").to_string());
    let null = || OpenOptions::new().read(true).write(true).open("/dev/null").unwrap();
    let usual = project.run(&["monitor", "public"]).code;
    let ignored = project.command(&["monitor", "public"]).stdout(null()).status().unwrap().code();
    assert_eq!(ignored, usual);
    let closed = shell(&project, &["monitor", "public"], ">&-").status().unwrap().code();
    assert_eq!(closed, usual);
}
