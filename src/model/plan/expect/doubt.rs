//! Why an expectation could not be decided, for people: the value, and what the test compares.
//!
//! An instrument that does not understand a value notes a reason of its own (`Facts::note_unclear`). The
//! reasons here are those of the tests.

use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::plan::expect::judge::TITLE_WITHIN_BYTES;
use crate::model::plan::expect::mismatch::{nowhere, of_value, quoted};
use crate::model::plan::expect::{Expectation, header};

/// Why an expectation could not be decided.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// A clause that follows the name of the expected value: `is “soon”, not a number`.
    OfValue(String),
    /// A whole clause.
    Whole(String),
}

impl Expectation {
    /// Why these facts leave the expectation open, if the reason is known.
    pub fn doubt(&self, facts: &Facts) -> Option<Doubt> {
        if let Some(why) = facts.unclear(&self.at) {
            return Some(Doubt::Whole(why.to_owned()));
        }
        let found = facts.at(&self.at).filter(|value| !value.is_null());
        let Some(value) = found else {
            return unread(&self.at, facts).map(Doubt::Whole);
        };
        if let Some(name) = header::name(&self.at) {
            let context = nowhere();
            let why = header::doubt(&name, value, &self.test, facts, &context);
            if let Some(why) = why {
                return Some(Doubt::OfValue(why));
            }
            let lines = header::lines(value);
            return lines
                .iter()
                .find_map(|line| of_value(&self.test, &(*line).into()))
                .map(Doubt::OfValue);
        }
        of_value(&self.test, value).map(Doubt::OfValue)
    }
}

/// Why the document that a pointer leads into was not read.
fn unread(at: &str, facts: &Facts) -> Option<String> {
    let bytes = facts.at("/body/bytes").and_then(Value::as_u64).unwrap_or(0);
    let kind = facts.header("content-type").map(|one| format!("Content-Type: {one}"));
    let kind = kind.unwrap_or_else(|| "the answer has no Content-Type".to_owned());
    let begins = facts.at("/body/text").and_then(Value::as_str).map(str::trim_start);
    let begins = begins.map_or(String::new(), |text| format!(", and begins with {}", quoted(text)));
    if at.starts_with("/body") && bytes == 0 && facts.at("/body").is_some() {
        return Some("the body is empty".to_owned());
    }
    Some(match at {
        _ if at.starts_with("/body/json") => format!("the body is not JSON ({kind}){begins}"),
        _ if at.starts_with("/stdout/json") => {
            let text = facts.at("/stdout/text").and_then(Value::as_str).unwrap_or_default();
            format!("the program's output is not JSON: {}", quoted(text))
        }
        "/body/title" if bytes > TITLE_WITHIN_BYTES => {
            let kib = TITLE_WITHIN_BYTES / 1024;
            format!("the page has no title within its first {kib} KiB")
        }
        "/body/text" | "/body/title" => format!("the body is not text ({kind})"),
        "/stdout/text" => "the program's output is not text".to_owned(),
        "/url" => "the address that answered is not known".to_owned(),
        _ => return None,
    })
}
