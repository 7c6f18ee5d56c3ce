//! The TLS instrument: how every address of a host speaks.
//!
//! A handshake gives, beside `host` and the addresses that were `not_asked`:
//!
//! ```json
//! { "not_after": "2027-01-01T00:00:00Z",
//!   "addresses": [
//!     { "address": "192.0.2.7:443", "answer": "server-hello", "version": "TLS 1.3",
//!       "cipher_suite": "TLS13_AES_128_GCM_SHA256",
//!       "certificate": { "names": ["a.example"], "covers_host": true,
//!                        "trusted": true, "distrust": null,
//!                        "not_before": "...", "not_after": "..." },
//!       "chain": [ { "subject": "CN=a.example", "hash": "SHA-256",
//!                    "key": { "algorithm": "EC", "bits": 256, "strength": 128 } } ],
//!       "weakest": { "strength": 128, "hash": "SHA-256" } },
//!     { "address": "192.0.2.8:443", "answer": "alert", "alert": "handshake_failure" } ] }
//! ```
//!
//! with the earliest `not_after` of all addresses on top; `weakest` is over the whole chain. An offer of one version gives:
//!
//! ```json
//! { "addresses": [
//!     { "address": "192.0.2.7:443", "answer": "alert", "alert": "protocol_version",
//!       "refused": true },
//!     { "address": "192.0.2.8:443", "answer": "server-hello", "version": "TLS 1.0",
//!       "refused": false } ] }
//! ```
//!
//! Only an alert and a server hello of another version refuse. A connection that is closed or reset
//! without an alert, an alert that the server has failed or goes away, and silence are errors.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::ClientConnection;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, ClientConfig, Error, ProtocolVersion, SupportedProtocolVersion};
use rustls_platform_verifier::Verifier;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::model::plan::question::{HostName, TlsAsk, TlsQuestion, TlsVersion};
use crate::model::project::world::World;
use crate::model::time::read_time;
use crate::probe::host::certificate::Recorder;
use crate::probe::host::handshake::{Reading, alert_name, client_hello};
use crate::probe::host::observed::Observed;
use crate::probe::host::peers::{Connected, Host, Said};
use crate::probe::host::{certificate, handshake, plain_http};

/// What is read of an answer to a client hello at the most.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

const PLAIN_PORT: u16 = 80;
const TLS_PORT: u16 = 443;

/// Puts a question to every address of its host; the answers are there within `timeout`.
pub async fn observe(question: &TlsQuestion, world: &World, timeout: Duration) -> Observed {
    let Some(name) = question.host.in_world(world) else {
        let error = ProbeError::new(Reason::NotAsked, "no host has the role that is asked about");
        return Observed { answer: Err(error), address: None };
    };
    let host = Host { name, port: port(question, world), deadline: Instant::now() + timeout };
    match question.ask {
        TlsAsk::Handshake(oldest) => handshakes(host, oldest, world).await,
        TlsAsk::Offer(version) => {
            host.ask_each(world, |address| offer(host, address, version)).await
        }
        TlsAsk::PlainHttp => plain_http(host, world).await,
    }
}

async fn plain_http(host: Host<'_>, world: &World) -> Observed {
    let mut observed = host.ask_each(world, |address| plain_http::get(host, address)).await;
    if let Ok(facts) = &mut observed.answer
        && let Some(status) = plain_http::highest_status(facts.at("/addresses"))
    {
        facts.set("/status", json!(status));
    }
    observed
}

fn port(question: &TlsQuestion, world: &World) -> u16 {
    match (question.ask, &question.host) {
        (TlsAsk::PlainHttp, _) => PLAIN_PORT,
        (_, HostName::Target) => world.target.port().unwrap_or(TLS_PORT),
        _ => TLS_PORT,
    }
}

async fn handshakes(host: Host<'_>, oldest: TlsVersion, world: &World) -> Observed {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = match certificate::verifier(world, &provider) {
        Ok(verifier) => verifier,
        Err(error) => return Observed { answer: Err(error), address: None },
    };
    let hello = &Hello { oldest, provider, verifier };
    let mut observed = host.ask_each(world, |address| shake_hands(host, address, hello)).await;
    if let Ok(facts) = &mut observed.answer {
        let end = earliest_end(facts.at("/addresses"));
        facts.set("/not_after", end);
    }
    observed
}

/// The earliest end of all certificates, or null where none was presented.
fn earliest_end(addresses: Option<&Value>) -> Value {
    let addresses = addresses.and_then(Value::as_array).into_iter().flatten();
    let ends = addresses.filter_map(|one| one.pointer("/certificate/not_after"));
    ends.min_by_key(|end| read_time(end)).cloned().unwrap_or(Value::Null)
}

/// What a handshake is made with.
struct Hello {
    oldest: TlsVersion,
    provider: Arc<CryptoProvider>,
    verifier: Arc<Verifier>,
}

impl Hello {
    fn config(&self, recorder: Arc<Recorder>) -> Result<ClientConfig, Error> {
        static BOTH: [&SupportedProtocolVersion; 2] =
            [&rustls::version::TLS13, &rustls::version::TLS12];
        let versions = if self.oldest >= TlsVersion::Tls13 { &BOTH[..1] } else { &BOTH[..] };
        let config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(versions)?
            .dangerous()
            .with_custom_certificate_verifier(recorder)
            .with_no_client_auth();
        Ok(config)
    }
}

async fn shake_hands(host: Host<'_>, address: SocketAddr, hello: &Hello) -> Said {
    let Some(stream) = stream(host, address).await? else {
        return Ok(None);
    };
    let name = ServerName::try_from(host.name.trim_matches(['[', ']']).to_owned());
    let name = name.map_err(|_| tls_error(format!("`{}` is no name for TLS", host.name)))?;
    let recorder = Arc::new(Recorder::new(hello.verifier.clone()));
    let config = hello.config(recorder.clone()).map_err(|error| tls_error(error.to_string()))?;
    let connector = TlsConnector::from(Arc::new(config));
    match host.in_time(connector.connect(name.clone(), stream)).await? {
        Ok(stream) => agreed(stream.get_ref().1, &recorder, &name).map(Some),
        Err(error) => not_agreed(&error).map(Some),
    }
}

fn agreed(
    connection: &ClientConnection,
    recorder: &Recorder,
    name: &ServerName<'_>,
) -> Result<Map<String, Value>, ProbeError> {
    let untold = || tls_error("the server presented no certificate");
    let trust = recorder.trust().ok_or_else(untold)?;
    let certificates = connection.peer_certificates().ok_or_else(untold)?;
    let presented = certificate::presented(certificates, trust, name)?;
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => TlsVersion::Tls13,
        _ => TlsVersion::Tls12,
    };
    let suite = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
    Ok(object([
        ("answer", json!("server-hello")),
        ("version", json!(version.name())),
        ("cipher_suite", json!(suite)),
        ("certificate", presented.certificate),
        ("chain", json!(presented.chain)),
        ("weakest", presented.weakest),
    ]))
}

/// What a handshake that failed says of the peer: an alert and a hello that we do not understand
/// are answers, all else is none.
fn not_agreed(error: &std::io::Error) -> Result<Map<String, Value>, ProbeError> {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::AlertReceived(alert)) => said_alert(u8::from(*alert)),
        Some(Error::PeerIncompatible(why)) => {
            Ok(object([("answer", json!("incompatible")), ("detail", json!(format!("{why:?}")))]))
        }
        Some(error) => Err(tls_error(error.to_string())),
        None => Err(tls_error(format!("the connection broke in the handshake: {error}"))),
    }
}

async fn offer(host: Host<'_>, address: SocketAddr, version: TlsVersion) -> Said {
    let Some(mut stream) = stream(host, address).await? else {
        return Ok(None);
    };
    let hello = client_hello(version, host.name, rand::random());
    let reading = host.in_time(async {
        stream.write_all(&hello).await?;
        read_answer(&mut stream).await
    });
    let reading = reading.await?;
    let reading = reading.map_err(|error| tls_error(format!("the connection broke: {error}")))?;
    match reading {
        Reading::ServerHello(wire) => {
            let named = TlsVersion::ALL.into_iter().find(|one| one.wire() == wire);
            let name = named.map_or_else(|| format!("{wire:02x?}"), |one| one.name().to_owned());
            Ok(Some(object([
                ("answer", json!("server-hello")),
                ("version", json!(name)),
                ("refused", json!(wire != version.wire())),
            ])))
        }
        Reading::Alert(alert) => {
            let mut facts = said_alert(alert)?;
            facts.insert("refused".into(), json!(true));
            Ok(Some(facts))
        }
        Reading::Unfinished => Err(tls_error("the connection was closed without an alert")),
        Reading::Strange => Err(ProbeError::new(Reason::Unparsable, "the answer was not of TLS")),
    }
}

/// Reads until the answer is clear, the connection ends, or there is too much of it.
async fn read_answer(stream: &mut TcpStream) -> std::io::Result<Reading> {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_BYTES_MAX {
        let mut piece = [0; 2048];
        let count = stream.read(&mut piece).await?;
        bytes.extend_from_slice(&piece[..count]);
        let reading = handshake::read(&bytes);
        if reading != Reading::Unfinished || count == 0 {
            return Ok(reading);
        }
    }
    Ok(Reading::Strange)
}

fn said_alert(alert: u8) -> Result<Map<String, Value>, ProbeError> {
    let name = alert_name(alert);
    if alert == u8::from(AlertDescription::InternalError) {
        return Err(ProbeError::new(Reason::ServerError, "the server has failed: internal_error"));
    }
    if !handshake::refuses(alert) {
        return Err(tls_error(format!("the connection was closed: {name}")));
    }
    Ok(object([("answer", json!("alert")), ("alert", json!(name))]))
}

async fn stream(host: Host<'_>, address: SocketAddr) -> Result<Option<TcpStream>, ProbeError> {
    match host.connect(address).await? {
        Connected::Stream(stream) => Ok(Some(stream)),
        Connected::NoRoute => Ok(None),
        Connected::Refused => Err(ProbeError::new(Reason::Unreachable, "connection refused")),
    }
}

fn tls_error(detail: impl Into<String>) -> ProbeError {
    ProbeError::new(Reason::Tls, detail)
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests;
