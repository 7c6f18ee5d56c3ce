//! A server on loopback that records requests and sends the answers that a test defines.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

/// One recorded request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The client's port, which identifies the connection.
    pub(crate) port: u16,
    /// The address that received it, without the port.
    pub(crate) node: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let field = self.headers.iter().find(|(one, _)| one == name);
        field.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The answer to a request.
pub(crate) enum Reply {
    /// Status, fields, body.
    Http(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// These bytes; then the connection is closed.
    Raw(Vec<u8>),
    /// These bytes; then nothing.
    Silence(Vec<u8>),
}

impl Reply {
    pub(crate) fn text(status: u16, body: impl Into<String>) -> Self {
        Self::Http(status, vec![("content-type", "text/plain".into())], body.into().into_bytes())
    }

    pub(crate) fn json(status: u16, body: serde_json::Value) -> Self {
        let media_type = ("content-type", "application/json".into());
        Self::Http(status, vec![media_type], body.to_string().into_bytes())
    }

    pub(crate) fn redirect(status: u16, to: impl Into<String>) -> Self {
        Self::Http(status, vec![("location", to.into())], Vec::new())
    }
}

type Handler = dyn Fn(&Seen) -> Reply + Send + Sync;

/// A server that stops when it is dropped.
pub(crate) struct Server {
    pub(crate) address: std::net::SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    runtime: Option<Runtime>,
}

impl Server {
    /// Serves plain HTTP on a free port.
    pub(crate) fn start(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(&["127.0.0.1"], None, Arc::new(handler))
    }

    /// Serves plain HTTP on one free port of several addresses.
    pub(crate) fn start_at(
        nodes: &[&str],
        handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::serve(nodes, None, Arc::new(handler))
    }

    /// Serves HTTPS on a free port.
    pub(crate) fn start_tls(
        tls: rustls::ServerConfig,
        handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::serve(&["127.0.0.1"], Some(TlsAcceptor::from(Arc::new(tls))), Arc::new(handler))
    }

    fn serve(nodes: &[&str], tls: Option<TlsAcceptor>, handler: Arc<Handler>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listeners = runtime.block_on(listen(nodes));
        let address = listeners[0].local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        for listener in listeners {
            let node = listener.local_addr().unwrap().ip().to_string();
            let (log, handler, tls) = (seen.clone(), handler.clone(), tls.clone());
            runtime.spawn(async move {
                while let Ok((socket, peer)) = listener.accept().await {
                    let (log, handler, tls) = (log.clone(), handler.clone(), tls.clone());
                    let from = Seen { port: peer.port(), node: node.clone(), ..Seen::default() };
                    tokio::spawn(async move {
                        match tls {
                            None => talk(socket, from, log, handler).await,
                            Some(tls) => {
                                if let Ok(socket) = tls.accept(socket).await {
                                    talk(socket, from, log, handler).await;
                                }
                            }
                        }
                    });
                }
            });
        }
        Self { address, seen, runtime: Some(runtime) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, in the order of arrival.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Every request so far, as `METHOD PATH`.
    pub(crate) fn request_lines(&self) -> Vec<String> {
        self.seen().iter().map(|one| format!("{} {}", one.method, one.path)).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Listens on a port that is free on all of these addresses.
async fn listen(nodes: &[&str]) -> Vec<TcpListener> {
    for _ in 0..16 {
        let first = TcpListener::bind((nodes[0], 0)).await.unwrap();
        let port = first.local_addr().unwrap().port();
        let mut all = vec![first];
        for node in &nodes[1..] {
            all.extend(TcpListener::bind((*node, port)).await.ok());
        }
        if all.len() == nodes.len() {
            return all;
        }
    }
    panic!("no port is free on all of {nodes:?}");
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut socket: S,
    from: Seen,
    log: Arc<Mutex<Vec<Seen>>>,
    handler: Arc<Handler>,
) {
    let mut buffer = Vec::new();
    while let Some(mut seen) = read(&mut socket, &mut buffer).await {
        seen.port = from.port;
        seen.node.clone_from(&from.node);
        log.lock().unwrap().push(seen.clone());
        // Handlers may wait for each other.
        let handler = handler.clone();
        let reply = tokio::task::spawn_blocking(move || handler(&seen)).await.unwrap();
        match reply {
            Reply::Http(status, headers, body) => {
                let mut head = format!("HTTP/1.1 {status} Reason\r\n");
                for (name, value) in headers {
                    head += &format!("{name}: {value}\r\n");
                }
                head += &format!("content-length: {}\r\n\r\n", body.len());
                let answer = [head.into_bytes(), body].concat();
                if socket.write_all(&answer).await.is_err() {
                    return;
                }
            }
            Reply::Raw(bytes) => {
                let _ = socket.write_all(&bytes).await;
                let _ = socket.shutdown().await;
                return;
            }
            Reply::Silence(bytes) => {
                let _ = socket.write_all(&bytes).await;
                std::future::pending::<()>().await;
            }
        }
    }
}

/// Reads one request; `None` at the end of the connection.
async fn read(socket: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> Option<Seen> {
    let end = loop {
        let end = buffer.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            break end;
        }
        if socket.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(buffer.drain(..end + 4).collect()).ok()?;
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let field = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    let mut seen = Seen {
        method: first.next()?.to_owned(),
        path: first.next()?.to_owned(),
        headers: lines.filter_map(field).collect(),
        ..Seen::default()
    };
    let length = seen.header("content-length").map_or(0, |text| text.parse().unwrap());
    while buffer.len() < length {
        if socket.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    seen.body = buffer.drain(..length).collect();
    Some(seen)
}
