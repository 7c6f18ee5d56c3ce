//! The DNS instrument: the records of one name.
//!
//! ```json
//! { "name": "addon.example.com", "code": "NOERROR",
//!   "chain": ["x.platform.example"],
//!   "records": [ { "type": "A", "value": "192.0.2.7" } ] }
//! ```
//!
//! `chain` lists the aliases (`CNAME`) that were followed, in order. `records` (sorted) and `code` are
//! those of the last name. Names are in lower case, without a final dot. `MX` records also have
//! `exchange`, `preference` and `takes_mail` (false for the null MX of RFC 7505). A query for `TXT` adds
//! `spf` and `dmarc`, one for `CAA` adds `found_at` and `issuers` (see `mail_policy` and `issuers`).
//!
//! A name that does not exist (`NXDOMAIN`) is an observation. A resolver that fails, refuses or does not
//! answer is an error.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::rdata::CAA;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{Resolver, TokioResolver};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::question::{DnsQuestion, DnsRecord};
use crate::model::project::world::World;
use crate::probe::host::mail_policy;
use crate::probe::host::observed::Observed;

/// A longer chain of aliases is treated as a loop.
const CHAIN_MAX: usize = 16;

/// The number of queries for one question if no answer arrives.
const ATTEMPTS: u32 = 3;

/// Looks up one name, within `timeout`.
pub async fn observe(question: &DnsQuestion, world: &World, timeout: Duration) -> Observed {
    let answer = match name(question, world) {
        Ok(name) => answer(&name, question.record, world.resolver, Instant::now() + timeout).await,
        Err(error) => Err(error),
    };
    Observed { answer, address: world.resolver.map(|resolver| resolver.to_string()) }
}

/// The addresses of a name, IPv4 and IPv6.
pub(crate) async fn addresses(
    name: &str,
    resolver: Option<SocketAddr>,
    deadline: Instant,
) -> Result<Vec<IpAddr>, ProbeError> {
    let facts = answer(&parse(name)?, DnsRecord::Address, resolver, deadline).await?;
    let records = facts.at("/records").and_then(Value::as_array).into_iter().flatten();
    Ok(records.filter_map(|one| one.get("value")?.as_str()?.parse().ok()).collect())
}

fn name(question: &DnsQuestion, world: &World) -> Result<Name, ProbeError> {
    let unknown = || ProbeError::new(Reason::NotAsked, "no host is configured for this role");
    let host = question.name.in_world(world).ok_or_else(unknown)?;
    if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        let detail = format!("`{host}` is an address and not a name");
        return Err(ProbeError::new(Reason::NotAsked, detail));
    }
    match &question.below {
        Some(label) => parse(&format!("{label}.{host}")),
        None => parse(host),
    }
}

fn parse(name: &str) -> Result<Name, ProbeError> {
    let wrong = |_| ProbeError::new(Reason::NotAsked, format!("`{name}` is not a valid host name"));
    let mut parsed = Name::from_ascii(name).map_err(wrong)?;
    // A fully qualified name is not completed with search domains.
    parsed.set_fqdn(true);
    Ok(parsed.to_lowercase())
}

async fn answer(
    name: &Name,
    record: DnsRecord,
    named: Option<SocketAddr>,
    deadline: Instant,
) -> Result<Facts, ProbeError> {
    let timeout = deadline.saturating_duration_since(Instant::now());
    let client = DnsClient { resolver: resolver(named, timeout)?, deadline };
    match record {
        DnsRecord::Address => client.records(name, &[RecordType::A, RecordType::AAAA]).await,
        DnsRecord::Mx => client.records(name, &[RecordType::MX]).await,
        DnsRecord::Txt => client.records(name, &[RecordType::TXT]).await,
        DnsRecord::Caa => client.nearest_caa(name).await,
    }
    .map(|answer| answer.into_facts(name, record))
}

/// A resolver without a cache that neither reads `/etc/hosts` nor uses search domains.
fn resolver(named: Option<SocketAddr>, timeout: Duration) -> Result<TokioResolver, ProbeError> {
    let provider = TokioRuntimeProvider::default();
    let unusable = |error: NetError| ProbeError::new(Reason::Dns, error.to_string());
    let mut builder = match named {
        Some(address) => Resolver::builder_with_config(config(address), provider),
        None => Resolver::builder(provider).map_err(unusable)?,
    };
    set(builder.options_mut(), timeout);
    builder.build().map_err(unusable)
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

struct DnsClient {
    resolver: TokioResolver,
    deadline: Instant,
}

/// The aliases that were followed, and the records of the last name.
struct LookupResult {
    code: ResponseCode,
    chain: Vec<Name>,
    records: Vec<RData>,
    at: Name,
}

impl DnsClient {
    /// The records of these types, after following aliases.
    async fn records(&self, name: &Name, types: &[RecordType]) -> Result<LookupResult, ProbeError> {
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

    /// The `CAA` records that apply to a name: its own, or those of the nearest parent domain that has
    /// any. The root and the top-level domains are not queried (RFC 8659, section 3).
    async fn nearest_caa(&self, name: &Name) -> Result<LookupResult, ProbeError> {
        let mut result = self.records(name, &[RecordType::CAA]).await?;
        let mut above = name.base_name();
        while result.records.is_empty() && above.num_labels() > 1 {
            let next = self.records(&above, &[RecordType::CAA]).await?;
            result = LookupResult { code: result.code, chain: result.chain, ..next };
            above = above.base_name();
        }
        Ok(result)
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
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) => match none.response_code {
                code @ (ResponseCode::NoError | ResponseCode::NXDomain) => Ok((code, Vec::new())),
                code => Err(ProbeError::new(Reason::Dns, format!("{}: {code}", what()))),
            },
            Err(NetError::Timeout) => Err(ProbeError::new(Reason::Timeout, what())),
            Err(error) => Err(ProbeError::new(Reason::Dns, format!("{}: {error}", what()))),
        }
    }
}

impl LookupResult {
    fn into_facts(mut self, name: &Name, record: DnsRecord) -> Facts {
        self.records.sort();
        let code = if self.code == ResponseCode::NoError { "NOERROR" } else { "NXDOMAIN" };
        let mut facts = Facts(json!({
            "name": text(name),
            "code": code,
            "chain": self.chain.iter().map(text).collect::<Vec<_>>(),
            "records": self.records.iter().map(fact).collect::<Vec<_>>(),
        }));
        match record {
            DnsRecord::Txt => {
                let texts: Vec<String> = self.records.iter().map(value).collect();
                facts.set("/spf", mail_policy::spf(&texts));
                facts.set("/dmarc", mail_policy::dmarc(&texts));
            }
            DnsRecord::Caa => {
                facts.set("/found_at", json!(text(&self.at)));
                facts.set("/issuers", json!(issuers(&self.records)));
            }
            DnsRecord::Address | DnsRecord::Mx => {}
        }
        facts
    }
}

fn fact(data: &RData) -> Value {
    let mut fact = json!({"type": data.record_type().to_string(), "value": value(data)});
    if let RData::MX(mx) = data {
        fact["exchange"] = json!(text(&mx.exchange));
        fact["preference"] = json!(mx.preference);
        fact["takes_mail"] = json!(!mx.exchange.is_root());
    }
    fact
}

/// A record's content as text, in one form for all servers.
fn value(data: &RData) -> String {
    match data {
        RData::MX(mx) => format!("{} {}", mx.preference, text(&mx.exchange)),
        RData::CNAME(alias) => text(&alias.0),
        RData::TXT(txt) => String::from_utf8_lossy(&txt.txt_data.concat()).into_owned(),
        RData::CAA(caa) => {
            let value = String::from_utf8_lossy(&caa.value);
            format!("{} {} \"{value}\"", caa.flags(), caa.tag.to_ascii_lowercase())
        }
        other => other.to_string(),
    }
}

/// The authorities that may issue certificates for the name, wildcards included, sorted: `;` if none may,
/// an empty list if all may (RFC 8659, section 4).
fn issuers(records: &[RData]) -> Vec<String> {
    let of = |tag: &str| -> Vec<String> {
        let caa = records.iter().filter_map(|data| match data {
            RData::CAA(caa) if caa.tag.eq_ignore_ascii_case(tag) => Some(issuer(caa)),
            _ => None,
        });
        caa.collect()
    };
    let named = of("issue");
    if named.is_empty() {
        return named;
    }
    let mut all: Vec<String> = named.into_iter().chain(of("issuewild")).collect();
    all.sort();
    all.dedup();
    if all.len() > 1 {
        all.retain(|one| one != ";");
    }
    all
}

fn issuer(caa: &CAA) -> String {
    let value = String::from_utf8_lossy(&caa.value);
    let name = value.split(';').next().unwrap_or_default().trim().trim_end_matches('.');
    if name.is_empty() { ";".into() } else { name.to_ascii_lowercase() }
}

/// A name in lower case, without a final dot; `.` for the root.
fn text(name: &Name) -> String {
    let text = name.to_ascii().to_lowercase();
    if name.is_root() { text } else { text.trim_end_matches('.').to_owned() }
}

#[cfg(test)]
mod tests;
