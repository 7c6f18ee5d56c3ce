//! Instruments for a host as a whole: DNS, TLS, certificates, plain HTTP.

pub(crate) mod certificate;
pub mod dns;
pub(crate) mod handshake;
pub(crate) mod mail_policy;
pub mod observed;
pub(crate) mod peers;
pub(crate) mod plain_http;
pub(crate) mod reach;
pub(crate) mod resolve;
#[cfg(test)]
pub(crate) mod test_peers;
pub mod tls;
