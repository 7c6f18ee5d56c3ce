//! The platform's RSA keys, and the formats of their public halves.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::SysRng;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, PrivateKey, PublicKey};
use serde_json::{Value, json};

/// The length of a key, in bits.
const BITS: usize = 2048;

/// Generates a private key, in PKCS #8 and PEM format.
pub(crate) fn generate() -> Option<String> {
    let key = PrivateKey::new(&mut SysRng, BITS).ok()?;
    key.to_pkcs8_pem(LineEnding::LF).ok().map(|pem| pem.to_string())
}

/// The public half of a private key, in PEM format.
pub(crate) fn public_pem(private: &str) -> Option<String> {
    public(private)?.to_public_key_pem(LineEnding::LF).ok()
}

/// The public half of a private key as a key set (RFC 7517).
pub(crate) fn key_set(private: &str, name: &str) -> Option<Value> {
    let key = public(private)?;
    let (n, e) = (URL_SAFE_NO_PAD.encode(key.n_bytes()), URL_SAFE_NO_PAD.encode(key.e_bytes()));
    let key = json!({
        "kty": "RSA", "alg": "RS256", "use": "sig", "kid": name, "n": n, "e": e,
    });
    Some(json!({ "keys": [key] }))
}

/// The public key with this name in a key set, in PEM format.
pub(crate) fn find(key_set: &[u8], name: &str) -> Option<Vec<u8>> {
    let set: Value = serde_json::from_slice(key_set).ok()?;
    let mut keys = set["keys"].as_array()?.iter();
    let key = keys.find(|key| key["kid"] == name && key["kty"] == "RSA")?;
    let number = |name: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(key[name].as_str()?).ok()?;
        Some(BoxedUint::from_be_slice_vartime(&bytes))
    };
    let key = PublicKey::new(number("n")?, number("e")?).ok()?;
    key.to_public_key_pem(LineEnding::LF).ok().map(String::into_bytes)
}

fn public(private: &str) -> Option<PublicKey> {
    PrivateKey::from_pkcs8_pem(private).ok().map(|key| key.to_public_key())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_in_its_key_set() {
        let private = generate().unwrap();
        let set = key_set(&private, "one").unwrap().to_string();
        let found = find(set.as_bytes(), "one").unwrap();
        assert_eq!(found, public_pem(&private).unwrap().into_bytes());
        assert_eq!(find(set.as_bytes(), "two"), None);
        assert_eq!(find(b"no key set", "one"), None);
    }
}
