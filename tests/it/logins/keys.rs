//! Actors with keys of their own: access keys that sign each request, and client certificates.

use std::collections::BTreeMap;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rcgen::{CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::evidence::service::{Answer, Asked, Service, now};
use crate::logins::project::{project, run_with};

const LEFT_OUT: &str = "without: { head: another test, query-token: another test, \
trailing-slash: another test, doubled-slash: another test, other-case: another test, \
encoded-slash: another test }";

const KEY_ID: &str = "AKIATESTKEY0123456789";
const SECRET: &str = "s3-secret-Zk4vPq81xYwT7mNb";

const SIGNED: &str = "    aws:
      access_key_id: \"${S3_KEY_ID}\"
      secret_access_key: \"${S3_SECRET}\"
      region: eu-central-1
";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// What a verifier of a storage service leaves out.
#[derive(Clone, Copy, PartialEq)]
enum Lax {
    Nothing,
    Time,
    Path,
}

/// Whether the signature of a request is that of [`KEY_ID`], as a storage service verifies it.
fn is_signed(asked: &Asked, lax: Lax) -> bool {
    let field =
        |name: &str| asked.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let authorization = field("authorization");
    let Some(rest) = authorization.strip_prefix("AWS4-HMAC-SHA256 ") else { return false };
    let parts: BTreeMap<&str, &str> =
        rest.split(", ").filter_map(|part| part.split_once('=')).collect();
    let (id, scope) = parts["Credential"].split_once('/').unwrap();
    let (day, date) = (scope.split('/').next().unwrap(), field("x-amz-date"));
    let before = now() - jiff::SignedDuration::from_mins(15);
    let recent = [now(), before].map(|time| time.strftime("%Y%m%dT%H").to_string());
    if id != KEY_ID || !date.starts_with(day) {
        return false;
    }
    if lax != Lax::Time && !recent.contains(&date[..11].to_owned()) {
        return false;
    }
    let names = parts["SignedHeaders"];
    let fields: String = names.split(';').map(|name| format!("{name}:{}\n", field(name))).collect();
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|one| !one.is_empty())
        .map(|one| if one.contains('=') { one.to_owned() } else { format!("{one}=") })
        .collect();
    pairs.sort();
    let digest = hex(&Sha256::digest(asked.body.as_bytes()));
    let verifies = |path: &str| {
        let canonical =
            format!("{}\n{path}\n{}\n{fields}\n{names}\n{digest}", asked.method, pairs.join("&"));
        let canonical = hex(&Sha256::digest(canonical.as_bytes()));
        let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{canonical}");
        let mut key = format!("AWS4{SECRET}").into_bytes();
        for part in scope.split('/') {
            key = mac(&key, part);
        }
        hex(&mac(&key, &text)) == parts["Signature"]
    };
    verifies(path) || (lax == Lax::Path && verifies(&format!("{path}-other")))
}

fn storage(lax: Lax) -> Service {
    Service::start(move |asked| match asked.path.split('?').next().unwrap() {
        "/bucket/report.txt" if is_signed(asked, lax) => {
            Answer::json(200, &json!({ "note": "note-7731", "owner": "alice" }))
        }
        "/bucket/report.txt" => Answer::new(403, "<Error><Code>AccessDenied</Code></Error>"),
        _ => Answer::new(404, ""),
    })
}

fn storage_run(lax: Lax) -> crate::harness::Run {
    let check = format!(
        "  - kind: auth-required\n    as: alice\n    endpoints: [{{ get: \"/bucket/report.txt?versions&b=%20c\" }}]\n    {LEFT_OUT}\n"
    );
    let service = storage(lax);
    let variables = [("S3_KEY_ID", KEY_ID), ("S3_SECRET", SECRET)];
    run_with(&project(&service, SIGNED, &check), &["check"], &variables)
}

#[test]
fn a_storage_service_that_verifies_signatures_holds() {
    let run = storage_run(Lax::Nothing);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!format!("{run}").contains(SECRET));
}

#[test]
fn a_storage_service_that_verifies_only_a_part_is_violated() {
    for (lax, words) in [
        (Lax::Time, "with a signature of two hours ago"),
        (Lax::Path, "with the signature of another path"),
    ] {
        let run = storage_run(lax);
        assert_eq!(run.code, Some(1), "{run}");
        let out = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains(words), "{words}: {run}");
    }
}

/// How a service treats client certificates.
#[derive(Clone, Copy, PartialEq)]
enum Clients {
    Verified,
    /// One that is absent is accepted.
    Optional,
    /// Any name is believed, whoever issued it.
    Believed,
}

/// A server with TLS whose clients have certificates. Returns its address, its root, and the certificate and key of
/// a client, as PEM.
fn mutual(clients: Clients) -> (std::net::SocketAddr, String, String, String) {
    let issuer = || {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    };
    let (root, client_root) = (issuer(), issuer());
    let leaf = |names: Vec<String>, common: &str, by: &CertifiedIssuer<'_, KeyPair>| {
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, common);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, by).unwrap(), key)
    };
    let (server, server_key) = leaf(vec!["127.0.0.1".into()], "server", &root);
    let (client, client_key) = leaf(Vec::new(), "alice", &client_root);
    let mut roots = RootCertStore::empty();
    roots.add(client_root.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
    let verifier = match clients {
        Clients::Verified => verifier.build().unwrap(),
        Clients::Optional => verifier.allow_unauthenticated().build().unwrap(),
        Clients::Believed => Arc::new(Believing(verifier.build().unwrap())),
    };
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(
            vec![server.der().clone()],
            PrivateKeyDer::Pkcs8(server_key.serialize_der().into()),
        )
        .unwrap();
    (serve(config), root.pem(), client.pem(), client_key.serialize_pem())
}

/// Accepts every certificate.
#[derive(Debug)]
struct Believing(Arc<dyn rustls::server::danger::ClientCertVerifier>);

impl rustls::server::danger::ClientCertVerifier for Believing {
    fn root_hint_subjects(&self) -> &[rustls::DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::server::danger::ClientCertVerified, rustls::Error> {
        Ok(rustls::server::danger::ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Answers each request with a note, on a free port of 127.0.0.1, until the test ends.
fn serve(config: rustls::ServerConfig) -> std::net::SocketAddr {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut asked = [0; 4096];
                    while stream.read(&mut asked).await.is_ok_and(|count| count > 0) {
                        let body = r#"{"note":"note-7731"}"#;
                        let head = format!(
                            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                            body.len()
                        );
                        if stream.write_all(format!("{head}{body}").as_bytes()).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
    });
    told.recv().unwrap()
}

fn mutual_run(clients: Clients) -> crate::harness::Run {
    let (address, root, certificate, key) = mutual(clients);
    let mut service = Service::start(|_| Answer::new(404, ""));
    service.address = address;
    let alice = "    certificate: { chain: \"${ALICE_CERTIFICATE}\", key: \"${ALICE_KEY}\" }\n";
    let check = format!(
        "  - kind: auth-required\n    as: alice\n    endpoints: [{{ get: /notes }}]\n    {LEFT_OUT}\n"
    );
    let project = project(&service, alice, &check);
    let yaml = project.read("avouch.yaml").replace("http://127", "https://127");
    project.write("avouch.yaml", &format!("{yaml}roots: [root.pem]\n"));
    project.write("root.pem", &root);
    let variables = [("ALICE_CERTIFICATE", &certificate[..]), ("ALICE_KEY", &key)];
    run_with(&project, &["check"], &variables)
}

#[test]
fn a_service_that_verifies_client_certificates_holds() {
    let run = mutual_run(Clients::Verified);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_service_that_verifies_no_client_certificate_is_violated() {
    for (clients, words) in [
        (Clients::Optional, "without a credential"),
        (Clients::Believed, "with a certificate for the same name that nobody issued"),
    ] {
        let run = mutual_run(clients);
        assert_eq!(run.code, Some(1), "{run}");
        let out = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains(words), "{words}: {run}");
    }
}
