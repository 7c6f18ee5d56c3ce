//! The names of the values that expectations read, for people: no pointers.

use crate::model::plan::expect::place::{header, in_words};
use crate::render::wording::plain;

/// The words for a pointer into facts, as the subject of a clause.
pub(super) fn subject(at: &str) -> String {
    plain(&in_words(at))
}

/// The same in fewer words, before a value.
pub(super) fn short(at: &str) -> String {
    match at {
        "/status" => "status".to_owned(),
        _ => match (header(at), at.strip_prefix("/body/json/")) {
            (Some(name), _) => format!("{}:", plain(&name)),
            (_, Some(path)) => format!("{}:", plain(path)),
            _ => format!("{}:", subject(at).trim_start_matches("the ")),
        },
    }
}

/// A clause where there is no value.
pub(super) fn missing(at: &str) -> String {
    match at {
        "/body/title" => "the page has no title".to_owned(),
        "/body/text" => "the body is empty or not text".to_owned(),
        "/body/json" => "the body is empty or not JSON".to_owned(),
        _ => {
            let subject = subject(at);
            match subject.strip_prefix("whether ") {
                Some(_) => format!("it is not known {subject}"),
                None => format!("there is no {}", subject.trim_start_matches("the ")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_is_named_in_words() {
        for (at, expected) in [
            ("/body/title", "the page has no title"),
            ("/headers/set-cookie", "there is no header Set-Cookie"),
            ("/body/json/audited_on", "there is no “audited_on” in the body"),
            ("/newest/at", "there is no newest finished backup"),
            ("/oldest/at", "there is no oldest entry"),
            ("/found", "it is not known whether a file was found"),
            ("/made/up_one", "there is no “made up one”"),
        ] {
            assert_eq!(missing(at), expected);
        }
    }
}
