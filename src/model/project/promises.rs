//! How promises without a claim are treated.

use schemars::JsonSchema;
use serde::Deserialize;

/// The severity of a promise without a claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Promises")]
pub enum PromiseSeverity {
    /// An error: the site is not published.
    Error,
    /// A warning.
    #[default]
    Warning,
    /// It is not reported.
    Off,
}
