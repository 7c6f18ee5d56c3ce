//! Mail servers that misbehave before TLS is started: only a server that was understood offers no encryption.

use std::net::Ipv4Addr;
use std::time::Duration;

use hickory_resolver::proto::rr::rdata::MX;
use hickory_resolver::proto::rr::{RData, RecordType};

use crate::trust::hostile::dns;
use crate::trust::hostile::project::{judge, name, project};
use crate::trust::hostile::raw::{Part, Script, send, serve};

const TIME_MAX: Duration = Duration::from_secs(60);

/// A case: its name, what the server does, the verdict, and words of the report.
type Case = (&'static str, Script, &'static str, &'static str);

const GREETING: &str = "220 mx.test ESMTP\r\n";
const OFFERS: &str = "250-mx.test\r\n250 STARTTLS\r\n";

/// Greets, and sends each of these replies after a command.
fn dialogue(replies: &[&str]) -> Script {
    let mut script = vec![send(GREETING)];
    for reply in replies {
        script.extend([Part::Read, send(reply)]);
    }
    script
}

fn endless(start: Script, bytes: &str) -> Script {
    [start, vec![Part::Endless(bytes.as_bytes().to_vec())]].concat()
}

fn cases() -> Vec<Case> {
    let ready = dialogue(&[OFFERS, "220 go ahead\r\n"]);
    let greeted = || vec![send(GREETING), Part::Read];
    let slow = vec![Part::Drip(b"2".to_vec())];
    vec![
        ("silence", vec![Part::Silence], "inconclusive", ""),
        ("a close", vec![], "inconclusive", ""),
        ("an endless greeting", endless(vec![send("220 ")], "a"), "inconclusive", "too long"),
        ("a greeting of endless lines", endless(vec![], "220-a\r\n"), "inconclusive", "too long"),
        ("a slow greeting", slow, "inconclusive", ""),
        ("HTTP instead of SMTP", vec![send("HTTP/1.1 400 X\r\n\r\n")], "inconclusive", "not SMTP"),
        ("noise", vec![send([0xa5; 4096])], "inconclusive", ""),
        (
            "a greeting in control characters",
            vec![send("554 \u{1b}[31m\u{202e}no\r\n")],
            "inconclusive",
            "554",
        ),
        ("a greeting with a NUL", vec![send("554 a\0b\r\n")], "inconclusive", ""),
        ("a server that is busy", vec![send("421 come back later\r\n")], "inconclusive", "421"),
        ("a code with a sign", vec![send("+22 x\r\n")], "inconclusive", ""),
        (
            "a greeting with two codes",
            vec![send("554-no\r\n220 yes\r\n"), Part::Read, send("250 x\r\n")],
            "inconclusive",
            "",
        ),
        ("EHLO that is refused for now", dialogue(&["450 later\r\n"]), "inconclusive", "450"),
        ("EHLO that is not known", dialogue(&["502 what\r\n"]), "inconclusive", "502"),
        ("endless offers", endless(greeted(), "250-X\r\n"), "inconclusive", "too long"),
        (
            "half an offer",
            [greeted(), vec![send("250-mx.test\r\n250-STAR"), Part::Silence]].concat(),
            "inconclusive",
            "",
        ),
        (
            "offers that end with another code",
            dialogue(&["250-mx.test\r\n250-STARTTLS\r\n550 no\r\n"]),
            "inconclusive",
            "",
        ),
        ("offers with two codes", dialogue(&["220-mx.test\r\n250 SIZE\r\n"]), "inconclusive", ""),
        ("a close before STARTTLS", dialogue(&[OFFERS]), "inconclusive", ""),
        (
            "STARTTLS that is refused for now",
            dialogue(&[OFFERS, "454 later\r\n"]),
            "inconclusive",
            "454",
        ),
        ("a close before the handshake", ready.clone(), "inconclusive", ""),
        (
            "plain text instead of a handshake",
            [ready.clone(), vec![Part::Read, send("250 x\r\n")]].concat(),
            "inconclusive",
            "",
        ),
        (
            "an endless handshake",
            endless(
                [ready, vec![Part::Read]].concat(),
                "\x16\x03\x03\x00\x04\x02\u{7f}\u{7f}\u{7f}",
            ),
            "inconclusive",
            "",
        ),
        ("no offer", dialogue(&["250-mx.test\r\n250 SIZE\r\n"]), "violated", ""),
        ("STARTTLS that is refused for good", dialogue(&[OFFERS, "502 no\r\n"]), "violated", ""),
    ]
}

#[test]
fn every_mail_server_has_its_verdict() {
    let cases = cases();
    let resolver = dns::serve(|query, _| {
        let own = dns::question(query).name().to_ascii();
        let records = match dns::question(query).query_type() {
            RecordType::MX => vec![RData::MX(MX::new(10, dns::name(&format!("mx.{own}"))))],
            RecordType::A => vec![RData::A(Ipv4Addr::LOCALHOST.into())],
            _ => Vec::new(),
        };
        vec![dns::records(query, records).to_vec().unwrap()]
    });
    let connect: Vec<String> = cases
        .iter()
        .enumerate()
        .map(|(number, case)| {
            format!("  \"mx.{}.test:25\": \"{}\"\n", name(number), serve(case.1.clone()))
        })
        .collect();
    let check = |number: usize| {
        let own = name(number);
        let tls =
            format!("minimum: TLS 1.2, states: [minimum], starttls: {{ domain: {own}.test }}");
        (own, format!("- {{ kind: tls, {tls} }}\n"))
    };
    let claims: Vec<(String, String)> = (0..cases.len()).map(check).collect();
    let more = format!("resolver: {resolver}\nconnect_to:\n{}", connect.concat());
    let judged = judge(&project("https://x.test", &more, &claims), TIME_MAX);
    let mut wrong = Vec::new();
    for (number, (what, _, verdict, words)) in cases.iter().enumerate() {
        let objection = judged.objection(&name(number), verdict, &[words]);
        wrong.extend(objection.map(|why| format!("{what}: {why}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
