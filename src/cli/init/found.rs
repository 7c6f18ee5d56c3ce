//! What a first look at a service found.

use url::Url;

/// Observations of a first look.
#[derive(Clone, Debug, Default)]
pub(crate) struct Survey {
    /// The authorities that may issue certificates for the host; empty if any may.
    pub(crate) authorities: Vec<String>,
    /// The contacts in `security.txt`.
    pub(crate) contacts: Vec<Url>,
    /// The path of the page that the front page leads to, on the target itself.
    pub(crate) front: Option<String>,
    /// The other origin that the front page leads to.
    pub(crate) elsewhere: Option<String>,
    /// Whether that page sets cookies.
    pub(crate) sets_cookies: bool,
}
