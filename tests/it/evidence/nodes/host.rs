//! A host name with several loopback addresses, the servers that answer there, and its name server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::evidence::service::{Answer, Asked, project_at, received};
use crate::harness::Project;

const NAME: &str = "nodes.test";

/// Answers a request to the server with this number.
type Handler = Arc<dyn Fn(usize, &Asked) -> Answer + Send + Sync>;

/// Servers that answer for one name. They stop when this is dropped.
pub(crate) struct Host {
    pub(crate) port: u16,
    addresses: Arc<Mutex<Vec<IpAddr>>>,
    resolver: SocketAddr,
    root: String,
    log: Arc<Mutex<Vec<String>>>,
    runtime: Option<Runtime>,
}

impl Host {
    /// Servers at 127.0.0.1, 127.0.0.2 and so on, all of them on one port.
    pub(crate) fn start(
        count: usize,
        answer: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::serve(count, Arc::new(answer), |node, _| node)
    }

    /// Servers behind 127.0.0.1 that answer in turn, one for each connection.
    pub(crate) fn start_balanced(
        count: usize,
        answer: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::serve(1, Arc::new(answer), move |_, connection| connection % count)
    }

    fn serve(
        addresses: usize,
        answer: Handler,
        choose: impl Fn(usize, usize) -> usize + Clone + Send + Sync + 'static,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listeners = runtime.block_on(listen(addresses));
        let all: Vec<SocketAddr> = listeners.iter().map(|one| one.local_addr().unwrap()).collect();
        let (root, acceptor) = tls();
        let log = Arc::new(Mutex::new(Vec::new()));
        for (node, tcp) in listeners.into_iter().enumerate() {
            let listener = Secure { tcp, acceptor: acceptor.clone() };
            let (answer, log, choose) = (answer.clone(), log.clone(), choose.clone());
            let connections = AtomicUsize::new(0);
            runtime.spawn(async move {
                accept(listener, move || {
                    let server = choose(node, connections.fetch_add(1, Ordering::SeqCst));
                    router(server, answer.clone(), log.clone())
                })
                .await;
            });
        }
        let addresses = Arc::new(Mutex::new(all.iter().map(SocketAddr::ip).collect()));
        let resolver = serve_names(Arc::clone(&addresses));
        Self { port: all[0].port(), addresses, resolver, root, log, runtime: Some(runtime) }
    }

    /// The same with one more address of its name.
    pub(crate) fn with_address(self, address: &str) -> Self {
        self.addresses.lock().unwrap().push(address.parse().unwrap());
        self
    }

    /// A project whose target is this host, and whose only claim has these checks.
    pub(crate) fn project(&self, checks: &str) -> Project {
        let target =
            format!("https://{NAME}:{}\nresolver: {}\nroots: [ca.pem]", self.port, self.resolver);
        let project = project_at(&target, checks);
        project.write("ca.pem", &self.root);
        project
    }

    /// The certificate authority of its certificate, as PEM.
    pub(crate) fn authority(&self) -> &str {
        &self.root
    }

    /// How many requests the servers received whose method and path begin like this.
    pub(crate) fn received(&self, line: &str) -> usize {
        self.log.lock().unwrap().iter().filter(|one| one.starts_with(line)).count()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Listens on a port that is free on all addresses.
async fn listen(count: usize) -> Vec<TcpListener> {
    for _ in 0..16 {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = first.local_addr().unwrap().port();
        let mut all = vec![first];
        for last in 2..=u8::try_from(count).unwrap() {
            all.extend(TcpListener::bind((Ipv4Addr::new(127, 0, 0, last), port)).await.ok());
        }
        if all.len() == count {
            return all;
        }
    }
    panic!("no port is free on {count} addresses");
}

/// Serves each connection with a router of its own.
async fn accept(mut listener: Secure, router: impl Fn() -> Router) {
    loop {
        let (stream, _) = listener.accept().await;
        let router = router();
        tokio::spawn(async move {
            let service = hyper_util::service::TowerToHyperService::new(router);
            let io = hyper_util::rt::TokioIo::new(stream);
            // The client may end the connection at any time.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
        });
    }
}

fn router(server: usize, answer: Handler, log: Arc<Mutex<Vec<String>>>) -> Router {
    Router::new().fallback(move |request: Request| {
        let (answer, log) = (answer.clone(), log.clone());
        async move {
            let asked = received(request).await;
            log.lock().unwrap().push(asked.line());
            answer(server, &asked).response()
        }
    })
}

struct Secure {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Secure {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, peer)) = self.tcp.accept().await else { continue };
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

/// A certificate authority as PEM, and a server with a certificate of it.
fn tls() -> (String, TlsAcceptor) {
    let ca_key = rcgen::KeyPair::generate().unwrap();
    let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = ca.self_signed(&ca_key).unwrap().pem();
    let issuer = rcgen::Issuer::new(ca, ca_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec![NAME.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    (root, TlsAcceptor::from(Arc::new(config)))
}

/// Answers every query with the addresses of its type (RFC 1035, section 4), over UDP.
fn serve_names(addresses: Arc<Mutex<Vec<IpAddr>>>) -> SocketAddr {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    // The thread ends with the process.
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok((count, from)) = socket.recv_from(&mut bytes) {
            let known = addresses.lock().unwrap().clone();
            if let Some(answer) = answer_query(&bytes[..count], &known) {
                let _ = socket.send_to(&answer, from);
            }
        }
    });
    address
}

fn answer_query(query: &[u8], known: &[IpAddr]) -> Option<Vec<u8>> {
    let question = query.get(12..)?;
    let end = question.iter().position(|byte| *byte == 0)? + 5;
    let question = question.get(..end)?;
    let records: Vec<Vec<u8>> = match question[end - 3] {
        1 => known.iter().filter_map(|one| of_v4(*one)).map(|one| one.to_vec()).collect(),
        28 => known.iter().filter_map(|one| of_v6(*one)).map(|one| one.to_vec()).collect(),
        _ => Vec::new(),
    };
    let count = u8::try_from(records.len()).ok()?;
    let mut answer = query[..2].to_vec();
    // A response to a recursive query, with one question and these records.
    answer.extend([0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0]);
    answer.extend(question);
    for data in records {
        let length = u8::try_from(data.len()).ok()?;
        answer.extend([0xc0, 12, 0, question[end - 3], 0, 1, 0, 0, 0, 60, 0, length]);
        answer.extend(data);
    }
    Some(answer)
}

fn of_v4(address: IpAddr) -> Option<[u8; 4]> {
    match address {
        IpAddr::V4(address) => Some(Ipv4Addr::octets(&address)),
        IpAddr::V6(_) => None,
    }
}

fn of_v6(address: IpAddr) -> Option<[u8; 16]> {
    match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) => Some(Ipv6Addr::octets(&address)),
    }
}
