//! Tests of a host below HTTP: its TLS, its plain HTTP port, its DNS records.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::project::world::World;

/// A host name, or how to find it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostName {
    /// The target's host.
    Target,
    /// The host of a role in `hosts:`; with the demo as target, the demo's host.
    Role(String),
    /// This name, for every target.
    Literal(String),
}

impl HostName {
    /// The host's name, or `None` if no host has the role.
    pub fn in_world<'a>(&'a self, world: &'a World) -> Option<&'a str> {
        match self {
            Self::Target => world.target.host_str(),
            Self::Role(role) => world.hosts.get(role).map(String::as_str),
            Self::Literal(name) => Some(name),
        }
    }
}

/// One test of a host's TLS or plain HTTP, on every address of the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsQuestion {
    /// The host.
    pub host: HostName,
    /// The test.
    pub ask: TlsAsk,
    /// How TLS is started in a connection to a mail server; `None` if it begins the connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smtp: Option<Smtp>,
}

/// The mail servers in which TLS is started (STARTTLS, RFC 3207).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Smtp {
    /// The host itself, at this port.
    Port(u16),
    /// The mail exchangers of the host's domain, at port 25.
    Exchangers,
}

impl TlsQuestion {
    /// The request and the host, for people.
    pub fn in_words(&self, host: &str) -> String {
        let ask = self.ask.in_words();
        match self.smtp {
            None => format!("{ask} {host}"),
            Some(Smtp::Port(port)) => format!("{ask} {host} at port {port}, started in SMTP"),
            Some(Smtp::Exchangers) => {
                format!("{ask} the mail exchangers of {host}, started in SMTP")
            }
        }
    }
}

/// The test that is made of every address of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsAsk {
    /// A complete handshake in this version or a newer one; any certificate is accepted and examined.
    Handshake(TlsVersion),
    /// A client hello that offers this version only.
    Offer(TlsVersion),
    /// `GET /` by plain HTTP on port 80.
    PlainHttp,
}

impl TlsAsk {
    /// A phrase for people, before the host's name.
    pub fn in_words(self) -> String {
        match self {
            Self::Handshake(TlsVersion::Tls13) => "handshake in TLS 1.3 with".into(),
            Self::Handshake(oldest) => format!("handshake in {oldest} or newer with"),
            Self::Offer(version) => format!("{version}, and no other version, offered to"),
            Self::PlainHttp => "GET / by plain HTTP from".into(),
        }
    }
}

/// A version of TLS, oldest first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
pub enum TlsVersion {
    /// RFC 6101.
    #[serde(rename = "SSL 3.0")]
    Ssl30,
    /// RFC 2246.
    #[serde(rename = "TLS 1.0")]
    Tls10,
    /// RFC 4346.
    #[serde(rename = "TLS 1.1")]
    Tls11,
    /// RFC 5246.
    #[serde(rename = "TLS 1.2")]
    Tls12,
    /// RFC 8446.
    #[serde(rename = "TLS 1.3")]
    Tls13,
}

impl TlsVersion {
    /// Every version, oldest first.
    pub const ALL: [Self; 5] = [Self::Ssl30, Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13];

    /// Its name: `TLS 1.2`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ssl30 => "SSL 3.0",
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        }
    }

    /// Its two bytes in a client hello.
    pub fn wire(self) -> [u8; 2] {
        match self {
            Self::Ssl30 => [3, 0],
            Self::Tls10 => [3, 1],
            Self::Tls11 => [3, 2],
            Self::Tls12 => [3, 3],
            Self::Tls13 => [3, 4],
        }
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// One DNS query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsQuestion {
    /// The name.
    pub name: HostName,
    /// A label in front of the name, such as `_dmarc`.
    pub below: Option<String>,
    /// The records that are requested.
    pub record: DnsRecord,
}

/// The records that are requested; aliases are followed and reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsRecord {
    /// `A` and `AAAA`.
    Address,
    /// `MX`, and the addresses of the mail exchangers.
    Mx,
    /// `TXT`, with the SPF record in it and the records that it refers to.
    Spf,
    /// The DMARC record that applies to the name, which may be that of a domain above it.
    Dmarc,
    /// `TXT`, with a DKIM key in it.
    Dkim,
    /// The MTA-STS record and the policy that it announces.
    MtaSts,
    /// The signatures of the zone.
    Dnssec,
    /// `CAA`, of the name or of its closest ancestor that has one (RFC 8659).
    Caa,
}

impl DnsRecord {
    /// The names of the record types, or of the policies in them.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "A and AAAA",
            Self::Mx => "MX",
            Self::Spf => "SPF",
            Self::Dmarc => "DMARC",
            Self::Dkim => "DKIM",
            Self::MtaSts => "MTA-STS",
            Self::Dnssec => "DNSSEC",
            Self::Caa => "CAA",
        }
    }
}
