//! Servers that misbehave in the handshake, asked over HTTPS and for their oldest version of TLS.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{CertificateParams, DnType, date_time_ymd};
use rustls::ServerConfig;

use crate::trust::hostile::project::{judge, name, project};
use crate::trust::hostile::raw;
use crate::trust::hostile::raw::{Part, Script, send};
use crate::trust::hostile::secure::{Authority, config, http, serve};

const TIME_MAX: Duration = Duration::from_secs(60);

/// What a server does.
enum Server {
    /// It follows a script after it has read the first message.
    Raw(Script),
    /// It speaks TLS with these settings.
    Tls(Box<ServerConfig>),
}

/// A case: its name, the server, the verdicts over HTTPS and on its version and certificate, and words of the
/// report.
type Case = (&'static str, Server, [&'static str; 2], &'static str);

const UNKNOWN: [&str; 2] = ["inconclusive", "inconclusive"];
/// A certificate that was understood, and is not valid.
const INVALID: [&str; 2] = ["inconclusive", "violated"];

/// A record of this type with this content (RFC 8446, section 5.1).
fn record(of_type: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[of_type, 3, 3][..], &length, content].concat()
}

/// A server that reads the first message, and sends this.
fn after_hello(part: Part) -> Server {
    Server::Raw(vec![Part::Read, part])
}

fn silent() -> Vec<Case> {
    let half = vec![Part::Read, send(&record(22, &[2, 0, 0, 70])[..7]), Part::Silence];
    vec![
        ("no handshake", Server::Raw(vec![Part::Silence]), UNKNOWN, ""),
        ("a close", Server::Raw(vec![Part::Read]), UNKNOWN, ""),
        ("a reset", Server::Raw(vec![]), UNKNOWN, ""),
        ("half a record", Server::Raw(half), UNKNOWN, ""),
        ("a slow record", after_hello(Part::Drip(vec![22])), UNKNOWN, ""),
    ]
}

fn noisy() -> Vec<Case> {
    let plain = "HTTP/1.1 400 The plain HTTP request was sent to HTTPS port\r\n\r\n";
    let endless = |bytes: Vec<u8>| after_hello(Part::Endless(bytes));
    // A message of 16 MiB in fragments of 4 bytes.
    let fragments = Server::Raw(vec![
        Part::Read,
        send(record(22, &[2, 0xff, 0xff, 0xff])),
        Part::Endless(record(22, &[0; 4])),
    ]);
    let huge = record(22, &[&[11, 0xff, 0xff, 0xff][..], &[0; 16_000]].concat());
    vec![
        ("plain HTTP", after_hello(send(plain)), UNKNOWN, ""),
        ("a greeting of SSH", after_hello(send("SSH-2.0-OpenSSH_9.6\r\n")), UNKNOWN, ""),
        ("noise", after_hello(send([0xa5; 4096])), UNKNOWN, ""),
        ("endless noise", endless(vec![0xa5; 64]), UNKNOWN, ""),
        ("an answer of SSL 2", after_hello(send([0x80, 0x2e, 4, 0, 1, 0, 2])), UNKNOWN, ""),
        ("a record of 64 kB", after_hello(send([22, 3, 3, 0xff, 0xff, 2])), UNKNOWN, ""),
        ("endless empty records", endless(record(22, &[])), UNKNOWN, ""),
        ("endless fragments", fragments, UNKNOWN, ""),
        ("a huge certificate", after_hello(send(huge)), UNKNOWN, ""),
        ("an internal error", after_hello(send(record(21, &[2, 80]))), UNKNOWN, ""),
        ("an unknown alert", after_hello(send(record(21, &[2, 199]))), UNKNOWN, ""),
        ("endless warnings", endless(record(21, &[1, 90])), UNKNOWN, ""),
        ("endless changes of the cipher", endless(record(20, &[1])), UNKNOWN, ""),
        ("endless demands to start again", endless(record(22, &[0, 0, 0, 0])), UNKNOWN, ""),
        ("data before the handshake", after_hello(send(record(23, b"sound"))), UNKNOWN, ""),
    ]
}

fn certified(authority: &Authority) -> Vec<Case> {
    let with = |names: &[&str], change: fn(&mut CertificateParams)| {
        Server::Tls(Box::new(config(authority.identity(names, change))))
    };
    let all = ["*.hostile.test"];
    let chain = || {
        let (mut chain, key) = authority.identity(&all, |_| {});
        let more: Vec<_> = (0..60).map(|_| authority.identity(&all, |_| {}).0.remove(0)).collect();
        chain.extend(more);
        Server::Tls(Box::new(config((chain, key))))
    };
    let many: Vec<String> = (0..1500).map(|number| format!("name-{number}.test")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).chain(all).collect();
    let mut only = config(authority.identity(&all, |_| {}));
    only.alpn_protocols = vec![b"nothing".to_vec()];
    vec![
        ("a sound server", with(&all, |_| {}), ["holds", "holds"], ""),
        ("sixty certificates too many", chain(), ["holds", "holds"], ""),
        ("a certificate with 1500 names", with(&many, |_| {}), ["holds", "holds"], ""),
        ("another name", with(&["other.example"], |_| {}), INVALID, ""),
        (
            "a name with control characters",
            with(&["other.example"], |params| {
                let name = "\u{1b}[31m\u{202e}\u{2066}x.test\u{9b}";
                params.distinguished_name.push(DnType::CommonName, name);
            }),
            INVALID,
            "",
        ),
        (
            "a name with a NUL",
            with(&["other.example"], |params| {
                params.distinguished_name.push(DnType::CommonName, "case.test\0.evil.example");
            }),
            INVALID,
            "",
        ),
        (
            "an expired certificate",
            with(&all, |params| {
                params.not_before = date_time_ymd(2019, 1, 1);
                params.not_after = date_time_ymd(2020, 1, 1);
            }),
            INVALID,
            "",
        ),
        (
            "a certificate of the future",
            with(&all, |params| {
                params.not_before = date_time_ymd(3000, 1, 1);
                params.not_after = date_time_ymd(3001, 1, 1);
            }),
            INVALID,
            "",
        ),
        (
            "an unknown authority",
            Server::Tls(Box::new(config(Authority::new().identity(&all, |_| {})))),
            INVALID,
            "",
        ),
        ("another protocol in ALPN", Server::Tls(Box::new(only)), ["inconclusive", "holds"], ""),
    ]
}

fn start(server: Server) -> SocketAddr {
    match server {
        Server::Raw(script) => raw::serve(script),
        Server::Tls(config) => {
            let log = Arc::new(Mutex::new(Vec::new()));
            serve("127.0.0.1:0", Some(*config), &log, |_| {
                http(200, "Content-Type: text/plain\r\n", "sound")
            })
        }
    }
}

#[test]
fn every_handshake_has_its_verdict() {
    let authority = Authority::new();
    let cases: Vec<Case> =
        [silent(), noisy(), certified(&authority)].into_iter().flatten().collect();
    let (mut claims, mut hosts, mut connect) = (Vec::new(), String::new(), String::new());
    let mut expected = Vec::new();
    for (number, (what, server, verdicts, words)) in cases.into_iter().enumerate() {
        let host = name(number);
        hosts.push_str(&format!("  {host}: {host}.hostile.test\n"));
        connect.push_str(&format!("  {host}.hostile.test: \"{}\"\n", start(server)));
        let step = format!(
            "{{ name: it, get: /, host: {host}, expect: {{ status: 200, text: {{ contains: sound }} }} }}"
        );
        let tls = format!("host: {host}, minimum: TLS 1.2, certificate: true, states: [minimum]");
        claims.push((format!("{host}-https"), format!("- {{ kind: http, steps: [{step}] }}\n")));
        claims.push((format!("{host}-tls"), format!("- {{ kind: tls, {tls} }}\n")));
        expected.push((what, host, verdicts, words));
    }
    let more = format!("roots: [root.pem]\nhosts:\n{hosts}connect_to:\n{connect}");
    let project = project("https://x.test", &more, &claims);
    project.write("root.pem", &authority.pem);
    let judged = judge(&project, TIME_MAX);
    let mut wrong = Vec::new();
    for (what, host, verdicts, words) in expected {
        for (of, verdict) in ["https", "tls"].into_iter().zip(verdicts) {
            let objection = judged.objection(&format!("{host}-{of}"), verdict, &[words]);
            wrong.extend(objection.map(|why| format!("{what}: {why}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
