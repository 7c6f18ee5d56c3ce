//! The names of the hosts, and the error for a name that is not in a list.

use std::fmt;

/// The host of the add-on.
pub(crate) const ADDON: &str = "addon.demo.test";
/// The host of the back end of the Forge app.
pub(crate) const FORGE: &str = "forge.demo.test";
/// The host of the platform that the add-on runs on.
pub(crate) const PLATFORM: &str = "platform.demo.test";
/// The host that stores uploaded images.
pub(crate) const MEDIA: &str = "media.demo.test";
/// The vendor's own site.
pub(crate) const VENDOR: &str = "vendor.demo.test";
/// The vendor's support system.
pub(crate) const SUPPORT: &str = "support.demo.test";
/// The vendor's domain, which receives mail.
pub(crate) const MAIL_DOMAIN: &str = "demo.test";
/// The platform's DNS zone.
pub(crate) const PLATFORM_ZONE: &str = "demo-platform.test";
/// The server that publishes the keys for installations.
pub(crate) const KEYS: &str = "keys.demo.test";

/// The add-on's address: the audience of signed installations.
pub(crate) const TARGET: &str = "https://addon.demo.test";
/// The name of the key that installations are signed with.
pub(crate) const INSTALL_KEY_NAME: &str = "demo-install-1";
/// The name of the key that invocation tokens are signed with.
pub(crate) const FORGE_KEY_NAME: &str = "demo-forge-1";
/// The issuer of invocation tokens.
pub(crate) const FORGE_ISSUER: &str = "forge/invocation-token";
/// The app that is the audience of invocation tokens.
pub(crate) const FORGE_APP: &str = "ari:cloud:ecosystem::app/8f5a1c1e-0d6b-4d57-9a57-1f0c6a2b7e10";

/// The hosts other than the Connect add-on.
pub(crate) const WORLD: &[&str] = &[PLATFORM, MEDIA, VENDOR, SUPPORT, KEYS, FORGE];

/// The error for an unknown name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// The kind of name: `flaw` or `mode`.
    pub what: &'static str,
    /// The name that was given.
    pub name: String,
    /// The known names.
    pub known: Vec<&'static str>,
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown {} `{}`", self.what, self.name)
    }
}

impl std::error::Error for UnknownName {}
