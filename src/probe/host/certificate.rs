//! The facts of the certificates that a server presents.
//!
//! Trust is decided by the platform's verifier, with the project's own roots added (see `chain`). Dates
//! are left to the judge.

use std::fmt;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{AlertDescription, CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;
use serde_json::{Value, json};
use x509_parser::prelude::{FromDer as _, GeneralName, SubjectPublicKeyInfo, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::signature_algorithm::SignatureAlgorithm;

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::model::project::world::World;
use crate::probe::host::chain;
use crate::probe::host::chain::{Examined, Sent, Trust};

/// The number of names that are listed. Whether the host is covered does not depend on the list.
const NAMES_MAX: usize = 100;

/// The platform's verifier, with the project's own roots added.
pub(crate) fn verifier(
    world: &World,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<Verifier>, ProbeError> {
    let mut roots = Vec::new();
    for (file, pem) in &world.roots {
        for root in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let wrong =
                |_| ProbeError::new(Reason::Tls, format!("`{file}` contains no certificates"));
            roots.push(root.map_err(wrong)?);
        }
    }
    let verifier = Verifier::new_with_extra_roots(roots, provider.clone());
    let wrong = |error: Error| {
        ProbeError::new(
            Reason::Tls,
            format!("cannot load the trusted certificate authorities: {error}"),
        )
    };
    verifier.map(Arc::new).map_err(wrong)
}

/// Accepts every certificate, and records whether its chain is trusted and until when.
pub(crate) struct Recorder {
    trusted_by: Arc<Verifier>,
    examined: OnceLock<Option<Examined>>,
    signatures: Signatures,
}

/// The signatures of servers that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signatures {
    /// Those that can be verified.
    Verified,
    /// Also those of keys on the curve P-521, which are not verified.
    AlsoP521,
}

/// The signatures of keys on the curve P-521.
const P521: SignatureScheme = SignatureScheme::ECDSA_NISTP521_SHA512;

impl Recorder {
    /// A recorder without a result.
    pub(crate) fn new(trusted_by: Arc<Verifier>, signatures: Signatures) -> Self {
        Self { trusted_by, examined: OnceLock::new(), signatures }
    }

    /// The findings about the chain; `None` if none was presented.
    pub(crate) fn examined(&self) -> Option<&Examined> {
        self.examined.get()?.as_ref()
    }

    fn accepts_unverified(&self, scheme: SignatureScheme) -> bool {
        self.signatures == Signatures::AlsoP521 && scheme == P521
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Recorder").field("examined", &self.examined).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let sent = Sent { leaf: end_entity, others: intermediates, name: server_name };
        // A server presents its certificates once in a handshake; the first result counts.
        let _ = self.examined.set(chain::examine(&self.trusted_by, sent, now));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.accepts_unverified(dss.scheme) {
            return Ok(HandshakeSignatureValid::assertion());
        }
        self.trusted_by.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.accepts_unverified(dss.scheme) {
            return Ok(HandshakeSignatureValid::assertion());
        }
        self.trusted_by.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut all = self.trusted_by.supported_verify_schemes();
        if self.signatures == Signatures::AlsoP521 {
            all.push(P521);
        }
        all
    }
}

/// The message for a failed handshake or certificate, to follow the name of the host.
pub(crate) fn describe(error: &Error) -> String {
    let wrong = match error {
        Error::InvalidCertificate(wrong) => wrong,
        Error::AlertReceived(AlertDescription::NoApplicationProtocol) => {
            return "the server does not support HTTP/1.1".into();
        }
        error => return error.to_string(),
    };
    match wrong {
        CertificateError::UnknownIssuer => "the issuer of its certificate is not trusted".into(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another host".into()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired".into()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet".into()
        }
        other => other_fault(&format!("{other:?}")).into(),
    }
}

/// The message for a fault of a certificate for which the verifier has no variant, by its name.
fn other_fault(name: &str) -> &'static str {
    let known = [
        (
            "CaUsedAsEndEntity",
            "its certificate is for a certificate authority and not for a host (`CA:TRUE`)",
        ),
        ("EndEntityUsedAsCa", "a certificate of its chain may not sign others (no `CA:TRUE`)"),
        (
            "NameConstraint",
            "an authority of its chain may not sign for this host (name constraints)",
        ),
        ("Eku", "its certificate is not for servers (extended key usage)"),
        ("InvalidPurpose", "its certificate is not for servers (extended key usage)"),
        ("PathLen", "its chain is longer than an authority in it permits"),
        ("Revoked", "its certificate was revoked"),
        ("BadEncoding", "a certificate of its chain cannot be parsed"),
    ];
    let found = known.iter().find(|(part, _)| name.contains(part));
    found.map_or("a certificate of its chain was refused", |(_, words)| words)
}

/// The facts of the certificates that a server presented. Fails if one cannot be parsed.
pub(crate) fn presented(
    certificates: &[CertificateDer<'_>],
    examined: &Examined,
    host: &ServerName<'_>,
) -> Result<Value, ProbeError> {
    let unreadable = || ProbeError::new(Reason::Tls, "cannot parse the certificate");
    let parse = |der| X509Certificate::from_der(der).map(|(_, parsed)| parsed);
    let first = certificates.first().ok_or_else(unreadable)?;
    let leaf = parse(first).map_err(|_| unreadable())?;
    let covers = ParsedCertificate::try_from(first)
        .is_ok_and(|parsed| verify_server_name(&parsed, host).is_ok());
    let issuers: Result<Vec<X509Certificate<'_>>, _> =
        certificates[1..].iter().map(|der| parse(der)).collect();
    let issuers = issuers.map_err(|_| unreadable())?;
    // The signatures of roots are not verified.
    let relied_on = issuers.iter().filter(|one| one.subject() != one.issuer());
    let chain: Vec<ChainCertificate> =
        std::iter::once(&leaf).chain(relied_on).map(ChainCertificate::of).collect();
    Ok(json!({
        "names": names(&leaf),
        "covers_host": covers,
        "trust": match &examined.trust {
            Trust::Trusted => json!("trusted"),
            Trust::Distrusted(why) => json!(why),
            Trust::Unknown(_) => Value::Null,
        },
        "not_before": time(leaf.validity().not_before.timestamp()),
        "not_after": time(leaf.validity().not_after.timestamp()),
        "valid_until": time(examined.until),
        "first_to_end": examined.first_to_end,
        "strength": chain.iter().map(|one| one.strength).min(),
        "hash": chain.iter().map(|one| one.hash.as_str()).min_by_key(|hash| rank(hash)),
        "chain": chain.iter().map(ChainCertificate::fact).collect::<Vec<_>>(),
    }))
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => ip_address(bytes),
        _ => None,
    };
    extension.value.general_names.iter().filter_map(name).take(NAMES_MAX).collect()
}

fn ip_address(bytes: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(bytes).map(std::net::IpAddr::from);
    let v6 = || <[u8; 16]>::try_from(bytes).map(std::net::IpAddr::from);
    v4.or_else(|_| v6()).ok().map(|address| address.to_string())
}

fn time(seconds: i64) -> Value {
    Timestamp::from_second(seconds).map_or(Value::Null, |time| json!(time.to_string()))
}

/// The strength of one certificate of a chain.
struct ChainCertificate {
    subject: String,
    until: Value,
    algorithm: &'static str,
    bits: usize,
    strength: u16,
    hash: String,
}

impl ChainCertificate {
    fn of(certificate: &X509Certificate<'_>) -> Self {
        let (algorithm, bits) = key(certificate.public_key());
        Self {
            subject: certificate.subject().to_string(),
            until: time(certificate.validity().not_after.timestamp()),
            algorithm,
            bits,
            strength: strength(algorithm, bits),
            hash: hash(certificate),
        }
    }

    fn fact(&self) -> Value {
        let key =
            json!({"algorithm": self.algorithm, "bits": self.bits, "strength": self.strength});
        json!({"subject": self.subject, "until": self.until, "key": key, "hash": self.hash})
    }
}

/// The rank of a hash function, weakest first; an unknown one ranks lowest.
fn rank(hash: &str) -> Option<usize> {
    ["MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"].iter().position(|one| *one == hash)
}

fn key(info: &SubjectPublicKeyInfo<'_>) -> (&'static str, usize) {
    match info.algorithm.algorithm.to_id_string().as_str() {
        "1.3.101.112" => return ("Ed25519", 256),
        "1.3.101.113" => return ("Ed448", 456),
        _ => {}
    }
    match info.parsed() {
        Ok(PublicKey::RSA(rsa)) => ("RSA", rsa.key_size()),
        // The size of the curve of 521 bits is given in whole bytes.
        Ok(PublicKey::EC(point)) if point.key_size() == 528 => ("EC", 521),
        Ok(PublicKey::EC(point)) => ("EC", point.key_size()),
        Ok(PublicKey::DSA(key)) => ("DSA", key.len() * 8),
        _ => ("unknown", 0),
    }
}

/// Bits of security (NIST SP 800-57 part 1, revision 5, table 2).
fn strength(algorithm: &str, bits: usize) -> u16 {
    let table: &[(usize, u16)] = match algorithm {
        "RSA" | "DSA" => &[(15_360, 256), (7680, 192), (3072, 128), (2048, 112), (1024, 80)],
        "EC" => &[(512, 256), (384, 192), (256, 128), (224, 112), (160, 80)],
        "Ed25519" => &[(256, 128)],
        "Ed448" => &[(456, 224)],
        _ => &[],
    };
    table.iter().find(|(least, _)| bits >= *least).map_or(0, |(_, strength)| *strength)
}

/// The hash function of the signature on a certificate.
fn hash(certificate: &X509Certificate<'_>) -> String {
    let algorithm = &certificate.signature_algorithm;
    let id = match SignatureAlgorithm::try_from(algorithm) {
        Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) => {
            parameters.hash_algorithm_oid().to_id_string()
        }
        _ => algorithm.algorithm.to_id_string(),
    };
    let name = match id.as_str() {
        "1.2.840.113549.1.1.4" => "MD5",
        "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" | "1.3.14.3.2.26" => "SHA-1",
        "1.2.840.113549.1.1.14" | "1.2.840.10045.4.3.1" => "SHA-224",
        "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" | "2.16.840.1.101.3.4.2.1" => "SHA-256",
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" | "2.16.840.1.101.3.4.2.2" => "SHA-384",
        // Ed25519 signs with SHA-512 (RFC 8032).
        "1.2.840.113549.1.1.13"
        | "1.2.840.10045.4.3.4"
        | "2.16.840.1.101.3.4.2.3"
        | "1.3.101.112" => "SHA-512",
        _ => return id,
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_certificates_are_in_words() {
        for name in
            ["Other(OtherError(EndEntityUsedAsCa))", "Other(OtherError(Unheard))", "Revoked"]
        {
            let words = other_fault(name);
            assert!(!words.contains("Other") && words.contains("certificate"), "{words}");
        }
    }

    #[test]
    fn keys_have_the_strength_that_nist_gives_them() {
        assert_eq!(strength("RSA", 2048), 112);
        assert_eq!(strength("RSA", 2047), 80);
        assert_eq!(strength("EC", 256), 128);
        assert_eq!(strength("EC", 521), 256);
        assert_eq!(strength("unknown", 4096), 0);
    }
}
