//! Whether a server speaks HTTP/2 and not HTTP/1.1 (ALPN, RFC 7301; RFC 9113, section 3.2).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// The names of the protocols in ALPN.
pub(crate) const HTTP_1: &[u8] = b"http/1.1";
/// The name of HTTP/2.
pub(crate) const HTTP_2: &[u8] = b"h2";

/// Whether the server at `address` negotiates HTTP/2, and does not negotiate HTTP/1.1. If the handshakes
/// are not complete within `limit`, nothing is known, and this returns `false`.
pub(crate) async fn only_http2(
    address: SocketAddr,
    host: &str,
    tls: &ClientConfig,
    limit: Duration,
) -> bool {
    let both = async {
        negotiates(address, host, tls, HTTP_2).await
            && !negotiates(address, host, tls, HTTP_1).await
    };
    timeout(limit, both).await.unwrap_or(false)
}

async fn negotiates(address: SocketAddr, host: &str, tls: &ClientConfig, protocol: &[u8]) -> bool {
    let mut tls = tls.clone();
    tls.alpn_protocols = vec![protocol.to_vec()];
    let Ok(name) = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()) else {
        return false;
    };
    let Ok(stream) = TcpStream::connect(address).await else {
        return false;
    };
    let connected = TlsConnector::from(Arc::new(tls)).connect(name, stream).await;
    connected.is_ok_and(|stream| stream.get_ref().1.alpn_protocol() == Some(protocol))
}
