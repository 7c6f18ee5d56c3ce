//! Tests of this repository's own files. They need no network and no other programs.

mod circles;
mod detection;
mod examples;
mod groups;
mod outlets;
mod phrases;
mod reference;
mod release;
mod threats;
pub(crate) mod tidy;
pub(crate) mod wording;
