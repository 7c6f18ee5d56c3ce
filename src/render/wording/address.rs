//! Expectations for each address of a host, in English.

use serde_json::{Value, json};

use crate::model::plan::expect::{Test, Within};
use crate::model::time::{in_words, read_time};
use crate::render::wording::{cut, list, plain, value};

/// The number of characters that are shown of a reason.
const REASON_MAX: usize = 220;

/// The values that were found at the addresses, as a clause; `None` if the pointer has no words here.
pub(super) fn found(within: &Within, actual: &Value) -> Option<String> {
    let all = actual.as_array()?;
    match (within.at.as_str(), &within.is) {
        ("/trust", Test::Equals(wanted)) => {
            let reasons = all.iter().filter(|one| *one != wanted).filter_map(Value::as_str);
            let reasons: Vec<String> = reasons.map(|one| cut(one, REASON_MAX)).collect();
            Some(match reasons.is_empty() {
                true => "the issuer is trusted".to_owned(),
                false => reasons.join("; "),
            })
        }
        ("/covers_host", Test::Equals(_)) => {
            Some("the certificate is not valid for this host".to_owned())
        }
        ("/refused", Test::Equals(_)) => Some("the offer is accepted".to_owned()),
        ("/version", _) if all.iter().any(Value::is_null) => {
            Some("no connection in one of these versions was made".to_owned())
        }
        ("/valid_until", Test::AtLeastAhead(_)) => {
            let first = all.iter().filter_map(read_time).min()?;
            Some(format!("a certificate of the chain expires {}", in_words(first)))
        }
        _ => None,
    }
}

/// The expectation for one address, as a clause; `None` if its pointer has no words here.
pub(super) fn of_each(within: &Within) -> Option<String> {
    let words = |wanted: &[Value]| {
        list(
            &wanted.iter().map(|one| plain(one.as_str().unwrap_or_default())).collect::<Vec<_>>(),
            "or",
        )
    };
    Some(match (within.at.as_str(), &within.is) {
        ("/version", Test::OneOf(versions)) => format!("the connection uses {}", words(versions)),
        ("/covers_host", Test::Equals(Value::Bool(true))) => {
            "the certificate is valid for this host".to_owned()
        }
        ("/trust", Test::Equals(_)) => "the certificate's issuer is trusted".to_owned(),
        ("/not_before", Test::NotOlderThan(_)) => "the certificate is already valid".to_owned(),
        ("/valid_until", Test::AtLeastAhead(limit)) => {
            format!(
                "every certificate of the chain is valid for at least another {}",
                limit.in_words()
            )
        }
        ("/strength", Test::AtLeast(bits)) => {
            format!("every key has a strength of at least {bits} bits")
        }
        ("/hash", Test::OneOf(hashes)) => {
            format!("every certificate is signed with {}", words(hashes))
        }
        ("/refused", Test::Equals(Value::Bool(true))) => "the offer is refused".to_owned(),
        ("/answer", Test::OneOf(answers)) if answers.len() == 1 => "the port is closed".to_owned(),
        ("/answer", Test::OneOf(_)) => "the port is closed or redirects to HTTPS".to_owned(),
        ("/sets", Test::Equals(none)) if *none == json!([]) => "no cookie is set".to_owned(),
        ("/sets", Test::Equals(some)) => format!("the cookies set are {}", value(some)),
        _ => return None,
    })
}
