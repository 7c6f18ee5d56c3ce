//! The public key of a DKIM selector (RFC 6376, section 3.6.1).
//!
//! ```json
//! { "dkim": { "key": "usable", "algorithm": "RSA", "bits": 2048, "testing": false } }
//! ```
//!
//! `key` is `usable`, or says why verifiers cannot use the key; the others are then absent. `bits` is
//! the size of an RSA key, or of one that is as strong as an Ed25519 key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use x509_parser::prelude::{FromDer as _, SubjectPublicKeyInfo};
use x509_parser::public_key::{PublicKey, RSAPublicKey};

use crate::model::answer::facts::Facts;
use crate::probe::host::tags::Tags;

/// The length of an Ed25519 key in bytes (RFC 8463, section 4.2).
const ED25519_BYTES: usize = 32;

/// The size of an RSA key that is as strong as an Ed25519 key (NIST SP 800-57 part 1, table 2).
const ED25519_AS_RSA_BITS: usize = 3072;

/// Sets the facts of the key among the `TXT` records at `name`.
pub(crate) fn set(name: &str, texts: &[String], facts: &mut Facts) {
    let is_key = |text: &&String| {
        let tags = Tags::read(text);
        tags.get("p").is_some() || tags.get("v") == Some("DKIM1")
    };
    let found: Vec<&String> = texts.iter().filter(is_key).collect();
    facts.set("/dkim", json!({"key": null}));
    match found.as_slice() {
        [] => facts.set("/dkim/key", json!(format!("missing: `{name}` has no DKIM key"))),
        [one] => describe(name, one, facts),
        several => {
            let why = format!("`{name}` has {} DKIM keys, which is undefined", several.len());
            facts.note_unclear("/dkim", why);
        }
    }
}

fn describe(name: &str, record: &str, facts: &mut Facts) {
    let tags = Tags::read(record);
    if let Some(tag) = tags.repeated() {
        let why = format!("the DKIM key at `{name}` has the tag `{tag}` more than once");
        facts.note_unclear("/dkim", why);
        return;
    }
    if let Some(problem) = problem(&tags) {
        facts.set("/dkim/key", json!(format!("{problem} (`{name}`)")));
        return;
    }
    let key: String = tags.get("p").unwrap_or_default().split_whitespace().collect();
    let algorithm = tags.get("k").unwrap_or("rsa").to_ascii_lowercase();
    let bytes = STANDARD.decode(key).ok();
    let size = bytes.as_deref().and_then(|bytes| match algorithm.as_str() {
        "rsa" => rsa_bits(bytes),
        _ => (bytes.len() == ED25519_BYTES).then_some(ED25519_AS_RSA_BITS),
    });
    let Some(bits) = size else {
        let why = format!("the DKIM key at `{name}` cannot be read as an {algorithm} key");
        facts.note_unclear("/dkim", why);
        return;
    };
    let flags = tags.get("t").unwrap_or_default().split(':').map(str::trim);
    let testing = flags.into_iter().any(|flag| flag.eq_ignore_ascii_case("y"));
    let algorithm = if algorithm == "rsa" { "RSA" } else { "Ed25519" };
    facts.set(
        "/dkim",
        json!({"key": "usable", "algorithm": algorithm, "bits": bits, "testing": testing}),
    );
}

/// Why verifiers do not use the key, if so.
fn problem(tags: &Tags<'_>) -> Option<String> {
    let lists = |tag: &str, wanted: &[&str]| {
        let values = tags.get(tag).map(|list| list.split(':').map(str::trim));
        values.is_none_or(|mut values| values.any(|one| wanted.contains(&one)))
    };
    let algorithm = tags.get("k").unwrap_or("rsa").to_ascii_lowercase();
    if tags.get("v").is_some_and(|version| version != "DKIM1")
        || tags.get("v").is_some() && tags.first().is_some_and(|(first, _)| first != "v")
    {
        return Some("invalid: the record does not begin with `v=DKIM1`".into());
    }
    match tags.get("p") {
        None => return Some("missing: the record has no tag `p`".into()),
        Some("") => return Some("revoked: the tag `p` is empty".into()),
        Some(_) => {}
    }
    if !matches!(algorithm.as_str(), "rsa" | "ed25519") {
        return Some(format!("unknown: verifiers do not know the algorithm `{algorithm}`"));
    }
    if !lists("s", &["*", "email"]) {
        return Some("unsuitable: the tag `s` does not allow mail".into());
    }
    if !lists("h", &["sha256"]) {
        return Some("unsuitable: the tag `h` does not allow SHA-256".into());
    }
    None
}

/// The size of an RSA key, as a `SubjectPublicKeyInfo` or alone.
fn rsa_bits(bytes: &[u8]) -> Option<usize> {
    let significant = |modulus: &[u8]| {
        let first = modulus.iter().position(|byte| *byte != 0)?;
        let rest = &modulus[first..];
        Some(rest.len() * 8 - rest.first()?.leading_zeros() as usize)
    };
    if let Ok(([], info)) = SubjectPublicKeyInfo::from_der(bytes) {
        return match info.parsed() {
            Ok(PublicKey::RSA(key)) => significant(key.modulus),
            _ => None,
        };
    }
    match RSAPublicKey::from_der(bytes) {
        Ok(([], key)) => significant(key.modulus),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSA_768: &str = "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAJ/8Un1xuwuUdjVC4epKHK6maxslkfxrsqK5gFKzyvzQvCQl1AgEJLqEM/\
        iThO4t6kMnWQ+zUS6sIeT5qTcuyf4U/R8ZMQjFEIwQugwTTUugwz0Ni533XolUdWovpb4opwIDAQAB";
    const RSA_1024: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDEPCtvVrNS2pByxEoIJvOrwY1AhuuIG2yytROoMJhwJU3TdJIwjQ\
        sKec2zR76s2AyUbq+84MqwZixULzUF0JXIIlhRF/m7S9ZzDxCJdGwt3Ey5ghiZBQJpdiQtuNQcevcJpUbKZVjzICr3\
        eZxQBrWM2RPXNiVKUGyPTD/SgGyvLwIDAQAB";
    const RSA_2048: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0CfN+wRYyb6/CRLTLOENhr5bTPCx1CUDnTqjq392b6MvBL\
        TJwgsCShvQFctTo8E88Npd/U8EA3Itk8iXwfL4WC5OJ6RlsxnXhTEI4mV6YYH7hqJOLyADYoGhl+JuNqA4Gb1cYh3n\
        LVvdy9Ol6mYMnTEG6jqSeLjRmbh3IBq6PHbTR2SxsYK/8iwmOfvvv5rWmq02kFFkS9984I16RSntR8KqUoetnWpFD7\
        WEfviaXfwv35C3llzt8jDL41Tpk0xiKnCSC0LQBk4EGSCZOXgKM/VW54uA5rYpw5SCyoF3vb1EDuITHzDVCzxrCkpQ\
        puhiRwCCPkMnxZavwZXLgeXaewIDAQAB";
    const BARE_1024: &str = "MIGJAoGBAM2b1i4u2wvmkLIC+QZATRXMLlTY8YvGeMbw6kcbugCNr1etrkEA/spOciN9Hyx1/0t47XZaMuqIAefld2\
        ClGhL4lxI95xo7roUs3gdfAMg7MdmlElCeBOMGjd969803x3SxK7mHFuPH7UkKKOHvlyycQlImgTrmtXqMQ69A7X7N\
        AgMBAAE=";
    const ED25519: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn facts(texts: &[&str]) -> Facts {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let mut facts = Facts(json!({}));
        set("s._domainkey.x.test", &texts, &mut facts);
        facts
    }

    #[test]
    fn usable_keys_are_measured() {
        for (text, algorithm, bits) in [
            (format!("v=DKIM1; k=rsa; p={RSA_2048}"), "RSA", 2048),
            (format!("p={RSA_1024}"), "RSA", 1024),
            (format!("v=DKIM1;p={}", RSA_768.replace('A', "A ")), "RSA", 768),
            (format!("v=DKIM1; p={BARE_1024};"), "RSA", 1024),
            (format!("v=DKIM1; k=ed25519; h=sha1:sha256; s=email; p={ED25519}"), "Ed25519", 3072),
        ] {
            let facts = facts(&["site-verification=1", &text]);
            let wanted =
                json!({"key": "usable", "algorithm": algorithm, "bits": bits, "testing": false});
            assert_eq!(facts.at("/dkim"), Some(&wanted), "{text}");
        }
        let testing = facts(&[&format!("v=DKIM1; t=s:y; p={RSA_2048}")]);
        assert_eq!(testing.at("/dkim/testing"), Some(&json!(true)));
    }

    #[test]
    fn keys_that_verifiers_cannot_use_are_named() {
        for (text, problem) in [
            ("site-verification=1", "missing: "),
            ("v=DKIM1; p=", "revoked: "),
            ("v=DKIM1", "missing: "),
            ("v=DKIM2; p=AAAA", "invalid: "),
            ("p=AAAA; v=DKIM1", "invalid: "),
            ("v=DKIM1; k=dsa; p=AAAA", "unknown: "),
            ("v=DKIM1; s=chat; p=AAAA", "unsuitable: "),
            ("v=DKIM1; h=sha1; p=AAAA", "unsuitable: "),
        ] {
            let facts = facts(&[text]);
            let key = facts.at("/dkim/key").and_then(|key| key.as_str()).unwrap();
            assert!(key.starts_with(problem), "{text}: {key}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_unclear() {
        let key = format!("v=DKIM1; p={RSA_2048}");
        for texts in [
            vec!["v=DKIM1; p=AAAA"],
            vec!["v=DKIM1; p=not base64!"],
            vec!["v=DKIM1; k=ed25519; p=AAAA"],
            vec!["v=DKIM1; p=; p=AAAA"],
            vec![&*key, &*key],
        ] {
            assert!(facts(&texts).unclear("/dkim").is_some(), "{texts:?}");
        }
    }
}
