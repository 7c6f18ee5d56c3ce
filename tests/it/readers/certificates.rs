//! TLS of real servers: versions, certificates with their chains, and handshakes that fail for another
//! reason than the version.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::version::{TLS12, TLS13};
use rustls::{
    RootCertStore, ServerConfig, SignatureAlgorithm, SignatureScheme, SupportedProtocolVersion,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::evidence::service::{project_at, run};
use crate::harness::Run;
use crate::readers::zone;

const VERSION: &str = "- { kind: tls, minimum: TLS 1.2, states: [minimum] }\n";
const CERTIFICATE: &str =
    "- { kind: tls, minimum: TLS 1.2, certificate: true, states: [minimum] }\n";

/// An authority that is trusted, and one that it has signed.
struct Authorities {
    root: String,
    root_der: CertificateDer<'static>,
    middle: Issuer<'static, KeyPair>,
    middle_der: CertificateDer<'static>,
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

impl Authorities {
    /// The signed authority's certificate ends with this year.
    fn until(year: i32) -> Self {
        let params = authority("Root");
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let mut params = authority("Middle");
        params.not_after = date_time_ymd(year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let middle = params.signed_by(&key, &issuer).unwrap();
        Self {
            root: root.pem(),
            root_der: root.der().clone(),
            middle: Issuer::new(params, key),
            middle_der: middle.der().clone(),
        }
    }

    fn leaf(&self, host: &str, year: i32) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &self.middle).unwrap();
        (leaf.der().clone(), PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())))
    }
}

fn builder(
    versions: &[&'static SupportedProtocolVersion],
) -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap()
}

/// Serves handshakes until the tests end; `smtp` has the offers of a mail server, in which TLS is started.
pub(crate) fn serve(config: ServerConfig, smtp: Option<&'static str>) -> SocketAddr {
    let (tell, told) = std::sync::mpsc::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            let acceptor = TlsAcceptor::from(Arc::new(config));
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let _ = shake(stream, &acceptor, smtp).await;
                });
            }
        });
    });
    told.recv().unwrap()
}

async fn shake(
    mut stream: TcpStream,
    acceptor: &TlsAcceptor,
    smtp: Option<&'static str>,
) -> std::io::Result<()> {
    if let Some(offers) = smtp {
        stream.write_all(b"220 mx.test ESMTP\r\n").await?;
        let _ = stream.read(&mut [0; 512]).await?;
        stream.write_all(offers.as_bytes()).await?;
        let _ = stream.read(&mut [0; 512]).await?;
        stream.write_all(b"220 go ahead\r\n").await?;
    }
    acceptor.accept(stream).await.map(|_| ())
}

/// The run of a check of `https://addon.test`, which is served at `address`.
fn check(authorities: &Authorities, address: SocketAddr, checks: &str) -> Run {
    let project = project_at("https://addon.test", checks);
    let yaml = project.read("avouch.yaml");
    let dns = zone::serve("x.test. MX 10 mx.test.\n");
    let more = format!(
        "connect_to: {{ addon.test: \"{address}\", \"mx.test:25\": \"{address}\" }}\n\
         roots: [root.pem]\nresolver: {dns}\n"
    );
    project.write("avouch.yaml", &format!("{yaml}{more}"));
    project.write("root.pem", &authorities.root);
    run(&project, &["check"])
}

fn assert_says(run: &Run, code: i32, words: &str) {
    assert_eq!(run.code, Some(code), "{run}");
    // The report wraps its lines.
    let report = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(report.contains(words), "{words}: {run}");
}

/// A server that sends this chain.
fn server(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> ServerConfig {
    builder(&[&TLS12, &TLS13]).with_no_client_auth().with_single_cert(chain, key).unwrap()
}

#[test]
fn a_sound_server_holds_with_its_certificate() {
    let all = Authorities::until(4000);
    let (leaf, key) = all.leaf("addon.test", 4000);
    let address = serve(server(vec![leaf, all.middle_der.clone()], key), None);
    assert_says(&check(&all, address, CERTIFICATE), 0, "");
}

#[test]
fn a_certificate_that_ends_soon_does_not_concern_the_version() {
    let all = Authorities::until(4000);
    let (leaf, key) = all.leaf("addon.test", 2021);
    let address = serve(server(vec![leaf, all.middle_der.clone()], key), None);
    assert_says(&check(&all, address, VERSION), 0, "");
    let words = "a certificate of the chain expires 31 Dec 2021";
    assert_says(&check(&all, address, CERTIFICATE), 1, words);
}

#[test]
fn every_certificate_of_the_chain_must_last() {
    let all = Authorities::until(2021);
    let (leaf, key) = all.leaf("addon.test", 4000);
    let address = serve(server(vec![leaf, all.middle_der.clone()], key), None);
    let words = "a certificate of the chain expires 31 Dec 2021";
    assert_says(&check(&all, address, CERTIFICATE), 1, words);
    assert_says(&check(&all, address, VERSION), 0, "");
}

#[test]
fn a_missing_intermediate_is_named() {
    let all = Authorities::until(4000);
    let (leaf, key) = all.leaf("addon.test", 4000);
    let words = "the certificate of its issuer, “Middle”, was not sent and is not known";
    for chain in [vec![leaf.clone()], vec![leaf.clone(), all.root_der.clone()]] {
        let address = serve(server(chain, key.clone_key()), None);
        assert_says(&check(&all, address, CERTIFICATE), 1, words);
    }
    let other = Authorities::until(4000);
    let address = serve(server(vec![leaf, all.middle_der.clone()], key), None);
    let words = "a signature in its chain does not belong to the key of the issuer";
    assert_says(&check(&other, address, CERTIFICATE), 1, words);
}

/// A key that offers only signatures on the curve P-521; they are not valid.
#[derive(Debug)]
struct OnP521(Vec<CertificateDer<'static>>);

impl ResolvesServerCert for OnP521 {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let offers = hello.signature_schemes().contains(&SignatureScheme::ECDSA_NISTP521_SHA512);
        let key = Arc::new(Self(Vec::new()));
        offers.then(|| Arc::new(CertifiedKey::new(self.0.clone(), key)))
    }
}

impl SigningKey for OnP521 {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let offers = offered.contains(&SignatureScheme::ECDSA_NISTP521_SHA512);
        offers.then(|| Box::new(Self(Vec::new())) as _)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for OnP521 {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        Ok(vec![0; 139])
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}

#[test]
fn a_key_on_p521_is_inconclusive_with_the_reason() {
    let all = Authorities::until(4000);
    let (leaf, _) = all.leaf("addon.test", 4000);
    for versions in [vec![&TLS12], vec![&TLS12, &TLS13]] {
        let resolver = Arc::new(OnP521(vec![leaf.clone(), all.middle_der.clone()]));
        let config = builder(&versions).with_no_client_auth().with_cert_resolver(resolver);
        let words = "was agreed, but there is no common signature algorithm";
        assert_says(&check(&all, serve(config, None), VERSION), 3, words);
    }
}

#[test]
fn a_client_certificate_that_is_asked_for_is_inconclusive_with_the_reason() {
    let all = Authorities::until(4000);
    let (leaf, key) = all.leaf("addon.test", 4000);
    let mut roots = RootCertStore::empty();
    roots.add(all.root_der.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build();
    let config = builder(&[&TLS12]).with_client_cert_verifier(clients.unwrap());
    let config = config.with_single_cert(vec![leaf, all.middle_der.clone()], key).unwrap();
    let words = "TLS 1.2 was agreed, but the server asks for a client certificate";
    assert_says(&check(&all, serve(config, None), VERSION), 3, words);
}

#[test]
fn a_version_that_is_not_spoken_is_violated() {
    let all = Authorities::until(4000);
    let (leaf, key) = all.leaf("addon.test", 4000);
    let config = builder(&[&TLS12]).with_no_client_auth().with_single_cert(vec![leaf], key);
    let check_13 = VERSION.replace("TLS 1.2", "TLS 1.3");
    let run = check(&all, serve(config.unwrap(), None), &check_13);
    assert_eq!(run.code, Some(1), "{run}");
}

const MAIL: &str = "- { kind: tls, minimum: TLS 1.2, certificate: true, states: [minimum], starttls: { domain: x.test } }\n";

#[test]
fn mail_exchangers_start_tls() {
    let all = Authorities::until(4000);
    let (leaf, key) = all.leaf("mx.test", 4000);
    let config = || server(vec![leaf.clone(), all.middle_der.clone()], key.clone_key());
    let offers = "250-mx.test\r\n250 STARTTLS\r\n";
    assert_says(&check(&all, serve(config(), Some(offers)), MAIL), 0, "");
    let run = check(&all, serve(config(), Some("250 mx.test\r\n")), MAIL);
    assert_eq!(run.code, Some(1), "{run}");
    let run = check(&all, serve(config(), Some("421 come back later\r\n")), MAIL);
    assert_says(&run, 3, "the mail server replied 421 come back later");
    let (leaf, key) = all.leaf("other.test", 4000);
    let config = server(vec![leaf, all.middle_der.clone()], key);
    let run = check(&all, serve(config, Some(offers)), MAIL);
    assert_eq!(run.code, Some(1), "{run}");
}
