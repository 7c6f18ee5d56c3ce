//! The demo's DNS server, over UDP and TCP (RFC 1035, section 4.2), on one port of the loopback
//! interface.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, ResponseCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::zone::{Found, Zone};

/// How many bytes of a question are read.
const QUESTION_MAX: usize = 4096;
/// How many bytes an answer over UDP has without a word about more (RFC 1035, section 4.2.1).
const UDP_MIN: u16 = 512;
/// How many bytes an answer over UDP has, whatever the peer says.
const UDP_MAX: u16 = 1232;
/// How many connections there are at once.
const CONNECTIONS_MAX: usize = 64;
/// How long a connection may last.
const CONNECTION_TIME: Duration = Duration::from_secs(10);
/// How many ports are tried, since one must be free for both UDP and TCP.
const TRIES: usize = 16;

/// Answers from this zone on a free port, on the current runtime; gives the port's address.
pub(crate) fn serve(zone: Zone) -> io::Result<SocketAddr> {
    let (udp, tcp) = bind()?;
    let address = udp.local_addr()?;
    let zone = Arc::new(zone);
    tokio::spawn(answer_datagrams(udp, Arc::clone(&zone)));
    tokio::spawn(answer_connections(tcp, zone));
    Ok(address)
}

fn bind() -> io::Result<(UdpSocket, TcpListener)> {
    let mut result = bind_once();
    for _ in 1..TRIES {
        if result.is_ok() {
            break;
        }
        result = bind_once();
    }
    result
}

fn bind_once() -> io::Result<(UdpSocket, TcpListener)> {
    let tcp = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let udp = std::net::UdpSocket::bind(tcp.local_addr()?)?;
    tcp.set_nonblocking(true)?;
    udp.set_nonblocking(true)?;
    Ok((UdpSocket::from_std(udp)?, TcpListener::from_std(tcp)?))
}

async fn answer_datagrams(socket: UdpSocket, zone: Arc<Zone>) {
    let mut buffer = vec![0; QUESTION_MAX];
    loop {
        // An error here is an earlier answer that did not arrive, and concerns nobody else.
        let Ok((length, peer)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        if let Some(bytes) = answer_datagram(&zone, &buffer[..length]) {
            let _ = socket.send_to(&bytes, peer).await;
        }
    }
}

fn answer_datagram(zone: &Zone, question: &[u8]) -> Option<Vec<u8>> {
    let question = Message::from_vec(question).ok()?;
    let room = question.edns.as_ref().map_or(UDP_MIN, |edns| edns.max_payload());
    let room = usize::from(room.clamp(UDP_MIN, UDP_MAX));
    let answer = answer(zone, &question)?;
    let bytes = answer.to_vec().ok()?;
    if bytes.len() <= room { Some(bytes) } else { answer.truncate().to_vec().ok() }
}

async fn answer_connections(listener: TcpListener, zone: Arc<Zone>) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let zone = Arc::clone(&zone);
        tokio::spawn(async move {
            // Whatever ends the connection, the peer's doing or the time, it is over.
            let _ = timeout(CONNECTION_TIME, answer_connection(stream, &zone)).await;
            drop(slot);
        });
    }
}

/// Answers question after question, each with its length before it in two bytes.
async fn answer_connection(mut stream: TcpStream, zone: &Zone) -> io::Result<()> {
    loop {
        let length = usize::from(stream.read_u16().await?);
        if length > QUESTION_MAX {
            return Ok(());
        }
        let mut question = vec![0; length];
        stream.read_exact(&mut question).await?;
        let Ok(question) = Message::from_vec(&question) else {
            return Ok(());
        };
        let answer = answer(zone, &question).and_then(|answer| answer.to_vec().ok());
        let Some(answer) = answer else { return Ok(()) };
        let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
        stream.write_all(&[&length.to_be_bytes()[..], &answer].concat()).await?;
    }
}

/// The answer to a question; `None` to what is no question, so that two servers never talk on.
fn answer(zone: &Zone, question: &Message) -> Option<Message> {
    let asked = &question.metadata;
    if asked.message_type != MessageType::Query {
        return None;
    }
    let mut answer = Message::response(asked.id, asked.op_code);
    answer.metadata.recursion_desired = asked.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.metadata.authoritative = true;
    answer.add_queries(question.queries.iter().cloned());
    answer.metadata.response_code = match (asked.op_code, &question.queries[..]) {
        (OpCode::Query, [query]) => match zone.find(query.name(), query.query_type()) {
            Found::Records(records) => {
                answer.add_answers(records);
                ResponseCode::NoError
            }
            Found::NoName => ResponseCode::NXDomain,
        },
        (OpCode::Query, _) => ResponseCode::FormErr,
        _ => ResponseCode::NotImp,
    };
    if answer.answers.is_empty() {
        answer.authorities.extend(Zone::authority());
    }
    Some(answer)
}
