//! Sub-processors: companies that process customers' data on behalf of the vendor.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

/// A sub-processor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubProcessor {
    /// Its name.
    pub name: String,
    /// The purpose of the processing.
    pub purpose: String,
    /// The data that it processes.
    pub data: String,
    /// Where it stores or processes the data.
    #[serde(rename = "where")]
    pub location: String,
    /// The day on which the processing began.
    #[schemars(with = "String", extend("format" = "date"))]
    pub since: Date,
    /// A page about the company.
    #[schemars(with = "String", extend("format" = "uri"))]
    pub link: Url,
}

/// The table of sub-processors in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The table's caption.
    pub caption: String,
    /// All of them, in the order of their file.
    pub rows: Vec<SubProcessor>,
}
