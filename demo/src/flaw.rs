//! The flaws that the add-on can have. Each breaks exactly one claim of the statement.

use std::fmt;
use std::str::FromStr;

use crate::names::UnknownName;

/// A flaw of the add-on, or of a service that it depends on.
///
/// The order is that of [`FLAWS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// The add-on runs on another platform.
    MovedHost,
    /// The platform's security statement does not exist.
    DeadPlatformLink,
    /// The descriptor requests no authentication.
    DescriptorAuthNone,
    /// An installation without a signature is accepted.
    UnsignedInstall,
    /// The descriptor requests an additional scope.
    ExtraScope,
    /// An endpoint that needs a credential answers without one.
    NoAuth,
    /// One of the two servers needs no credential for an endpoint.
    OpenNode,
    /// A WebDAV method needs no credential.
    PropfindNoAuth,
    /// Expired tokens are accepted.
    AcceptExpired,
    /// Tokens without a signature are accepted.
    AcceptAlgNone,
    /// Invocation tokens of Forge without a signature are accepted.
    ForgeUnsigned,
    /// Invocation tokens for another Forge app are accepted.
    ForgeOtherApp,
    /// Tokens for another request are accepted.
    IgnoreQsh,
    /// Tokens for the same path with another method are accepted.
    IgnoreMethodInQsh,
    /// Tokens without a signature are accepted if the name of their algorithm is not spelled `none`.
    AcceptAlgNoneSpelled,
    /// A tenant can read another tenant's note by its id.
    LeakRead,
    /// An error page quotes another tenant's note.
    LeakInError,
    /// The list of notes contains the notes of all tenants.
    LeakList,
    /// The second page of the list of notes contains the notes of all tenants.
    LeakNextPage,
    /// A GraphQL query lists the notes of all tenants.
    LeakGraphql,
    /// A tenant can change another tenant's note.
    CrossWrite,
    /// A tenant can delete another tenant's note.
    CrossDelete,
    /// TLS 1.0 is spoken.
    Tls10,
    /// Answers lack `Strict-Transport-Security`.
    NoHsts,
    /// The plain HTTP port serves the page itself.
    PlainHttp,
    /// Uploaded images stay on the add-on's own host.
    LocalImages,
    /// The configuration may be cached for a year.
    CacheForever,
    /// The newest backup is three days old.
    StaleBackup,
    /// The newest backup is empty.
    EmptyBackup,
    /// The newest backup is dated two days in the future.
    FutureBackup,
    /// Somebody read customer data out of curiosity.
    UnexplainedAccess,
    /// The privacy policy does not exist.
    DeadPrivacyLink,
    /// The mail domain receives no mail.
    NoMx,
    /// The `security.txt` has expired.
    ExpiredSecurityTxt,
    /// The published manifest of the Forge app requests an additional scope.
    ForgeExtraScope,
    /// The published manifest lets the Forge app load pictures from anywhere.
    ForgeWildcard,
    /// The published manifest declares another purpose of the remote.
    ForgeRemotePurpose,
    /// The published manifest does not enable licensing.
    ForgeUnlicensed,
    /// The published manifest still has a module of Atlassian Connect.
    ForgeConnectModule,
}

/// The description of a flaw.
#[derive(Clone, Copy, Debug)]
pub struct FlawInfo {
    /// The flaw.
    pub flaw: Flaw,
    /// Its name on the command line.
    pub name: &'static str,
    /// Its effect, in one sentence.
    pub summary: &'static str,
    /// The id of the claim that it breaks.
    pub claim: &'static str,
}

/// All flaws, in the order of the statement.
pub const FLAWS: &[FlawInfo] = &[
    row(
        Flaw::MovedHost,
        "moved-host",
        "The host is an alias into another platform's zone, and the `Via` field names another router.",
        "hosting-provider",
    ),
    row(
        Flaw::DeadPlatformLink,
        "dead-platform-link",
        "The platform's security statement answers 404.",
        "heroku-statement",
    ),
    row(
        Flaw::DescriptorAuthNone,
        "descriptor-auth-none",
        "The descriptor requests no authentication from the host product.",
        "connect-framework",
    ),
    row(
        Flaw::UnsignedInstall,
        "unsigned-install",
        "An install callback without a token is accepted.",
        "install-handshake",
    ),
    row(
        Flaw::ExtraScope,
        "extra-scope",
        "The descriptor also requests the scope ADMIN.",
        "limited-scopes",
    ),
    row(
        Flaw::NoAuth,
        "no-auth",
        "The statistics are served without a credential.",
        "auth-required",
    ),
    row(
        Flaw::OpenNode,
        "open-node",
        "One of the two servers serves the statistics without a credential.",
        "auth-required",
    ),
    row(
        Flaw::PropfindNoAuth,
        "propfind-no-auth",
        "The WebDAV method PROPFIND lists all notes without a credential.",
        "auth-required",
    ),
    row(Flaw::AcceptExpired, "accept-expired", "An expired token is accepted.", "auth-required"),
    row(
        Flaw::AcceptAlgNone,
        "accept-alg-none",
        "A token with `alg: none` and no signature is accepted.",
        "auth-required",
    ),
    row(
        Flaw::ForgeUnsigned,
        "forge-unsigned",
        "An invocation token of Forge with `alg: none` and no signature is accepted.",
        "auth-required",
    ),
    row(
        Flaw::ForgeOtherApp,
        "forge-other-app",
        "An invocation token for another Forge app is accepted.",
        "auth-required",
    ),
    row(Flaw::IgnoreQsh, "ignore-qsh", "A token for another request is accepted.", "auth-required"),
    row(
        Flaw::IgnoreMethodInQsh,
        "ignore-method-in-qsh",
        "A token for the same path with another method is accepted.",
        "auth-required",
    ),
    row(
        Flaw::AcceptAlgNoneSpelled,
        "accept-alg-none-spelled",
        "A token with `alg: nOnE` and no signature is accepted.",
        "auth-required",
    ),
    row(
        Flaw::LeakRead,
        "leak-read",
        "A tenant who knows the id can read another tenant's note.",
        "tenant-isolation",
    ),
    row(
        Flaw::LeakInError,
        "leak-in-error",
        "A request for another tenant's note gets an error page that quotes the note.",
        "tenant-isolation",
    ),
    row(
        Flaw::LeakList,
        "leak-list",
        "The list of notes contains the notes of all tenants.",
        "tenant-isolation",
    ),
    row(
        Flaw::LeakNextPage,
        "leak-next-page",
        "The second page of the list of notes contains the notes of all tenants.",
        "tenant-isolation",
    ),
    row(
        Flaw::LeakGraphql,
        "leak-graphql",
        "The GraphQL query for notes returns the notes of all tenants.",
        "tenant-isolation",
    ),
    row(
        Flaw::CrossWrite,
        "cross-write",
        "A tenant who knows the id can change another tenant's note.",
        "tenant-isolation",
    ),
    row(
        Flaw::CrossDelete,
        "cross-delete",
        "A tenant who knows the id can delete another tenant's note.",
        "tenant-isolation",
    ),
    row(
        Flaw::Tls10,
        "tls-1.0",
        "A client that supports nothing newer than TLS 1.0 is answered in TLS 1.0.",
        "encrypted-transport",
    ),
    row(
        Flaw::NoHsts,
        "no-hsts",
        "Answers lack `Strict-Transport-Security`.",
        "encrypted-transport",
    ),
    row(
        Flaw::PlainHttp,
        "plain-http",
        "The plain HTTP port serves the landing page instead of a redirect.",
        "encrypted-transport",
    ),
    row(
        Flaw::LocalImages,
        "local-images",
        "Uploaded images are stored on the add-on's own host.",
        "image-storage",
    ),
    row(
        Flaw::CacheForever,
        "cache-forever",
        "The configuration may be cached for a year.",
        "config-cache",
    ),
    row(Flaw::StaleBackup, "stale-backup", "The newest backup is three days old.", "backup-daily"),
    row(Flaw::EmptyBackup, "empty-backup", "The newest backup is empty.", "backup-daily"),
    row(
        Flaw::FutureBackup,
        "future-backup",
        "The newest backup is dated two days in the future.",
        "backup-daily",
    ),
    row(
        Flaw::UnexplainedAccess,
        "unexplained-access",
        "The access log has an entry with the reason curiosity.",
        "support-access",
    ),
    row(
        Flaw::DeadPrivacyLink,
        "dead-privacy-link",
        "The privacy policy answers 404.",
        "privacy-policy",
    ),
    row(Flaw::NoMx, "no-mx", "The mail domain has no MX record.", "report-channels"),
    row(
        Flaw::ExpiredSecurityTxt,
        "expired-security-txt",
        "The `security.txt` expired yesterday.",
        "security-txt",
    ),
    row(
        Flaw::ForgeExtraScope,
        "forge-extra-scope",
        "The published manifest of the Forge app also requests the scope manage:confluence-configuration.",
        "forge-scopes",
    ),
    row(
        Flaw::ForgeWildcard,
        "forge-wildcard",
        "The published manifest lets the Forge app load pictures from any host.",
        "forge-egress",
    ),
    row(
        Flaw::ForgeRemotePurpose,
        "forge-remote-purpose",
        "The published manifest declares that the remote receives data for other purposes too.",
        "forge-remotes",
    ),
    row(
        Flaw::ForgeUnlicensed,
        "forge-unlicensed",
        "The published manifest does not enable licensing.",
        "forge-licensing",
    ),
    row(
        Flaw::ForgeConnectModule,
        "forge-connect-module",
        "The published manifest still has a module of Atlassian Connect.",
        "forge-platform",
    ),
];

const fn row(
    flaw: Flaw,
    name: &'static str,
    summary: &'static str,
    claim: &'static str,
) -> FlawInfo {
    FlawInfo { flaw, name, summary, claim }
}

impl Flaw {
    /// The description of the flaw.
    pub fn info(self) -> &'static FlawInfo {
        &FLAWS[self as usize]
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.info().name)
    }
}

impl FromStr for Flaw {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = FLAWS.iter().find(|info| info.name == name);
        found.map(|info| info.flaw).ok_or_else(|| UnknownName {
            what: "flaw",
            name: name.to_owned(),
            known: FLAWS.iter().map(|info| info.name).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flaw_has_its_own_row() {
        for (index, info) in FLAWS.iter().enumerate() {
            assert_eq!(info.flaw as usize, index, "{}", info.name);
            assert_eq!(info.name.parse(), Ok(info.flaw));
            assert_eq!(info.flaw.to_string(), info.name);
        }
    }

    #[test]
    fn the_error_for_an_unknown_flaw_lists_the_known_ones() {
        let error = "leak".parse::<Flaw>().unwrap_err();
        assert_eq!(error.to_string(), "unknown flaw `leak`");
        assert!(error.known.contains(&"leak-read"));
    }
}
