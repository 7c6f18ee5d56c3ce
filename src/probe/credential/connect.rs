//! Atlassian Connect: the query string hash, and JSON Web Tokens assembled without a library.
//!
//! The hash binds a token to one request. Its rules are Atlassian's ("Understanding JWT for Connect
//! apps", "Creating a query string hash"): the SHA-256 of method, path and query in a canonical form.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use url::{Url, form_urlencoded};

use crate::model::judge::binding::Digest;
use crate::probe::escapes::percent;

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

#[cfg(test)]
mod tests {
    use super::*;
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

    #[test]
    fn another_library_accepts_the_signatures() {
        let header = serde_json::json!({"typ": "JWT", "alg": "HS256"});
        let claims = serde_json::json!({"iss": "a", "exp": 4_000_000_000_u64});
        let token = token(&header, &claims, |message| hs256(message, b"key of a test"));
        let key = jsonwebtoken::DecodingKey::from_secret(b"key of a test");
        let rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
        let read = jsonwebtoken::decode::<Value>(&token, &key, &rules).unwrap();
        assert_eq!(read.claims, claims);
    }
}
