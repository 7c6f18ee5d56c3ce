//! Plans, answers and verdicts in English, for pages, reports and tables.
//!
//! Text from the target is cut to a limited length. Characters that could control a terminal or change
//! the direction of text are escaped.

mod address;
mod answer;
mod expectation;
mod help;
mod interference;
mod limit;
mod looks;
mod mail;
mod network;
mod request;
mod subject;
mod waiver;

pub use answer::{
    answer, broken, doubts, lacks, most_informative, no_leak, noticed, secrets, seen, told,
};
pub use expectation::{actual, expected, found};
pub use help::helps;
pub use interference::contradiction;
pub use limit::limits;
pub use looks::{addresses, asked, at_address, leaves_open, no_route, not_asked, strength};
pub use network::{connections, origin, with_network};
pub use request::{asker, curl, request_line, who};
pub use waiver::{day, idle, role, waived};

use serde_json::Value;

use crate::language::unseen::is_unseen;
use crate::model::judge::evidence::Standing;
use crate::model::judge::falsify::Grade;
use crate::model::project::claim::{Claim, Passage, PassageLink};

/// The number of characters of one text that are shown.
const TEXT_MAX: usize = 120;

/// The number of entries of one list that are shown.
const ENTRIES_MAX: usize = 12;

/// A standing as a predicate of the claim; [`Standing::name`] is its name.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "is verified",
        Standing::Waived => "failed, and the failure is waived",
        Standing::Violated => "failed",
        Standing::Inconclusive(_) => "could not be verified",
        Standing::Expired => "has expired",
        Standing::Unfit(Grade::Vacuous) => "has a check that cannot fail",
        Standing::Unfit(Grade::Uncontrolled) => "has a check without a control",
        Standing::Unfit(_) => "has a check that misses something that would make it false",
    }
}

/// A claim's words without the addresses of its links.
pub fn words(claim: &Claim) -> String {
    without_addresses(claim.words(), claim.passages.first())
}

/// The words of a passage without the addresses of its links.
pub fn words_of(passage: &Passage) -> String {
    without_addresses(&passage.words, Some(passage))
}

fn without_addresses(words: &str, passage: Option<&Passage>) -> String {
    let links = passage.map_or(&[][..], |passage| passage.links.as_slice());
    let drop = |words: String, link: &PassageLink| {
        let address = format!(" <{}>", link.address);
        words.replacen(&address, "", 1)
    };
    links.iter().fold(words.to_owned(), drop)
}

/// Addresses joined by commas; those beyond the limit are counted.
pub fn in_a_row(addresses: &[&str]) -> String {
    let shown = addresses.iter().take(ENTRIES_MAX).map(|one| plain(one));
    let rest = addresses.len().saturating_sub(ENTRIES_MAX);
    let rest = (rest > 0).then(|| format!("{rest} more"));
    shown.chain(rest).collect::<Vec<_>>().join(", ")
}

/// A measured duration, such as `340 ms` or `2.1 s`.
pub fn took(milliseconds: u64) -> String {
    match milliseconds {
        0 => "less than 1 ms".to_owned(),
        ms @ ..1000 => format!("{ms} ms"),
        ms => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
    }
}

/// A number with its noun: `1 step`, `3 steps`.
pub fn count(number: usize, singular: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {singular}{plural}")
}

/// Words joined by commas and a conjunction: `a, b or c`.
pub fn list<T: AsRef<str>>(words: &[T], conjunction: &str) -> String {
    match words {
        [] => "nothing".to_owned(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {conjunction} {}", first.join(", "), last.as_ref())
        }
    }
}

/// Makes untrusted text safe to show: one line, no control characters, limited length.
pub fn plain(text: &str) -> String {
    cut(text, TEXT_MAX)
}

/// The same, with at most `characters_max` characters.
pub fn cut(text: &str, characters_max: usize) -> String {
    let mut shown = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == characters_max {
            shown.push('…');
            break;
        }
        match character {
            '\n' | '\r' | '\t' => shown.push(' '),
            c if is_unseen(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// A value in words: text in quotation marks, a short list of plain values with its entries.
pub fn value(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("“{}”", plain(text)),
        Value::Array(items) => entries(items),
        Value::Object(fields) => format!("an object with {}", count(fields.len(), "field")),
    }
}

fn entries(items: &[Value]) -> String {
    let is_plain = |item: &Value| !item.is_array() && !item.is_object();
    match items {
        [] => "an empty list".to_owned(),
        items if items.len() <= ENTRIES_MAX && items.iter().all(is_plain) => {
            let words: Vec<String> = items.iter().map(value).collect();
            list(&words, "and")
        }
        items if items.len() == 1 => "a list of 1 entry".to_owned(),
        items => format!("a list of {} entries", items.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_of_the_target_cannot_control_a_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\nc\u{202e}d"), "a\\u{1b}[31mb c\\u{202e}d");
        assert_eq!(plain(&"x".repeat(500)).chars().count(), TEXT_MAX + 1);
    }

    #[test]
    fn values_are_worded() {
        assert_eq!(value(&json!(["a", 1])), "“a” and 1");
        assert_eq!(value(&json!([{"a": 1}])), "a list of 1 entry");
        assert_eq!(value(&json!({"a": 1})), "an object with 1 field");
        assert_eq!(value(&json!(null)), "nothing");
        assert_eq!(took(2140), "2.1 s");
    }
}
