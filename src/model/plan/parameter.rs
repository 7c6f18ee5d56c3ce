//! A limit of a check, which the words of its claim must state.

use std::cmp::Ordering;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::quantity::Amount;

/// A limit of a check: what its claim's words must say.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Parameter {
    /// Its name, as `states:` lists it: `max_age`.
    pub name: String,
    /// On which side of it the service must be.
    pub side: Side,
    /// How much it is.
    pub amount: Amount,
    /// Whether the check states it for itself, so that the words need not say it.
    pub stated: bool,
    /// The bytes of its value in the claim's file.
    #[serde(skip)]
    pub span: Range<usize>,
}

/// On which side of a limit the service must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// At the limit or below it: a higher limit promises less.
    AtMost,
    /// At the limit or above it: a lower limit promises less.
    AtLeast,
}

impl Side {
    /// Its name, for a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::AtMost => "at most",
            Self::AtLeast => "at least",
        }
    }

    /// Whether a limit on this side promises less once it has become `after`.
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
