//! An authority, and servers that speak plain HTTP or HTTPS with its certificates.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::readers::raw::read_head;

/// How long a client may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// An authority that a project may trust.
pub(crate) struct Authority {
    pub(crate) pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// A chain of certificates with the key of the first one.
pub(crate) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "Authority of the test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        Self { pem: root.pem(), der: root.der().clone(), issuer: Issuer::new(params, key) }
    }

    /// A certificate for these names, changed in this way.
    pub(crate) fn identity(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        let names: Vec<String> = names.iter().map(|one| (*one).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        (vec![leaf.der().clone(), self.der.clone()], key)
    }
}

/// The settings of a server with this identity.
pub(crate) fn config((chain, key): Identity) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    builder.with_no_client_auth().with_single_cert(chain, key).unwrap()
}

/// A request, as a server received it.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// The address that received it.
    pub(crate) at: SocketAddr,
    /// Its head.
    pub(crate) head: String,
}

impl Received {
    /// Its path and query.
    pub(crate) fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }
}

/// The requests that servers received.
pub(crate) type Log = Arc<Mutex<Vec<Received>>>;

/// Answers every request to `at`, until the tests end. Returns the address.
pub(crate) fn serve(
    at: &str,
    tls: Option<ServerConfig>,
    log: &Log,
    answer: impl Fn(&Received) -> String + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind(at).unwrap();
    let address = listener.local_addr().unwrap();
    let (tls, log, answer) = (tls.map(Arc::new), log.clone(), Arc::new(answer));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (tls, log, answer) = (tls.clone(), log.clone(), answer.clone());
            std::thread::spawn(move || {
                let at = stream.local_addr()?;
                stream.set_read_timeout(Some(PATIENCE))?;
                match tls {
                    None => respond(stream, at, &log, &*answer),
                    Some(tls) => {
                        let connection =
                            ServerConnection::new(tls).map_err(std::io::Error::other)?;
                        let mut stream = StreamOwned::new(connection, stream);
                        respond(&mut stream, at, &log, &*answer)?;
                        stream.conn.send_close_notify();
                        stream.flush()
                    }
                }
            });
        }
    });
    address
}

fn respond(
    mut stream: impl Read + Write,
    at: SocketAddr,
    log: &Log,
    answer: &dyn Fn(&Received) -> String,
) -> std::io::Result<()> {
    let Some(request) = read_head(&mut stream)? else { return Ok(()) };
    let received = Received { at, head: String::from_utf8_lossy(&request).into_owned() };
    log.lock().unwrap().push(received.clone());
    stream.write_all(answer(&received).as_bytes())?;
    stream.flush()
}

/// A whole answer with this status, these fields, each with its line break, and this body.
pub(crate) fn http(status: u16, fields: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\n{fields}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// A redirect to this address.
pub(crate) fn redirect(to: &str) -> String {
    http(302, &format!("Location: {to}\r\n"), "")
}

/// A plain connection, for the tests that need nothing but bytes.
pub(crate) fn patient(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))
}
