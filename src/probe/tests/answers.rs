//! How answers, and missing answers, become observations.

use serde_json::json;

use super::server::{Reply, Server};
use super::*;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::answer::verdict::Reason;
use crate::model::plan::Keep;
use crate::model::plan::body::{Body, Content, FormPart};
use crate::model::plan::expect::Refusal;
use crate::model::plan::request::Destination;
use crate::model::plan::template::Template;

fn reason(ran: &RunResult) -> Reason {
    match ran.answer(0) {
        Answer::Error(error) => error.reason,
        other => panic!("{other:?}"),
    }
}

/// A loopback port on which nothing listens.
fn dead_port() -> std::net::SocketAddr {
    let server = Server::start(|_| Reply::text(200, ""));
    server.address
}

#[test]
fn an_answer_of_any_status_is_an_observation() {
    let server = Server::start(|_| Reply::text(500, "oh no"));
    let ran = run_plan(&project(&server.url()), &plan([get("anyone", "/")]));
    assert_eq!(ran.facts(0)["status"], 500);
    assert_eq!(ran.facts(0)["body"]["text"], "oh no");
    assert_eq!(ran.observation(0).address, Some(server.address.to_string()));
    assert_eq!(ran.observation(0).at, now());
}

#[test]
fn a_body_is_read_up_to_the_limit() {
    let server = Server::start(|seen| Reply::text(200, "x".repeat(seen.path.len())));
    let mut project = project(&server.url());
    project.limits.body = 10;
    let ran =
        run_plan(&project, &plan([get("anyone", "/123456789"), get("anyone", "/123456789a")]));
    assert_eq!(ran.facts(0)["body"]["truncated"], false);
    assert_eq!(ran.facts(1)["body"]["truncated"], true);
    assert_eq!(ran.facts(1)["body"]["bytes"], 10);
}

#[test]
fn a_server_that_stops_answering_is_a_timeout() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/half" => Reply::Silence(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf".into()),
        _ => Reply::Silence(Vec::new()),
    });
    let mut project = project(&server.url());
    project.limits.timeout = Period::seconds(1);
    for path in ["/none", "/half"] {
        let ran = run_plan(&project, &plan([get("anyone", path)]));
        assert_eq!(reason(&ran), Reason::Timeout);
    }
}

#[test]
fn other_protocols_are_unparsable_and_closed_connections_unreachable() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/smtp" => Reply::Raw(b"220 mail.test ESMTP\r\n".into()),
        "/half" => Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf".into()),
        _ => Reply::Raw(Vec::new()),
    });
    let ask = |path: &str| reason(&run_plan(&project(&server.url()), &plan([get("anyone", path)])));
    assert_eq!(ask("/smtp"), Reason::Unparsable);
    assert_eq!(ask("/end"), Reason::Unreachable);
    assert_eq!(ask("/half"), Reason::Unreachable);
}

#[test]
fn a_closed_port_and_an_invalid_name_have_different_reasons() {
    let closed = project(&format!("http://{}", dead_port()));
    assert_eq!(reason(&run_plan(&closed, &plan([get("anyone", "/")]))), Reason::Unreachable);
    // A label of more than 63 letters is refused before any resolver is asked.
    let nameless = project(&format!("http://{}.test", "a".repeat(64)));
    assert_eq!(reason(&run_plan(&nameless, &plan([get("anyone", "/")]))), Reason::Dns);
}

#[test]
fn only_trusted_certificates_are_accepted() {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(["addon.test".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    let server = Server::start_tls(tls, |_| Reply::text(200, "ok"));
    let mut project = project("https://addon.test");
    project.world.connect_to.insert("addon.test".into(), vec![server.address]);
    let plan = plan([get("acme", "/")]);
    assert_eq!(reason(&run_plan(&project, &plan)), Reason::Tls);
    project.world.roots.insert("ca.pem".into(), certificate.pem());
    assert_eq!(run_plan(&project, &plan).facts(0)["status"], 200);
    assert_eq!(server.seen()[0].header("host"), Some("addon.test"));
    assert!(server.seen()[0].header("authorization").is_some());
    project.world.roots.insert("none.pem".into(), "no certificate".into());
    let ran = run_plan(&project, &plan);
    let Answer::Error(error) = ran.answer(0) else { panic!() };
    assert_eq!(error.detail, "`none.pem` contains no certificate in PEM format");
}

#[test]
fn a_route_for_one_port_keeps_the_host_name() {
    let server = Server::start(|_| Reply::text(200, "ok"));
    let mut project = project("http://addon.test:8080");
    project.world.connect_to.insert("addon.test".into(), vec![dead_port()]);
    project.world.connect_to.insert("addon.test:8080".into(), vec![server.address]);
    let ran = run_plan(&project, &plan([get("acme", "/")]));
    assert_eq!(ran.facts(0)["url"], "http://addon.test:8080/");
    assert_eq!(server.seen()[0].header("host"), Some("addon.test:8080"));
    assert!(server.seen()[0].header("authorization").is_some());
}

#[test]
fn the_host_of_a_role_is_replaced_by_the_actual_one() {
    let server = Server::start(|_| Reply::text(200, "ok"));
    let mut project = project("http://addon.test");
    project.hosts.insert("platform".into(), "www.platform.example".into());
    project.world.hosts.insert("platform".into(), "platform.demo.test".into());
    project.world.connect_to.insert("platform.demo.test:80".into(), vec![server.address]);
    let mut request = Request::get("/");
    request.to = Destination::Address(Template::new("http://www.platform.example/security?a=1"));
    let ran = run_plan(&project, &plan([probe("anyone", request)]));
    assert_eq!(ran.facts(0)["url"], "http://platform.demo.test/security?a=1");
    assert_eq!(server.seen()[0].header("host"), Some("platform.demo.test"));
}

/// Plants a canary as acme; then globex, who must not see it, requests `path`.
fn planted(path: &str) -> Plan {
    let mut request = Request::to_target("POST", "/notes");
    let body = json!({"text": "note ${canary:acme}"});
    request.body = Some(Body::Json(body));
    let mut plant = Step::http(Role::Prepare, "plant", "acme", request);
    plant.sees = vec![CanaryId(0)];
    plant.captures = capture("note", "/body/json/id");
    let mut read = get("acme", "/notes/${note}");
    read.role = Role::Control;
    read.sees = vec![CanaryId(0)];
    let text = Test::Contains("note ${canary:acme}".into());
    read.expect.push(Expectation::new("/body/text", text));
    read.expect.push(Expectation::new("", Test::ShowsCanary(CanaryId(0))));
    let mut stranger = get("globex", path);
    stranger.keep = Keep::Digest;
    stranger.expect = vec![Expectation::new("", Test::Refused(Refusal::standard()))];
    stranger.control = Some(StepId(1));
    let mut plan = plan([plant, read, stranger]);
    plan.canaries = vec![canary("acme")];
    plan
}

/// Stores one note, and leaks it to other tenants in various ways.
fn leaky() -> Server {
    let note = Arc::new(Mutex::new(String::new()));
    Server::start(move |seen| {
        let body = || serde_json::from_slice::<serde_json::Value>(&seen.body).unwrap();
        let mut note = note.lock().unwrap();
        match (seen.method.as_str(), seen.path.as_str()) {
            ("POST", _) => {
                *note = body()["text"].as_str().unwrap().to_owned();
                Reply::json(201, json!({"id": "a/b", "text": *note}))
            }
            (_, "/notes/a%2Fb") => Reply::text(200, note.clone()),
            (_, "/header") => Reply::Http(403, vec![("x-debug", note.to_uppercase())], Vec::new()),
            (_, "/redirect") => {
                Reply::redirect(302, format!("/login?for={}", note.replace(' ', "%20")))
            }
            (_, "/half") => Reply::Raw(
                format!("HTTP/1.1 500 Oops\r\ncontent-length: 999\r\n\r\n{note}").into_bytes(),
            ),
            (_, "/trailer") => Reply::Raw(
                format!(
                    "HTTP/1.1 403 No\r\ntransfer-encoding: chunked\r\ntrailer: x-note\r\n\r\n\
                     2\r\nno\r\n0\r\nx-note: {note}\r\n\r\n"
                )
                .into_bytes(),
            ),
            (_, "/reason") => {
                Reply::Raw(format!("HTTP/1.1 401 {note}\r\ncontent-length: 0\r\n\r\n").into_bytes())
            }
            _ => Reply::text(403, "no"),
        }
    })
}

#[test]
fn a_canary_is_found_in_every_part_of_an_answer_and_redacted() {
    for path in ["/header", "/redirect", "/half", "/reason", "/trailer", "/notes/${note}"] {
        let server = leaky();
        let plan = planted(path);
        let ran = run_plan(&project(&server.url()), &plan);
        assert_eq!(ran.facts(1)["canaries"], json!([0]));
        assert_eq!(ran.facts(1)["body"]["text"], "note ${canary:acme}");
        assert_eq!(ran.facts(2)["canaries"], json!([0]), "{path}");
        assert_eq!(ran.verdict(&plan), Verdict::Violated, "{path}");
        let planted = serde_json::from_str::<serde_json::Value>(&server.seen()[0].text()).unwrap();
        let value = planted["text"].as_str().unwrap().strip_prefix("note ").unwrap();
        let kept = serde_json::to_string(&ran.transcripts).unwrap();
        assert!(!kept.to_lowercase().contains(value), "{kept}");
    }
}

#[test]
fn a_refusal_holds_and_a_violated_check_is_repeated_once() {
    let server = leaky();
    let sound = planted("/secret");
    let ran = run_plan(&project(&server.url()), &sound);
    assert_eq!(ran.verdict(&sound), Verdict::Holds);
    assert!(ran.transcripts[0].again.is_none());
    let leak = planted("/header");
    let ran = run_plan(&project(&server.url()), &leak);
    assert_eq!(ran.transcripts[0].again.as_ref().unwrap().len(), 3);
    assert_eq!(ran.transcripts[0].attempts, 1);
    assert_eq!(ran.events, ["started 0", "looking again at 0", "finished 0: violated"]);
}

#[test]
fn a_step_with_a_missing_capture_is_not_sent() {
    let server = Server::start(|_| Reply::json(200, json!({})));
    let mut first = get("acme", "/notes");
    first.captures = capture("note", "/body/json/id");
    let ran = run_plan(&project(&server.url()), &plan([first, get("acme", "/notes/${note}")]));
    let Answer::NotAsked(why) = ran.answer(1) else { panic!() };
    assert!(why.contains("`${note}`"), "{why}");
    assert_eq!(server.request_lines(), ["GET /notes"]);
}

#[test]
fn files_are_uploaded_as_forms() {
    let server = Server::start(|_| Reply::text(201, ""));
    let mut request = Request::to_target("POST", "/images");
    let text = FormPart {
        name: "title".into(),
        file_name: None,
        media_type: None,
        content: Content::Text("A file".into()),
    };
    let file = FormPart {
        name: "image".into(),
        file_name: Some("a\"b.png".into()),
        media_type: Some("image/png".into()),
        content: Content::Base64("AAEC".into()),
    };
    request.body = Some(Body::Multipart(vec![text, file]));
    run_plan(&project(&server.url()), &plan([probe("acme", request)]));
    let seen = &server.seen()[0];
    let kind = seen.header("content-type").unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA file\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"image\"; \
         filename=\"a%22b.png\"\r\nContent-Type: image/png\r\n\r\n\0\u{1}\u{2}\r\n--{boundary}--\r\n"
    );
    assert_eq!(seen.text(), expected);
}
