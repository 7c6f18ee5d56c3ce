//! Client certificates: those of actors, and one that nobody issued.

use std::sync::Arc;

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::model::plan::template::Template;
use crate::model::project::login::Login;
use crate::probe::random;

/// What a client shows in the handshakes of its connections.
#[derive(Clone)]
pub(crate) struct Identity {
    /// Connections of different identities are never shared.
    pub(crate) name: String,
    /// The certificate with its key.
    pub(crate) key: Arc<CertifiedKey>,
}

impl Identity {
    /// The certificate of an actor; `None` if it has none. The error is a message for people.
    pub(crate) fn of(login: &Login) -> Result<Option<Self>, String> {
        let Some(certificate) = &login.certificate else { return Ok(None) };
        let fill = |template: &Template| {
            let filled = template.fill(|hole| login.value(hole));
            filled.map_err(|hole| format!("`${{{hole}}}` has no value"))
        };
        let chain = fill(&certificate.chain)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain.as_bytes()).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or("the certificate of this actor is not in PEM format")?;
        let key = PrivateKeyDer::from_pem_slice(fill(&certificate.key)?.as_bytes());
        let key = key.map_err(|_| "the private key of this actor is not in PEM format")?;
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider());
        let key = key.map_err(|_| "the private key of this actor does not fit its certificate")?;
        Ok(Some(Self { name: "own".to_owned(), key: Arc::new(key) }))
    }

    /// A certificate for the same name, which signs itself.
    pub(crate) fn strange(&self) -> Result<Self, String> {
        let cannot = |_| "cannot make a certificate".to_owned();
        let subject = self.key.cert.first().and_then(|der| common_name(der));
        let subject = subject.unwrap_or_else(|| format!("client-{}", random::hex::<8>()));
        let mut params = CertificateParams::new(Vec::new()).map_err(cannot)?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, subject);
        let pair = KeyPair::generate().map_err(cannot)?;
        let certificate = params.self_signed(&pair).map_err(cannot)?;
        let key = PrivateKeyDer::Pkcs8(pair.serialize_der().into());
        let chain = vec![certificate.der().clone()];
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider());
        let key = key.map_err(|error| error.to_string())?;
        Ok(Self { name: "strange".to_owned(), key: Arc::new(key) })
    }
}

fn common_name(der: &CertificateDer<'_>) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let name = certificate.subject().iter_common_name().next()?;
    name.as_str().ok().map(str::to_owned)
}
