//! Who may send mail in the name of a domain: its SPF record, evaluated as receivers do (RFC 7208).
//!
//! ```json
//! { "spf": { "result": "fail", "lookups": 3, "void_lookups": 0 } }
//! ```
//!
//! `result` is the result for a sender that the domain does not list: `fail` or `softfail`, or else the
//! result with its reason: `neutral: ..`, `pass: ..` if everybody may send, `permerror: ..` for a record
//! that receivers ignore, `none: ..` if there is none. If a look-up failed, `result` is unclear.

mod addresses;
mod evaluation;
mod macros;
mod record;
#[cfg(test)]
mod tests;

use serde_json::json;

use crate::model::answer::facts::Facts;
use crate::probe::host::dns::client::DnsClient;
use crate::probe::host::spf::addresses::{Addresses, Family};
use crate::probe::host::spf::evaluation::{Decided, Evaluation, Failure};
use crate::probe::host::spf::macros::Sender;
use crate::probe::host::spf::record::{Record, SenderResult, is_spf};

/// The senders that are assumed where a record depends on the sender. Their addresses are reserved for
/// documentation (RFC 5737, RFC 3849) and for benchmarks (RFC 2544).
const STRANGERS: [&str; 4] = ["203.0.113.77", "198.18.77.7", "2001:db8:77::7", "2001:db8:a:b::c"];

/// The share of a family's addresses from which a result counts as that for everybody.
const EVERYBODY: f64 = 0.125;

/// Sets the facts of the SPF record of `domain`, whose `TXT` records are `texts`.
pub(crate) async fn set(client: &DnsClient, domain: &str, texts: &[String], facts: &mut Facts) {
    let found: Vec<&String> = texts.iter().filter(|text| is_spf(text)).collect();
    facts.set("/spf", json!({"result": null}));
    let result = match found.as_slice() {
        [] => Ok(format!("none: `{domain}` has no SPF record")),
        [one] => match Record::parse(one) {
            Ok(record) => for_strangers(client, domain, &record, facts).await,
            Err(why) => Err(Failure::Permanent(why)),
        },
        several => Err(Failure::Permanent(format!("`{domain}` has {} SPF records", several.len()))),
    };
    match result {
        Ok(result) => facts.set("/spf/result", json!(result)),
        Err(Failure::Permanent(why)) => facts
            .set("/spf/result", json!(format!("permerror: {why}, so receivers ignore the record"))),
        Err(Failure::Temporary(why)) => {
            let why = format!("the SPF record depends on a look-up that failed ({why})");
            facts.note_unclear("/spf/result", why);
        }
    }
}

/// The result for strangers: of those of one family the strictest, because a term that depends on the
/// sender may let a few send; and the worst of both families.
async fn for_strangers(
    client: &DnsClient,
    domain: &str,
    record: &Record,
    facts: &mut Facts,
) -> Result<String, Failure> {
    let mut found: Vec<(Family, Finding)> = Vec::new();
    for address in STRANGERS.iter().filter_map(|address| address.parse().ok()) {
        let sender = Sender { address, domain: domain.to_owned() };
        let mut evaluation = Evaluation::new(client, sender);
        let decided = evaluation.check(domain.to_owned(), record.clone(), Addresses::all()).await;
        if found.is_empty() {
            facts.set("/spf/lookups", json!(evaluation.lookups));
            facts.set("/spf/void_lookups", json!(evaluation.voids));
        }
        let decided = decided?;
        let families = match evaluation.depends_on_sender {
            true => vec![if address.is_ipv4() { Family::V4 } else { Family::V6 }],
            false => Family::ALL.to_vec(),
        };
        for family in families {
            found.push((family, Finding::of(&decided, family, evaluation.widest())));
        }
        if !evaluation.depends_on_sender {
            break;
        }
    }
    let strictest = |family: Family| {
        let of_family = found.iter().filter(|(of, _)| *of == family);
        of_family.map(|(_, finding)| finding).max_by_key(|finding| finding.result)
    };
    let findings: Vec<&Finding> = Family::ALL.into_iter().filter_map(strictest).collect();
    let worst = findings.iter().min_by_key(|finding| finding.result);
    let same = findings.iter().all(|finding| Some(finding.result) == worst.map(|one| one.result));
    Ok(worst.map_or_else(String::new, |worst| worst.in_words(same)))
}

/// The result for strangers of one family.
struct Finding {
    family: Family,
    result: SenderResult,
    share: f64,
    because: Option<String>,
}

impl Finding {
    fn of(decided: &Decided, family: Family, widest: Option<&str>) -> Self {
        let share = |result: &SenderResult| {
            decided.get(result).map_or(0.0, |senders| senders.share(family))
        };
        let lax = [SenderResult::Pass, SenderResult::Neutral];
        let lax = lax.into_iter().find(|result| share(result) >= EVERYBODY);
        let soft = share(&SenderResult::SoftFail) > share(&SenderResult::Fail);
        let strict = if soft { SenderResult::SoftFail } else { SenderResult::Fail };
        let result = lax.unwrap_or(strict);
        Self { family, result, share: share(&result), because: widest.map(str::to_owned) }
    }

    fn in_words(&self, both_families: bool) -> String {
        match self.result {
            SenderResult::Fail => "fail".into(),
            SenderResult::SoftFail => "softfail".into(),
            SenderResult::Neutral => {
                "neutral: the record does not reject mail from unlisted senders".into()
            }
            SenderResult::Pass => {
                let because = self.because.as_ref();
                let because = because.map_or_else(String::new, |term| format!(", by `{term}`"));
                format!("pass: {} may send mail{because}", self.who(both_families))
            }
        }
    }

    fn who(&self, both_families: bool) -> String {
        let family = self.family.name();
        let whole = self.share > 0.999;
        match (whole, both_families) {
            (true, true) => "everybody".into(),
            (true, false) => format!("every {family} address"),
            (false, _) => format!("{:.0}% of all {family} addresses", self.share * 100.0),
        }
    }
}
