//! The sockets: TLS and plain HTTP on the loopback interface, bounded in number and in patience.

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

/// How many connections a port has at once; more of them wait.
const CONNECTIONS_MAX: usize = 4096;
/// How many connections the system keeps for a port before they are taken.
const BACKLOG: u32 = 1024;
/// How long a handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// How long the port rests when no connection can be taken, for want of file descriptors.
const REST: Duration = Duration::from_millis(20);

/// Bytes that are neither HTTP nor text.
const GARBAGE: &[u8] = b"\xff\xfe\x00garbage\x80\xc3\x28\r\n\r\n\x00\xff\xff\r\n";

/// A free port of the loopback interface, which refuses connections until it is listened on.
pub(crate) fn reserve() -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(socket)
}

/// What a port speaks.
#[derive(Clone)]
pub(crate) enum Speech {
    /// HTTP within TLS.
    Tls(TlsAcceptor),
    /// HTTP within TLS; and TLS 1.0, as far as its first answer, to those who speak nothing newer.
    OldTls(TlsAcceptor),
    /// Plain HTTP.
    Plain,
    /// TLS, and within it nothing that means anything.
    TlsGarbage(TlsAcceptor),
    /// Nothing that means anything.
    Garbage,
}

/// Listens on a reserved port and answers there, on the current runtime.
pub(crate) fn serve(socket: TcpSocket, speech: Speech, answers: Router) -> io::Result<()> {
    let listener = socket.listen(BACKLOG)?;
    let address = listener.local_addr()?;
    let (sender, connections) = mpsc::channel(1);
    tokio::spawn(take_connections(listener, speech, sender));
    let port = Port { address, connections };
    tokio::spawn(async move { axum::serve(port, answers).await });
    Ok(())
}

/// Answers for each host by its name, 421 for any other, with a `Date` by the demo's clock.
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
        let why = "this host is not served here";
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

/// A port, seen by axum: connections whose handshake is done.
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
            // The sender ends with the runtime only, and so does this.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Takes connections one by one; handshakes go on side by side, so that a slow peer holds up
/// nobody else.
async fn take_connections(
    listener: TcpListener,
    speech: Speech,
    connections: mpsc::Sender<Connection>,
) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(REST).await;
            continue;
        };
        let (speech, connections) = (speech.clone(), connections.clone());
        tokio::spawn(async move {
            let ready = timeout(HANDSHAKE_TIME, shake_hands(stream, speech)).await;
            if let Ok(Ok(Some(stream))) = ready {
                // It fails only when the port is gone, and the connection goes with it.
                let _ = connections.send(Connection { stream, _slot: slot }).await;
            }
        });
    }
}

/// Does the handshake, if any; `None` where there is nothing more to say.
async fn shake_hands(mut stream: TcpStream, speech: Speech) -> io::Result<Option<Box<dyn Stream>>> {
    stream.set_nodelay(true)?;
    match speech {
        Speech::Tls(acceptor) => Ok(Some(Box::new(acceptor.accept(stream).await?))),
        Speech::OldTls(acceptor) => {
            if old_tls::answer(&mut stream).await? {
                return Ok(None);
            }
            Ok(Some(Box::new(acceptor.accept(stream).await?)))
        }
        Speech::Plain => Ok(Some(Box::new(stream))),
        Speech::TlsGarbage(acceptor) => {
            let mut stream = acceptor.accept(stream).await?;
            stream.write_all(GARBAGE).await?;
            stream.shutdown().await.map(|()| None)
        }
        Speech::Garbage => {
            stream.write_all(GARBAGE).await?;
            stream.shutdown().await.map(|()| None)
        }
    }
}

/// A stream of bytes both ways.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection, which holds its slot while it lasts.
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
