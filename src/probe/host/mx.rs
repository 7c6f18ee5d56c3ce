//! Whether mail for a domain can be delivered: its mail exchangers, and what is behind their names.
//!
//! ```json
//! { "mail": "accepted",
//!   "records": [ { "type": "MX", "value": "10 mx.example.com", "exchange": "mx.example.com",
//!                  "preference": 10, "takes_mail": true, "problem": null } ] }
//! ```
//!
//! `mail` is `accepted` if at least one exchanger can be reached. Otherwise it says why not. `takes_mail`
//! is null if it could not be found out.

use std::net::IpAddr;

use hickory_resolver::proto::rr::rdata::MX;
use hickory_resolver::proto::rr::{RData, RecordType};
use serde_json::{Value, json};

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::probe::host::dns::client::{DnsClient, LookupResult, text};

/// The number of exchangers whose addresses are looked up, in the order of preference.
const EXCHANGERS_MAX: usize = 20;

/// What is behind one exchanger: nothing wrong, a problem, or a failed look-up.
enum Behind {
    Addresses,
    Problem(String),
    Unknown(String),
}

/// Sets the facts of the mail exchangers in `found`.
pub(crate) async fn set(client: &DnsClient, found: &LookupResult, facts: &mut Facts) {
    let domain = text(&found.at);
    let exchangers = exchangers(found);
    let mut problems = Vec::new();
    let (mut accepted, mut unknown) = (false, None);
    let mut records = Vec::new();
    for mx in exchangers.iter().take(EXCHANGERS_MAX) {
        let behind = behind(client, mx).await;
        records.push(fact(mx, &behind));
        match behind {
            Behind::Addresses => accepted = true,
            Behind::Problem(why) => problems.push(why),
            Behind::Unknown(why) => unknown = Some(why),
        }
    }
    let null = exchangers.iter().any(|mx| mx.exchange.is_root());
    let mail = match exchangers.len() {
        0 => format!("none: `{domain}` has no mail exchanger"),
        1 if null => format!("none: `{domain}` accepts no mail, by its null record (RFC 7505)"),
        _ if null => {
            format!("invalid: `{domain}` has a null record next to others, against RFC 7505")
        }
        _ if accepted => "accepted".to_owned(),
        _ => format!("undeliverable: {}", problems.join("; ")),
    };
    facts.set("/records", json!(records));
    facts.set("/mail", json!(mail));
    if let Some(why) = unknown.filter(|_| !accepted && !null) {
        facts.note_unclear("/mail", format!("the look-up of a mail exchanger failed ({why})"));
    }
}

/// The exchangers, preferred ones first.
pub(crate) fn exchangers(found: &LookupResult) -> Vec<&MX> {
    let mut all: Vec<&MX> = found
        .records
        .iter()
        .filter_map(|data| match data {
            RData::MX(mx) => Some(mx),
            _ => None,
        })
        .collect();
    all.sort_by_key(|mx| (mx.preference, text(&mx.exchange)));
    all
}

async fn behind(client: &DnsClient, mx: &MX) -> Behind {
    if mx.exchange.is_root() {
        return Behind::Problem("a null record accepts no mail".into());
    }
    let name = text(&mx.exchange);
    match addresses(client, &name).await {
        Ok(Some(why)) => Behind::Problem(why),
        Ok(None) => Behind::Addresses,
        Err(error) => Behind::Unknown(error.detail),
    }
}

/// What is wrong with the addresses of an exchanger, if anything.
async fn addresses(client: &DnsClient, name: &str) -> Result<Option<String>, ProbeError> {
    let mut found: Vec<IpAddr> = Vec::new();
    for of_type in [RecordType::A, RecordType::AAAA] {
        let Some(result) = client.look_up(name, of_type).await? else { continue };
        if !result.chain.is_empty() {
            let why = format!("`{name}` is an alias, against RFC 2181, section 10.3");
            return Ok(Some(why));
        }
        found.extend(result.records.iter().filter_map(RData::ip_addr));
    }
    let own = |address: &IpAddr| {
        let address = address.to_canonical();
        address.is_loopback() || address.is_unspecified()
    };
    Ok(match found.as_slice() {
        [] => Some(format!("`{name}` has no address")),
        [first, ..] if found.iter().all(own) => {
            Some(format!("`{name}` is {first}, which is the sender's own machine"))
        }
        _ => None,
    })
}

fn fact(mx: &MX, behind: &Behind) -> Value {
    let (takes_mail, problem) = match behind {
        Behind::Addresses => (Some(true), None),
        Behind::Problem(why) => (Some(false), Some(why)),
        Behind::Unknown(why) => (None, Some(why)),
    };
    let exchange = text(&mx.exchange);
    json!({
        "type": "MX", "value": format!("{} {exchange}", mx.preference), "exchange": exchange,
        "preference": mx.preference, "takes_mail": takes_mail, "problem": problem,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::plan::question::{DnsQuestion, DnsRecord, HostName};
    use crate::probe::host::dns;
    use crate::probe::host::test_peers::{serve_zone, world};

    const OTHERS: &str = "\
mx.test. A 192.0.2.1
six.test. AAAA 2001:db8::1
alias.test. CNAME mx.test.
own.test. A 127.0.0.1
own.test. AAAA ::1
mapped.test. AAAA ::ffff:127.0.0.1
any.test. A 0.0.0.0
text.test. TXT \"hello\"
x.test. TXT \"hello\"
";

    async fn facts(records: &str) -> Facts {
        let mut world = world("https://x.test");
        world.resolver = Some(serve_zone(&format!("{OTHERS}{records}")).await);
        let name = HostName::Literal("x.test".into());
        let question = DnsQuestion { name, below: None, record: DnsRecord::Mx };
        dns::observe(&question, &world, Duration::from_secs(20)).await.answer.unwrap()
    }

    #[tokio::test]
    async fn what_is_behind_the_exchangers_decides() {
        for (exchangers, mail) in [
            ("mx", "accepted"),
            ("six", "accepted"),
            ("nowhere mx", "accepted"),
            ("nowhere broken mx", "accepted"),
            ("nowhere", "undeliverable: `nowhere.test` has no address"),
            ("text", "undeliverable: `text.test` has no address"),
            ("alias", "undeliverable: `alias.test` is an alias, against RFC 2181, section 10.3"),
            ("own", "undeliverable: `own.test` is 127.0.0.1, which is the sender's own machine"),
            (
                "mapped",
                "undeliverable: `mapped.test` is ::ffff:127.0.0.1, which is the sender's own machine",
            ),
            ("any", "undeliverable: `any.test` is 0.0.0.0, which is the sender's own machine"),
            (
                "nowhere text",
                "undeliverable: `nowhere.test` has no address; `text.test` has no address",
            ),
            ("", "none: `x.test` has no mail exchanger"),
        ] {
            let record = |(index, name)| format!("x.test. MX {index} {name}.test.\n");
            let records: String = exchangers.split_whitespace().enumerate().map(record).collect();
            assert_eq!(facts(&records).await.at("/mail"), Some(&json!(mail)), "{exchangers}");
        }
    }

    #[tokio::test]
    async fn localhost_is_the_senders_own_machine() {
        let facts = facts("x.test. MX 10 localhost.\n").await;
        let mail = facts.at("/mail").and_then(Value::as_str).unwrap();
        assert!(mail.starts_with("undeliverable: `localhost`"), "{mail}");
    }

    #[tokio::test]
    async fn a_null_record_accepts_nothing_and_must_be_the_only_one() {
        let null = facts("x.test. MX 0 .\n").await;
        let mail = "none: `x.test` accepts no mail, by its null record (RFC 7505)";
        assert_eq!(null.at("/mail"), Some(&json!(mail)));
        let both = facts("x.test. MX 0 .\nx.test. MX 10 mx.test.\n").await;
        let mail = "invalid: `x.test` has a null record next to others, against RFC 7505";
        assert_eq!(both.at("/mail"), Some(&json!(mail)));
    }

    #[tokio::test]
    async fn a_failed_look_up_is_unclear() {
        let facts = facts("x.test. MX 10 nowhere.test.\nx.test. MX 20 broken.test.\n").await;
        assert!(facts.unclear("/mail").unwrap().contains("broken.test"));
    }
}
