//! Instruments for a host as a whole: DNS, TLS, certificates, plain HTTP.

pub(crate) mod certificate;
pub(crate) mod chain;
pub(crate) mod dkim;
pub(crate) mod dmarc;
pub mod dns;
pub(crate) mod dnssec;
pub(crate) mod handshake;
pub(crate) mod mta_sts;
pub(crate) mod mx;
pub mod observed;
pub(crate) mod peers;
pub(crate) mod plain_http;
pub(crate) mod reach;
pub(crate) mod resolve;
pub(crate) mod smtp;
pub(crate) mod spf;
pub(crate) mod tags;
#[cfg(test)]
pub(crate) mod test_peers;
pub mod tls;
