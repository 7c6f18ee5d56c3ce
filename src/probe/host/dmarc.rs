//! The DMARC policy of a domain: its own, or that of the nearest domain above it that decides.
//!
//! ```json
//! { "name": "mail.example.com",
//!   "dmarc": { "found_at": "example.com", "record": "v=DMARC1; p=reject",
//!              "policy": "reject", "subdomains": "reject", "pct": 100, "testing": false } }
//! ```
//!
//! A domain without a record inherits `sp`, or else `p`, of its organisational domain; one without
//! addresses and mail exchangers inherits `np` first. There is no list of public suffixes: the
//! organisational domain is found by the tree walk of RFC 9989, section 4.10. `subdomains` is the
//! weakest policy for names within the domain. Without a policy, `policy` begins with `missing:` and
//! says why, and the others are absent. A tag that is repeated or has an invalid value is unclear.

use hickory_resolver::proto::rr::RecordType;
use serde_json::json;

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::probe::host::dns::client::{DnsClient, plain_text};
use crate::probe::host::tags::Tags;

/// The policies, weakest first.
const POLICIES: [&str; 3] = ["none", "quarantine", "reject"];

/// The walk goes on with this many labels after the first name (RFC 9989, section 4.10).
const LABELS_MAX: usize = 7;

/// The `TXT` records at `_dmarc` of a domain.
enum Published {
    Nothing,
    /// The record.
    One(String),
    /// Receivers apply none of them.
    Several(usize),
    /// One that receivers do not recognise.
    Unrecognised(String),
}

/// A record, and where it is.
struct Found {
    at: String,
    record: String,
}

/// Sets the facts of the policy for `domain`.
pub(crate) async fn set(
    client: &DnsClient,
    domain: &str,
    facts: &mut Facts,
) -> Result<(), ProbeError> {
    facts.set("/dmarc", json!({"policy": null}));
    let missing = match published(client, domain).await? {
        Published::One(record) => {
            describe(&Found { at: domain.to_owned(), record }, Applies::Own, facts);
            return Ok(());
        }
        Published::Several(count) => several(domain, count),
        Published::Unrecognised(text) => unrecognised(&text),
        Published::Nothing => match inherited(client, domain).await? {
            Ok(found) => {
                let applies = match exists(client, domain).await? {
                    true => Applies::Inherited,
                    false => Applies::ToNothing,
                };
                describe(&found, applies, facts);
                return Ok(());
            }
            Err(why) => why,
        },
    };
    facts.set("/dmarc/policy", json!(format!("missing: {missing}")));
    Ok(())
}

fn several(domain: &str, count: usize) -> String {
    format!("`_dmarc.{domain}` has {count} DMARC records, and receivers apply none of them")
}

fn unrecognised(text: &str) -> String {
    let begin: String = text.chars().take(40).collect();
    format!("the record `{begin}` does not begin with `v=DMARC1;`, so receivers ignore it")
}

async fn published(client: &DnsClient, domain: &str) -> Result<Published, ProbeError> {
    let found = client.find(&format!("_dmarc.{domain}"), RecordType::TXT).await?;
    let texts: Vec<String> = found.iter().map(plain_text).collect();
    let is_record = |text: &&String| Tags::read(text).first() == Some(("v", "DMARC1"));
    let records: Vec<&String> = texts.iter().filter(is_record).collect();
    Ok(match records.as_slice() {
        [] => match texts.iter().find(|text| text.to_ascii_lowercase().contains("dmarc1")) {
            Some(text) => Published::Unrecognised(text.clone()),
            None => Published::Nothing,
        },
        [one] => Published::One((*one).clone()),
        several => Published::Several(several.len()),
    })
}

/// The record of the organisational domain, or of the public suffix above it; or why there is none.
async fn inherited(client: &DnsClient, domain: &str) -> Result<Result<Found, String>, ProbeError> {
    let mut last: Option<Found> = None;
    let mut why = format!("neither `{domain}` nor a domain above it has a DMARC record");
    let mut below = domain.to_owned();
    for name in above(domain) {
        match published(client, &name).await? {
            Published::Nothing => {}
            Published::Several(count) => why = several(&name, count),
            Published::Unrecognised(text) => why = unrecognised(&text),
            Published::One(record) => {
                let psd = Tags::read(&record).get("psd").map(str::to_ascii_lowercase);
                let found = Found { at: name.clone(), record };
                match psd.as_deref() {
                    Some("n") => return Ok(Ok(found)),
                    Some("y") => {
                        let organisation = last.filter(|last| last.at == below);
                        return Ok(Ok(organisation.unwrap_or(found)));
                    }
                    _ => last = Some(found),
                }
            }
        }
        below = name;
    }
    Ok(last.ok_or(why))
}

/// The names above a domain that the walk visits.
fn above(domain: &str) -> Vec<String> {
    let labels: Vec<&str> = domain.split('.').collect();
    let first = labels.len().saturating_sub(LABELS_MAX).max(1);
    (first..labels.len()).map(|from| labels[from..].join(".")).collect()
}

/// Whether a name has addresses or a mail exchanger.
async fn exists(client: &DnsClient, domain: &str) -> Result<bool, ProbeError> {
    for of_type in [RecordType::A, RecordType::AAAA, RecordType::MX] {
        if !client.find(domain, of_type).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whose policy a record sets.
#[derive(Clone, Copy)]
enum Applies {
    /// That of its own domain.
    Own,
    /// That of a domain below it.
    Inherited,
    /// That of a domain below it that has no address.
    ToNothing,
}

fn describe(found: &Found, applies: Applies, facts: &mut Facts) {
    let tags = Tags::read(&found.record);
    let of = |name: &str| tags.get(name).map(str::to_ascii_lowercase);
    let (own, sub) = (of("p"), of("sp").or_else(|| of("p")));
    let none = of("np").or_else(|| sub.clone());
    let policy = match applies {
        Applies::Own => own.clone(),
        Applies::Inherited => sub.clone(),
        Applies::ToNothing => none.clone(),
    };
    let rank = |policy: &String| POLICIES.iter().position(|one| one == policy);
    let subdomains = [sub, none].into_iter().flatten().min_by_key(rank);
    let at = &found.at;
    let missing = || format!("missing: the DMARC record of `{at}` has no tag `p`");
    let policy = if own.is_some() { policy.unwrap_or_else(missing) } else { missing() };
    let pct = of("pct").map_or(Some(100), |pct| percent(&pct));
    facts.set(
        "/dmarc",
        json!({
            "found_at": at, "record": found.record, "policy": policy, "subdomains": subdomains,
            "pct": pct, "testing": of("t").is_some_and(|t| t == "y"),
        }),
    );
    note_unclear(&tags, at, facts);
}

fn percent(text: &str) -> Option<u8> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|pct| digits && *pct <= 100)
}

/// Whether the value of a tag is valid.
type Valid = fn(&str) -> bool;

fn note_unclear(tags: &Tags<'_>, at: &str, facts: &mut Facts) {
    if let Some(tag) = tags.repeated() {
        let why = format!("the DMARC record of `{at}` has the tag `{tag}` more than once");
        facts.note_unclear("/dmarc", why);
    }
    let is_policy = |text: &str| POLICIES.contains(&text);
    let is_flag = |text: &str| matches!(text, "y" | "n");
    let is_percent = |text: &str| percent(text).is_some();
    let known: [(&str, &str, Valid); 5] = [
        ("p", "/dmarc", is_policy),
        ("sp", "/dmarc", is_policy),
        ("np", "/dmarc", is_policy),
        ("t", "/dmarc/testing", is_flag),
        ("pct", "/dmarc/pct", is_percent),
    ];
    for (tag, pointer, valid) in known {
        if let Some(value) = tags.get(tag)
            && !valid(&value.to_ascii_lowercase())
        {
            let why = format!("`{tag}={value}` in the DMARC record of `{at}` is not valid");
            facts.note_unclear(pointer, why);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::Value;

    use super::*;
    use crate::model::plan::question::{DnsQuestion, DnsRecord, HostName};
    use crate::probe::host::dns;
    use crate::probe::host::test_peers::{serve_zone, world};

    #[test]
    fn the_walk_visits_at_most_eight_names() {
        assert_eq!(above("mail.org.test"), ["org.test", "test"]);
        assert!(above("test").is_empty());
        let long = above("a.b.c.d.e.f.g.h.i.j.mail.example.com");
        assert_eq!(long.len(), 7);
        assert_eq!(long[0], "g.h.i.j.mail.example.com");
    }

    async fn facts(domain: &str, zone: &str) -> Facts {
        let mut world = world("https://x.test");
        world.resolver = Some(serve_zone(zone).await);
        let name = HostName::Literal(domain.into());
        let question = DnsQuestion { name, below: None, record: DnsRecord::Dmarc };
        dns::observe(&question, &world, Duration::from_secs(20)).await.answer.unwrap()
    }

    /// The policy for a domain, that for sub-domains, and where the record is.
    async fn policies(domain: &str, zone: &str) -> [String; 3] {
        let facts = facts(domain, zone).await;
        assert_eq!(facts.unclear("/dmarc"), None, "{zone}");
        ["policy", "subdomains", "found_at"].map(|name| {
            let text = facts.at(&format!("/dmarc/{name}")).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        })
    }

    #[tokio::test]
    async fn a_sub_domain_inherits_the_policy_of_its_organisation() {
        let host = "mail.org.test. A 192.0.2.1\na.b.org.test. A 192.0.2.1\n";
        for (domain, records, wanted) in [
            ("mail.org.test", "_dmarc.org.test. TXT \"v=DMARC1; p=reject\"", "reject"),
            ("mail.org.test", "_dmarc.org.test. TXT \"v=DMARC1; p=none; sp=reject\"", "reject"),
            ("mail.org.test", "_dmarc.org.test. TXT \"v=DMARC1; p=reject; sp=none\"", "none"),
            ("mail.org.test", "_dmarc.org.test. TXT \"v=DMARC1; p=reject; np=none\"", "reject"),
            ("gone.org.test", "_dmarc.org.test. TXT \"v=DMARC1; p=reject; np=none\"", "none"),
            ("gone.org.test", "_dmarc.org.test. TXT \"v=DMARC1; p=none; sp=reject\"", "reject"),
            (
                "mail.org.test",
                "_dmarc.mail.org.test. TXT \"v=DMARC1; p=none\"\n\
                 _dmarc.org.test. TXT \"v=DMARC1; p=reject\"",
                "none",
            ),
            (
                "a.b.org.test",
                "_dmarc.b.org.test. TXT \"v=DMARC1; p=none\"\n\
                 _dmarc.org.test. TXT \"v=DMARC1; p=reject\"",
                "reject",
            ),
            (
                "a.b.org.test",
                "_dmarc.b.org.test. TXT \"v=DMARC1; p=quarantine; psd=n\"\n\
                 _dmarc.org.test. TXT \"v=DMARC1; p=reject\"",
                "quarantine",
            ),
            (
                "a.b.org.test",
                "_dmarc.org.test. TXT \"v=DMARC1; p=none; psd=y\"\n\
                 _dmarc.b.org.test. TXT \"v=DMARC1; p=reject\"",
                "reject",
            ),
            ("mail.org.test", "_dmarc.test. TXT \"v=DMARC1; p=quarantine; psd=y\"", "quarantine"),
        ] {
            let [policy, ..] = policies(domain, &format!("{host}{records}\n")).await;
            assert_eq!(policy, wanted, "{domain}: {records}");
        }
    }

    #[tokio::test]
    async fn the_weakest_policy_for_sub_domains_is_found() {
        for (tags, policy, subdomains) in [
            ("p=reject", "reject", "reject"),
            ("p=Reject; sp=NONE; rua=mailto:a@b.test", "reject", "none"),
            ("p=reject; sp=quarantine; np=reject;", "reject", "quarantine"),
            ("p=reject;np=none", "reject", "none"),
            ("rua=mailto:a@b.test", "missing: the DMARC record of `x.test` has no tag `p`", ""),
        ] {
            let zone = format!("_dmarc.x.test. TXT \"v=DMARC1; {tags}\"\n");
            let found = policies("x.test", &zone).await;
            assert_eq!(found[..2], [policy, subdomains], "{tags}");
        }
    }

    #[tokio::test]
    async fn a_missing_policy_has_a_reason() {
        for (records, why) in [
            ("", "neither `x.test` nor a domain above it has a DMARC record"),
            (
                "_dmarc.x.test. TXT \"v=DMARC1; p=reject\"\n_dmarc.x.test. TXT \"v=DMARC1; p=none\"\n",
                "`_dmarc.x.test` has 2 DMARC records, and receivers apply none of them",
            ),
            (
                "_dmarc.x.test. TXT \"p=reject; v=DMARC1\"\n",
                "the record `p=reject; v=DMARC1` does not begin with `v=DMARC1;`, so receivers ignore it",
            ),
            (
                "_dmarc.x.test. TXT \"v=DMARC1 p=reject\"\n",
                "the record `v=DMARC1 p=reject` does not begin with `v=DMARC1;`, so receivers ignore it",
            ),
        ] {
            let [policy, ..] = policies("x.test", &format!("x.test. A 192.0.2.1\n{records}")).await;
            assert_eq!(policy, format!("missing: {why}"), "{records}");
        }
    }

    #[tokio::test]
    async fn tags_that_weaken_are_read_and_invalid_ones_are_unclear() {
        let of = |tags: &'static str| async move {
            facts("x.test", &format!("_dmarc.x.test. TXT \"v=DMARC1; {tags}\"\n")).await
        };
        let weak = of("p=reject; t=y; pct=20").await;
        assert_eq!(weak.at("/dmarc/testing"), Some(&json!(true)));
        assert_eq!(weak.at("/dmarc/pct"), Some(&json!(20)));
        assert_eq!(weak.unclear("/dmarc"), None);
        for (tags, at) in [
            ("p=reject; p=none", "/dmarc"),
            ("p=rejct", "/dmarc"),
            ("p=reject; sp=", "/dmarc"),
            ("p=reject; pct=150", "/dmarc/pct"),
            ("p=reject; pct=+5", "/dmarc/pct"),
            ("p=reject; pct=half", "/dmarc/pct"),
            ("p=reject; t=maybe", "/dmarc/testing"),
        ] {
            let why = of(tags).await;
            let why = why.unclear(at).unwrap_or_default().to_owned();
            assert!(why.contains("the DMARC record of `x.test`"), "{tags}: {why}");
        }
    }
}
