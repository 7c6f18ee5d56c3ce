//! The nouns of Avouch and their arithmetic: no I/O, no clock, nothing that can differ between two
//! runs over the same data.

mod addresses;
pub mod answer;
pub mod judge;
pub mod plan;
pub mod project;
pub mod published;
pub mod source;
pub mod time;
