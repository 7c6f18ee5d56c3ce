//! The sockets: TLS and plain HTTP on the loopback interface, with limits on number and time.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::clock::Clock;
use crate::old_tls;
use crate::problem::Problem;

/// The number of concurrent connections of a port; further ones wait.
const CONNECTIONS_MAX: usize = 4096;
/// The number of connections that the system queues for a port.
const BACKLOG: u32 = 1024;
/// The time limit for a handshake.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// The pause when no connection can be accepted for lack of file descriptors.
const PAUSE: Duration = Duration::from_millis(20);

/// Bytes that are neither HTTP nor text.
const GARBAGE: &[u8] = b"\xff\xfe\x00garbage\x80\xc3\x28\r\n\r\n\x00\xff\xff\r\n";

/// Reserves a free port of the loopback interface. It refuses connections until `serve` is called.
pub(crate) fn reserve() -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(socket)
}

/// The protocol of a port.
#[derive(Clone)]
pub(crate) enum Protocol {
    /// HTTP over TLS.
    Tls(TlsAcceptor),
    /// HTTP over TLS. To clients that support nothing newer than TLS 1.0, the first answer of TLS 1.0.
    OldTls(TlsAcceptor),
    /// Plain HTTP.
    Plain,
    /// Random bytes over TLS.
    TlsGarbage(TlsAcceptor),
    /// Random bytes.
    Garbage,
}

/// Listens on a reserved port and serves `answers`, on the current runtime.
pub(crate) fn serve(socket: TcpSocket, protocol: Protocol, answers: Router) -> io::Result<()> {
    let listener = socket.listen(BACKLOG)?;
    let address = listener.local_addr()?;
    let (sender, connections) = mpsc::channel(1);
    tokio::spawn(accept_connections(listener, protocol, sender));
    let port = Port { address, connections };
    tokio::spawn(async move { axum::serve(port, answers).await });
    Ok(())
}

/// Routes requests by host name; other hosts get 421. Sets `Date` from the demo's clock.
pub(crate) fn by_host(sites: BTreeMap<&'static str, Router>, clock: Clock) -> Router {
    Router::new()
        .fallback(dispatch)
        .with_state(Arc::new(sites))
        .layer(from_fn_with_state(clock, set_date))
}

async fn dispatch(
    State(sites): State<Arc<BTreeMap<&'static str, Router>>>,
    request: Request,
) -> Response {
    let Some(site) = host(&request).and_then(|host| sites.get(host.as_str())) else {
        let why = "this server does not serve this host";
        return Problem(StatusCode::MISDIRECTED_REQUEST, why).into_response();
    };
    let Ok(answer) = site.clone().oneshot(request).await;
    answer
}

/// The host that a request is for, without its port, in lower case.
fn host(request: &Request) -> Option<String> {
    let field = || request.headers().get(header::HOST)?.to_str().ok();
    let host = request.uri().host().or_else(field)?;
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    Some(name.to_ascii_lowercase())
}

async fn set_date(State(clock): State<Clock>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    if let Ok(date) = HeaderValue::from_str(&clock.http_date()) {
        answer.headers_mut().insert(header::DATE, date);
    }
    answer
}

/// A port as axum uses it: connections after their handshake.
struct Port {
    address: SocketAddr,
    connections: mpsc::Receiver<Connection>,
}

impl Listener for Port {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        match self.connections.recv().await {
            Some(connection) => (connection, self.address),
            // The sender lives as long as the runtime.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Accepts connections one by one. Handshakes run concurrently, so that a slow client does not delay
/// others.
async fn accept_connections(
    listener: TcpListener,
    protocol: Protocol,
    connections: mpsc::Sender<Connection>,
) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let (protocol, connections) = (protocol.clone(), connections.clone());
        tokio::spawn(async move {
            let ready = timeout(HANDSHAKE_TIME, handshake(stream, protocol)).await;
            if let Ok(Ok(Some(stream))) = ready {
                // It fails only if the port is closed; the connection is then dropped.
                let _ = connections.send(Connection { stream, _slot: slot }).await;
            }
        });
    }
}

/// Completes the handshake, if any. `None` if the connection is over.
async fn handshake(
    mut stream: TcpStream,
    protocol: Protocol,
) -> io::Result<Option<Box<dyn Stream>>> {
    stream.set_nodelay(true)?;
    match protocol {
        Protocol::Tls(acceptor) => Ok(Some(Box::new(acceptor.accept(stream).await?))),
        Protocol::OldTls(acceptor) => {
            if old_tls::answer(&mut stream).await? {
                return Ok(None);
            }
            Ok(Some(Box::new(acceptor.accept(stream).await?)))
        }
        Protocol::Plain => Ok(Some(Box::new(stream))),
        Protocol::TlsGarbage(acceptor) => {
            let mut stream = acceptor.accept(stream).await?;
            stream.write_all(GARBAGE).await?;
            stream.shutdown().await.map(|()| None)
        }
        Protocol::Garbage => {
            stream.write_all(GARBAGE).await?;
            stream.shutdown().await.map(|()| None)
        }
    }
}

/// A stream of bytes in both directions.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection; it occupies its slot until it is dropped.
struct Connection {
    stream: Box<dyn Stream>,
    _slot: OwnedSemaphorePermit,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
