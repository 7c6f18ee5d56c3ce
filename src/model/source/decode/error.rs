//! Why a value was refused, in the words of the author's file.

use std::fmt;
use std::ops::Range;

use serde::de;

use crate::model::source::decode::stand_in::Missing;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::help_with_list;

/// One refusal by serde, with its place once that is known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Error {
    pub(crate) code: Code,
    pub(crate) message: Box<str>,
    pub(crate) help: Option<Box<str>>,
    pub(crate) argument: Option<Box<(Argument, String)>>,
    pub(crate) span: Option<Range<usize>>,
    /// The key that is missing, if that is the mistake.
    pub(crate) missing: Option<&'static str>,
    /// The key that the author of an unknown one probably meant.
    pub(crate) meant: Option<&'static str>,
    /// Whether it follows from a mistake that was reported already.
    pub(crate) consequence: bool,
    /// The missing key, if it was its stand-in that was refused.
    pub(crate) stand_in: Option<Box<Missing>>,
}

impl Error {
    pub(crate) fn new(code: Code, message: impl Into<Box<str>>) -> Self {
        Self {
            code,
            message: message.into(),
            help: None,
            argument: None,
            span: None,
            missing: None,
            meant: None,
            consequence: false,
            stand_in: None,
        }
    }

    pub(crate) fn unknown_key(key: &str) -> Self {
        let argument = Some(Box::new((Argument::Key, key.to_owned())));
        Self { argument, ..Self::new(Code::UnknownKey, format!("unknown key `{key}`")) }
    }

    pub(crate) fn at(mut self, span: &Range<usize>) -> Self {
        self.span.get_or_insert_with(|| span.clone());
        self
    }

    /// Whether this is about an unknown key that was probably meant to be `key`.
    pub(crate) fn is_misspelling_of(&self, key: &str) -> bool {
        self.meant == Some(key)
    }

    /// Whether its bytes are among those of `other`.
    pub(crate) fn lies_in(&self, other: &Self) -> bool {
        match (&self.span, &other.span) {
            (Some(inner), Some(outer)) => outer.start <= inner.start && inner.end <= outer.end,
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    /// A refusal by a type's own `Deserialize`; the part after `: write ` becomes the help.
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        let (message, help) = match message.split_once(": write ") {
            Some((message, help)) => (message.to_owned(), Some(format!("write {help}").into())),
            None => (message, Some("compare it with the other files of this project".into())),
        };
        Self { help, ..Self::new(Code::WrongValue, message) }
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = expected.to_string();
        let expected = expected_in_words(&expected);
        let message = format!("expected {expected}, found {}", in_words(unexpected));
        Self {
            help: help_for(expected, unexpected).map(Into::into),
            ..Self::new(Code::WrongType, message)
        }
    }

    fn invalid_value(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = expected.to_string();
        let expected = expected_in_words(&expected);
        let found = match unexpected {
            de::Unexpected::Signed(number) => format!("`{number}`"),
            de::Unexpected::Unsigned(number) => format!("`{number}`"),
            other => in_words(other).to_owned(),
        };
        let message = format!("expected {expected}, found {found}");
        Self {
            help: help_for(expected, unexpected).map(Into::into),
            ..Self::new(Code::WrongValue, message)
        }
    }

    fn missing_field(field: &'static str) -> Self {
        let error = Self::new(Code::MissingKey, format!("the key `{field}` is missing"));
        Self {
            help: Some(format!("add `{field}:`").into()),
            argument: Some(Box::new((Argument::Key, field.to_owned()))),
            missing: Some(field),
            ..error
        }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let error = Self::new(Code::UnknownValue, format!("unknown value `{variant}`"));
        Self {
            help: Some(help_with_list(variant, expected.iter().copied()).into()),
            argument: Some(Box::new((Argument::Name, variant.to_owned()))),
            ..error
        }
    }
}

/// serde's name of a type, in words for authors.
fn expected_in_words(expected: &str) -> &str {
    match expected {
        "a boolean" => "`true` or `false`",
        "a sequence" => "a list",
        "a map" => "a mapping",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        other if other.starts_with("struct ") => "a mapping",
        other => other,
    }
}

fn help_for(expected: &str, found: de::Unexpected<'_>) -> Option<&'static str> {
    use de::Unexpected::{Bool, Float, Signed, Unsigned};
    match (expected, found) {
        ("a string", Bool(_) | Unsigned(_) | Signed(_) | Float(_)) => Some("put it in quotes"),
        ("a string", _) => Some("write text here"),
        ("`true` or `false`", _) => Some("write `true` or `false`, without quotes"),
        ("a list", _) => Some("write it as lines of `- item`"),
        ("a mapping", _) => Some("write it as lines of `key: value`"),
        (number, _) if number.starts_with("a whole number") => {
            Some("write digits, without quotes or a unit")
        }
        ("a number", _) => Some("write digits, without quotes or a unit"),
        ("a date string", _) => Some("write a day like `2026-11-22`"),
        _ => Some("compare it with the other files of this project"),
    }
}

fn in_words(unexpected: de::Unexpected<'_>) -> &'static str {
    match unexpected {
        de::Unexpected::Bool(_) => "`true` or `false`",
        de::Unexpected::Unsigned(_) | de::Unexpected::Signed(_) | de::Unexpected::Float(_) => {
            "a number"
        }
        de::Unexpected::Str(_) => "a string",
        de::Unexpected::Unit => "nothing",
        de::Unexpected::Seq => "a list",
        de::Unexpected::Map => "a mapping",
        _ => "something else",
    }
}
