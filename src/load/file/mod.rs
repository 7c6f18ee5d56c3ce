//! Single files: reading them within bounds, YAML with places, front matter, days.

pub(crate) mod day;
pub(crate) mod document;
pub(crate) mod foreign;
pub(crate) mod hidden;
pub(crate) mod reader;
pub mod regular;
pub(crate) mod yaml;
