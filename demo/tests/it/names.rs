//! The demo's DNS server, over UDP and TCP.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};

use crate::client::Bench;

fn question(name: &str, wanted: RecordType) -> Vec<u8> {
    let mut message = Message::new(7, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), wanted));
    message.to_vec().unwrap()
}

fn send(to: SocketAddr, bytes: &[u8]) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    socket.send_to(bytes, to).unwrap();
    socket
}

fn ask(bench: &Bench, name: &str, wanted: RecordType) -> Message {
    let socket = send(bench.demo.resolver().unwrap(), &question(name, wanted));
    let mut buffer = [0; 2048];
    let length = socket.recv(&mut buffer).unwrap();
    Message::from_vec(&buffer[..length]).unwrap()
}

fn ask_by_tcp(bench: &Bench, name: &str, wanted: RecordType) -> Message {
    let mut stream = TcpStream::connect(bench.demo.resolver().unwrap()).unwrap();
    let question = question(name, wanted);
    stream.write_all(&u16::try_from(question.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(&question).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    Message::from_vec(&answer).unwrap()
}

/// The records of an answer as text.
fn records(answer: &Message) -> String {
    let record = |record: &hickory_proto::rr::Record| format!("{} {}", record.name, record.data);
    answer.answers.iter().map(record).collect::<Vec<_>>().join("; ")
}

#[test]
fn the_add_on_is_an_alias_into_the_platforms_zone() {
    let bench = Bench::sound();
    let alias = "addon.demo.test. addon.demo-platform.test.";
    let address = "addon.demo-platform.test. 127.0.0.1";
    let asked = ask(&bench, "addon.demo.test.", RecordType::CNAME);
    assert_eq!(records(&asked), alias);
    for answer in [
        ask(&bench, "addon.demo.test.", RecordType::A),
        ask_by_tcp(&bench, "addon.demo.test.", RecordType::A),
    ] {
        assert_eq!(records(&answer), format!("{alias}; {address}"));
        assert!(answer.metadata.recursion_available);
    }
    let moved = ask(&Bench::flawed("moved-host"), "addon.demo.test.", RecordType::CNAME);
    assert_eq!(records(&moved), "addon.demo.test. addon.elsewhere.test.");
}

#[test]
fn the_mail_domain_has_mx_spf_dmarc_and_caa_records() {
    let bench = Bench::sound();
    let ask = |name: &str, wanted| records(&ask(&bench, name, wanted));
    assert_eq!(ask("DEMO.test.", RecordType::MX), "DEMO.test. 10 mail.demo.test.");
    assert_eq!(ask("demo.test.", RecordType::TXT), "demo.test. v=spf1 mx -all");
    assert!(ask("_dmarc.demo.test.", RecordType::TXT).contains("v=DMARC1; p=reject"));
    assert!(ask("demo.test.", RecordType::CAA).contains("authority.demo-platform.test"));
    assert_eq!(ask("mail.demo.test.", RecordType::A), "mail.demo.test. 192.0.2.25");
}

#[test]
fn no_mx_leaves_the_domain_without_mail() {
    let answer = ask(&Bench::flawed("no-mx"), "demo.test.", RecordType::MX);
    assert_eq!(answer.metadata.response_code, ResponseCode::NoError);
    assert_eq!(records(&answer), "");
    assert_eq!(answer.authorities.len(), 1);
}

#[test]
fn an_unknown_name_does_not_exist() {
    let bench = Bench::sound();
    let code = |name| ask(&bench, name, RecordType::A).metadata.response_code;
    assert_eq!(code("nowhere.demo.test."), ResponseCode::NXDomain);
    assert_eq!(code("example.com."), ResponseCode::NXDomain);
    assert_eq!(code("demo-platform.test."), ResponseCode::NoError);
}

#[test]
fn bytes_that_are_not_a_query_are_not_answered() {
    let bench = Bench::sound();
    let resolver = bench.demo.resolver().unwrap();
    send(resolver, b"\xff\x00");
    send(resolver, &ask(&bench, "demo.test.", RecordType::MX).to_vec().unwrap());
    let mut stream = TcpStream::connect(resolver).unwrap();
    stream.write_all(b"\xff\xff garbage").unwrap();
    let answer = ask(&bench, "demo.test.", RecordType::MX);
    assert_eq!(answer.answers.len(), 1);
}
