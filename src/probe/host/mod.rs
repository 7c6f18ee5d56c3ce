//! Instruments for a host as a whole: names, TLS, certificates, plain HTTP, DNS.

pub(crate) mod certificate;
pub mod dns;
pub(crate) mod handshake;
pub(crate) mod mail_policy;
pub mod observed;
pub(crate) mod peers;
#[cfg(test)]
pub(crate) mod peers_for_tests;
pub(crate) mod plain_http;
pub(crate) mod resolve;
pub mod tls;
