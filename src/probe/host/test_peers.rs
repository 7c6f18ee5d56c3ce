//! Servers on loopback for the tests of the instruments: certificate authority, TLS, raw TCP, DNS.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::{CNAME, MX, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio_rustls::TlsAcceptor;

use crate::model::project::world::World;

/// A certificate authority made for the test.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::named("Test authority")
    }

    pub(crate) fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// The settings of a server with a certificate for `host`, modified by `change`.
    pub(crate) fn server(
        &self,
        host: &str,
        versions: &[&'static SupportedProtocolVersion],
        change: impl FnOnce(&mut CertificateParams),
    ) -> ServerConfig {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider);
        let builder = builder.with_protocol_versions(versions).unwrap().with_no_client_auth();
        builder.with_single_cert(vec![certificate.der().clone()], key).unwrap()
    }
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
        clock: None,
    }
}
