//! Invocation tokens of Forge.

use avouch_demo::Secrets;
use serde_json::{Value, json};

use crate::client::{As, Bench, now, sign, sign_rsa};

/// A change to the header and claims of a valid token before it is signed.
type Change = dyn Fn(&mut Value, &mut Value);

const APP: &str = "ari:cloud:ecosystem::app/8f5a1c1e-0d6b-4d57-9a57-1f0c6a2b7e10";

fn good() -> (Value, Value) {
    let claims = json!({
        "iss": "forge/invocation-token", "aud": APP, "iat": now(), "nbf": now(), "exp": now() + 60,
        "app": { "id": APP, "installationId": "acme-key" },
    });
    (json!({ "alg": "RS256", "kid": "demo-forge-1" }), claims)
}

async fn ask(bench: &Bench, token: &str) -> crate::client::Answer {
    bench.get("/forge/notes", As::Literally(format!("Bearer {token}"))).await
}

#[tokio::test]
async fn an_invocation_reads_the_notes_of_the_installation_that_it_names() {
    let bench = Bench::sound();
    bench.plant("acme", "acme's note").await;
    bench.plant("globex", "globex's note").await;
    let (header, claims) = good();
    let answer = ask(&bench, &sign_rsa(&header, &claims, bench.secret("FORGE_KEY"))).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("acme's note"));
    assert!(!answer.text().contains("globex's note"));
}

#[tokio::test]
async fn every_kind_of_invalid_invocation_token_is_refused() {
    let bench = Bench::sound();
    let wrong: &[(&str, &Change)] = &[
        ("expired", &|_, claims| claims["exp"] = json!(now() - 31)),
        ("not yet valid", &|_, claims| claims["nbf"] = json!(now() + 60)),
        ("other audience", &|_, claims| claims["aud"] = json!("ari:cloud:ecosystem::app/x")),
        ("other issuer", &|_, claims| claims["iss"] = json!("acme-key")),
        ("uninstalled", &|_, claims| claims["app"]["installationId"] = json!("former-key")),
        ("unknown key", &|header, _| header["kid"] = json!("demo-install-1")),
    ];
    for (what, change) in wrong {
        let (mut header, mut claims) = good();
        change(&mut header, &mut claims);
        let token = sign_rsa(&header, &claims, bench.secret("FORGE_KEY"));
        assert_eq!(ask(&bench, &token).await.status, 401, "{what}");
    }
}

#[tokio::test]
async fn an_invocation_that_the_platform_did_not_sign_is_refused() {
    let bench = Bench::sound();
    let (header, claims) = good();
    let strange = Secrets::generate();
    let set = bench.visit("https://keys.demo.test/.well-known/jwks.json").await;
    let hs256 = json!({ "alg": "HS256", "kid": "demo-forge-1" });
    let unsigned = sign(&json!({ "alg": "none", "kid": "demo-forge-1" }), &claims, "");
    for token in [
        sign_rsa(&header, &claims, strange.get("FORGE_KEY").unwrap()),
        sign_rsa(&header, &claims, bench.secret("INSTALL_KEY")),
        sign(&hs256, &claims, set.text()),
        unsigned,
        bench.secret("OPS_TOKEN").to_owned(),
    ] {
        assert_eq!(ask(&bench, &token).await.status, 401);
    }
}

#[tokio::test]
async fn a_flawed_app_accepts_tokens_that_the_platform_did_not_make_for_it() {
    let other: &Change = &|_, claims| claims["aud"] = json!("ari:cloud:ecosystem::app/x");
    let unsigned: &Change = &|header, _| header["alg"] = json!("none");
    for (flaw, change) in [("forge-other-app", other), ("forge-unsigned", unsigned)] {
        let bench = Bench::flawed(flaw);
        let (mut header, mut claims) = good();
        change(&mut header, &mut claims);
        let token = sign_rsa(&header, &claims, bench.secret("FORGE_KEY"));
        assert_eq!(ask(&bench, &token).await.status, 200, "{flaw}");
    }
}

#[tokio::test]
async fn each_flaw_of_the_manifest_changes_one_section_of_the_published_copy() {
    const MANIFEST: &str = "https://forge.demo.test/manifest.json";
    let sound = Bench::sound().visit(MANIFEST).await.json();
    for (flaw, section) in [
        ("forge-extra-scope", "/permissions/scopes"),
        ("forge-wildcard", "/permissions/external"),
        ("forge-remote-purpose", "/remotes/0/operations"),
        ("forge-unlicensed", "/app/licensing"),
        ("forge-connect-module", "/connectModules"),
    ] {
        let flawed = Bench::flawed(flaw).visit(MANIFEST).await.json();
        assert_ne!(sound.pointer(section), flawed.pointer(section), "{flaw}");
    }
}
