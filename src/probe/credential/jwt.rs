//! Bad tokens that are derived from a good JSON Web Token, without the key that signed it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::model::plan::credential::Forgery;
use crate::probe::credential::connect::hs256;
use crate::probe::random;

/// By how much the expiry of a token is moved, in seconds.
const LATER_S: i64 = 3600;

/// The length of a signature in place of one that cannot be read, in bytes.
const SIGNATURE_BYTES: usize = 32;

/// The parts of a token, encoded (RFC 7519, section 3).
pub(super) struct Token<'t> {
    header: &'t str,
    claims: &'t str,
    signature: &'t str,
}

impl<'t> Token<'t> {
    /// The parts of this token; `None` if it is not a signed JSON Web Token.
    pub(super) fn of(token: &'t str) -> Option<Self> {
        let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().ok()?;
        let parts = Self { header, claims, signature };
        (read(header)?.is_object() && read(claims)?.is_object()).then_some(parts)
    }

    /// This token with one defect; `rs256` signs with a key that nobody knows. `None` if it cannot have it.
    pub(super) fn forged(
        &self,
        forgery: &Forgery,
        rs256: impl Fn(&[u8]) -> Option<String>,
    ) -> Option<String> {
        let Self { header, claims, signature } = self;
        Some(match forgery {
            Forgery::ChangedSignature => format!("{header}.{claims}.{}", self.other_signature()),
            Forgery::EmptySignature => format!("{header}.{claims}."),
            Forgery::AlgNone => format!("{}.{claims}.", self.with_algorithm("none")?),
            Forgery::AlgNoneSpelled(case) => {
                format!("{}.{claims}.", self.with_algorithm(case.none())?)
            }
            Forgery::ChangedClaims => format!("{header}.{}.{signature}", self.later()?),
            Forgery::StrangeKey => {
                let message = format!("{header}.{claims}");
                let signature = match read(header)?["alg"].as_str()? {
                    "HS256" => hs256(message.as_bytes(), &random::bytes::<32>()),
                    "RS256" => rs256(message.as_bytes())?,
                    _ => self.random_signature(),
                };
                format!("{message}.{signature}")
            }
            _ => return None,
        })
    }

    /// The claims of `other`, under this token's header and signature.
    pub(super) fn with_claims_of(&self, other: &Token<'_>) -> String {
        format!("{}.{}.{}", self.header, other.claims, self.signature)
    }

    /// The header with another algorithm.
    fn with_algorithm(&self, name: &str) -> Option<String> {
        let mut header = read(self.header)?;
        header["alg"] = json!(name);
        Some(write(&header))
    }

    /// The claims with a later expiry, or with one where there was none: a service that does not verify the
    /// signature still knows whose token it is.
    fn later(&self) -> Option<String> {
        let mut claims = read(self.claims)?;
        let expires = claims["exp"].as_i64().unwrap_or(i64::from(u32::MAX));
        claims["exp"] = json!(expires.saturating_add(LATER_S));
        Some(write(&claims))
    }

    /// The signature with one bit changed in its first byte.
    fn other_signature(&self) -> String {
        match URL_SAFE_NO_PAD.decode(self.signature) {
            Ok(mut bytes) if !bytes.is_empty() => {
                if let Some(first) = bytes.first_mut() {
                    *first ^= 1;
                }
                URL_SAFE_NO_PAD.encode(bytes)
            }
            _ => self.random_signature(),
        }
    }

    /// Random bytes of the length of the signature: no key has made them.
    fn random_signature(&self) -> String {
        let length = URL_SAFE_NO_PAD.decode(self.signature).map_or(0, |bytes| bytes.len());
        let length = if length == 0 { SIGNATURE_BYTES } else { length };
        let random = random::bytes::<64>();
        let bytes: Vec<u8> = random.iter().copied().cycle().take(length).collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

fn read(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn write(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::credential::LetterCase;
    use crate::probe::credential::connect::token;

    fn good() -> String {
        let header = json!({ "alg": "HS256", "kid": "7" });
        let claims = json!({ "sub": "acme", "exp": 4_000_000_000_i64 });
        token(&header, &claims, |message| hs256(message, b"key of a test"))
    }

    /// Header and claims of a forged token, and its signature.
    fn forged(forgery: &Forgery) -> (Value, Value, String) {
        let good = good();
        let made = Token::of(&good).unwrap().forged(forgery, |_| None).unwrap();
        assert_ne!(made, good);
        let parts: Vec<&str> = made.split('.').collect();
        (read(parts[0]).unwrap(), read(parts[1]).unwrap(), parts[2].to_owned())
    }

    #[test]
    fn each_forgery_has_one_defect() {
        let good = good();
        let token = Token::of(&good).unwrap();
        let (header, claims) = (read(token.header).unwrap(), read(token.claims).unwrap());
        for forgery in [Forgery::ChangedSignature, Forgery::EmptySignature, Forgery::StrangeKey] {
            let made = forged(&forgery);
            assert_eq!((&made.0, &made.1), (&header, &claims), "{forgery:?}");
            assert_ne!(made.2, token.signature);
        }
        assert_eq!(forged(&Forgery::EmptySignature).2, "");
        let later = forged(&Forgery::ChangedClaims);
        assert_eq!((&later.0, later.2.as_str()), (&header, token.signature));
        assert_eq!(later.1, json!({ "sub": "acme", "exp": 4_000_003_600_i64 }));
    }

    #[test]
    fn an_unsigned_token_has_the_claims_of_the_good_one_in_every_spelling() {
        let spelled = [
            (Forgery::AlgNone, "none"),
            (Forgery::AlgNoneSpelled(LetterCase::Title), "None"),
            (Forgery::AlgNoneSpelled(LetterCase::Upper), "NONE"),
            (Forgery::AlgNoneSpelled(LetterCase::Mixed), "nOnE"),
        ];
        for (forgery, name) in spelled {
            let (header, claims, signature) = forged(&forgery);
            assert_eq!(header, json!({ "alg": name, "kid": "7" }));
            assert_eq!((&claims["sub"], signature.as_str()), (&json!("acme"), ""));
        }
    }

    #[test]
    fn a_token_takes_the_claims_of_another_one_and_keeps_its_signature() {
        let (own, other) =
            (good(), token(&json!({"alg": "none"}), &json!({"sub": "b"}), |_| "x".into()));
        let made = Token::of(&own).unwrap().with_claims_of(&Token::of(&other).unwrap());
        let parts: Vec<&str> = made.split('.').collect();
        assert_eq!(read(parts[1]).unwrap(), json!({ "sub": "b" }));
        assert_eq!(parts[2], own.rsplit('.').next().unwrap());
    }

    #[test]
    fn other_tokens_are_not_read() {
        for other in ["", "a.b.c", "0123456789abcdef", "a.b", "eyJhbGciOiJub25lIn0.e30"] {
            assert!(Token::of(other).is_none(), "{other}");
        }
    }
}
