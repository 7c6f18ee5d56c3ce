//! Limits of a check, which the words of its claim must state.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use crate::language::quantity::amount::Amount;
use crate::language::quantity::side::Side;

/// A limit of a check, which the words of its claim must state.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Parameter {
    /// Its name, as `states:` lists it: `max_age`.
    pub name: String,
    /// On which side of the amount the value must be.
    pub side: Side,
    /// Its amount.
    pub amount: Amount,
    /// Whether the check states the limit itself (`states:`), so that the words need not.
    pub stated: bool,
    /// The bytes of its value in the claim's file.
    #[serde(skip)]
    pub span: Range<usize>,
}
