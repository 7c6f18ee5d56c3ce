//! The kinds of check, one file or folder each, and the table of them.

pub(crate) mod attestation;
pub(crate) mod auth_required;
pub(crate) mod backup;
pub(crate) mod command;
pub(crate) mod connect_descriptor;
pub(crate) mod connect_lifecycle;
pub(crate) mod dns;
pub(crate) mod forge_manifest;
pub(crate) mod forge_remote;
pub(crate) mod headers;
pub(crate) mod http;
pub(crate) mod lifetime;
pub(crate) mod link;
pub(crate) mod security_txt;
pub(crate) mod tenant_isolation;
pub(crate) mod tls;

use crate::check::kind::ErasedKind;

/// Every kind of check, in the order of the manual.
pub static KINDS: &[&dyn ErasedKind] = &[
    &http::Http,
    &auth_required::AuthRequired,
    &tenant_isolation::TenantIsolation,
    &backup::age::BackupAge,
    &backup::restore::BackupRestore,
    &backup::retention::Retention,
    &lifetime::Lifetime,
    &command::Command,
    &headers::Headers,
    &tls::Tls,
    &dns::Dns,
    &connect_descriptor::ConnectDescriptor,
    &connect_lifecycle::ConnectLifecycle,
    &forge_remote::ForgeRemote,
    &forge_manifest::ForgeManifest,
    &security_txt::SecurityTxt,
    &link::Link,
    &attestation::AttestationKind,
];
