//! Rules that compare files with each other.

pub(crate) mod bind;
#[cfg(test)]
pub(crate) mod edits;
pub(crate) mod kept;
pub(crate) mod link_targets;
pub(crate) mod needs;
pub(crate) mod page_addresses;
pub(crate) mod products;
pub(crate) mod program_secrets;
pub(crate) mod translations;
pub(crate) mod validity;
pub(crate) mod verdict_labels;
