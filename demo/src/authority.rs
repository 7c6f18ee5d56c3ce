//! The certificate authority, which is created at each start, and its certificates.

use std::io;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::server::ResolvesServerCertUsingSni;
use rustls::sign::CertifiedKey;

/// An authority whose key exists only in this process.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// Creates the authority.
    pub(crate) fn new() -> io::Result<Self> {
        let mut params = params("Avouch demo authority", Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(io::Error::other)?;
        CertifiedIssuer::self_signed(params, key).map(Self).map_err(io::Error::other)
    }

    /// The authority's certificate, in PEM format.
    pub(crate) fn pem(&self) -> String {
        self.0.as_ref().pem()
    }

    /// The authority's certificate, in DER format.
    pub(crate) fn der(&self) -> CertificateDer<'static> {
        self.0.as_ref().der().clone()
    }

    /// Issues one certificate for each name. The server chooses by the name that the client requests.
    pub(crate) fn issue(&self, names: &[&str]) -> io::Result<ResolvesServerCertUsingSni> {
        let mut resolver = ResolvesServerCertUsingSni::new();
        for name in names {
            resolver.add(name, self.certify(name)?).map_err(io::Error::other)?;
        }
        Ok(resolver)
    }

    fn certify(&self, name: &str) -> io::Result<CertifiedKey> {
        let mut params = params(name, vec![name.to_owned()])?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.signed_by(&key, &self.0).map_err(io::Error::other)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let key = ring::sign::any_ecdsa_type(&key.into()).map_err(io::Error::other)?;
        Ok(CertifiedKey::new(vec![certificate.der().clone()], key))
    }
}

/// Parameters with a validity of 200 years, so that any fixed clock is within it.
fn params(common_name: &str, names: Vec<String>) -> io::Result<CertificateParams> {
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2200, 1, 1);
    params.distinguished_name.push(DnType::CommonName, common_name);
    Ok(params)
}
