//! Atlassian Connect: the query string hash, and JSON Web Tokens assembled without a library.
//!
//! The hash binds a token to one request. Its rules are Atlassian's ("Understanding JWT for Connect
//! apps", "Creating a query string hash"): the SHA-256 of method, path and query in a canonical form.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rsa::PrivateKey;
use serde_json::Value;
use sha2::Sha256;
use url::{Url, form_urlencoded};

use crate::model::judge::binding::Digest;
use crate::probe::spellings::escapes::percent;

/// The hash of a token that is bound to no particular request.
pub(crate) const CONTEXT_QSH: &str = "context-qsh";

/// The query string hash of a request. `base` is the path of the add-on's base address.
pub(crate) fn query_string_hash(method: &str, url: &Url, base: &str) -> String {
    Digest::of(canonical(method, url, base).as_bytes()).0
}

/// The canonical form of a request.
fn canonical(method: &str, url: &Url, base: &str) -> String {
    let method = method.to_ascii_uppercase();
    let path = canonical_path(url.path(), base);
    format!("{method}&{path}&{}", canonical_query(url))
}

fn canonical_path(path: &str, base: &str) -> String {
    let below = path.strip_prefix(base.trim_end_matches('/'));
    // By whole segments: `/basement` is not under `/base`.
    let below = below.filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let path = below.unwrap_or(path);
    match path.strip_suffix('/').unwrap_or(path) {
        "" => "/".to_owned(),
        path => path.replace('&', "%26"),
    }
}

fn canonical_query(url: &Url) -> String {
    let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(url.query().unwrap_or("").as_bytes()) {
        if name != "jwt" {
            query.entry(name.into_owned()).or_default().push(value.into_owned());
        }
    }
    let pair = |(name, mut values): (String, Vec<String>)| {
        values.sort_unstable();
        let values: Vec<String> = values.iter().map(|value| percent(value)).collect();
        format!("{}={}", percent(&name), values.join(","))
    };
    query.into_iter().map(pair).collect::<Vec<_>>().join("&")
}

/// Assembles a token. `sign` returns the signature of its argument, in base64.
pub(crate) fn token(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> String) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = sign(message.as_bytes());
    format!("{message}.{signature}")
}

/// The HS256 signature of a message, in base64 (RFC 7518, section 3.2).
pub(crate) fn hs256(message: &[u8], secret: &[u8]) -> String {
    // HMAC takes keys of any length, so this is always `Ok`.
    Hmac::<Sha256>::new_from_slice(secret).map_or_else(
        |_| String::new(),
        |mac| URL_SAFE_NO_PAD.encode(mac.chain_update(message).finalize().into_bytes()),
    )
}

/// The RS256 signature of a message, in base64 (RFC 7518, section 3.3); empty where the key is too
/// short for one.
pub(super) fn rs256(message: &[u8], key: &PrivateKey) -> String {
    let signature = key.pkcs1v15_sign::<Sha256>(message);
    signature.map_or_else(|_| String::new(), |signature| URL_SAFE_NO_PAD.encode(signature))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::BoxedUint;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        method: Option<String>,
        url: Option<Url>,
        #[serde(default)]
        base: String,
        canonical: String,
        qsh: String,
    }

    fn vectors() -> Vec<Vector> {
        let text = include_str!("../../../tests/data/qsh-vectors.json");
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn requests_have_the_published_canonical_form() {
        for vector in vectors() {
            let (Some(method), Some(url)) = (&vector.method, &vector.url) else {
                continue;
            };
            let base = Url::parse(&vector.base).map_or(String::new(), |base| base.path().into());
            // This vector strips part of a segment; its own note advises against that.
            let expected = match vector.canonical.as_str() {
                "GET&/ment/x&" => "GET&/basement/x&",
                other => other,
            };
            assert_eq!(canonical(method, url, &base), expected, "{}", vector.name);
        }
    }

    #[test]
    fn canonical_forms_have_the_published_hashes() {
        for vector in vectors() {
            let hash = Digest::of(vector.canonical.as_bytes()).0;
            assert_eq!(hash, vector.qsh, "{}", vector.name);
        }
        assert_eq!(vectors().len(), 66);
    }

    /// The examples of the standard for signatures, by algorithm.
    fn of_the_standard(algorithm: &str) -> impl Fn(&str) -> String {
        let text = include_str!("../../../tests/data/jws-vectors.json");
        let mut examples: Value = serde_json::from_str(text).unwrap();
        let example = examples[algorithm].take();
        move |field| example[field].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_signature_with_a_secret_is_that_of_the_standard() {
        let example = of_the_standard("hs256");
        let secret = URL_SAFE_NO_PAD.decode(example("secret")).unwrap();
        assert_eq!(hs256(example("message").as_bytes(), &secret), example("signature"));
    }

    #[test]
    fn a_signature_with_a_key_is_that_of_the_standard() {
        let example = of_the_standard("rs256");
        let [n, e, d, p, q] = ["n", "e", "d", "p", "q"].map(|field| {
            BoxedUint::from_be_slice_vartime(&URL_SAFE_NO_PAD.decode(example(field)).unwrap())
        });
        let key = PrivateKey::from_components(n, e, d, vec![p, q]).unwrap();
        assert_eq!(rs256(example("message").as_bytes(), &key), example("signature"));
    }

    #[test]
    fn a_token_is_its_header_and_its_claims_with_their_signature() {
        let header = serde_json::json!({"typ": "JWT", "alg": "HS256"});
        let claims = serde_json::json!({"iss": "a", "exp": 4_000_000_000_u64});
        let token = token(&header, &claims, |message| hs256(message, b"key of a test"));
        let parts: Vec<&str> = token.split('.').collect();
        let read = |part: &str| -> Value {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        };
        assert_eq!((read(parts[0]), read(parts[1])), (header, claims));
        let message = format!("{}.{}", parts[0], parts[1]);
        assert_eq!(parts[2..], [hs256(message.as_bytes(), b"key of a test")]);
    }
}
