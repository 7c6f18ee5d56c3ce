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

use crate::zone::{Lookup, Zone};

/// The maximum size of a query, in bytes.
const QUESTION_MAX: usize = 4096;
/// The maximum size of an answer over UDP without EDNS, in bytes (RFC 1035, section 4.2.1).
const UDP_MIN: u16 = 512;
/// The maximum size of an answer over UDP with EDNS, in bytes.
const UDP_MAX: u16 = 1232;
/// The number of concurrent connections.
const CONNECTIONS_MAX: usize = 64;
/// The time limit for a connection.
const CONNECTION_TIME: Duration = Duration::from_secs(10);
/// The number of ports that are tried: one must be free for both UDP and TCP.
const TRIES: usize = 16;

/// Serves this zone on a free port, on the current runtime. Returns the address.
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
        // An error here reports that an earlier answer did not arrive; other clients are not affected.
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
    let limit = question.edns.as_ref().map_or(UDP_MIN, |edns| edns.max_payload());
    let limit = usize::from(limit.clamp(UDP_MIN, UDP_MAX));
    let answer = answer(zone, &question)?;
    let bytes = answer.to_vec().ok()?;
    if bytes.len() <= limit { Some(bytes) } else { answer.truncate().to_vec().ok() }
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
            // The connection is over, whether the client closed it or the time is up.
            let _ = timeout(CONNECTION_TIME, answer_connection(stream, &zone)).await;
            drop(slot);
        });
    }
}

/// Answers queries one by one. Each message follows its length in two bytes.
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

/// The answer to a query. `None` for any other message, so that two servers never answer each other.
fn answer(zone: &Zone, question: &Message) -> Option<Message> {
    let query = &question.metadata;
    if query.message_type != MessageType::Query {
        return None;
    }
    let mut answer = Message::response(query.id, query.op_code);
    answer.metadata.recursion_desired = query.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.metadata.authoritative = true;
    answer.add_queries(question.queries.iter().cloned());
    answer.metadata.response_code = match (query.op_code, &question.queries[..]) {
        (OpCode::Query, [query]) => match zone.find(query.name(), query.query_type()) {
            Lookup::Records(records) => {
                answer.add_answers(records);
                ResponseCode::NoError
            }
            Lookup::NoName => ResponseCode::NXDomain,
        },
        (OpCode::Query, _) => ResponseCode::FormErr,
        _ => ResponseCode::NotImp,
    };
    if answer.answers.is_empty() {
        answer.authorities.extend(Zone::authority());
    }
    Some(answer)
}
