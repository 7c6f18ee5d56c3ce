//! Sub-processors: the companies that get customers' data from us to do something with it for us.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

/// A sub-processor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubProcessor {
    /// Its name.
    pub name: String,
    /// What it does.
    pub purpose: String,
    /// What data it gets.
    pub data: String,
    /// Where it keeps or processes them.
    #[serde(rename = "where")]
    pub location: String,
    /// Since when.
    #[schemars(with = "String", extend("format" = "date"))]
    pub since: Date,
    /// Where to read more of it.
    #[schemars(with = "String", extend("format" = "uri"))]
    pub link: Url,
}

/// The sub-processors where a policy shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What the policy calls them.
    pub caption: String,
    /// All of them, in the order of their file.
    pub rows: Vec<SubProcessor>,
}
