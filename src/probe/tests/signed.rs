//! Tokens that the platform signs, and their forgeries.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::SysRng;
use reqwest::header::HeaderMap;
use rsa::pkcs8::{DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::{PrivateKey, PublicKey};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::model::plan::credential::{Credential, Forgery};
use crate::model::project::Project;
use crate::model::project::actor::{Actor, Issuer, Prefix, Scheme, Secret, Signed};
use crate::probe::credential::connect::hs256;
use crate::probe::credential::request::CredentialRequest;
use crate::probe::credential::tokens::Minter;
use crate::probe::tests::{now, project};

const BODY: &[u8] = br#"{"clientKey":"new"}"#;

/// A project whose platform signs tokens, and the platform's public key in PEM format.
fn signing() -> (Project, String) {
    let key = PrivateKey::new(&mut SysRng, 2048).unwrap();
    let signed = Signed {
        key: Some(Secret::new(key.to_pkcs8_pem(LineEnding::LF).unwrap().as_str())),
        public_key: None,
        key_id: "one".into(),
        issuer: Issuer::InBody("/clientKey".into()),
        audience: "https://addon.test".into(),
        prefix: Prefix::Jwt,
        claims: Map::new(),
    };
    let mut project = project("https://addon.test");
    let scheme = Scheme::Signed(Box::new(signed));
    project.actors.insert(
        "platform".into(),
        Actor { tenant: None, scheme, send_to: Vec::new(), weak_secret: false },
    );
    (project, key.to_public_key().to_public_key_pem(LineEnding::LF).unwrap())
}

fn made(project: &Project, credential: &Credential, body: Option<&[u8]>) -> Result<String, String> {
    let url = "https://addon.test/installed".parse().unwrap();
    let request = CredentialRequest {
        actor: "platform",
        credential,
        method: "POST",
        url: &url,
        headers: &HeaderMap::new(),
        body,
        now: now(),
    };
    let minted = Minter::new(project).mint(&request)?.unwrap();
    Ok(minted.value.to_str().unwrap().strip_prefix("JWT ").unwrap().to_owned())
}

/// Header, claims, and whether the signature is the platform's.
fn read(token: &str, public: &str) -> (Value, Value, bool) {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let part = |index| {
        let bytes = URL_SAFE_NO_PAD.decode(message.split('.').nth(index).unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    let key = PublicKey::from_public_key_pem(public).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let verified = key.pkcs1v15_verify::<Sha256>(message.as_bytes(), &signature);
    (part(0), part(1), verified.is_ok())
}

#[test]
fn a_valid_token_has_the_issuer_that_the_request_contains() {
    let (project, public) = signing();
    let (header, claims, ours) =
        read(&made(&project, &Credential::Own, Some(BODY)).unwrap(), &public);
    assert_eq!(header, json!({"typ": "JWT", "alg": "RS256", "kid": "one"}));
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!("new"), &json!("https://addon.test")));
    assert!(claims["qsh"].is_string() && ours);
    let nobody = made(&project, &Credential::Own, None).unwrap_err();
    assert_eq!(nobody, "the request names no issuer at `/clientKey`");
}

#[test]
fn forgeries_that_the_platform_signs_differ_in_their_claims_only() {
    let (project, public) = signing();
    for forgery in [Forgery::Expired, Forgery::OtherAudience, Forgery::NoQsh, Forgery::NoExpiry] {
        let forged = Credential::Forged(forgery);
        let (header, _, ours) = read(&made(&project, &forged, Some(BODY)).unwrap(), &public);
        assert_eq!((&header["alg"], &header["kid"]), (&json!("RS256"), &json!("one")));
        assert!(ours, "{forged:?}");
    }
}

#[test]
fn other_forgeries_have_valid_claims_and_need_no_private_key() {
    let (mut project, public) = signing();
    if let Scheme::Signed(signed) = &mut project.actors["platform"].scheme {
        signed.key = None;
        signed.public_key = Some(public.clone());
    }
    let cases = [
        (Forgery::StrangeKey, "RS256", true),
        (Forgery::UnknownKey, "RS256", false),
        (Forgery::WrongSecret, "HS256", true),
        (Forgery::AlgNone, "none", true),
        (Forgery::PublicKeyOf("platform".into()), "HS256", true),
    ];
    for (forgery, algorithm, named) in cases {
        let forged = Credential::Forged(forgery);
        let token = made(&project, &forged, Some(BODY)).unwrap();
        let (header, claims, ours) = read(&token, &public);
        assert_eq!((&header["alg"], header["kid"] == "one"), (&json!(algorithm), named));
        assert!(claims["exp"].as_i64() > Some(now().as_second()) && !ours, "{forged:?}");
    }
    let confused = Credential::Forged(Forgery::PublicKeyOf("platform".into()));
    let token = made(&project, &confused, Some(BODY)).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(signature, hs256(message.as_bytes(), public.as_bytes()));
    let expired = made(&project, &Credential::Forged(Forgery::Expired), Some(BODY));
    assert_eq!(expired.unwrap_err(), "`platform` has no private key");
}
