//! How strictly unbound promises in prose are treated.

use schemars::JsonSchema;
use serde::Deserialize;

/// What a promise without a claim is to the project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Promises")]
pub enum PromiseSeverity {
    /// A mistake: nothing is published with one.
    Error,
    /// Worth telling.
    #[default]
    Warning,
    /// Nothing.
    Off,
}
