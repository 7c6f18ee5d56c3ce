//! Expectations for each address of a host, in English.

use serde_json::{Value, json};

use crate::model::plan::expect::{Test, Within};
use crate::render::wording::{list, plain, value};

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
        ("/certificate/covers_host", Test::Equals(Value::Bool(true))) => {
            "the certificate is valid for this host".to_owned()
        }
        ("/certificate/trusted", Test::Equals(Value::Bool(true))) => {
            "the certificate's issuer is trusted".to_owned()
        }
        ("/certificate/not_before", Test::NotOlderThan(_)) => {
            "the certificate is already valid".to_owned()
        }
        ("/certificate/not_after", Test::AtLeastAhead(limit)) => {
            format!("the certificate is valid for at least another {}", limit.in_words())
        }
        ("/weakest/strength", Test::AtLeast(bits)) => {
            format!("every key has a strength of at least {bits} bits")
        }
        ("/weakest/hash", Test::OneOf(hashes)) => {
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
