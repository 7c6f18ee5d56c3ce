//! The TLS instrument: versions and certificates at every address of a host.
//!
//! The facts of a handshake, in addition to `host` and `not_asked`:
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
//! The top-level `not_after` is the earliest of all addresses; `weakest` covers the whole chain. The facts
//! of an offer of one version:
//!
//! ```json
//! { "addresses": [
//!     { "address": "192.0.2.7:443", "answer": "alert", "alert": "protocol_version",
//!       "refused": true },
//!     { "address": "192.0.2.8:443", "answer": "server-hello", "version": "TLS 1.0",
//!       "refused": false } ] }
//! ```
//!
//! Only an alert or a server hello of another version is a refusal. A connection that is closed or reset
//! without an alert, an alert that reports a server error or closes the connection, and a timeout are
//! errors.

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
use crate::probe::host::handshake::{ServerReply, alert_name, client_hello};
use crate::probe::host::observed::Observed;
use crate::probe::host::peers::{Connected, PeerFacts, ProbedHost};
use crate::probe::host::{certificate, handshake, plain_http};

/// The size limit for the answer to a client hello, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

const PLAIN_PORT: u16 = 80;
const TLS_PORT: u16 = 443;

/// Probes every address of a host, within `timeout`.
pub async fn observe(question: &TlsQuestion, world: &World, timeout: Duration) -> Observed {
    let Some(name) = question.host.in_world(world) else {
        let error = ProbeError::new(Reason::NotAsked, "no host is configured for this role");
        return Observed { answer: Err(error), address: None };
    };
    let host = ProbedHost { name, port: port(question, world), deadline: Instant::now() + timeout };
    match question.ask {
        TlsAsk::Handshake(oldest) => handshakes(host, oldest, world).await,
        TlsAsk::Offer(version) => {
            host.probe_each(world, |address| offer(host, address, version)).await
        }
        TlsAsk::PlainHttp => plain_http(host, world).await,
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
    match (question.ask, &question.host) {
        (TlsAsk::PlainHttp, _) => PLAIN_PORT,
        (_, HostName::Target) => world.target.port().unwrap_or(TLS_PORT),
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
        let end = earliest_end(facts.at("/addresses"));
        facts.set("/not_after", end);
    }
    observed
}

/// The earliest expiry of all certificates, or null if none was presented.
fn earliest_end(addresses: Option<&Value>) -> Value {
    let addresses = addresses.and_then(Value::as_array).into_iter().flatten();
    let ends = addresses.filter_map(|one| one.pointer("/certificate/not_after"));
    ends.min_by_key(|end| read_time(end)).cloned().unwrap_or(Value::Null)
}

/// The settings of the handshakes with one host.
struct HandshakeSettings {
    oldest: TlsVersion,
    provider: Arc<CryptoProvider>,
    verifier: Arc<Verifier>,
}

impl HandshakeSettings {
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

async fn complete_handshake(
    host: ProbedHost<'_>,
    address: SocketAddr,
    settings: &HandshakeSettings,
) -> PeerFacts {
    let Some(stream) = stream(host, address).await? else {
        return Ok(None);
    };
    let name = ServerName::try_from(host.name.trim_matches(['[', ']']).to_owned());
    let name =
        name.map_err(|_| tls_error(format!("`{}` is not a valid server name for TLS", host.name)))?;
    let recorder = Arc::new(Recorder::new(settings.verifier.clone()));
    let config = settings.config(recorder.clone()).map_err(|error| tls_error(error.to_string()))?;
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
    let missing = || tls_error("the server presented no certificate");
    let trust = recorder.trust().ok_or_else(missing)?;
    let certificates = connection.peer_certificates().ok_or_else(missing)?;
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

/// The facts of a handshake that failed. An alert and an incompatible hello are answers; anything else is
/// an error.
fn not_agreed(error: &std::io::Error) -> Result<Map<String, Value>, ProbeError> {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::AlertReceived(alert)) => alert_facts(u8::from(*alert)),
        Some(Error::PeerIncompatible(why)) => {
            Ok(object([("answer", json!("incompatible")), ("detail", json!(format!("{why:?}")))]))
        }
        Some(error) => Err(tls_error(error.to_string())),
        None => Err(tls_error(format!("the connection broke in the handshake: {error}"))),
    }
}

async fn offer(host: ProbedHost<'_>, address: SocketAddr, version: TlsVersion) -> PeerFacts {
    let Some(mut stream) = stream(host, address).await? else {
        return Ok(None);
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

fn alert_facts(alert: u8) -> Result<Map<String, Value>, ProbeError> {
    let name = alert_name(alert);
    if alert == u8::from(AlertDescription::InternalError) {
        return Err(ProbeError::new(
            Reason::ServerError,
            "the server sent the alert internal_error",
        ));
    }
    if !handshake::refuses(alert) {
        return Err(tls_error(format!("the connection was closed: {name}")));
    }
    Ok(object([("answer", json!("alert")), ("alert", json!(name))]))
}

async fn stream(
    host: ProbedHost<'_>,
    address: SocketAddr,
) -> Result<Option<TcpStream>, ProbeError> {
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
