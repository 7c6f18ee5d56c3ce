//! Name servers on loopback that answer with any bytes.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_resolver::proto::op::{Message, Query, ResponseCode};
use hickory_resolver::proto::rr::rdata::CNAME;
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

/// How a query was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Udp,
    Tcp,
}

/// The bytes that answer a query: none, one or several datagrams.
type Answer = dyn Fn(&Message, By) -> Vec<Vec<u8>> + Send + Sync;

/// Serves one port over UDP and TCP, until the tests end. Returns the address.
pub(crate) fn serve(
    answer: impl Fn(&Message, By) -> Vec<Vec<u8>> + Send + Sync + 'static,
) -> SocketAddr {
    let answer: Arc<Answer> = Arc::new(answer);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let socket = UdpSocket::bind(address).unwrap();
    let by_udp = answer.clone();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok((count, from)) = socket.recv_from(&mut bytes) {
            let query = Message::from_vec(&bytes[..count]).unwrap();
            for datagram in by_udp(&query, By::Udp) {
                let _ = socket.send_to(&datagram, from);
            }
        }
    });
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || -> std::io::Result<()> {
                let mut length = [0; 2];
                stream.read_exact(&mut length)?;
                let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
                stream.read_exact(&mut query)?;
                let query = Message::from_vec(&query).unwrap();
                for bytes in answer(&query, By::Tcp) {
                    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
                    stream.write_all(&length.to_be_bytes())?;
                    stream.write_all(&bytes)?;
                }
                Ok(())
            });
        }
    });
    address
}

/// The question of a query.
pub(crate) fn question(query: &Message) -> &Query {
    &query.queries[0]
}

/// An answer to a query with these records at its name.
pub(crate) fn records(query: &Message, all: Vec<RData>) -> Message {
    let mut answer = query.clone().into_response();
    answer.metadata.recursion_available = true;
    for data in all {
        answer.add_answer(Record::from_rdata(question(query).name().clone(), 60, data));
    }
    answer
}

/// A name with its final dot.
pub(crate) fn name(text: &str) -> Name {
    let mut name = Name::from_ascii(text).unwrap();
    name.set_fqdn(true);
    name.to_lowercase()
}

/// The records of a zone with `A` and `CNAME` records, written one a line.
fn zone(text: &str) -> Vec<(Name, RData)> {
    let record = |line: &str| {
        let mut words = line.split(' ');
        let (owner, of_type) = (name(words.next().unwrap()), words.next().unwrap());
        let data = words.next().unwrap();
        let data = match of_type {
            "A" => RData::A(data.parse::<Ipv4Addr>().unwrap().into()),
            _ => RData::CNAME(CNAME(name(data))),
        };
        (owner, data)
    };
    text.lines().map(record).collect()
}

fn of_zone(zone: &[(Name, RData)], query: &Message) -> Message {
    let (asked, of_type) = (question(query).name().to_lowercase(), question(query).query_type());
    let own = zone.iter().filter(|(owner, _)| *owner == asked);
    let exists = own.clone().next().is_some();
    let wanted = own.filter(|(_, data)| data.record_type() == of_type);
    let mut answer = records(query, wanted.map(|(_, data)| data.clone()).collect());
    if !exists {
        answer.metadata.response_code = ResponseCode::NXDomain;
    }
    answer
}

/// Serves a zone with `A` records.
pub(crate) fn serve_zone(text: &'static str) -> SocketAddr {
    let zone = zone(text);
    serve(move |query, _| vec![of_zone(&zone, query).to_vec().unwrap()])
}

/// The same, but from its second answer on, a name has another address.
pub(crate) fn serve_rebinding(rebound: &str, text: &'static str, then: [u8; 4]) -> SocketAddr {
    let (zone, rebound, asked) = (zone(text), name(rebound), AtomicUsize::new(0));
    serve(move |query, _| {
        let is_address = question(query).query_type() == RecordType::A;
        let answer = match *question(query).name() == rebound && is_address {
            true if asked.fetch_add(1, Ordering::SeqCst) > 0 => {
                records(query, vec![RData::A(Ipv4Addr::from(then).into())])
            }
            _ => of_zone(&zone, query),
        };
        vec![answer.to_vec().unwrap()]
    })
}
