//! DNS queries through one resolver, within a deadline.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::dnssec::TrustAnchors;
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{Resolver, ResolverBuilder, TokioResolver};
use tokio::time::{Instant, timeout_at};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;

/// A longer chain of aliases is treated as a loop.
const CHAIN_MAX: usize = 16;

/// The number of queries for one question if no answer arrives.
const ATTEMPTS: u32 = 3;

/// The addresses of a name, IPv4 and IPv6.
pub(crate) async fn addresses(
    name: &str,
    resolver: Option<SocketAddr>,
    deadline: Instant,
) -> Result<Vec<IpAddr>, ProbeError> {
    let client = DnsClient::new(resolver, deadline)?;
    let found = client.records(&parse(name)?, &[RecordType::A, RecordType::AAAA]).await?;
    Ok(found.records.iter().filter_map(RData::ip_addr).collect())
}

/// A client without a cache beyond one question. It neither reads `/etc/hosts` nor uses search domains.
pub(crate) struct DnsClient {
    resolver: TokioResolver,
    deadline: Instant,
    known: Mutex<BTreeMap<(String, RecordType), Arc<LookupResult>>>,
}

/// The aliases that were followed, and the records of the last name.
#[derive(Clone, Debug)]
pub(crate) struct LookupResult {
    /// `NoError`, or `NXDomain` if the last name does not exist.
    pub(crate) code: ResponseCode,
    /// The aliases, in order.
    pub(crate) chain: Vec<Name>,
    /// The records.
    pub(crate) records: Vec<RData>,
    /// The name that was asked for.
    pub(crate) at: Name,
}

impl DnsClient {
    /// A client of the named resolver, or of the system's.
    pub(crate) fn new(named: Option<SocketAddr>, deadline: Instant) -> Result<Self, ProbeError> {
        let timeout = deadline.saturating_duration_since(Instant::now());
        Ok(Self { resolver: resolver(named, timeout)?, deadline, known: Mutex::default() })
    }

    /// The records of one type that a name has, after following aliases. A name that cannot exist has
    /// none.
    pub(crate) async fn find(
        &self,
        name: &str,
        of_type: RecordType,
    ) -> Result<Vec<RData>, ProbeError> {
        Ok(self.look_up(name, of_type).await?.map_or_else(Vec::new, |all| all.records.clone()))
    }

    /// The same with the aliases; `None` if the name cannot exist.
    pub(crate) async fn look_up(
        &self,
        name: &str,
        of_type: RecordType,
    ) -> Result<Option<Arc<LookupResult>>, ProbeError> {
        let Ok(parsed) = parse(name) else { return Ok(None) };
        let key = (text(&parsed), of_type);
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Some(known.clone()));
        }
        let found = Arc::new(self.records(&parsed, &[of_type]).await?);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, found.clone());
        Ok(Some(found))
    }

    /// The records of these types, after following aliases.
    pub(crate) async fn records(
        &self,
        name: &Name,
        types: &[RecordType],
    ) -> Result<LookupResult, ProbeError> {
        let chain = self.chain(name).await?;
        let last = chain.last().unwrap_or(name);
        let mut result = LookupResult {
            code: ResponseCode::NXDomain,
            records: Vec::new(),
            at: name.clone(),
            chain: Vec::new(),
        };
        for of_type in types {
            let (code, records) = self.query(last, *of_type).await?;
            // A name with records of one type exists, even if a faulty server denies it for another type.
            if code == ResponseCode::NoError {
                result.code = code;
            }
            result.records.extend(records);
        }
        Ok(LookupResult { chain, ..result })
    }

    async fn chain(&self, name: &Name) -> Result<Vec<Name>, ProbeError> {
        let mut chain: Vec<Name> = Vec::new();
        while chain.len() < CHAIN_MAX {
            let (_, records) = self.query(chain.last().unwrap_or(name), RecordType::CNAME).await?;
            match records.first() {
                Some(RData::CNAME(alias)) => chain.push(alias.0.to_lowercase()),
                _ => return Ok(chain),
            }
        }
        let detail = format!("the aliases of `{}` form a loop", text(name));
        Err(ProbeError::new(Reason::Dns, detail))
    }

    async fn query(
        &self,
        name: &Name,
        of_type: RecordType,
    ) -> Result<(ResponseCode, Vec<RData>), ProbeError> {
        let what = || format!("{of_type} of `{}`", text(name));
        let looked_up =
            timeout_at(self.deadline, self.resolver.lookup(name.clone(), of_type)).await;
        let looked_up = looked_up.unwrap_or(Err(NetError::Timeout));
        match looked_up {
            Ok(lookup) => {
                let answers = lookup.answers().iter().filter(|one| one.record_type() == of_type);
                Ok((ResponseCode::NoError, answers.map(|one| one.data.clone()).collect()))
            }
            // A referral is not a denial: it names other servers, and no start of authority (RFC 2308, section 2.2).
            Err(NetError::Dns(DnsError::NoRecordsFound(none)))
                if none.response_code == ResponseCode::NoError
                    && none.soa.is_none()
                    && none.ns.as_ref().is_some_and(|all| !all.is_empty()) =>
            {
                let detail = format!("{}: the name server refers to other servers", what());
                Err(ProbeError::new(Reason::Dns, detail))
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) => match none.response_code {
                code @ (ResponseCode::NoError | ResponseCode::NXDomain) => Ok((code, Vec::new())),
                code => Err(ProbeError::new(Reason::Dns, format!("{}: {code}", what()))),
            },
            Err(NetError::Timeout) => Err(ProbeError::new(Reason::Timeout, what())),
            Err(error) => Err(ProbeError::new(Reason::Dns, format!("{}: {error}", what()))),
        }
    }
}

/// A resolver without a cache that neither reads `/etc/hosts` nor uses search domains.
fn resolver(named: Option<SocketAddr>, timeout: Duration) -> Result<TokioResolver, ProbeError> {
    builder(named, timeout)?.build().map_err(unusable)
}

/// The same, which verifies signatures (DNSSEC) from these keys on.
pub(crate) fn validating(
    named: Option<SocketAddr>,
    anchors: Arc<TrustAnchors>,
    deadline: Instant,
) -> Result<TokioResolver, ProbeError> {
    let timeout = deadline.saturating_duration_since(Instant::now());
    builder(named, timeout)?.with_trust_anchor(anchors).build().map_err(unusable)
}

fn builder(
    named: Option<SocketAddr>,
    timeout: Duration,
) -> Result<ResolverBuilder<TokioRuntimeProvider>, ProbeError> {
    let provider = TokioRuntimeProvider::default();
    let mut builder = match named {
        Some(address) => Resolver::builder_with_config(config(address), provider),
        None => Resolver::builder(provider).map_err(unusable)?,
    };
    set(builder.options_mut(), timeout);
    Ok(builder)
}

fn unusable(error: NetError) -> ProbeError {
    ProbeError::new(Reason::Dns, error.to_string())
}

fn set(options: &mut ResolverOpts, timeout: Duration) {
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.timeout = timeout / ATTEMPTS;
    options.attempts = usize::try_from(ATTEMPTS - 1).unwrap_or(1);
    options.edns0 = true;
}

fn config(address: SocketAddr) -> ResolverConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    let server = NameServerConfig::new(address.ip(), true, connections.into());
    ResolverConfig::from_parts(None, Vec::new(), vec![server])
}

/// Reads a host name.
pub(crate) fn parse(name: &str) -> Result<Name, ProbeError> {
    let wrong = |_| ProbeError::new(Reason::NotAsked, format!("`{name}` is not a valid host name"));
    let mut parsed = Name::from_ascii(name).map_err(wrong)?;
    // A fully qualified name is not completed with search domains.
    parsed.set_fqdn(true);
    Ok(parsed.to_lowercase())
}

/// A name in lower case, without a final dot; `.` for the root.
pub(crate) fn text(name: &Name) -> String {
    let text = name.to_ascii().to_lowercase();
    if name.is_root() { text } else { text.trim_end_matches('.').to_owned() }
}

/// The text of a `TXT` record: its strings without anything between them. Empty for any other record.
pub(crate) fn plain_text(data: &RData) -> String {
    match data {
        RData::TXT(txt) => String::from_utf8_lossy(&txt.txt_data.concat()).into_owned(),
        _ => String::new(),
    }
}
