//! The DNS instrument: what the name system says of one name.
//!
//! ```json
//! { "name": "addon.example.com", "code": "NOERROR",
//!   "chain": ["x.platform.example"],
//!   "records": [ { "type": "A", "value": "192.0.2.7" } ] }
//! ```
//!
//! `chain` holds the aliases (`CNAME`) that were followed, in order; `records` and `code` are those of
//! the last name, sorted. Names are in lower case without a dot at the end. A record of `MX` has
//! `exchange`, `preference` and `null` as well (RFC 7505: "no mail here"); `TXT` brings `spf` and
//! `dmarc` with it, `CAA` `found_at` and `issuers` (see `probe::mail_policy` and [`issuers`]).
//!
//! That a name does not exist (`NXDOMAIN`) is an observation. That the resolver fails, refuses or is
//! silent is an error.

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

/// More aliases in a row than this are a loop.
const CHAIN_MAX: usize = 16;

/// How often a question is put again if no answer comes.
const ATTEMPTS: u32 = 3;

/// Asks one question; the answer is there within `timeout`.
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
    let unknown = || ProbeError::new(Reason::NotAsked, "no host has the role that is asked about");
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
    let wrong = |_| ProbeError::new(Reason::NotAsked, format!("`{name}` is no name"));
    let mut parsed = Name::from_ascii(name).map_err(wrong)?;
    // Search domains must not turn it into another name.
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
    let asker = Asker { resolver: resolver(named, timeout)?, deadline };
    match record {
        DnsRecord::Address => asker.at(name, &[RecordType::A, RecordType::AAAA]).await,
        DnsRecord::Mx => asker.at(name, &[RecordType::MX]).await,
        DnsRecord::Txt => asker.at(name, &[RecordType::TXT]).await,
        DnsRecord::Caa => asker.nearest_caa(name).await,
    }
    .map(|answer| answer.into_facts(name, record))
}

/// A resolver without a memory, that neither reads `/etc/hosts` nor tries search domains.
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

struct Asker {
    resolver: TokioResolver,
    deadline: Instant,
}

/// What came back: the aliases that were followed, and what stands at their end.
struct Found {
    code: ResponseCode,
    chain: Vec<Name>,
    records: Vec<RData>,
    at: Name,
}

impl Asker {
    /// The records of these types at a name, aliases followed.
    async fn at(&self, name: &Name, types: &[RecordType]) -> Result<Found, ProbeError> {
        let chain = self.chain(name).await?;
        let last = chain.last().unwrap_or(name);
        let mut found = Found {
            code: ResponseCode::NXDomain,
            records: Vec::new(),
            at: name.clone(),
            chain: Vec::new(),
        };
        for of_type in types {
            let (code, records) = self.ask(last, *of_type).await?;
            // A name that has records of one type exists, whatever a careless server says of another.
            if code == ResponseCode::NoError {
                found.code = code;
            }
            found.records.extend(records);
        }
        Ok(Found { chain, ..found })
    }

    async fn chain(&self, name: &Name) -> Result<Vec<Name>, ProbeError> {
        let mut chain: Vec<Name> = Vec::new();
        while chain.len() < CHAIN_MAX {
            let (_, records) = self.ask(chain.last().unwrap_or(name), RecordType::CNAME).await?;
            match records.first() {
                Some(RData::CNAME(alias)) => chain.push(alias.0.to_lowercase()),
                _ => return Ok(chain),
            }
        }
        let detail = format!("`{}` is an alias of an alias without an end", text(name));
        Err(ProbeError::new(Reason::Dns, detail))
    }

    /// The `CAA` records that count for a name: its own, or those of the nearest name above that has
    /// any; the root and the top-level domains are not asked (RFC 8659, section 3).
    async fn nearest_caa(&self, name: &Name) -> Result<Found, ProbeError> {
        let mut found = self.at(name, &[RecordType::CAA]).await?;
        let mut above = name.base_name();
        while found.records.is_empty() && above.num_labels() > 1 {
            let next = self.at(&above, &[RecordType::CAA]).await?;
            found = Found { code: found.code, chain: found.chain, ..next };
            above = above.base_name();
        }
        Ok(found)
    }

    async fn ask(
        &self,
        name: &Name,
        of_type: RecordType,
    ) -> Result<(ResponseCode, Vec<RData>), ProbeError> {
        let about = || format!("{of_type} of `{}`", text(name));
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
                code => Err(ProbeError::new(Reason::Dns, format!("{}: {code}", about()))),
            },
            Err(NetError::Timeout) => Err(ProbeError::new(Reason::Timeout, about())),
            Err(error) => Err(ProbeError::new(Reason::Dns, format!("{}: {error}", about()))),
        }
    }
}

impl Found {
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

/// A record's content as text that is the same whoever serves it.
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

/// Who may issue certificates for the name, wild cards among them: names of authorities, sorted, `;`
/// where nobody may, nothing where anybody may (RFC 8659, section 4).
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

/// A name in lower case without a dot at its end; `.` for the root.
fn text(name: &Name) -> String {
    let text = name.to_ascii().to_lowercase();
    if name.is_root() { text } else { text.trim_end_matches('.').to_owned() }
}

#[cfg(test)]
mod tests;
