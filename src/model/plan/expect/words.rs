//! The words of a test as data: each report shows values and quotations in its own way.

use serde_json::Value;

use crate::model::plan::expect::Test;

/// A part of a clause about a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Part<'a> {
    /// Words of our own, and numbers.
    Words(String),
    /// Text of the author's, to be shown in quotation marks.
    Quoted(&'a str),
    /// One value.
    Value(&'a Value),
    /// Several values, with this conjunction before the last.
    Values(&'a [Value], &'static str),
}

/// Words and numbers alone: `is at most 3`.
pub(super) fn words<'a>(words: impl Into<String>) -> Vec<Part<'a>> {
    vec![Part::Words(words.into())]
}

/// Words, and an operand after them: `contains ` and a quotation.
pub(super) fn then<'a>(words: &str, operand: Part<'a>) -> Vec<Part<'a>> {
    vec![Part::Words(words.to_owned()), operand]
}

impl Test {
    /// What must be true of a value, as a clause without its subject: `is at most 3`. `None` for a
    /// test of the whole answer or of several values, for which the report makes the clause.
    pub fn clause(&self) -> Option<Vec<Part<'_>>> {
        Some(match self {
            Self::Equals(wanted) => then("is ", Part::Value(wanted)),
            Self::NotEquals(unwanted) => then("is present and is not ", Part::Value(unwanted)),
            Self::OneOf(wanted) => then("is ", Part::Values(wanted, "or")),
            Self::NotOneOf(unwanted) => {
                then("is present and is neither ", Part::Values(unwanted, "nor"))
            }
            Self::Contains(part) => then("contains ", Part::Quoted(part)),
            Self::NotContains(part) => then("does not contain ", Part::Quoted(part)),
            Self::StartsWith(part) => then("begins with ", Part::Quoted(part)),
            Self::EndsWith(part) => then("ends with ", Part::Quoted(part)),
            Self::NoErrorTitle(_) => words("is not that of an error page"),
            Self::Exists(true) => words("is present"),
            Self::Exists(false) => words("is not present"),
            Self::AtMost(limit) => words(format!("is at most {limit}")),
            Self::AtLeast(limit) => words(format!("is at least {limit}")),
            Self::SameSet(wanted) => {
                let mut clause = then("is exactly ", Part::Values(wanted, "and"));
                clause.extend(words(", in any order"));
                clause
            }
            Self::NotOlderThan(limit) => words(format!("is at most {} old", limit.in_words())),
            Self::AtLeastAhead(limit) => words(format!("is at least {} ahead", limit.in_words())),
            Self::Every(_)
            | Self::Some(_)
            | Self::Directive(_)
            | Self::Cookie(_)
            | Self::Refused(_)
            | Self::Allowed(_)
            | Self::ShowsCanary(_)
            | Self::ShowsExactly(_)
            | Self::ShowsNoForeignCanary
            | Self::WithholdsData
            | Self::Unchanged
            | Self::StaysOn(_)
            | Self::IfThere(_)
            | Self::All(_)
            | Self::NotAll(_)
            | Self::AddressesOn(_) => return None,
        })
    }

    /// How an answer with [`Self::counterexample`] in it fails the test, after "the answer".
    pub fn how_it_fails(&self) -> &'static str {
        match self {
            Self::Contains(_) => "lacks the text",
            Self::NotContains(_) | Self::NotEquals(_) | Self::NotOneOf(_) => {
                "has the excluded value"
            }
            Self::Exists(_) => "has a value",
            Self::NoErrorTitle(_) => "is an error page",
            Self::AtMost(_) => "is over the limit",
            Self::AtLeast(_) => "is under the limit",
            Self::SameSet(_) => "has an additional value",
            Self::Every(_) => "has another entry",
            Self::Some(_) => "has no entry",
            Self::AddressesOn(_) => "has an address of another origin",
            Self::IfThere(test) => test.how_it_fails(),
            Self::NotAll(_) => "is one that violates the claim",
            _ => "has another value",
        }
    }
}
