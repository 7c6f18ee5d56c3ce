//! A running demo, and a client that trusts its certificates.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::str::FromStr;

use avouch_demo::{Demo, Flaw, Mode, Options, Secrets, query_string_hash, start};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::{Certificate, Client, Method, StatusCode};
use rsa::PrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use serde_json::{Value, json};
use sha2::Sha256;

/// The fixed time of the demo's clock in these tests.
pub(crate) const NOW: &str = "2031-05-04T12:00:00Z";

/// A demo and its client.
pub(crate) struct Bench {
    pub(crate) demo: Demo,
    pub(crate) secrets: Secrets,
    http: Client,
}

/// A complete answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A credential for a request.
pub(crate) enum As<'a> {
    Nobody,
    Tenant(&'a str),
    Operator,
    /// This text, after the scheme and a space.
    Literally(String),
}

impl Bench {
    pub(crate) fn sound() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn flawed(flaw: &str) -> Self {
        Self::with(Options {
            flaws: BTreeSet::from([Flaw::from_str(flaw).unwrap()]),
            ..Options::default()
        })
    }

    pub(crate) fn in_mode(mode: Mode) -> Self {
        Self::with(Options { mode, ..Options::default() })
    }

    pub(crate) fn with(options: Options) -> Self {
        // Fails in all but the first of the tests that run concurrently.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let secrets = Secrets::generate();
        let clock = Some(NOW.parse().unwrap());
        let demo = start(Options { clock, ..options }, &secrets).unwrap();
        let root = Certificate::from_pem(demo.root_pem().as_bytes()).unwrap();
        let mut http = Client::builder()
            .tls_certs_only([root])
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        for (host, address) in demo.connect_to() {
            http = http.resolve(&host, address[0]);
        }
        let http = http.build().unwrap();
        Self { demo, secrets, http }
    }

    pub(crate) async fn get(&self, path: &str, who: As<'_>) -> Answer {
        self.send("GET", path, who, None).await
    }

    /// Sends a request to the add-on.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        who: As<'_>,
        body: Option<Value>,
    ) -> Answer {
        let mut request = self.request(method, path, who);
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        read(request).await
    }

    pub(crate) fn request(&self, method: &str, path: &str, who: As<'_>) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.demo.target());
        let request = self.http.request(Method::from_str(method).unwrap(), url);
        match self.authorization(method, path, who) {
            Some(value) => request.header("authorization", value),
            None => request,
        }
    }

    fn authorization(&self, method: &str, path: &str, who: As<'_>) -> Option<String> {
        match who {
            As::Nobody => None,
            As::Tenant(name) => Some(format!("JWT {}", self.token(name, method, path))),
            As::Operator => Some(format!("Bearer {}", self.secret("OPS_TOKEN"))),
            As::Literally(value) => Some(value),
        }
    }

    pub(crate) fn secret(&self, variable: &str) -> &str {
        self.secrets.get(variable).unwrap()
    }

    /// A valid token of a named tenant.
    pub(crate) fn token(&self, name: &str, method: &str, path: &str) -> String {
        let secret = self.secret(&format!("{}_SECRET", name.to_uppercase()));
        let claims = claims(&format!("{name}-key"), method, path);
        sign(&json!({ "alg": "HS256", "typ": "JWT" }), &claims, secret)
    }

    /// Requests an address on another host.
    pub(crate) async fn visit(&self, url: &str) -> Answer {
        read(self.http.get(url)).await
    }

    /// Creates a note as a tenant. Returns its path.
    pub(crate) async fn plant(&self, tenant: &str, text: &str) -> String {
        let body = Some(json!({ "text": text }));
        let answer = self.send("POST", "/notes", As::Tenant(tenant), body).await;
        assert_eq!(answer.status, 201);
        format!("/notes/{}", answer.json()["id"].as_str().unwrap())
    }

    /// Sends bytes to the plain port. Returns the answer until the connection closes.
    pub(crate) fn send_plain(&self, text: &str) -> Vec<u8> {
        let address = self.demo.connect_to()["addon.demo.test:80"][0];
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // A server that resets the connection has sent its whole answer.
        let _ = stream.read_to_end(&mut answer);
        answer
    }
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

async fn read(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    Answer {
        status: answer.status(),
        headers: answer.headers().clone(),
        body: answer.bytes().await.unwrap().to_vec(),
    }
}

/// The claims of a valid token for a request.
pub(crate) fn claims(issuer: &str, method: &str, path: &str) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    json!({
        "iss": issuer,
        "iat": now(),
        "exp": now() + 180,
        "qsh": query_string_hash(method, path, query),
    })
}

pub(crate) fn now() -> i64 {
    NOW.parse::<Timestamp>().unwrap().as_second()
}

/// A token signed with RSA, SHA-256 and this private key in PEM format.
pub(crate) fn sign_rsa(header: &Value, claims: &Value, private: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let key = PrivateKey::from_pkcs8_pem(private).unwrap();
    let signature = key.pkcs1v15_sign::<Sha256>(signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A token with this header and these claims, signed with HMAC and SHA-256.
pub(crate) fn sign(header: &Value, claims: &Value, secret: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{signed}.{signature}")
}
