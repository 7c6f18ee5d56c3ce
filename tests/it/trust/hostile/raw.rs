//! A server that misbehaves by a script: bytes at a time of its choice, or for ever.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use crate::trust::hostile::secure::patient;

/// How long a server that never ends goes on: longer than any client waits.
const FOR_EVER: Duration = Duration::from_secs(20);

/// The time between two pieces of a drip.
const DRIP: Duration = Duration::from_millis(200);

/// The size of one write of an endless answer, in bytes.
const PIECE: usize = 32 * 1024;

/// One part of what a server does.
#[derive(Clone)]
pub(crate) enum Part {
    /// Reads what the client sends next.
    Read,
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes again and again, as fast as the client reads them.
    Endless(Vec<u8>),
    /// Sends these bytes again and again, slowly.
    Drip(Vec<u8>),
    /// Sends nothing more, and leaves the connection open.
    Silence,
}

/// What a server does with a connection, before it closes it.
pub(crate) type Script = Vec<Part>;

/// Sends these bytes.
pub(crate) fn send(bytes: impl AsRef<[u8]>) -> Part {
    Part::Send(bytes.as_ref().to_vec())
}

/// Runs the script with the number in the path of the request: `/7`. A connection of which the script reads
/// nothing is reset.
pub(crate) fn serve_paths(scripts: Vec<Script>) -> SocketAddr {
    serve_with(move |stream| {
        let mut head = [0; 64];
        let count = stream.peek(&mut head).ok()?;
        let text = String::from_utf8_lossy(&head[..count]).into_owned();
        let path = text.split(' ').nth(1)?.strip_prefix('/')?;
        let number = path.split('?').next()?.parse::<usize>().ok()?;
        scripts.get(number).cloned()
    })
}

/// Runs this script with every connection.
pub(crate) fn serve(script: Script) -> SocketAddr {
    serve_with(move |_| Some(script.clone()))
}

fn serve_with(choose: impl Fn(&TcpStream) -> Option<Script> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let choose = Arc::new(choose);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let choose = choose.clone();
            std::thread::spawn(move || {
                patient(&stream)?;
                // A client may go away at any time.
                choose(&stream).map_or(Ok(()), |script| run(stream, &script))
            });
        }
    });
    address
}

fn run(mut stream: TcpStream, script: &[Part]) -> std::io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    for part in script {
        match part {
            Part::Read if stream.read(&mut buffer)? == 0 => return Ok(()),
            Part::Read => {}
            Part::Send(bytes) => stream.write_all(bytes)?,
            Part::Endless(bytes) => {
                let piece = bytes.repeat(PIECE.div_ceil(bytes.len()));
                let start = std::time::Instant::now();
                while start.elapsed() < FOR_EVER {
                    stream.write_all(&piece)?;
                }
            }
            Part::Drip(bytes) => {
                let start = std::time::Instant::now();
                while start.elapsed() < FOR_EVER {
                    stream.write_all(bytes)?;
                    std::thread::sleep(DRIP);
                }
            }
            Part::Silence => {
                stream.set_read_timeout(Some(FOR_EVER))?;
                while stream.read(&mut buffer)? > 0 {}
            }
        }
    }
    Ok(())
}
