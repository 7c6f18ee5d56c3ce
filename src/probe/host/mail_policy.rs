//! Mail policies in the `TXT` records of a domain: who may send mail in its name.
//!
//! SPF (RFC 7208): `{"count": 1, "all": "fail"}`. `count` is the number of SPF records (one is valid).
//! `all` is the result for senders that no other term matches: `pass`, `neutral`, `softfail`, `fail`, or
//! `redirect` if the record of another domain decides. DMARC (RFC 7489):
//! `{"count": 1, "policy": "reject", "pct": 100}`. Missing values are null.

use serde_json::{Value, json};

/// The facts of the SPF records among `texts`.
pub(crate) fn spf(texts: &[String]) -> Value {
    let records: Vec<String> = texts.iter().map(|text| text.to_ascii_lowercase()).collect();
    let is_spf = |text: &&String| **text == "v=spf1" || text.starts_with("v=spf1 ");
    let found: Vec<&String> = records.iter().filter(is_spf).collect();
    json!({"count": found.len(), "all": found.first().map(|record| all(record))})
}

/// The facts of the DMARC records among `texts`.
pub(crate) fn dmarc(texts: &[String]) -> Value {
    let found: Vec<Vec<(&str, &str)>> = texts.iter().filter_map(|text| tags(text)).collect();
    let tag = |name: &str| {
        let tags = found.first()?.iter();
        tags.clone().find(|(tag, _)| tag.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    };
    let pct = tag("pct").map_or(Some(100), |pct| pct.parse::<u8>().ok());
    json!({
        "count": found.len(),
        "policy": tag("p").map(str::to_ascii_lowercase),
        "pct": pct.filter(|_| !found.is_empty()),
    })
}

fn all(record: &str) -> &'static str {
    let qualifier = |term: &str| match term {
        "all" | "+all" => Some("pass"),
        "-all" => Some("fail"),
        "~all" => Some("softfail"),
        "?all" => Some("neutral"),
        _ => None,
    };
    let redirects = || record.split_whitespace().any(|term| term.starts_with("redirect="));
    let result = record.split_whitespace().find_map(qualifier);
    result.unwrap_or_else(|| if redirects() { "redirect" } else { "neutral" })
}

/// The tags of a DMARC record, which starts with its version.
fn tags(text: &str) -> Option<Vec<(&str, &str)>> {
    let pairs = text.split(';').filter_map(|part| part.split_once('='));
    let tags: Vec<(&str, &str)> = pairs.map(|(name, value)| (name.trim(), value.trim())).collect();
    tags.first().is_some_and(|first| *first == ("v", "DMARC1")).then_some(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn spf_gives_the_result_for_unlisted_senders() {
        let of = |text: &str| spf(&texts(&["site-verification=1", text]))["all"].clone();
        assert_eq!(of("v=spf1 include:a.test -all"), "fail");
        assert_eq!(of("V=SPF1 a ~ALL"), "softfail");
        assert_eq!(of("v=spf1 all"), "pass");
        assert_eq!(of("v=spf1 redirect=b.test"), "redirect");
        assert_eq!(of("v=spf1"), "neutral");
        assert_eq!(of("v=spf10 -all"), Value::Null);
    }

    #[test]
    fn two_spf_records_are_counted() {
        assert_eq!(spf(&texts(&["v=spf1 -all", "v=spf1 a -all"]))["count"], 2);
    }

    #[test]
    fn dmarc_gives_policy_and_percentage() {
        let of = |text: &str| dmarc(&texts(&[text]));
        let strict = json!({"count": 1, "policy": "reject", "pct": 100});
        assert_eq!(of("v=DMARC1; p=Reject; rua=mailto:a@b.test"), strict);
        assert_eq!(of("v=DMARC1;p=quarantine;pct=20")["pct"], 20);
        assert_eq!(of("p=reject; v=DMARC1")["count"], 0);
        assert_eq!(of("v=DMARC1")["policy"], Value::Null);
    }
}
