//! Connections in which a handshake can begin, and the facts that all probes of TLS share.

use std::net::SocketAddr;

use rustls::AlertDescription;
use serde_json::{Map, Value, json};
use tokio::net::TcpStream;

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::probe::host::handshake::alert_name;
use crate::probe::host::peers::{Connected, ProbedHost, Speaks};
use crate::probe::host::smtp::Started;
use crate::probe::host::{handshake, smtp};

pub(crate) fn alert_facts(alert: u8) -> Result<Map<String, Value>, ProbeError> {
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

/// A connection in which a handshake can begin, or why there is none.
pub(crate) enum Opened {
    /// It waits for the first message.
    Stream(TcpStream),
    /// The mail server does not offer TLS.
    NoTls,
    /// There is no route to the address.
    NoRoute,
}

pub(crate) async fn open(host: ProbedHost<'_>, address: SocketAddr) -> Result<Opened, ProbeError> {
    let mut stream = match host.connect(address).await? {
        Connected::Stream(stream) => stream,
        Connected::NoRoute => return Ok(Opened::NoRoute),
        Connected::Refused => {
            return Err(ProbeError::new(Reason::Unreachable, "connection refused"));
        }
    };
    if host.speaks == Speaks::Tls {
        return Ok(Opened::Stream(stream));
    }
    let broken = |error| tls_error(format!("the connection broke before TLS started: {error}"));
    match host.in_time(smtp::start(&mut stream)).await?.map_err(broken)?? {
        Started::Ready => Ok(Opened::Stream(stream)),
        Started::NotOffered => Ok(Opened::NoTls),
    }
}

/// The facts of a mail server that does not offer TLS.
pub(crate) fn no_tls() -> Map<String, Value> {
    object([("answer", json!("no-starttls"))])
}

pub(crate) fn tls_error(detail: impl Into<String>) -> ProbeError {
    ProbeError::new(Reason::Tls, detail)
}

pub(crate) fn object<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
