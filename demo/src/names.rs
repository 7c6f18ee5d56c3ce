//! The names of the hosts, and how a name from a closed list is read.

use std::fmt;

/// The host of the add-on.
pub(crate) const ADDON: &str = "addon.demo.test";
/// The host of the platform that the add-on runs on.
pub(crate) const PLATFORM: &str = "platform.demo.test";
/// The host on which uploaded images are kept.
pub(crate) const MEDIA: &str = "media.demo.test";
/// The vendor's own site.
pub(crate) const VENDOR: &str = "vendor.demo.test";
/// The vendor's support system.
pub(crate) const SUPPORT: &str = "support.demo.test";
/// The vendor's domain, which mail goes to.
pub(crate) const MAIL_DOMAIN: &str = "demo.test";
/// The platform's DNS zone.
pub(crate) const PLATFORM_ZONE: &str = "demo-platform.test";
/// The server that publishes the keys which installations are signed with.
pub(crate) const KEYS: &str = "keys.demo.test";

/// The add-on's address, which installations are signed for.
pub(crate) const TARGET: &str = "https://addon.demo.test";
/// The name of the key that installations are signed with.
pub(crate) const INSTALL_KEY_NAME: &str = "demo-install-1";
/// The name of the key that invocation tokens are signed with.
pub(crate) const FORGE_KEY_NAME: &str = "demo-forge-1";
/// Who issues invocation tokens.
pub(crate) const FORGE_ISSUER: &str = "forge/invocation-token";
/// The app that invocation tokens are meant for.
pub(crate) const FORGE_APP: &str = "ari:cloud:ecosystem::app/8f5a1c1e-0d6b-4d57-9a57-1f0c6a2b7e10";

/// The hosts of the outside world.
pub(crate) const WORLD: &[&str] = &[PLATFORM, MEDIA, VENDOR, SUPPORT, KEYS];

/// A name that stands in no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// What should have been named: `flaw` or `mode`.
    pub what: &'static str,
    /// The name that was given.
    pub name: String,
    /// The names that there are.
    pub known: Vec<&'static str>,
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown {} `{}`", self.what, self.name)
    }
}

impl std::error::Error for UnknownName {}
