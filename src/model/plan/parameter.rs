//! Limits of a check, which the words of its claim must state.

use std::cmp::Ordering;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::quantity::amount::Amount;

/// A limit of a check, which the words of its claim must state.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Parameter {
    /// Its name, as `states:` lists it: `max_age`.
    pub name: String,
    /// Whether it is an upper or a lower limit.
    pub side: Side,
    /// Its amount.
    pub amount: Amount,
    /// Whether the check states the limit itself (`states:`), so that the words need not.
    pub stated: bool,
    /// The bytes of its value in the claim's file.
    #[serde(skip)]
    pub span: Range<usize>,
}

/// Whether a limit is an upper or a lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// An upper limit: a higher one promises less.
    AtMost,
    /// A lower limit: a lower one promises less.
    AtLeast,
}

impl Side {
    /// Its name within a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::AtMost => "at most",
            Self::AtLeast => "at least",
        }
    }

    /// Whether a limit of this side promises less after it changed from `before` to `after`.
    pub fn is_weakened(self, before: &Amount, after: &Amount) -> bool {
        let weaker = match self {
            Self::AtMost => Ordering::Less,
            Self::AtLeast => Ordering::Greater,
        };
        before.compare(after) == Some(weaker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::period::Period;

    #[test]
    fn a_limit_is_weakened_on_its_own_side() {
        let hours = |hours| Amount::time(Period::hours(hours));
        assert!(Side::AtMost.is_weakened(&hours(24), &hours(72)));
        assert!(!Side::AtMost.is_weakened(&hours(24), &hours(12)));
        assert!(Side::AtLeast.is_weakened(&hours(24), &hours(12)));
        assert!(!Side::AtLeast.is_weakened(&hours(24), &hours(24)));
    }
}
