//! Where credentials go, and where they do not.

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
fn a_strange_session_has_the_name_of_a_good_one_and_no_session_is_kept() {
    let server = Server::start(|seen| {
        let sid = seen.header("cookie").and_then(|field| field.split("sid=").nth(1));
        Reply::text(200, sid.unwrap_or("none"))
    });
    let mut project = project(&server.url());
    let value = Secret::new("theme=plain-and-dark; sid=s-0123456789");
    let scheme = Scheme::Header { name: "Cookie".into(), value };
    let actor = Actor { tenant: None, scheme, send_to: Vec::new() };
    project.actors.insert("visitor".into(), actor);
    let mut strange = get("visitor", "/a");
    strange.credential = Credential::Forged(Forgery::Garbage);
    let ran = run_plan(&project, &plan([get("visitor", "/a"), strange]));
    let seen = server.seen();
    assert_eq!(seen[0].header("cookie").unwrap(), "theme=plain-and-dark; sid=s-0123456789");
    let strange = seen[1].header("cookie").unwrap();
    assert!(strange.starts_with("theme=") && strange.contains("; sid="), "{strange}");
    assert!(!strange.contains("s-0123456789"), "{strange}");
    assert!(!ran.facts(0).to_string().contains("s-0123456789"));
}

#[test]
fn a_credential_follows_a_redirect_within_the_origin_and_none_to_another() {
    let other = Server::start(|_| Reply::text(200, "there"));
    let there = format!("{}/there", other.url());
    let server = Server::start(move |seen| match seen.path.as_str() {
        "/a" => Reply::redirect(302, "/b"),
        _ => Reply::redirect(307, there.clone()),
    });
    let mut step = get("acme", "/a");
    if let crate::model::plan::Act::Http(request) = &mut step.act {
        request.redirects_max = 5;
        request.headers = vec![("x-mine".into(), Template::new("1"))];
    }
    let ran = run_plan(&project(&server.url()), &plan([step]));
    let tokens: Vec<_> =
        server.seen().iter().map(|one| one.header("authorization").map(str::to_owned)).collect();
    assert!(tokens.iter().all(Option::is_some));
    assert_ne!(tokens[0], tokens[1], "each request has a token of its own");
    assert_eq!(other.seen()[0].header("authorization"), None);
    assert_eq!(other.seen()[0].header("x-mine"), None);
    assert_eq!(ran.facts(0)["redirects"].as_array().unwrap().len(), 2);
    assert_eq!(ran.facts(0)["url"], format!("{}/there", other.url()));
}

#[test]
fn a_body_is_never_sent_on_to_another_origin() {
    let other = Server::start(|_| Reply::text(200, "there"));
    let there = other.url();
    let server = Server::start(move |_| Reply::redirect(307, there.clone()));
    let mut request = Request::to_target("POST", "/a");
    request.redirects_max = 5;
    request.body = Some(crate::model::plan::request::Body::Json(json!({"x": 1})));
    let ran = run_plan(&project(&server.url()), &plan([probe("acme", request)]));
    assert_eq!(ran.facts(0)["status"], 307);
    assert!(other.seen().is_empty());
}

#[test]
fn other_hosts_get_a_credential_only_if_the_actor_sends_it_there() {
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
fn a_forged_credential_goes_by_the_same_rule() {
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
fn what_a_peer_echoes_of_our_secrets_is_not_kept() {
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
fn plain_http_is_asked_at_port_80_without_a_credential() {
    let server = Server::start(|_| Reply::redirect(301, "https://addon.test/"));
    let mut project = project("https://addon.test");
    project.world.connect_to.insert("addon.test:80".into(), server.address);
    let mut request = Request::get("/");
    request.to = Destination::PlainTarget(Template::new("/x"));
    let ran = run_plan(&project, &plan([probe("acme", request)]));
    assert_eq!(ran.facts(0)["status"], 301);
    assert_eq!(server.seen()[0].header("host"), Some("addon.test"));
    assert_eq!(server.seen()[0].header("authorization"), None);
}
