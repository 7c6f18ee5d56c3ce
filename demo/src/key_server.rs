//! The client of the platform's key server. It uses the network, as a real add-on would.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::keys;
use crate::names::KEYS;

/// The time limit for one answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The maximum size of an answer, in bytes.
const ANSWER_MAX: u64 = 16 * 1024;
/// The maximum size of the name of a key, in bytes.
const NAME_MAX: usize = 100;

/// The platform's key server.
pub(crate) struct KeyServer {
    address: SocketAddr,
    connector: TlsConnector,
}

impl KeyServer {
    /// A client of the key server at `address`, which has a certificate of this authority.
    pub(crate) fn new(address: SocketAddr, root: CertificateDer<'static>) -> io::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(root).map_err(io::Error::other)?;
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { address, connector: TlsConnector::from(Arc::new(config)) })
    }

    /// The public key with this name for installations, in PEM format.
    pub(crate) async fn install_key(&self, name: &str) -> Option<Vec<u8>> {
        // The name comes from an unverified token: it must not contain a path.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(plain) {
            return None;
        }
        self.get(&format!("/install-keys/{name}")).await
    }

    /// The public key with this name for invocation tokens, in PEM format.
    pub(crate) async fn forge_key(&self, name: &str) -> Option<Vec<u8>> {
        keys::find(&self.get("/.well-known/jwks.json").await?, name)
    }

    /// The body of an answer with status 200.
    async fn get(&self, path: &str) -> Option<Vec<u8>> {
        let answer = timeout(TIMEOUT, self.request(path)).await.ok()?.ok()?;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
        let is_found = answer.starts_with(b"HTTP/1.0 200 ") || answer.starts_with(b"HTTP/1.1 200 ");
        is_found.then(|| answer[end + 4..].to_vec())
    }

    /// Sends a request over HTTP/1.0, whose answers end with the connection.
    async fn request(&self, path: &str) -> io::Result<Vec<u8>> {
        let name = ServerName::try_from(KEYS).map_err(io::Error::other)?;
        let stream = TcpStream::connect(self.address).await?;
        let mut stream = self.connector.connect(name, stream).await?;
        let request = format!("GET {path} HTTP/1.0\r\nHost: {KEYS}\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(ANSWER_MAX).read_to_end(&mut answer).await?;
        Ok(answer)
    }
}
