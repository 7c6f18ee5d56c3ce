//! Completes handshakes, and finds out why one fails.
//!
//! A handshake may fail for another reason than the version: the version was then spoken, or it is not
//! known. Such an address has the clause `unclear` in place of facts.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::client::{ClientConnection, ResolvesClientCert};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use rustls::{
    AlertDescription, ClientConfig, Error, PeerIncompatible, ProtocolVersion, SignatureScheme,
    SupportedProtocolVersion,
};
use rustls_platform_verifier::Verifier;
use serde_json::{Map, Value, json};
use tokio_rustls::TlsConnector;

use crate::model::answer::error::ProbeError;
use crate::model::plan::question::TlsVersion;
use crate::probe::host::certificate;
use crate::probe::host::certificate::{Recorder, Signatures};
use crate::probe::host::chain::Trust;
use crate::probe::host::handshake::alert_name;
use crate::probe::host::peers::{PeerFacts, ProbedHost};
use crate::probe::host::tls::connection::{Opened, alert_facts, no_tls, object, open, tls_error};

/// The settings of the handshakes with one host.
pub(crate) struct HandshakeSettings {
    /// The oldest version that is offered.
    pub(crate) oldest: TlsVersion,
    /// The cryptography.
    pub(crate) provider: Arc<CryptoProvider>,
    /// Decides about trust.
    pub(crate) verifier: Arc<Verifier>,
}

impl HandshakeSettings {
    fn config(&self, recorder: Arc<Recorder>, asked: Arc<Asked>) -> Result<ClientConfig, Error> {
        static BOTH: [&SupportedProtocolVersion; 2] =
            [&rustls::version::TLS13, &rustls::version::TLS12];
        let versions = if self.oldest >= TlsVersion::Tls13 { &BOTH[..1] } else { &BOTH[..] };
        let config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(versions)?
            .dangerous()
            .with_custom_certificate_verifier(recorder)
            .with_client_cert_resolver(asked);
        Ok(config)
    }
}

/// Has no certificate, and remembers whether the server asked for one.
#[derive(Default)]
struct Asked(AtomicBool);

impl fmt::Debug for Asked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Asked")
    }
}

impl ResolvesClientCert for Asked {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// The result of one attempt.
enum Attempt {
    Facts(Map<String, Value>),
    /// An alert that says nothing about the version.
    Refused(u8),
    NoRoute,
}

/// The facts of a complete handshake with one address. If it is refused, it is tried again with an offer
/// of signatures that cannot be verified, to find out whether they are the reason.
pub(crate) async fn handshake(
    host: ProbedHost<'_>,
    address: SocketAddr,
    settings: &HandshakeSettings,
) -> PeerFacts {
    let alert = match attempt(host, address, settings, Signatures::Verified).await? {
        Attempt::Facts(facts) => return Ok(Some(facts)),
        Attempt::NoRoute => return Ok(None),
        Attempt::Refused(alert) => alert,
    };
    match attempt(host, address, settings, Signatures::AlsoP521).await {
        Ok(Attempt::Facts(mut facts)) if facts.contains_key("certificate") => {
            let version = facts.get("version").and_then(Value::as_str).unwrap_or("TLS");
            let why = format!(
                "{version} was agreed, but there is no common signature algorithm: the server's \
                 key is on the curve P-521, whose signatures avouch cannot verify"
            );
            facts.insert("unclear".into(), json!(why));
            Ok(Some(facts))
        }
        _ => {
            let name = alert_name(alert);
            Ok(Some(unclear(format!(
                "the server refused the handshake with the alert `{name}`, which does not concern \
                 the version"
            ))))
        }
    }
}

fn unclear(why: String) -> Map<String, Value> {
    object([("answer", json!("unclear")), ("unclear", json!(why))])
}

async fn attempt(
    host: ProbedHost<'_>,
    address: SocketAddr,
    settings: &HandshakeSettings,
    signatures: Signatures,
) -> Result<Attempt, ProbeError> {
    let stream = match open(host, address).await? {
        Opened::Stream(stream) => stream,
        Opened::NoTls => return Ok(Attempt::Facts(no_tls())),
        Opened::NoRoute => return Ok(Attempt::NoRoute),
    };
    let name = ServerName::try_from(host.name.trim_matches(['[', ']']).to_owned());
    let name =
        name.map_err(|_| tls_error(format!("`{}` is not a valid server name for TLS", host.name)))?;
    let recorder = Arc::new(Recorder::new(settings.verifier.clone(), signatures));
    let asked = Arc::new(Asked::default());
    let config = settings.config(recorder.clone(), asked.clone());
    let config = config.map_err(|error| tls_error(error.to_string()))?;
    let connector = TlsConnector::from(Arc::new(config));
    match host.in_time(connector.connect(name.clone(), stream)).await? {
        Ok(stream) => agreed(stream.get_ref().1, &recorder, &name).map(Attempt::Facts),
        // In TLS 1.3, the client's handshake is complete before the server misses the certificate.
        Err(_) if asked.0.load(Ordering::Relaxed) => Ok(Attempt::Facts(unclear(
            "TLS 1.2 was agreed, but the server asks for a client certificate, and refuses the \
             handshake without one"
                .into(),
        ))),
        Err(error) => not_agreed(&error),
    }
}

fn agreed(
    connection: &ClientConnection,
    recorder: &Recorder,
    name: &ServerName<'_>,
) -> Result<Map<String, Value>, ProbeError> {
    let missing = || tls_error("the server presented no certificate");
    let certificates = connection.peer_certificates().ok_or_else(missing)?;
    let unreadable = || tls_error("cannot parse the certificate");
    let examined = recorder.examined().ok_or_else(unreadable)?;
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => TlsVersion::Tls13,
        _ => TlsVersion::Tls12,
    };
    let suite = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
    let mut facts = object([
        ("answer", json!("server-hello")),
        ("version", json!(version.name())),
        ("cipher_suite", json!(suite)),
        ("certificate", certificate::presented(certificates, examined, name)?),
    ]);
    if let Trust::Unknown(why) = &examined.trust {
        facts.insert("unclear_certificate".into(), json!(why));
    }
    Ok(facts)
}

/// The result of a handshake that failed.
fn not_agreed(error: &std::io::Error) -> Result<Attempt, ProbeError> {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::AlertReceived(AlertDescription::ProtocolVersion)) => {
            alert_facts(u8::from(AlertDescription::ProtocolVersion)).map(Attempt::Facts)
        }
        Some(Error::AlertReceived(alert)) => {
            let alert = u8::from(*alert);
            alert_facts(alert).map(|_| Attempt::Refused(alert))
        }
        Some(Error::PeerIncompatible(why)) => Ok(Attempt::Facts(incompatible(why))),
        Some(error) => Err(tls_error(error.to_string())),
        None => Err(tls_error(format!("the connection broke in the handshake: {error}"))),
    }
}

/// The facts of a server hello that does not suit: of its version, or of something else in it.
fn incompatible(why: &PeerIncompatible) -> Map<String, Value> {
    let lacking = match why {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
        | PeerIncompatible::SupportedVersionsExtensionRequired
        | PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled => {
            return object([("answer", json!("incompatible"))]);
        }
        PeerIncompatible::NoCipherSuitesInCommon => "there is no common cipher suite",
        PeerIncompatible::NoKxGroupsInCommon => "there is no common group for the key exchange",
        PeerIncompatible::NoSignatureSchemesInCommon
        | PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon => {
            "there is no common signature algorithm"
        }
        _ => "the server's hello has something that avouch does not support",
    };
    unclear(format!("the handshake failed for another reason than the version: {lacking}"))
}
