//! The words of a test as data: each report shows values and quotations in its own way.

use serde_json::Value;

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
