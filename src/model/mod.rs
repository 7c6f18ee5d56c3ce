//! The data types of Avouch and pure functions on them: no I/O, no clock, the same result for the same
//! data.

mod addresses;
pub mod answer;
pub mod bounds;
pub mod judge;
pub mod plan;
pub mod project;
pub mod published;
pub mod security_txt;
pub mod source;
pub mod time;
pub mod written;
