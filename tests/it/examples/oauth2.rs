//! `examples/oauth2-api/`: an API that is described in OpenAPI, and an authorisation server on another host.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

use crate::evidence::service::{Answer, Asked, Service};
use crate::examples::live::Live;
use crate::examples::rows::{Rows, text_at};

const VARIABLES: &[(&str, &str)] = &[
    ("ACME_SECRET", "4c1f8e9a7b6d5c3e2f10"),
    ("ACME_READER_SECRET", "9e8d7c6b5a4f3e2d1c0b"),
    ("GLOBEX_SECRET", "0f1e2d3c4b5a69788796"),
];

/// A client: its name, its secret, its customer, and whether it may write.
type Client = (&'static str, &'static str, &'static str, bool);

const CLIENTS: [Client; 3] = [
    ("acme-orders", "4c1f8e9a7b6d5c3e2f10", "acme", true),
    ("acme-reports", "9e8d7c6b5a4f3e2d1c0b", "acme", false),
    ("globex-orders", "0f1e2d3c4b5a69788796", "globex", true),
];

/// A misconfiguration.
#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    UnverifiedTokens,
    LongTokens,
    NoScopes,
    SharedOrders,
    PrivateDescription,
}

#[test]
fn a_sound_api_holds() {
    live(&[]).holds();
}

#[test]
fn each_misconfiguration_breaks_its_claim() {
    let first = &[Flaw::UnverifiedTokens, Flaw::LongTokens, Flaw::PrivateDescription];
    live(first).breaks(&["description", "token-lifetime", "token-required"]);
    live(&[Flaw::NoScopes, Flaw::SharedOrders]).breaks(&["customers-apart", "scopes"]);
}

fn live(flaws: &'static [Flaw]) -> Live {
    let rows = Rows::new("note", flaws.contains(&Flaw::SharedOrders));
    let api = Service::start(move |asked| answer(asked, &rows, flaws));
    let login = Service::start(move |asked| issue(asked, flaws));
    let live = Live::new("oauth2-api", VARIABLES);
    live.host("api.example.com", api).host("login.example.com", login)
}

/// The token of a client. The API compares tokens as a whole, so that the signature needs no key.
fn token(client: &str) -> String {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({ "alg": "RS256", "typ": "JWT", "kid": "one" }));
    let claims = part(json!({ "sub": client, "exp": 4_000_000_000_i64 }));
    let signature = URL_SAFE_NO_PAD.encode(format!("the 32-byte signature of {client}"));
    format!("{head}.{claims}.{signature}")
}

/// The answer of the authorisation server.
fn issue(asked: &Asked, flaws: &[Flaw]) -> Answer {
    let basic = field(asked, "authorization").strip_prefix("Basic ").unwrap_or_default();
    let is_named = |(name, secret, ..): &&Client| {
        basic == STANDARD.encode(format!("{name}:{secret}"))
            || asked.body.contains(&format!("client_id={name}&client_secret={secret}"))
    };
    let client = CLIENTS.iter().find(is_named);
    let is_asked = asked.line() == "POST /oauth/token" && asked.body.contains("client_credentials");
    let Some((name, ..)) = client.filter(|_| is_asked) else {
        return Answer::json(401, &json!({ "error": "invalid_client" }));
    };
    let seconds = if flaws.contains(&Flaw::LongTokens) { 86400 } else { 900 };
    let body =
        json!({ "access_token": token(name), "token_type": "Bearer", "expires_in": seconds });
    Answer::json(200, &body).with("cache-control", "no-store")
}

fn field<'a>(asked: &'a Asked, name: &str) -> &'a str {
    asked.headers.get(name).map_or("", |field| field.to_str().unwrap_or_default())
}

/// The client of a token.
fn client(asked: &Asked, flaws: &[Flaw]) -> Option<&'static Client> {
    let given = field(asked, "authorization").strip_prefix("Bearer ")?;
    let claims = |token: &str| token.split('.').nth(1).map(str::to_owned);
    CLIENTS.iter().find(|(name, ..)| {
        let good = token(name);
        match flaws.contains(&Flaw::UnverifiedTokens) {
            true => claims(given) == claims(&good),
            false => given == good,
        }
    })
}

fn answer(asked: &Asked, rows: &Rows, flaws: &[Flaw]) -> Answer {
    if asked.line() == "GET /openapi.json" && !flaws.contains(&Flaw::PrivateDescription) {
        let security = json!([{ "oauth2": ["orders.read"] }]);
        return Answer::json(200, &json!({ "openapi": "3.1.0", "security": security }));
    }
    let Some((_, _, customer, writes)) = client(asked, flaws) else {
        return Answer::json(401, &json!({ "error": "invalid_token" }))
            .with("www-authenticate", "Bearer error=\"invalid_token\"");
    };
    let is_read = asked.method == "GET";
    if !is_read && !writes && !flaws.contains(&Flaw::NoScopes) {
        return Answer::json(403, &json!({ "error": "insufficient_scope" }));
    }
    let note = text_at(&asked.body, "/note");
    let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    let found = match (asked.method.as_str(), parts.as_slice()) {
        ("GET", ["v1", "orders"]) => Some(json!({ "orders": rows.list(customer) })),
        ("POST", ["v1", "orders"]) => return Answer::json(201, &rows.create(customer, &note)),
        ("GET", ["v1", "orders", id]) => rows.read(customer, id),
        ("PUT", ["v1", "orders", id]) => rows.change(customer, id, &note),
        ("DELETE", ["v1", "orders", id]) => rows.delete(customer, id),
        _ => None,
    };
    match found {
        Some(found) => Answer::json(200, &found),
        None => Answer::json(404, &json!({ "error": "not_found" })),
    }
}
