//! Single DNS queries with the records of DNSSEC, unchecked by the resolver.
//!
//! A resolver that checks signatures answers queries for a zone with wrong ones with a server failure,
//! unless the query says that checks are disabled (RFC 4035, section 3.2.2).

use std::io;
use std::net::SocketAddr;

use hickory_resolver::proto::op::{Edns, Message, MessageType, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::system_conf::read_system_conf;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout, timeout_at};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::probe::host::dns::client::text;

/// The size that an answer over UDP may have, in bytes; a longer one is asked for over TCP.
const UDP_BYTES_MAX: u16 = 1232;

/// The number of queries if no answer arrives.
const ATTEMPTS: u32 = 3;

/// The port of a resolver of the system.
const DNS_PORT: u16 = 53;

/// The address of the resolver: the named one, or the first one of the system.
pub(crate) fn server(named: Option<SocketAddr>) -> Result<SocketAddr, ProbeError> {
    let none = || ProbeError::new(Reason::Dns, "the system has no resolver");
    match named {
        Some(address) => Ok(address),
        None => {
            let (config, _) = read_system_conf().map_err(|_| none())?;
            let first = config.name_servers().first().ok_or_else(none)?;
            Ok(SocketAddr::new(first.ip, DNS_PORT))
        }
    }
}

/// The records of one type at a name, in the answer. Aliases are not followed.
pub(crate) async fn records(
    server: SocketAddr,
    name: &Name,
    of_type: RecordType,
    deadline: Instant,
) -> Result<Vec<RData>, ProbeError> {
    let what = || format!("{of_type} of `{}`", text(name));
    let answer = timeout_at(deadline, exchange(server, name, of_type, deadline)).await;
    let answer = answer
        .map_err(|_| ProbeError::new(Reason::Timeout, what()))?
        .map_err(|error| ProbeError::new(Reason::Dns, format!("{}: {error}", what())))?;
    match answer.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => {}
        code => return Err(ProbeError::new(Reason::Dns, format!("{}: {code}", what()))),
    }
    let own = answer.answers.into_iter().filter(|record| record.name == *name);
    let own = own.map(|record| record.data);
    Ok(own.filter(|data| data.record_type() == of_type || is_signature(data)).collect())
}

/// Whether a record is a signature.
pub(crate) fn is_signature(data: &RData) -> bool {
    data.record_type() == RecordType::RRSIG
}

async fn exchange(
    server: SocketAddr,
    name: &Name,
    of_type: RecordType,
    deadline: Instant,
) -> io::Result<Message> {
    let mut query = Message::query();
    query.metadata.recursion_desired = true;
    query.metadata.checking_disabled = true;
    query.add_query(Query::query(name.clone(), of_type));
    let mut edns = Edns::new();
    edns.set_dnssec_ok(true).set_max_payload(UDP_BYTES_MAX);
    query.set_edns(edns);
    let bytes = query.to_vec().map_err(io::Error::other)?;
    let each = deadline.saturating_duration_since(Instant::now()) / ATTEMPTS;
    for _ in 0..ATTEMPTS {
        if let Ok(answer) = timeout(each, by_udp(server, &bytes, &query)).await {
            let answer = answer?;
            return match answer.metadata.truncation {
                true => by_tcp(server, &bytes, &query).await,
                false => Ok(answer),
            };
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

async fn by_udp(server: SocketAddr, bytes: &[u8], query: &Message) -> io::Result<Message> {
    let own = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(own).await?;
    // Answers of other addresses are not received.
    socket.connect(server).await?;
    socket.send(bytes).await?;
    let mut bytes = vec![0; usize::from(u16::MAX)];
    loop {
        let count = socket.recv(&mut bytes).await?;
        match Message::from_vec(&bytes[..count]) {
            Ok(answer) if answers(&answer, query) => return Ok(answer),
            _ => {}
        }
    }
}

async fn by_tcp(server: SocketAddr, bytes: &[u8], query: &Message) -> io::Result<Message> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(bytes.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], bytes].concat()).await?;
    let length = stream.read_u16().await?;
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes).await?;
    let answer = Message::from_vec(&bytes).map_err(io::Error::other)?;
    match answers(&answer, query) {
        true => Ok(answer),
        false => Err(io::Error::other("the answer is to another query")),
    }
}

/// Whether a message answers a query: it has its id and its question (RFC 5452, section 9.1).
fn answers(answer: &Message, query: &Message) -> bool {
    let is_response = answer.metadata.message_type == MessageType::Response;
    is_response && answer.metadata.id == query.metadata.id && answer.queries == query.queries
}
