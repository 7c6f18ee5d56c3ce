//! Servers on loopback for the tests of the instruments: certificate authority, TLS, raw TCP, DNS.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::{CNAME, MX, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{
    RootCertStore, ServerConfig, SignatureAlgorithm, SignatureScheme, SupportedProtocolVersion,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio_rustls::TlsAcceptor;

use crate::model::project::world::World;

/// A certificate authority made for the test.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
    /// The certificates that a server sends in addition to its own.
    above: Vec<CertificateDer<'static>>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::named("Test authority")
    }

    pub(crate) fn named(name: &str) -> Self {
        let params = authority(name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem, above: Vec::new() }
    }

    /// An authority whose certificate this one has signed, modified by `change`.
    pub(crate) fn intermediate(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut params = authority(name);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let above = [certificate.der().clone()].into_iter().chain(self.above.clone()).collect();
        Self { pem: certificate.pem(), issuer: Issuer::new(params, key), above }
    }

    /// The same, but its servers do not send its certificate.
    pub(crate) fn without_itself(mut self) -> Self {
        self.above.clear();
        self
    }

    /// The settings of a server with a certificate for `host`, modified by `change`.
    pub(crate) fn server(
        &self,
        host: &str,
        versions: &[&'static SupportedProtocolVersion],
        change: impl FnOnce(&mut CertificateParams),
    ) -> ServerConfig {
        let (chain, key) = self.certificate(host, change);
        let builder = builder(versions).with_no_client_auth();
        builder.with_single_cert(chain, key).unwrap()
    }

    /// The settings of a server that demands a client certificate of this authority.
    pub(crate) fn server_with_clients(
        &self,
        host: &str,
        versions: &[&'static SupportedProtocolVersion],
    ) -> ServerConfig {
        let (chain, key) = self.certificate(host, |_| {});
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.pem.as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let clients = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
        let builder = builder(versions).with_client_cert_verifier(clients.build().unwrap());
        builder.with_single_cert(chain, key).unwrap()
    }

    /// The settings of a server that signs as a key on the curve P-521 would, and with no other.
    pub(crate) fn server_on_p521(
        &self,
        host: &str,
        versions: &[&'static SupportedProtocolVersion],
    ) -> ServerConfig {
        let (chain, _) = self.certificate(host, |_| {});
        let certified = CertifiedKey::new(chain, Arc::new(OnP521));
        let resolver = ForP521(Arc::new(certified));
        builder(versions).with_no_client_auth().with_cert_resolver(Arc::new(resolver))
    }

    /// A certificate for `host` with those above it, and its key.
    fn certificate(
        &self,
        host: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let chain = [certificate.der().clone()].into_iter().chain(self.above.clone()).collect();
        (chain, PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())))
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn builder(
    versions: &[&'static SupportedProtocolVersion],
) -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap()
}

/// Has a certificate for clients that offer signatures on the curve P-521, and refuses others.
#[derive(Debug)]
struct ForP521(Arc<CertifiedKey>);

impl ResolvesServerCert for ForP521 {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let offers = hello.signature_schemes().contains(&SignatureScheme::ECDSA_NISTP521_SHA512);
        offers.then(|| self.0.clone())
    }
}

/// A key that offers only signatures on the curve P-521; they are not valid.
#[derive(Debug)]
struct OnP521;

impl SigningKey for OnP521 {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered.contains(&SignatureScheme::ECDSA_NISTP521_SHA512).then(|| Box::new(Self) as _)
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

/// A mail server that answers `EHLO` with `offers`, and starts TLS on request.
pub(crate) async fn serve_smtp(offers: &'static str, config: ServerConfig) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                stream.write_all(b"220 mx.test ESMTP\r\n").await?;
                let _ = stream.read(&mut [0; 512]).await?;
                stream.write_all(offers.as_bytes()).await?;
                let _ = stream.read(&mut [0; 512]).await?;
                stream.write_all(b"220 go ahead\r\n").await?;
                acceptor.accept(stream).await.map(|_| ())
            });
        }
    });
    address
}

/// Completes TLS handshakes, and serves nothing.
pub(crate) fn serve_tls(listener: TcpListener, config: ServerConfig) {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move { acceptor.accept(stream).await.map(|_| ()) });
        }
    });
}

/// Answers the first request of every TLS connection with `answer`, then closes it.
pub(crate) async fn serve_https(config: ServerConfig, answer: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await?;
                let _ = stream.read(&mut [0; 4096]).await?;
                stream.write_all(answer.as_bytes()).await?;
                stream.shutdown().await
            });
        }
    });
    address
}

/// Answers the first bytes of every connection with `answer`, then closes it.
pub(crate) async fn serve_bytes(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer).await;
        }
    });
    address
}

/// Accepts connections and never answers.
pub(crate) async fn serve_silence() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut kept: Vec<TcpStream> = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    address
}

/// An address at which nothing listens.
pub(crate) async fn closed_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

/// Serves a zone, as a text: `name. TYPE data`, one record a line. A name without records does not exist.
/// Names that start with `broken.` get a server failure, names that start with `silent.` no answer.
pub(crate) async fn serve_zone(text: &str) -> SocketAddr {
    serve_dns(read_zone(text)).await
}

/// The records of a zone of `A`, `AAAA`, `MX`, `CNAME`, `TXT`; comments start with `;`.
pub(crate) fn read_zone(text: &str) -> Vec<(&str, RData)> {
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(';'));
    lines.map(read_record).collect()
}

fn read_record(line: &str) -> (&str, RData) {
    let (name, rest) = line.split_once(' ').unwrap();
    let (of_type, data) = rest.trim().split_once(' ').unwrap();
    let data = data.trim();
    let data = match of_type {
        "A" => RData::A(data.parse::<Ipv4Addr>().unwrap().into()),
        "AAAA" => RData::AAAA(data.parse::<Ipv6Addr>().unwrap().into()),
        "CNAME" => RData::CNAME(CNAME(name_of(data))),
        "MX" => {
            let (preference, exchange) = data.split_once(' ').unwrap();
            RData::MX(MX::new(preference.parse().unwrap(), name_of(exchange)))
        }
        "TXT" => {
            let strings = data.trim_matches('"').split("\" \"").map(str::to_owned);
            RData::TXT(TXT::new(strings.collect()))
        }
        other => panic!("{other}"),
    };
    (name, data)
}

/// Serves these records over UDP. A name without records does not exist. Names that start with `broken.`
/// get a server failure, names that start with `silent.` no answer.
pub(crate) async fn serve_dns(records: Vec<(&str, RData)>) -> SocketAddr {
    let mut zone: BTreeMap<Name, Vec<RData>> = BTreeMap::new();
    for (name, data) in records {
        zone.entry(name_of(name)).or_default().push(data);
    }
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut bytes = [0; 4096];
        while let Ok((count, from)) = socket.recv_from(&mut bytes).await {
            let request = Message::from_vec(&bytes[..count]).unwrap();
            if let Some(response) = respond(&zone, request) {
                let _ = socket.send_to(&response.to_vec().unwrap(), from).await;
            }
        }
    });
    address
}

fn respond(zone: &BTreeMap<Name, Vec<RData>>, request: Message) -> Option<Message> {
    let query = request.queries[0].clone();
    let name = query.name().to_lowercase();
    let mut response = request.into_response();
    response.metadata.recursion_available = true;
    if name.to_ascii().starts_with("silent.") {
        return None;
    }
    if name.to_ascii().starts_with("broken.") {
        response.metadata.response_code = ResponseCode::ServFail;
    } else if let Some(records) = zone.get(&name).or_else(|| zone.get(&wildcard(&name))) {
        let wanted = |data: &&RData| {
            let of_type = data.record_type();
            of_type == query.query_type() || of_type == RecordType::CNAME
        };
        for data in records.iter().filter(wanted) {
            response.add_answer(Record::from_rdata(query.name().clone(), 60, data.clone()));
        }
    } else {
        response.metadata.response_code = ResponseCode::NXDomain;
    }
    Some(response)
}

/// The wildcard within the second-level domain of a name.
fn wildcard(name: &Name) -> Name {
    let labels: Vec<String> = name.to_ascii().split('.').map(str::to_owned).collect();
    let last = labels.len().saturating_sub(3);
    name_of(&format!("*.{}", labels[last..].join(".")))
}

/// A name of the zone.
pub(crate) fn name_of(name: &str) -> Name {
    let mut name = Name::from_ascii(name).unwrap();
    name.set_fqdn(true);
    name.to_lowercase()
}

/// A world whose target is `target`, with nothing else in it.
pub(crate) fn world(target: &str) -> World {
    World {
        target: target.parse().unwrap(),
        demo: false,
        embedded: false,
        hosts: BTreeMap::new(),
        connect_to: BTreeMap::new(),
        roots: BTreeMap::new(),
        resolver: None,
        trust_anchor: None,
        clock: None,
    }
}
