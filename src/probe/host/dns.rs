//! The DNS instrument: the records of one name, and what they mean.
//!
//! ```json
//! { "name": "addon.example.com", "code": "NOERROR",
//!   "chain": ["x.platform.example"],
//!   "records": [ { "type": "A", "value": "192.0.2.7" } ] }
//! ```
//!
//! `chain` lists the aliases (`CNAME`) that were followed, in order. `records` (sorted) and `code` are
//! those of the last name. Names are in lower case, without a final dot. A query for `CAA` adds
//! `found_at` and `issuers`; `mx`, `spf`, `dmarc`, `dkim`, `mta_sts` and `dnssec` describe what theirs add.
//!
//! A name that does not exist (`NXDOMAIN`) is an observation. A resolver that fails, refuses or does not
//! answer is an error.

pub(crate) mod client;
pub(crate) mod raw;

use std::net::IpAddr;
use std::time::Duration;

use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::rdata::CAA;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::question::{DnsQuestion, DnsRecord};
use crate::model::project::world::World;
use crate::probe::host::dns::client::{DnsClient, LookupResult, parse, plain_text, text};
use crate::probe::host::observed::Observed;
use crate::probe::host::{dkim, dmarc, dnssec, mta_sts, mx, spf};

/// Looks up one name, within `timeout`.
pub async fn observe(question: &DnsQuestion, world: &World, timeout: Duration) -> Observed {
    let answer = match name(question, world) {
        Ok(name) => answer(&name, question.record, world, Instant::now() + timeout).await,
        Err(error) => Err(error),
    };
    Observed { answer, address: world.resolver.map(|resolver| resolver.to_string()) }
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

async fn answer(
    name: &Name,
    record: DnsRecord,
    world: &World,
    deadline: Instant,
) -> Result<Facts, ProbeError> {
    let client = DnsClient::new(world.resolver, deadline)?;
    let types: &[RecordType] = match record {
        DnsRecord::Address => &[RecordType::A, RecordType::AAAA],
        DnsRecord::Mx => &[RecordType::MX],
        DnsRecord::Spf | DnsRecord::Dkim => &[RecordType::TXT],
        DnsRecord::Caa => return authorities(name, &client).await,
        DnsRecord::Dmarc => {
            let mut facts = Facts(json!({"name": text(name)}));
            dmarc::set(&client, &text(name), &mut facts).await?;
            return Ok(facts);
        }
        DnsRecord::MtaSts => {
            let mut facts = Facts(json!({"name": text(name)}));
            mta_sts::set(&client, &text(name), world, deadline, &mut facts).await;
            return Ok(facts);
        }
        DnsRecord::Dnssec => {
            let mut facts = Facts(json!({"name": text(name)}));
            dnssec::set(name, world, deadline, &mut facts).await?;
            return Ok(facts);
        }
    };
    let found = client.records(name, types).await?;
    let mut facts = basic(&found, name);
    let texts: Vec<String> = found.records.iter().map(plain_text).collect();
    match record {
        DnsRecord::Mx => mx::set(&client, &found, &mut facts).await,
        DnsRecord::Spf => spf::set(&client, &text(name), &texts, &mut facts).await,
        DnsRecord::Dkim => dkim::set(&text(name), &texts, &mut facts),
        _ => {}
    }
    Ok(facts)
}

async fn authorities(name: &Name, client: &DnsClient) -> Result<Facts, ProbeError> {
    let found = nearest_caa(client, name).await?;
    let mut facts = basic(&found, name);
    facts.set("/found_at", json!(text(&found.at)));
    facts.set("/issuers", json!(issuers(&found.records)));
    Ok(facts)
}

/// The `CAA` records that apply to a name: its own, or those of the nearest parent domain that has
/// any. The root and the top-level domains are not queried (RFC 8659, section 3).
async fn nearest_caa(client: &DnsClient, name: &Name) -> Result<LookupResult, ProbeError> {
    let mut result = client.records(name, &[RecordType::CAA]).await?;
    let mut above = name.base_name();
    while result.records.is_empty() && above.num_labels() > 1 {
        let next = client.records(&above, &[RecordType::CAA]).await?;
        result = LookupResult { code: result.code, chain: result.chain, ..next };
        above = above.base_name();
    }
    Ok(result)
}

/// The facts that every query has.
fn basic(found: &LookupResult, name: &Name) -> Facts {
    let mut records = found.records.clone();
    records.sort();
    let code = if found.code == ResponseCode::NoError { "NOERROR" } else { "NXDOMAIN" };
    let fact = |data: &RData| json!({"type": data.record_type().to_string(), "value": value(data)});
    Facts(json!({
        "name": text(name),
        "code": code,
        "chain": found.chain.iter().map(text).collect::<Vec<_>>(),
        "records": records.iter().map(fact).collect::<Vec<Value>>(),
    }))
}

/// A record's content as text, in one form for all servers.
fn value(data: &RData) -> String {
    match data {
        RData::MX(mx) => format!("{} {}", mx.preference, text(&mx.exchange)),
        RData::CNAME(alias) => text(&alias.0),
        RData::TXT(_) => plain_text(data),
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

#[cfg(test)]
mod tests;
