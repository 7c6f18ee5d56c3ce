//! The request that a credential is made for, and the header field that carries it.

use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::model::plan::credential::Credential;

/// The request that a credential is made for.
pub(crate) struct CredentialRequest<'a> {
    /// The actor that sends it.
    pub(crate) actor: &'a str,
    /// Which credential it carries.
    pub(crate) credential: &'a Credential,
    /// The method.
    pub(crate) method: &'a str,
    /// The address.
    pub(crate) url: &'a Url,
    /// The other header fields.
    pub(crate) headers: &'a HeaderMap,
    /// The body.
    pub(crate) body: Option<&'a [u8]>,
    /// The current time.
    pub(crate) now: Timestamp,
}

/// A header field that carries a credential. It is never shown or logged.
pub(crate) struct Minted {
    /// The name of the field.
    pub(crate) name: HeaderName,
    /// The value of the field.
    pub(crate) value: HeaderValue,
}

/// Why a credential of this scheme cannot have this defect.
pub(super) fn cannot(scheme: &str, forgery: &str) -> String {
    format!("a credential with the scheme `{scheme}` cannot be forged in this way: `{forgery}`")
}
