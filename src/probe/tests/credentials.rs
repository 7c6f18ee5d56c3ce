//! Which requests carry credentials.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::server::{Reply, Server};
use super::*;
use crate::model::plan::credential::{Credential, Forgery};
use crate::model::plan::request::Destination;
use crate::model::plan::template::Template;
use crate::probe::credential::connect::hs256;

#[test]
fn a_token_is_bound_to_the_request_and_signed_with_the_shared_secret() {
    let server = Server::start(|_| Reply::text(200, "ok"));
    run_plan(&project(&server.url()), &plan([get("acme", "/notes?b=1&a=2")]));
    let seen = server.seen();
    let token = seen[0].header("authorization").unwrap().strip_prefix("JWT ").unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(signature, hs256(message.as_bytes(), b"shared-secret-of-acme"));
    let (header, claims) = message.split_once('.').unwrap();
    let read = |part: &str| -> serde_json::Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(read(header), json!({"typ": "JWT", "alg": "HS256"}));
    let claims = read(claims);
    let hash = crate::model::judge::binding::Digest::of(b"GET&/notes&a=2&b=1").0;
    assert_eq!(claims["qsh"], hash);
    assert_eq!(claims["iss"], "key-of-acme");
    assert_eq!(claims["exp"], now().as_second() + 180);
    assert_eq!(seen[0].header("accept-encoding"), Some("identity"));
    assert!(seen[0].header("user-agent").unwrap().starts_with("avouch/"));
}

#[test]
fn a_forged_session_has_the_name_of_a_valid_one_and_sessions_are_redacted() {
    let server = Server::start(|seen| {
        let sid = seen.header("cookie").and_then(|field| field.split("sid=").nth(1));
        Reply::text(200, sid.unwrap_or("none"))
    });
    let mut project = project(&server.url());
    let value = Secret::new("theme=plain-and-dark; sid=s-0123456789");
    let scheme = Scheme::Header { name: "Cookie".into(), value };
    let actor = Actor { tenant: None, scheme, send_to: Vec::new(), weak_secret: false };
    project.actors.insert("visitor".into(), actor);
    let mut forged = get("visitor", "/a");
    forged.credential = Credential::Forged(Forgery::Garbage);
    let ran = run_plan(&project, &plan([get("visitor", "/a"), forged]));
    let seen = server.seen();
    assert_eq!(seen[0].header("cookie").unwrap(), "theme=plain-and-dark; sid=s-0123456789");
    let forged = seen[1].header("cookie").unwrap();
    assert!(forged.starts_with("theme=") && forged.contains("; sid="), "{forged}");
    assert!(!forged.contains("s-0123456789"), "{forged}");
    assert!(!ran.facts(0).to_string().contains("s-0123456789"));
}

#[test]
fn a_request_with_a_credential_is_never_redirected() {
    let server = Server::start(move |seen| match seen.path.as_str() {
        "/a" => Reply::redirect(302, "/b"),
        _ => Reply::text(200, "there"),
    });
    let redirected = |mut step: Step| {
        if let crate::model::plan::Act::Http(request) = &mut step.act {
            request.redirects_max = 5;
        }
        run_plan(&project(&server.url()), &plan([step])).facts(0).clone()
    };
    let own = redirected(get("acme", "/a"));
    assert_eq!((&own["status"], &own["url"]), (&json!(302), &json!(server.url() + "/a")));
    assert_eq!(own["not_followed"], "the request has a credential");
    let anonymous = redirected(Step { credential: Credential::None, ..get("acme", "/a") });
    assert_eq!(anonymous["url"], server.url() + "/b");
    assert_eq!(anonymous.get("not_followed"), None);
}

#[test]
fn an_anonymous_read_takes_no_header_fields_to_another_origin() {
    let other = Server::start(|_| Reply::text(200, "there"));
    let there = format!("{}/there", other.url());
    let server = Server::start(move |seen| match seen.path.as_str() {
        "/a" => Reply::redirect(302, "/b"),
        _ => Reply::redirect(307, there.clone()),
    });
    let mut step = get("anyone", "/a");
    if let crate::model::plan::Act::Http(request) = &mut step.act {
        request.redirects_max = 5;
        request.headers = vec![("x-mine".into(), Template::new("1"))];
    }
    let ran = run_plan(&project(&server.url()), &plan([step]));
    let mine: Vec<_> = server.seen().iter().map(|one| one.header("x-mine").is_some()).collect();
    assert_eq!(mine, [true, true]);
    assert_eq!(other.seen()[0].header("x-mine"), None);
    assert_eq!(ran.facts(0)["redirects"].as_array().unwrap().len(), 2);
    assert_eq!(ran.facts(0)["url"], format!("{}/there", other.url()));
    // The request was sent to the first server, wherever its answer led.
    assert_eq!(ran.observation(0).address, Some(server.address.to_string()));
}

#[test]
fn a_write_is_never_redirected() {
    let other = Server::start(|_| Reply::text(200, "there"));
    let there = other.url();
    let server = Server::start(move |_| Reply::redirect(307, there.clone()));
    let mut request = Request::to_target("POST", "/a");
    request.redirects_max = 5;
    request.body = Some(crate::model::plan::body::Body::Json(json!({"x": 1})));
    let ran = run_plan(&project(&server.url()), &plan([probe("anyone", request.clone())]));
    assert_eq!(ran.facts(0)["status"], 307);
    assert_eq!(ran.facts(0)["not_followed"], "the request changes something");
    // A search by `POST` only reads, but its body stays with the first origin.
    request.reads = true;
    let ran = run_plan(&project(&server.url()), &plan([probe("anyone", request)]));
    assert_eq!(ran.facts(0)["not_followed"], "it demands that the body is sent to another origin");
    assert!(other.seen().is_empty());
}

#[test]
fn other_hosts_get_a_credential_only_if_the_actor_permits_it() {
    let other = Server::start(|_| Reply::text(200, "there"));
    let server = Server::start(|_| Reply::text(200, "here"));
    let to_other = || {
        let address = Template::new(format!("{}/x", other.url()));
        let mut request = Request::get("/");
        request.to = Destination::Address(address);
        plan([probe("acme", request)])
    };
    let mut project = project(&server.url());
    run_plan(&project, &to_other());
    project.actors["acme"].send_to.push(other.url().parse().unwrap());
    run_plan(&project, &to_other());
    let sent: Vec<bool> =
        other.seen().iter().map(|one| one.header("authorization").is_some()).collect();
    assert_eq!(sent, [false, true]);
}

#[test]
fn forged_credentials_follow_the_same_rule() {
    let other = Server::start(|_| Reply::text(200, "there"));
    let mut request = Request::get("/");
    request.to = Destination::Address(Template::new(other.url()));
    let mut step = probe("acme", request);
    step.credential = Credential::Forged(Forgery::WrongSecret);
    run_plan(&project("http://127.0.0.1:9"), &plan([step]));
    assert_eq!(other.seen()[0].header("authorization"), None);
}

#[test]
fn actors_share_neither_connections_nor_cookies() {
    let server = Server::start(|_| {
        Reply::Http(200, vec![("set-cookie", "sid=verysecretcookie; Path=/".into())], Vec::new())
    });
    let steps = [get("acme", "/1"), get("acme", "/2"), get("globex", "/3"), get("anyone", "/4")];
    let ran = run_plan(&project(&server.url()), &plan(steps));
    let seen = server.seen();
    assert!(seen.iter().all(|one| one.header("cookie").is_none()));
    assert_eq!(seen[0].port, seen[1].port);
    let mut ports = [seen[1].port, seen[2].port, seen[3].port];
    ports.sort_unstable();
    assert!(ports[0] != ports[1] && ports[1] != ports[2]);
    assert_eq!(ran.facts(0)["headers"]["set-cookie"], json!(["sid=[secret]; Path=/"]));
    assert_eq!(seen[3].header("authorization"), None);
}

#[test]
fn echoed_secrets_are_redacted() {
    let server = Server::start(|seen| {
        let echo: Vec<String> =
            seen.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        Reply::json(200, json!({"echo": echo, "secret": "shared-secret-of-acme"}))
    });
    let mut project = project(&server.url());
    let basic = Scheme::Basic { user: "ops".into(), password: Secret::new("pass:word 1") };
    project.actors["globex"].scheme = basic;
    let mut step = get("globex", "/");
    step.captures = capture("all", "/body/json/echo");
    let ran = run_plan(&project, &plan([get("acme", "/"), step]));
    let kept = serde_json::to_string(&ran.transcripts).unwrap();
    for seen in server.seen() {
        let (_, secret) = seen.header("authorization").unwrap().split_once(' ').unwrap();
        assert!(!kept.contains(secret), "{kept}");
    }
    assert!(!kept.contains("shared-secret-of-acme"));
    assert!(kept.contains("authorization: JWT [secret]"), "{kept}");
    assert!(kept.contains("authorization: Basic [secret]"), "{kept}");
}

#[test]
fn plain_http_uses_port_80_and_carries_no_credential() {
    let server = Server::start(|_| Reply::redirect(301, "https://addon.test/"));
    let mut project = project("https://addon.test");
    project.world.connect_to.insert("addon.test:80".into(), vec![server.address]);
    let mut request = Request::get("/");
    request.to = Destination::PlainTarget(Template::new("/x"));
    let ran = run_plan(&project, &plan([probe("acme", request)]));
    assert_eq!(ran.facts(0)["status"], 301);
    assert_eq!(server.seen()[0].header("host"), Some("addon.test"));
    assert_eq!(server.seen()[0].header("authorization"), None);
}
