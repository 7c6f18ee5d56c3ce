//! The TLS instrument: versions and certificates at every address of a host.
//!
//! The facts of a handshake, in addition to `host` and `not_asked`:
//!
//! ```json
//! { "not_after": "2027-01-01T00:00:00Z",
//!   "addresses": [
//!     { "address": "192.0.2.7:443", "answer": "server-hello", "version": "TLS 1.3",
//!       "cipher_suite": "TLS13_AES_128_GCM_SHA256" },
//!     { "address": "192.0.2.8:443", "answer": "alert", "alert": "protocol_version" } ],
//!   "certificates": [
//!     { "address": "192.0.2.7:443", "names": ["a.example"], "covers_host": true,
//!       "trust": "trusted", "not_before": "...", "not_after": "...",
//!       "valid_until": "...", "first_to_end": "Authority 7",
//!       "strength": 128, "hash": "SHA-256",
//!       "chain": [ { "subject": "CN=a.example", "until": "...", "hash": "SHA-256",
//!                    "key": { "algorithm": "EC", "bits": 256, "strength": 128 } } ] } ] }
//! ```
//!
//! `trust` is `trusted` or says why not. `valid_until` is the earliest end in the chain, that of
//! `first_to_end`; the top-level `not_after` is the earliest of all addresses. `strength` and `hash` are
//! the weakest of the chain. Where a handshake failed for another reason than the version, `addresses`
//! and `certificates` are unclear. The facts of an offer of one version:
//!
//! ```json
//! { "addresses": [
//!     { "address": "192.0.2.7:443", "answer": "alert", "alert": "protocol_version",
//!       "refused": true },
//!     { "address": "192.0.2.8:443", "answer": "server-hello", "version": "TLS 1.0",
//!       "refused": false } ] }
//! ```
//!
//! A mail server that does not offer `STARTTLS` gives the answer `no-starttls`.
//!
//! Only an alert or a server hello of another version is a refusal. A connection that is closed or reset
//! without an alert, an alert that reports a server error or closes the connection, and a timeout are
//! errors.

mod complete;
mod connection;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::rr::{RData, RecordType};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::question::{HostName, Smtp, TlsAsk, TlsQuestion, TlsVersion};
use crate::model::project::world::World;
use crate::model::time::read_time;
use crate::probe::host::dns::client::{DnsClient, text};
use crate::probe::host::handshake::{ServerReply, client_hello};
use crate::probe::host::observed::Observed;
use crate::probe::host::peers::{PeerFacts, ProbedHost, Speaks};
use crate::probe::host::tls::complete::{HandshakeSettings, handshake as complete_handshake};
use crate::probe::host::tls::connection::{Opened, alert_facts, no_tls, object, open, tls_error};
use crate::probe::host::{certificate, handshake, plain_http};

/// The size limit for the answer to a client hello, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// The number of mail exchangers of one domain that are probed.
const EXCHANGERS_MAX: usize = 10;

const PLAIN_PORT: u16 = 80;
const TLS_PORT: u16 = 443;
const SMTP_PORT: u16 = 25;

/// Probes every address of a host, or of the mail exchangers of a domain, within `timeout`.
pub async fn observe(question: &TlsQuestion, world: &World, timeout: Duration) -> Observed {
    let Some(name) = question.host.in_world(world) else {
        let error = ProbeError::new(Reason::NotAsked, "no host is configured for this role");
        return Observed { answer: Err(error), address: None };
    };
    let speaks = if question.smtp.is_some() { Speaks::Smtp } else { Speaks::Tls };
    let deadline = Instant::now() + timeout;
    let host = ProbedHost { name, port: port(question, world), deadline, speaks };
    if question.smtp != Some(Smtp::Exchangers) {
        return ask(host, question.ask, world).await;
    }
    let exchangers = match exchangers(name, world, deadline).await {
        Ok(exchangers) => exchangers,
        Err(error) => return Observed { answer: Err(error), address: None },
    };
    let mut all = Vec::new();
    for exchanger in &exchangers {
        all.push(ask(ProbedHost { name: exchanger, ..host }, question.ask, world).await);
    }
    merged(name, all)
}

async fn ask(host: ProbedHost<'_>, ask: TlsAsk, world: &World) -> Observed {
    match ask {
        TlsAsk::Handshake(oldest) => handshakes(host, oldest, world).await,
        TlsAsk::Offer(version) => {
            host.probe_each(world, |address| offer(host, address, version)).await
        }
        TlsAsk::PlainHttp => plain_http(host, world).await,
    }
}

/// The names of the mail exchangers of a domain.
async fn exchangers(
    domain: &str,
    world: &World,
    deadline: Instant,
) -> Result<Vec<String>, ProbeError> {
    let client = DnsClient::new(world.resolver, deadline)?;
    let found = client.find(domain, RecordType::MX).await?;
    let mut names: Vec<String> = found
        .iter()
        .filter_map(|data| match data {
            RData::MX(mx) if !mx.exchange.is_root() => Some(text(&mx.exchange)),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    match names.len() {
        0 => {
            let detail = format!("`{domain}` has no mail exchanger");
            Err(ProbeError::new(Reason::Dns, detail))
        }
        1..=EXCHANGERS_MAX => Ok(names),
        count => {
            let detail = format!(
                "`{domain}` has {count} mail exchangers, more than the limit of {EXCHANGERS_MAX}"
            );
            Err(ProbeError::new(Reason::Budget, detail))
        }
    }
}

/// The facts of several hosts as those of one. If one could not be probed, the result is an error.
fn merged(domain: &str, all: Vec<Observed>) -> Observed {
    let asked: Vec<String> = all.iter().filter_map(|one| one.address.clone()).collect();
    let mut facts = Facts(json!({"host": domain}));
    let mut error = None;
    for observed in all {
        match observed.answer {
            Err(failed) => error = error.or(Some(failed)),
            Ok(one) => add(&one, &mut facts),
        }
    }
    Observed { answer: error.map_or(Ok(facts), Err), address: Some(asked.join(", ")) }
}

fn add(one: &Facts, all: &mut Facts) {
    for list in ["/addresses", "/certificates", "/not_asked"] {
        let more = one.at(list).and_then(Value::as_array).cloned();
        let before = all.at(list).and_then(Value::as_array).cloned();
        if let Some(more) = more {
            all.set(list, before.into_iter().flatten().chain(more).collect());
        }
        if let Some(why) = one.unclear(list) {
            all.note_unclear(list, why);
        }
    }
    let ends = [one.at("/not_after"), all.at("/not_after")].into_iter().flatten();
    if let Some(end) = ends.filter(|end| end.is_string()).min_by_key(|end| read_time(end)) {
        let end = end.clone();
        all.set("/not_after", end);
    }
}

async fn plain_http(host: ProbedHost<'_>, world: &World) -> Observed {
    let mut observed = host.probe_each(world, |address| plain_http::get(host, address)).await;
    if let Ok(facts) = &mut observed.answer
        && let Some(status) = plain_http::highest_status(facts.at("/addresses"))
    {
        facts.set("/status", json!(status));
    }
    observed
}

fn port(question: &TlsQuestion, world: &World) -> u16 {
    match (question.ask, question.smtp, &question.host) {
        (TlsAsk::PlainHttp, ..) => PLAIN_PORT,
        (_, Some(Smtp::Port(port)), _) => port,
        (_, Some(Smtp::Exchangers), _) => SMTP_PORT,
        (_, None, HostName::Target) => world.target.port().unwrap_or(TLS_PORT),
        _ => TLS_PORT,
    }
}

async fn handshakes(host: ProbedHost<'_>, oldest: TlsVersion, world: &World) -> Observed {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = match certificate::verifier(world, &provider) {
        Ok(verifier) => verifier,
        Err(error) => return Observed { answer: Err(error), address: None },
    };
    let settings = &HandshakeSettings { oldest, provider, verifier };
    let mut observed =
        host.probe_each(world, |address| complete_handshake(host, address, settings)).await;
    if let Ok(facts) = &mut observed.answer {
        take_certificates(facts);
        let end = earliest_end(facts.at("/certificates"));
        facts.set("/not_after", end);
    }
    observed
}

/// Moves the certificates of the addresses to a list of their own, and notes what is unclear: a version
/// can be known although the certificate is not.
fn take_certificates(facts: &mut Facts) {
    let mut certificates = Vec::new();
    let mut unclear: Vec<(&str, String)> = Vec::new();
    for entry in facts.0["addresses"].as_array_mut().into_iter().flatten() {
        let Some(entry) = entry.as_object_mut() else { continue };
        let address = entry.get("address").cloned().unwrap_or_default();
        let mut note = |key: &str, lists: &[&'static str]| {
            let why = entry.shift_remove(key);
            if let Some(why) = why.as_ref().and_then(Value::as_str) {
                let address = address.as_str().unwrap_or_default();
                let why = format!("{address}: {why}");
                unclear.extend(lists.iter().map(|list| (*list, why.clone())));
            }
        };
        note("unclear", &["/addresses", "/certificates"]);
        note("unclear_certificate", &["/certificates"]);
        if let Some(Value::Object(mut certificate)) = entry.shift_remove("certificate") {
            certificate.shift_insert(0, "address".into(), address);
            certificates.push(Value::Object(certificate));
        }
    }
    facts.set("/certificates", json!(certificates));
    for (list, why) in unclear {
        facts.note_unclear(list, why);
    }
}

/// The earliest expiry of all chains, or null if no certificate was presented.
fn earliest_end(certificates: Option<&Value>) -> Value {
    let certificates = certificates.and_then(Value::as_array).into_iter().flatten();
    let ends = certificates.filter_map(|one| one.get("valid_until"));
    ends.min_by_key(|end| read_time(end)).cloned().unwrap_or(Value::Null)
}

async fn offer(host: ProbedHost<'_>, address: SocketAddr, version: TlsVersion) -> PeerFacts {
    let mut stream = match open(host, address).await? {
        Opened::Stream(stream) => stream,
        Opened::NoTls => return Ok(Some(no_tls())),
        Opened::NoRoute => return Ok(None),
    };
    let hello = client_hello(version, host.name, rand::random());
    let reply = host.in_time(async {
        stream.write_all(&hello).await?;
        read_answer(&mut stream).await
    });
    let reply = reply.await?;
    let reply = reply.map_err(|error| tls_error(format!("the connection broke: {error}")))?;
    match reply {
        ServerReply::ServerHello(wire) => {
            let named = TlsVersion::ALL.into_iter().find(|one| one.wire() == wire);
            let name = named.map_or_else(|| format!("{wire:02x?}"), |one| one.name().to_owned());
            Ok(Some(object([
                ("answer", json!("server-hello")),
                ("version", json!(name)),
                ("refused", json!(wire != version.wire())),
            ])))
        }
        ServerReply::Alert(alert) => {
            let mut facts = alert_facts(alert)?;
            facts.insert("refused".into(), json!(true));
            Ok(Some(facts))
        }
        ServerReply::Unfinished => Err(tls_error("the connection was closed without an alert")),
        ServerReply::NotTls => Err(ProbeError::new(Reason::Unparsable, "the answer is not TLS")),
    }
}

/// Reads until the answer is complete, the connection closes, or the size limit is reached.
async fn read_answer(stream: &mut TcpStream) -> std::io::Result<ServerReply> {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_BYTES_MAX {
        let mut piece = [0; 2048];
        let count = stream.read(&mut piece).await?;
        bytes.extend_from_slice(&piece[..count]);
        let reply = handshake::read(&bytes);
        if reply != ServerReply::Unfinished || count == 0 {
            return Ok(reply);
        }
    }
    Ok(ServerReply::NotTls)
}

#[cfg(test)]
mod tests;
