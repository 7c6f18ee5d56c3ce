//! Expectations of mail policies and of names, in English.

use serde_json::Value;

use crate::model::plan::expect::{Expectation, Test, Within};
use crate::render::wording::{cut, list, value};

/// The number of characters that are shown of a reason.
const REASON_MAX: usize = 220;

/// An expectation as a clause; `None` if its pointer has no words here.
pub(super) fn expected(expectation: &Expectation) -> Option<String> {
    Some(match (expectation.at.as_str(), &expectation.test) {
        ("/code", Test::Equals(_)) => "the name exists".to_owned(),
        ("/mail", Test::Equals(_)) => "mail for the domain can be delivered".to_owned(),
        ("/spf/result", Test::OneOf(_)) => {
            "mail from a sender that the domain does not list fails, at least softly".to_owned()
        }
        ("/mta_sts", Test::Equals(_)) => {
            "the MTA-STS policy is enforced, and lists every mail exchanger".to_owned()
        }
        ("/dnssec", Test::Equals(_)) => {
            "the zone is signed, and its signatures are valid".to_owned()
        }
        ("/dmarc", Test::All(all)) => policy(all),
        ("/dkim", Test::All(all)) => {
            let bits = all.iter().find_map(|one| match one.is {
                Test::AtLeast(bits) => Some(bits),
                _ => None,
            });
            format!(
                "the DKIM key can be used, is not in test mode, and has at least {} bits",
                bits.unwrap_or_default()
            )
        }
        _ => return None,
    })
}

fn policy(all: &[Within]) -> String {
    let policies = all.iter().find_map(|one| match &one.is {
        Test::OneOf(policies) => Some(policies.iter().map(value).collect::<Vec<_>>()),
        _ => None,
    });
    let whole = if all.len() > 1 { ", for sub-domains and all mail too" } else { "" };
    format!("the DMARC policy is {}{whole}", list(&policies.unwrap_or_default(), "or"))
}

/// The value that was found, as a clause; `None` if its pointer has no words here.
pub(super) fn found(expectation: &Expectation, actual: &Value) -> Option<String> {
    let text = |actual: &Value| actual.as_str().map(|text| cut(text, REASON_MAX));
    match (expectation.at.as_str(), &expectation.test) {
        ("/mail", Test::Equals(_)) => match actual.as_str()? {
            "accepted" => Some("mail can be delivered".to_owned()),
            _ => text(actual),
        },
        ("/spf/result", Test::OneOf(_)) => match actual.as_str()? {
            "fail" => Some("mail from unlisted senders fails".to_owned()),
            "softfail" => Some("mail from unlisted senders fails softly".to_owned()),
            _ => text(actual),
        },
        ("/mta_sts", Test::Equals(_)) => match actual.as_str()? {
            "enforced" => Some("the policy is enforced".to_owned()),
            _ => text(actual),
        },
        ("/dnssec", Test::Equals(_)) => match actual.as_str()? {
            "secure" => Some("the signatures are valid".to_owned()),
            _ => text(actual),
        },
        ("/dmarc", Test::All(_)) => dmarc(actual),
        ("/dkim", Test::All(_)) => dkim(actual),
        _ => None,
    }
}

fn dmarc(facts: &Value) -> Option<String> {
    let policy = facts["policy"].as_str()?;
    if policy.starts_with("missing:") {
        return Some(cut(policy, REASON_MAX));
    }
    let mut words = format!("the policy is “{}”", cut(policy, REASON_MAX));
    if let Some(subdomains) = facts["subdomains"].as_str().filter(|one| *one != policy) {
        words.push_str(&format!(", for sub-domains “{}”", cut(subdomains, REASON_MAX)));
    }
    if let Some(pct) = facts["pct"].as_u64().filter(|pct| *pct != 100) {
        words.push_str(&format!(", for {pct}% of the mail"));
    }
    if facts["testing"] == true {
        words.push_str(", in test mode (`t=y`)");
    }
    let at = facts["found_at"].as_str().map(|at| format!(" (record of {})", cut(at, REASON_MAX)));
    Some(words + &at.unwrap_or_default())
}

fn dkim(facts: &Value) -> Option<String> {
    let key = facts["key"].as_str()?;
    if key != "usable" {
        return Some(cut(key, REASON_MAX));
    }
    let algorithm = facts["algorithm"].as_str().unwrap_or("unknown");
    let testing = if facts["testing"] == true { ", in test mode (`t=y`)" } else { "" };
    let bits = facts["bits"].as_u64().filter(|_| algorithm == "RSA");
    let bits = bits.map(|bits| format!(" of {bits} bits")).unwrap_or_default();
    Some(format!("an {} key{bits}{testing}", cut(algorithm, REASON_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all(parts: Vec<(&str, Test)>) -> Test {
        Test::All(parts.into_iter().map(|(at, is)| Within { at: at.into(), is }).collect())
    }

    #[test]
    fn expectations_and_findings_read_as_clauses() {
        let reject = || Test::OneOf(vec![json!("reject")]);
        let strict = all(vec![("/policy", reject()), ("/subdomains", reject())]);
        let dmarc = Expectation::new("/dmarc", strict);
        let weak = json!({"policy": "reject", "subdomains": "none", "pct": 50, "testing": true, "found_at": "x.test"});
        let key =
            all(vec![("/key", Test::Equals(json!("usable"))), ("/bits", Test::AtLeast(2048.0))]);
        let dkim = Expectation::new("/dkim", key);
        let small = json!({"key": "usable", "algorithm": "RSA", "bits": 1024, "testing": false});
        let spf = Expectation::new("/spf/result", Test::OneOf(vec![json!("fail")]));
        let read = [
            expected(&dmarc).unwrap(),
            found(&dmarc, &weak).unwrap(),
            found(&dmarc, &json!({"policy": "missing: two records"})).unwrap(),
            expected(&dkim).unwrap(),
            found(&dkim, &small).unwrap(),
            expected(&spf).unwrap(),
            found(&spf, &json!("permerror: `ip4:x` is not an IPv4 network")).unwrap(),
        ];
        insta::assert_snapshot!(read.join("\n"), @r"
        the DMARC policy is “reject”, for sub-domains and all mail too
        the policy is “reject”, for sub-domains “none”, for 50% of the mail, in test mode (`t=y`) (record of x.test)
        missing: two records
        the DKIM key can be used, is not in test mode, and has at least 2048 bits
        an RSA key of 1024 bits
        mail from a sender that the domain does not list fails, at least softly
        permerror: `ip4:x` is not an IPv4 network
        ");
    }
}
