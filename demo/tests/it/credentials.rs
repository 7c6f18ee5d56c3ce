//! Which callers have access.

use serde_json::{Value, json};

use crate::client::{As, Bench, claims, now, sign};

const TENANTS_ENDPOINTS: &[(&str, &str)] = &[
    ("GET", "/config"),
    ("PUT", "/config"),
    ("GET", "/notes"),
    ("POST", "/notes"),
    ("GET", "/notes/1"),
    ("PUT", "/notes/1"),
    ("DELETE", "/notes/1"),
    ("GET", "/stats"),
    ("POST", "/images"),
];

/// A change to the header and claims of a valid token before it is signed.
type Change = dyn Fn(&mut Value, &mut Value);

/// The status of `GET /stats` with acme's token, whose header and claims `change` modifies.
async fn status_of(bench: &Bench, change: impl Fn(&mut Value, &mut Value)) -> u16 {
    let mut header = json!({ "alg": "HS256", "typ": "JWT" });
    let mut claims = claims("acme-key", "GET", "/stats?x=1");
    change(&mut header, &mut claims);
    let token = sign(&header, &claims, bench.secret("ACME_SECRET"));
    let who = As::Literally(format!("JWT {token}"));
    bench.get("/stats?x=1", who).await.status.as_u16()
}

async fn unsigned(bench: &Bench) -> u16 {
    let header = json!({ "alg": "none" });
    let token = sign(&header, &claims("acme-key", "GET", "/stats"), "");
    let (signed, _) = token.rsplit_once('.').unwrap();
    let who = As::Literally(format!("JWT {signed}."));
    bench.get("/stats", who).await.status.as_u16()
}

#[tokio::test]
async fn every_endpoint_of_a_tenant_requires_a_credential() {
    let bench = Bench::sound();
    for (method, path) in TENANTS_ENDPOINTS {
        for who in [As::Nobody, As::Operator, As::Literally("JWT x.y.z".into())] {
            let answer = bench.send(method, path, who, None).await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert!(answer.json()["error"].is_string());
        }
    }
}

#[tokio::test]
async fn a_tenant_has_access_with_a_valid_token() {
    let bench = Bench::sound();
    let answer = bench.get("/stats?b=2&a=1", As::Tenant("globex")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn the_tenant_that_uninstalled_the_add_on_is_refused() {
    let bench = Bench::sound();
    assert_eq!(bench.get("/stats", As::Tenant("former")).await.status, 401);
}

#[tokio::test]
async fn every_kind_of_invalid_token_is_refused() {
    let bench = Bench::sound();
    assert_eq!(status_of(&bench, |_, _| ()).await, 200);
    let wrong: &[(&str, &Change)] = &[
        ("expired", &|_, claims| claims["exp"] = json!(now() - 31)),
        ("not yet valid", &|_, claims| claims["nbf"] = json!(now() + 60)),
        ("from the future", &|_, claims| claims["iat"] = json!(now() + 60)),
        ("ten years", &|_, claims| claims["exp"] = json!(now() + 315_360_000)),
        ("no expiry", &|_, claims| claims["exp"] = Value::Null),
        ("no hash", &|_, claims| claims["qsh"] = Value::Null),
        ("other hash", &|_, claims| claims["qsh"] = json!("0".repeat(64))),
        ("context hash", &|_, claims| claims["qsh"] = json!("context-qsh")),
        ("unknown issuer", &|_, claims| claims["iss"] = json!("nobody-key")),
        ("another's issuer", &|_, claims| claims["iss"] = json!("globex-key")),
        ("other algorithm", &|header, _| header["alg"] = json!("RS256")),
        ("extension", &|header, _| header["crit"] = json!(["b64"])),
        ("far future", &|_, claims| claims["exp"] = json!(i64::MAX)),
        ("far past", &|_, claims| claims["iat"] = json!(i64::MIN)),
    ];
    for (what, change) in wrong {
        assert_eq!(status_of(&bench, change).await, 401, "{what}");
    }
    assert_eq!(unsigned(&bench).await, 401);
}

#[tokio::test]
async fn each_flaw_accepts_one_kind_of_invalid_token() {
    let expired = |_: &mut Value, claims: &mut Value| claims["exp"] = json!(now() - 31);
    let rehashed = |_: &mut Value, claims: &mut Value| claims["qsh"] = json!("0".repeat(64));
    for (flaw, statuses) in [
        ("accept-expired", [200, 401, 401]),
        ("ignore-qsh", [401, 200, 401]),
        ("accept-alg-none", [401, 401, 200]),
    ] {
        let bench = Bench::flawed(flaw);
        let seen = [
            status_of(&bench, expired).await,
            status_of(&bench, rehashed).await,
            unsigned(&bench).await,
        ];
        assert_eq!(seen, statuses, "{flaw}");
    }
}

#[tokio::test]
async fn no_auth_opens_the_statistics_and_nothing_else() {
    let bench = Bench::flawed("no-auth");
    for (method, path) in TENANTS_ENDPOINTS {
        let answer = bench.send(method, path, As::Nobody, None).await;
        let open = *path == "/stats";
        assert_eq!(answer.status.as_u16(), if open { 200 } else { 401 }, "{method} {path}");
    }
}

#[tokio::test]
async fn two_credentials_at_once_are_refused() {
    let bench = Bench::sound();
    let request = bench.request("GET", "/ops/access-log", As::Operator);
    let answer = request.header("authorization", "Bearer x").send().await.unwrap();
    assert_eq!(answer.status(), 401);
}
