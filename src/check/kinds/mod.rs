//! The kinds of check, one file each. The table `KINDS` in `check` lists them.

pub(crate) mod attestation;
pub(crate) mod auth_required;
pub(crate) mod backup;
pub(crate) mod command;
pub(crate) mod connect_descriptor;
pub(crate) mod connect_lifecycle;
pub(crate) mod dns;
pub(crate) mod forge_remote;
pub(crate) mod headers;
pub(crate) mod http;
pub(crate) mod link;
pub(crate) mod security_txt;
pub(crate) mod tenant_isolation;
pub(crate) mod tls;
