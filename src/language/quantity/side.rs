//! The side of a limit, and the forms in which the words give it.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::quantity::amount::Amount;

/// On which side of a limit a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// An upper limit: a higher one promises less.
    AtMost,
    /// A lower limit: a lower one promises less.
    AtLeast,
    /// The value itself: any other one promises something else.
    Exactly,
}

impl Side {
    /// Its name within a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::AtMost => "at most",
            Self::AtLeast => "at least",
            Self::Exactly => "exactly",
        }
    }

    /// Whether a limit of this side promises less after it changed from `before` to `after`.
    pub fn is_weakened(self, before: &Amount, after: &Amount) -> bool {
        match (self, before.compare(after)) {
            (Self::AtMost, order) => order == Some(Ordering::Less),
            (Self::AtLeast, order) => order == Some(Ordering::Greater),
            (Self::Exactly, order) => order.is_some_and(Ordering::is_ne),
        }
    }

    /// The side that `not` makes of it.
    pub(crate) fn opposite(self) -> Self {
        match self {
            Self::AtMost => Self::AtLeast,
            Self::AtLeast => Self::AtMost,
            Self::Exactly => Self::Exactly,
        }
    }
}

/// Whether a quantity is an amount, or how often something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `24 hours`
    Amount,
    /// The time between two repetitions: `every 24 hours`, `daily`.
    Interval,
    /// The number of repetitions in a time: `twice a day`.
    Frequency,
}
