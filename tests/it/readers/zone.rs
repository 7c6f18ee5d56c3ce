//! A name server on loopback that serves a zone, written as a text.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::{CAA, CNAME, MX, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

/// Serves records, one a line (`name. TYPE data`), until the tests end. A name without records does not
/// exist, names that start with `broken.` get a server failure. Returns the address.
pub(crate) fn serve(zone: &str) -> SocketAddr {
    let mut records: BTreeMap<Name, Vec<RData>> = BTreeMap::new();
    let lines = zone.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with(';')) {
        let (name, data) = record(line);
        records.entry(name).or_default().push(data);
    }
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || answer(&socket, &records));
    address
}

fn answer(socket: &UdpSocket, records: &BTreeMap<Name, Vec<RData>>) {
    let mut bytes = [0; 4096];
    while let Ok((count, from)) = socket.recv_from(&mut bytes) {
        let query = Message::from_vec(&bytes[..count]).unwrap();
        let asked = query.queries[0].clone();
        let mut answer = query.into_response();
        answer.metadata.recursion_available = true;
        let name = asked.name().to_lowercase();
        match records.get(&name) {
            _ if name.to_ascii().starts_with("broken.") => {
                answer.metadata.response_code = ResponseCode::ServFail;
            }
            None => answer.metadata.response_code = ResponseCode::NXDomain,
            Some(all) => {
                let wanted = |data: &&RData| {
                    [asked.query_type(), RecordType::CNAME].contains(&data.record_type())
                };
                for data in all.iter().filter(wanted) {
                    answer.add_answer(Record::from_rdata(asked.name().clone(), 60, data.clone()));
                }
            }
        }
        socket.send_to(&answer.to_vec().unwrap(), from).unwrap();
    }
}

fn record(line: &str) -> (Name, RData) {
    let (name, rest) = line.split_once(' ').unwrap();
    let (of_type, data) = rest.trim().split_once(' ').unwrap();
    let data = data.trim();
    let data = match of_type {
        "A" => RData::A(data.parse::<std::net::Ipv4Addr>().unwrap().into()),
        "CAA" => RData::CAA(CAA::new_issue(false, Some(parsed(data)), Vec::new())),
        "CNAME" => RData::CNAME(CNAME(parsed(data))),
        "MX" => {
            let (preference, exchange) = data.split_once(' ').unwrap();
            RData::MX(MX::new(preference.parse().unwrap(), parsed(exchange)))
        }
        "TXT" => RData::TXT(TXT::new(vec![data.trim_matches('"').to_owned()])),
        other => panic!("{other}"),
    };
    (parsed(name), data)
}

fn parsed(name: &str) -> Name {
    let mut name = Name::from_ascii(name).unwrap();
    name.set_fqdn(true);
    name.to_lowercase()
}
