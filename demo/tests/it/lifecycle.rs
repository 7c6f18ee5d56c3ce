//! Installing and uninstalling, and callers that must not be able to.

use avouch_demo::Secrets;
use serde_json::{Value, json};

use crate::client::{As, Bench, claims, now, sign, sign_rsa};

/// A change to the header and claims of a valid callback before it is signed.
type Change = dyn Fn(&mut Value, &mut Value);

/// A callback of the tenant `newcomer` with its secret.
fn callback() -> Value {
    json!({
        "key": "test.demo.addon", "clientKey": "newcomer-key", "eventType": "installed",
        "sharedSecret": "the newcomer's secret", "baseUrl": "https://newcomer.demo.test",
    })
}

fn good(path: &str) -> (Value, Value) {
    let mut claims = claims("newcomer-key", "POST", path);
    claims["aud"] = json!(["https://addon.demo.test"]);
    (json!({ "alg": "RS256", "kid": "demo-install-1" }), claims)
}

async fn call(bench: &Bench, path: &str, who: As<'_>) -> u16 {
    bench.send("POST", path, who, Some(callback())).await.status.as_u16()
}

/// The status of an installation that the platform signs after `change`.
async fn install(bench: &Bench, change: &Change) -> u16 {
    let (mut header, mut claims) = good("/installed");
    change(&mut header, &mut claims);
    let token = sign_rsa(&header, &claims, bench.secret("INSTALL_KEY"));
    call(bench, "/installed", As::Literally(format!("JWT {token}"))).await
}

/// Whether the newcomer has access with its secret.
async fn is_installed(bench: &Bench) -> bool {
    let claims = claims("newcomer-key", "GET", "/notes");
    let token = sign(&json!({ "alg": "HS256" }), &claims, "the newcomer's secret");
    bench.get("/notes", As::Literally(format!("JWT {token}"))).await.status == 200
}

/// The log entries after those of the three tenants at the start.
async fn history(bench: &Bench) -> Value {
    let all = bench.get("/ops/installs", As::Operator).await.json()["entries"].clone();
    all.as_array().unwrap()[3..].into()
}

#[tokio::test]
async fn the_platform_installs_and_uninstalls_a_tenant() {
    let bench = Bench::sound();
    assert!(!is_installed(&bench).await);
    assert_eq!(install(&bench, &|_, _| ()).await, 204);
    assert!(is_installed(&bench).await);
    let (header, claims) = good("/uninstalled");
    let token = sign_rsa(&header, &claims, bench.secret("INSTALL_KEY"));
    let gone = call(&bench, "/uninstalled", As::Literally(format!("JWT {token}"))).await;
    assert_eq!(gone, 204);
    assert!(!is_installed(&bench).await);
    let history = history(&bench).await;
    assert_eq!(history[0]["event"], "installed");
    assert_eq!(history[0]["signed"], true);
    assert_eq!(history[1]["event"], "uninstalled");
}

#[tokio::test]
async fn nobody_else_can_install_or_uninstall() {
    let bench = Bench::sound();
    let strange = Secrets::generate();
    let key = bench.visit("https://keys.demo.test/install-keys/demo-install-1").await;
    for path in ["/installed", "/uninstalled"] {
        let (header, claims) = good(path);
        let hs256 = json!({ "alg": "HS256", "kid": "demo-install-1" });
        let strangers = sign_rsa(&header, &claims, strange.get("INSTALL_KEY").unwrap());
        let confused = sign(&hs256, &claims, key.text());
        let unsigned = sign(&json!({ "alg": "none", "kid": "demo-install-1" }), &claims, "");
        let (unsigned, _) = unsigned.rsplit_once('.').unwrap();
        for token in [strangers, confused, format!("{unsigned}.")] {
            let who = As::Literally(format!("JWT {token}"));
            assert_eq!(call(&bench, path, who).await, 401, "{path}");
        }
        for who in [As::Nobody, As::Tenant("acme"), As::Operator] {
            assert_eq!(call(&bench, path, who).await, 401, "{path}");
        }
    }
    assert!(!is_installed(&bench).await);
    assert_eq!(history(&bench).await, json!([]));
}

#[tokio::test]
async fn every_kind_of_invalid_callback_is_refused() {
    let bench = Bench::sound();
    let wrong: &[(&str, &Change)] = &[
        ("expired", &|_, claims| claims["exp"] = json!(now() - 31)),
        ("not yet valid", &|_, claims| claims["nbf"] = json!(now() + 60)),
        ("no expiry", &|_, claims| claims["exp"] = Value::Null),
        ("other audience", &|_, claims| claims["aud"] = json!("https://other.demo.test")),
        ("no audience", &|_, claims| claims["aud"] = Value::Null),
        ("other tenant", &|_, claims| claims["iss"] = json!("acme-key")),
        ("other request", &|_, claims| claims["qsh"] = json!("0".repeat(64))),
        ("unknown key", &|header, _| header["kid"] = json!("demo-install-2")),
        ("no key", &|header, _| header["kid"] = Value::Null),
        ("a path for a key", &|header, _| header["kid"] = json!("../.well-known/jwks.json")),
        ("a request for a key", &|header, _| header["kid"] = json!("x HTTP/1.0\r\n\r\n")),
    ];
    for (what, change) in wrong {
        assert_eq!(install(&bench, change).await, 401, "{what}");
    }
    assert!(!is_installed(&bench).await);
}

#[tokio::test]
async fn unsigned_install_accepts_a_callback_without_a_token_only() {
    let bench = Bench::flawed("unsigned-install");
    assert_eq!(call(&bench, "/installed", As::Literally("JWT x.y.z".into())).await, 401);
    assert!(!is_installed(&bench).await);
    assert_eq!(call(&bench, "/installed", As::Nobody).await, 204);
    assert!(is_installed(&bench).await);
    assert_eq!(history(&bench).await[0]["signed"], false);
}
