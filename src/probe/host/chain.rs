//! Whether the chain of a certificate is trusted, until when, and if not, why.
//!
//! A chain is trusted while a path of certificates, each valid, leads to a known authority. The server may
//! send certificates that no path needs, so the verifier is asked again after the end of each.

use std::time::Duration;

use jiff::Timestamp;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, Error};
use rustls_platform_verifier::Verifier;
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Name};

use crate::model::time::in_words;
use crate::probe::host::certificate::describe;

/// What a server presented in a handshake.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'a> {
    /// Its own certificate.
    pub(crate) leaf: &'a CertificateDer<'a>,
    /// The others.
    pub(crate) others: &'a [CertificateDer<'a>],
    /// The name that was asked for.
    pub(crate) name: &'a ServerName<'a>,
}

/// Whether a chain is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// A path leads to a known authority.
    Trusted,
    /// None does: a clause.
    Distrusted(String),
    /// It could not be found out: a clause.
    Unknown(String),
}

/// The result for one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Examined {
    /// Whether it is trusted, or was until it expired.
    pub(crate) trust: Trust,
    /// Until when it is trusted, in seconds since 1970; the end of the server's own certificate if it is
    /// not.
    pub(crate) until: i64,
    /// The name of the certificate that ends then.
    pub(crate) first_to_end: String,
}

/// The end of a certificate, in seconds since 1970, and its name.
struct End {
    at: u64,
    name: String,
}

/// Examines a chain. `None` if the server's own certificate cannot be parsed.
pub(crate) fn examine(verifier: &Verifier, sent: Sent<'_>, now: UnixTime) -> Option<Examined> {
    let (_, leaf) = X509Certificate::from_der(sent.leaf).ok()?;
    let others: Vec<X509Certificate<'_>> =
        sent.others.iter().filter_map(|der| Some(X509Certificate::from_der(der).ok()?.1)).collect();
    let mut ends: Vec<End> = std::iter::once(&leaf).chain(&others).map(End::of).collect();
    ends.sort_by_key(|end| end.at);
    let own = End::of(&leaf);
    let at = |seconds: u64| path(verifier, sent, seconds);
    // Trust is a question of its own: an expired certificate is expired, and not untrusted.
    let first = seconds(leaf.validity().not_before.timestamp());
    let moment = now.as_secs().clamp(first.min(own.at), own.at);
    let result = |trust: Trust, end: End| Examined {
        trust,
        until: i64::try_from(end.at).unwrap_or(i64::MAX),
        first_to_end: end.name,
    };
    Some(match at(moment) {
        Ok(()) => {
            let later = ends.into_iter().filter(|end| end.at >= moment);
            let end = later.into_iter().find(|end| at(end.at + 1).is_err());
            result(Trust::Trusted, end.unwrap_or(own))
        }
        Err(error) => {
            let mut earlier = ends.into_iter().rev().filter(|end| end.at < moment);
            match earlier.find(|end| at(end.at).is_ok()) {
                Some(end) => result(Trust::Trusted, end),
                None => result(why(&error, &leaf, &others, moment), own),
            }
        }
    })
}

impl End {
    fn of(certificate: &X509Certificate<'_>) -> Self {
        let at = seconds(certificate.validity().not_after.timestamp());
        Self { at, name: name_of(certificate.subject()) }
    }
}

fn seconds(time: i64) -> u64 {
    u64::try_from(time).unwrap_or(0)
}

/// Whether a path is trusted at a time. Names are checked last, and are a question of their own.
fn path(verifier: &Verifier, sent: Sent<'_>, seconds: u64) -> Result<(), Error> {
    let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    match verifier.verify_server_cert(sent.leaf, sent.others, sent.name, &[], at) {
        Ok(_)
        | Err(Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => Ok(()),
        Err(error) => Err(error),
    }
}

fn why(
    error: &Error,
    leaf: &X509Certificate<'_>,
    others: &[X509Certificate<'_>],
    moment: u64,
) -> Trust {
    let Error::InvalidCertificate(wrong) = error else {
        return Trust::Distrusted(describe(error));
    };
    // The verifier has several variants for algorithms that it does not know.
    if format!("{wrong:?}").contains("UnsupportedSignatureAlgorithm") {
        let why = "its chain is signed with an algorithm that avouch cannot verify";
        return Trust::Unknown(why.into());
    }
    Trust::Distrusted(match wrong {
        CertificateError::UnknownIssuer => unknown_issuer(leaf, others),
        CertificateError::BadSignature => {
            "a signature in its chain does not belong to the key of the issuer".into()
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            invalid_now(others, moment).unwrap_or_else(|| describe(error))
        }
        _ => describe(error),
    })
}

/// Follows the chain to the last certificate that was sent, and names the issuer that is missing.
fn unknown_issuer(leaf: &X509Certificate<'_>, others: &[X509Certificate<'_>]) -> String {
    let mut last = leaf;
    for _ in 0..others.len() {
        let issuer = others.iter().find(|one| one.subject() == last.issuer());
        match issuer.filter(|issuer| issuer.subject() != last.subject()) {
            Some(issuer) => last = issuer,
            None => break,
        }
    }
    let issuer = name_of(last.issuer());
    let is_leaf = std::ptr::eq(last, leaf);
    if last.issuer() == last.subject() {
        return match is_leaf {
            true => "it is signed by itself, and not known".into(),
            false => format!("its chain ends with “{issuer}”, which is not known"),
        };
    }
    match is_leaf {
        true => format!("the certificate of its issuer, “{issuer}”, was not sent and is not known"),
        false => format!(
            "the certificate of “{issuer}”, the issuer of “{}”, was not sent and is not known",
            name_of(last.subject())
        ),
    }
}

/// The certificate above the server's own that is not valid now.
fn invalid_now(others: &[X509Certificate<'_>], moment: u64) -> Option<String> {
    let in_words = |time: i64| Timestamp::from_second(time).map(in_words).unwrap_or_default();
    others.iter().find_map(|one| {
        let name = name_of(one.subject());
        let (first, last) = (one.validity().not_before, one.validity().not_after);
        if moment > seconds(last.timestamp()) {
            return Some(format!("“{name}” in its chain expired {}", in_words(last.timestamp())));
        }
        (moment < seconds(first.timestamp())).then(|| {
            format!("“{name}” in its chain is not valid before {}", in_words(first.timestamp()))
        })
    })
}

/// The common name, or the whole name if there is none.
fn name_of(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().next().and_then(|name| name.as_str().ok());
    common.map_or_else(|| name.to_string(), str::to_owned)
}
