//! A server on loopback that answers every request with the same bytes, whatever they are.

use std::io::{Read, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::evidence::service::{project_at, run};
use crate::harness::{Project, Run};

/// The most bytes of a request that are read.
const REQUEST_MAX: usize = 64 * 1024;

/// How long a client may take for its request or for reading the answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that stops when it is dropped.
pub(crate) struct Raw {
    pub(crate) address: SocketAddr,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Raw {
    /// Answers every request with these bytes, and closes the connection.
    pub(crate) fn start(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::serving(|_| answer)
    }

    /// The same with an answer that is made for the address of the server.
    pub(crate) fn serving(answer: impl FnOnce(SocketAddr) -> Vec<u8>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let stopped = Arc::new(AtomicBool::new(false));
        let (answer, stop) = (answer(address), stopped.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                // A client may go away, which is its own affair.
                stream.and_then(|stream| respond(stream, &answer)).unwrap_or_default();
            }
        });
        Self { address, stopped, thread: Some(thread) }
    }

    /// A project whose only claim has these checks: a YAML list, without indentation.
    pub(crate) fn project(&self, checks: &str) -> Project {
        project_at(&format!("http://{}", self.address), checks)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        self.thread.take().map(JoinHandle::join);
    }
}

fn respond(mut stream: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    if read_head(&mut stream)?.is_none() {
        return Ok(());
    }
    stream.write_all(answer)?;
    stream.shutdown(std::net::Shutdown::Write)
}

/// A whole answer with these fields, each with its line break, and this body.
pub(crate) fn answer(fields: &str, body: &[u8]) -> Vec<u8> {
    let fields = fields.replace('\n', "\r\n");
    let head = format!(
        "HTTP/1.1 200 OK\r\n{fields}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// What a check of an answer results in.
pub(crate) struct Judged {
    /// Whether it holds, is violated or inconclusive.
    pub(crate) verdict: &'static str,
    /// The run, with its words.
    pub(crate) run: Run,
}

impl Judged {
    /// Fails unless the verdict is this one and the report has these words.
    #[track_caller]
    pub(crate) fn is(self, verdict: &str, words: &[&str]) {
        assert_eq!(self.verdict, verdict, "{}", self.run);
        for part in words {
            assert!(self.run.out.contains(part), "{part}: {}", self.run);
        }
        for internal in ["Some(", "None", "String(", "Number(", "/body/", "/headers/"] {
            assert!(!self.run.out.contains(internal), "{internal}: {}", self.run);
        }
    }
}

/// Runs `avouch check` with these checks of a server that gives this answer.
#[track_caller]
pub(crate) fn judged(answer: impl Into<Vec<u8>>, checks: &str) -> Judged {
    let server = Raw::start(answer);
    let run = run(&server.project(checks), &["check"]);
    let verdict = match run.code {
        Some(0) => "holds",
        Some(1) => "violated",
        Some(3) => "inconclusive",
        _ => panic!("{run}"),
    };
    // A report wraps its lines.
    let out = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    Judged { verdict, run: Run { out, ..run } }
}

/// A request up to the end of its head; `None` if the client closes the connection before.
pub(crate) fn read_head(stream: &mut impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() < REQUEST_MAX {
        match stream.read(&mut buffer)? {
            0 => return Ok(None),
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
    Ok(Some(request))
}
