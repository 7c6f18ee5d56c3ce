//! AWS Signature Version 4, for storage and other services that demand it.
//!
//! Source: Amazon, "Create a signed AWS API request" and, for S3, "Authenticating Requests: Using the Authorization
//! Header". The signature covers method, path, query, all header fields of the request and the body.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::percent_decode_str;
use sha2::Sha256;
use url::{Position, Url};

use crate::model::judge::binding::Digest;
use crate::model::plan::credential::Forgery;
use crate::model::plan::template::Template;
use crate::model::project::login::AwsKey;
use crate::probe::credential::request::{CredentialRequest, cannot};
use crate::probe::random;
use crate::probe::spellings::escapes::percent;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// How far the time of a forged signature is from now: services accept five to fifteen minutes.
const SECONDS_APART: i64 = 2 * 60 * 60;

/// An access key with its values.
pub(crate) struct SigningKey {
    id: String,
    secret: String,
    session_token: Option<String>,
    region: String,
    service: String,
}

/// What a signature covers.
struct Signed<'a> {
    method: &'a str,
    url: &'a Url,
    at: Timestamp,
    /// In lower case, sorted.
    fields: Vec<(String, String)>,
    body_digest: String,
}

impl SigningKey {
    /// The key with its placeholders filled in.
    pub(crate) fn new(
        key: &AwsKey,
        fill: impl Fn(&Template) -> Result<String, String>,
    ) -> Result<Self, String> {
        Ok(Self {
            id: fill(&key.id)?,
            secret: fill(&key.secret)?,
            session_token: key.session_token.as_ref().map(&fill).transpose()?,
            region: fill(&key.region)?,
            service: fill(&key.service)?,
        })
    }

    /// The header fields that a request is sent with: its time, the digest of its body and its signature, which is
    /// valid or has one defect. The error is a message for people.
    pub(crate) fn fields(
        &self,
        request: &CredentialRequest<'_>,
        forgery: Option<&Forgery>,
    ) -> Result<Vec<(&'static str, String)>, String> {
        let mut url = request.url.clone();
        let (mut id, mut secret) = (self.id.clone(), self.secret.clone());
        let (mut method, mut at) = (request.method, request.now);
        let moved = |seconds: i64| Timestamp::from_second(request.now.as_second() + seconds);
        match forgery {
            None | Some(Forgery::Garbage) => {}
            Some(Forgery::WrongSecret) => secret = random::hex::<20>(),
            Some(Forgery::UnknownKey) => id = format!("AKIA{}", random::hex::<8>().to_uppercase()),
            Some(Forgery::Expired) => at = moved(-SECONDS_APART).unwrap_or(at),
            Some(Forgery::IssuedInFuture) => at = moved(SECONDS_APART).unwrap_or(at),
            Some(Forgery::OtherQsh) => url.set_path(&format!("{}-other", url.path())),
            Some(Forgery::OtherQueryQsh) => url.set_query(Some("another=request")),
            Some(Forgery::OtherMethodQsh) => {
                method = if method == "GET" { "DELETE" } else { "GET" };
            }
            Some(other) => return Err(cannot("aws", &format!("{other:?}"))),
        }
        let body_digest = Digest::of(request.body.unwrap_or_default()).0;
        let mut own = vec![("x-amz-content-sha256", body_digest.clone())];
        own.push(("x-amz-date", time(at)));
        own.extend(self.session_token.clone().map(|token| ("x-amz-security-token", token)));
        let fields = signed_fields(request, &own)?;
        let signed = Signed { method, url: &url, at, fields, body_digest };
        let signature = match forgery {
            Some(Forgery::Garbage) => random::hex::<32>(),
            _ => self.signature(&signed, &secret),
        };
        own.push(("authorization", self.authorization(&signed, &id, &signature)));
        Ok(own)
    }

    fn authorization(&self, signed: &Signed<'_>, id: &str, signature: &str) -> String {
        let (scope, names) = (self.scope(signed), names(signed));
        format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}")
    }

    fn signature(&self, signed: &Signed<'_>, secret: &str) -> String {
        let canonical = Digest::of(self.canonical(signed).as_bytes()).0;
        let scope = self.scope(signed);
        let text = format!("{ALGORITHM}\n{}\n{scope}\n{canonical}", time(signed.at));
        let first = hmac(format!("AWS4{secret}").as_bytes(), &day(signed.at));
        let key = [&self.region, &self.service, "aws4_request"]
            .iter()
            .fold(first, |key, part| hmac(&key, part));
        hmac(&key, &text).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn scope(&self, signed: &Signed<'_>) -> String {
        format!("{}/{}/{}/aws4_request", day(signed.at), self.region, self.service)
    }

    fn canonical(&self, signed: &Signed<'_>) -> String {
        let fields: String =
            signed.fields.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let (path, query) = (self.path(signed.url), query(signed.url));
        let (names, digest) = (names(signed), &signed.body_digest);
        format!("{}\n{path}\n{query}\n{fields}\n{names}\n{digest}", signed.method)
    }

    /// S3 encodes each segment of the path once, all other services twice.
    fn path(&self, url: &Url) -> String {
        let segment = |segment: &str| {
            let once = percent(&percent_decode_str(segment).decode_utf8_lossy());
            if self.service == "s3" { once } else { percent(&once) }
        };
        url.path().split('/').map(segment).collect::<Vec<_>>().join("/")
    }
}

/// The header fields that are signed: all of the request, its host, and those of the signature.
fn signed_fields(
    request: &CredentialRequest<'_>,
    own: &[(&str, String)],
) -> Result<Vec<(String, String)>, String> {
    let host = &request.url[Position::BeforeHost..Position::AfterPort];
    let mut all = vec![("host".to_owned(), host.to_owned())];
    all.extend(own.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    for (name, value) in request.headers {
        let value = value.to_str();
        let value = value.map_err(|_| format!("the value of `{name}` cannot be signed"))?;
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        all.push((name.as_str().to_owned(), value));
    }
    all.sort_unstable();
    Ok(all)
}

fn names(signed: &Signed<'_>) -> String {
    signed.fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";")
}

fn query(url: &Url) -> String {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let encoded = |text: &str| percent(&percent_decode_str(text).decode_utf8_lossy());
        (encoded(name), encoded(value))
    };
    let parts = url.query().unwrap_or_default().split('&').filter(|one| !one.is_empty());
    let mut pairs: Vec<(String, String)> = parts.map(pair).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%d").to_string()
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    // A key may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderValue, RANGE};

    use super::*;
    use crate::model::plan::credential::Credential;

    /// The key of Amazon's examples.
    fn key() -> SigningKey {
        SigningKey {
            id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            session_token: None,
            region: "us-east-1".into(),
            service: "s3".into(),
        }
    }

    fn authorization(
        (key, url): (&SigningKey, &str),
        headers: &HeaderMap,
        forgery: Option<&Forgery>,
    ) -> (String, String) {
        let fields = key
            .fields(
                &CredentialRequest {
                    actor: "acme",
                    credential: &Credential::Own,
                    method: "GET",
                    url: &url.parse().unwrap(),
                    headers,
                    body: None,
                    now: "2013-05-24T00:00:00Z".parse().unwrap(),
                },
                forgery,
            )
            .unwrap();
        let of = |name| fields.iter().find(|one| one.0 == name).unwrap().1.clone();
        (of("authorization"), of("x-amz-date"))
    }

    fn signature(url: &str, headers: &HeaderMap) -> String {
        let (field, _) = authorization((&key(), url), headers, None);
        field.rsplit_once("Signature=").unwrap().1.to_owned()
    }

    #[test]
    fn the_signatures_are_those_of_amazons_examples() {
        let range = HeaderMap::from_iter([(RANGE, HeaderValue::from_static("bytes=0-9"))]);
        assert_eq!(
            signature("https://examplebucket.s3.amazonaws.com/test.txt", &range),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
        let none = HeaderMap::new();
        assert_eq!(
            signature("https://examplebucket.s3.amazonaws.com/?lifecycle", &none),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        );
        assert_eq!(
            signature("https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J", &none),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        );
    }

    #[test]
    fn each_forgery_has_one_defect() {
        let (key, url, none) = (key(), "https://a.s3.test/b?c=d", HeaderMap::new());
        let (good, time) = authorization((&key, url), &none, None);
        let parts = |field: &str| {
            let (credential, signature) = field.rsplit_once(", Signature=").unwrap();
            (credential.to_owned(), signature.to_owned())
        };
        for forgery in [
            Forgery::Garbage,
            Forgery::WrongSecret,
            Forgery::OtherQsh,
            Forgery::OtherQueryQsh,
            Forgery::OtherMethodQsh,
        ] {
            let (bad, at) = authorization((&key, url), &none, Some(&forgery));
            assert_eq!((parts(&bad).0, at), (parts(&good).0, time.clone()), "{forgery:?}");
            assert_ne!(parts(&bad).1, parts(&good).1, "{forgery:?}");
        }
        let (unknown, at) = authorization((&key, url), &none, Some(&Forgery::UnknownKey));
        assert_eq!(at, time);
        assert!(!unknown.contains("IOSFODNN7EXAMPLE"), "{unknown}");
        for (forgery, at) in
            [(Forgery::Expired, "20130523T220000Z"), (Forgery::IssuedInFuture, "20130524T020000Z")]
        {
            assert_eq!(authorization((&key, url), &none, Some(&forgery)).1, at);
        }
    }
}
