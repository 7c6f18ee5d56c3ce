//! Servers that speak HTTP/2 and not HTTP/1.1, over TLS with a certificate of a private authority.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::serve::Listener;
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::evidence::service::{project_at, run};
use crate::harness::{Project, Run};

/// What a server does with a client that does not offer HTTP/2.
#[derive(Clone, Copy, PartialEq)]
enum Others {
    /// Refuses the handshake (RFC 7301, section 3.2).
    Refuse,
    /// Completes the handshake without a protocol, reads the request and closes the connection.
    Close,
    /// Negotiates HTTP/1.1, reads the request and closes the connection.
    Break,
}

struct Server {
    address: SocketAddr,
    root: String,
    /// The requests: version and method.
    log: Arc<Mutex<Vec<String>>>,
    /// How many requests in HTTP/1.1 were read.
    broken: Arc<AtomicUsize>,
    runtime: Option<Runtime>,
}

impl Server {
    fn start(others: Others) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (root, config) = tls();
        let tcp = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let address = tcp.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let broken = Arc::new(AtomicUsize::new(0));
        let seen = log.clone();
        let app = Router::new().fallback(move |request: axum::extract::Request| {
            let line = format!("{:?} {}", request.version(), request.method());
            seen.lock().unwrap().push(line);
            async { ([("content-type", "application/json")], "{\"ok\":true}") }
        });
        let listener = Secure { tcp, config, others, broken: broken.clone() };
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { address, root, log, broken, runtime: Some(runtime) }
    }

    fn project(&self, step: &str) -> Project {
        let checks = format!(
            "- kind: http\n  steps:\n    - {{ name: it, {step}, expect: {{ json: {{ /ok: true }} }} }}\n"
        );
        let project = project_at("https://only2.test", &checks);
        let file = project.read("avouch.yaml");
        let world =
            format!("connect_to: {{ only2.test: \"{}\" }}\nroots: [ca.pem]\n", self.address);
        project.write("avouch.yaml", &(file + &world));
        project.write("ca.pem", &self.root);
        project
    }

    fn check(&self, step: &str) -> (Run, Vec<String>) {
        let run = run(&self.project(step), &["check"]);
        (run, self.log.lock().unwrap().clone())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

struct Secure {
    tcp: TcpListener,
    config: ServerConfig,
    others: Others,
    broken: Arc<AtomicUsize>,
}

impl Secure {
    /// A connection in HTTP/2; `None` for any other, which ends here.
    async fn secure(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let hello = LazyConfigAcceptor::new(Default::default(), stream).await.ok()?;
        let offers = |name: &[u8]| {
            let mut all = hello.client_hello().alpn().into_iter().flatten();
            all.any(|one| one == name)
        };
        let mut config = self.config.clone();
        config.alpn_protocols = match self.others {
            _ if offers(b"h2") => vec![b"h2".to_vec()],
            Others::Refuse => vec![b"h2".to_vec()],
            Others::Close => Vec::new(),
            Others::Break => vec![b"http/1.1".to_vec()],
        };
        let mut stream = hello.into_stream(Arc::new(config)).await.ok()?;
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            return Some(stream);
        }
        let mut bytes = [0; 1024];
        if stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {
            self.broken.fetch_add(1, Ordering::Relaxed);
        }
        let _ = stream.shutdown().await;
        None
    }
}

impl Listener for Secure {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, peer)) = self.tcp.accept().await else { continue };
            if let Some(stream) = self.secure(stream).await {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

/// A certificate authority as PEM, and a server's settings with a certificate of it.
fn tls() -> (String, ServerConfig) {
    let ca_key = rcgen::KeyPair::generate().unwrap();
    let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = ca.self_signed(&ca_key).unwrap().pem();
    let issuer = rcgen::Issuer::new(ca, ca_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["only2.test".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    (root, config)
}

#[test]
fn a_server_that_speaks_http_2_only_is_asked_by_http_2() {
    for others in [Others::Refuse, Others::Close] {
        let server = Server::start(others);
        let (run, log) = server.check("get: /, repeat: 2");
        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(log, ["HTTP/2.0 GET", "HTTP/2.0 GET"]);
        // It is known after the first request.
        let read = if others == Others::Close { 1 } else { 0 };
        assert_eq!(server.broken.load(Ordering::Relaxed), read);
        let (run, log) = Server::start(others).check("post: /, json: { a: 1 }");
        assert_eq!((run.code, log), (Some(0), vec!["HTTP/2.0 POST".to_owned()]), "{run}");
    }
}

#[test]
fn a_request_that_a_server_may_have_received_is_not_sent_again() {
    let server = Server::start(Others::Break);
    let (run, log) = server.check("post: /, json: { a: 1 }");
    assert_eq!((run.code, log.len()), (Some(3), 0), "{run}");
    assert!(run.out.contains("only2.test"), "{run}");
}

#[test]
fn the_private_authority_may_be_a_variable() {
    let server = Server::start(Others::Refuse);
    let project = server.project("get: /");
    project.edit("avouch.yaml", "roots: [ca.pem]", "roots: [\"${CA}\"]");
    let with = |value: Option<&str>| {
        let mut command = project.command(&["check"]);
        value.map(|value| command.env("CA", value));
        project.finish(&command.output().unwrap())
    };
    for value in ["ca.pem", &server.root] {
        let run = with(Some(value));
        assert_eq!(run.code, Some(0), "{run}");
    }
    let run = with(None);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("the variable `CA` has no value"), "{run}");
    let run = with(Some("gone.pem"));
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("`${CA}` cannot be read"), "{run}");
}
