//! Avouch publishes a security page only while every claim in it holds.
//!
//! The rooms, and which may know which, are drawn in `ARCHITECTURE.md`.

pub mod check;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
pub mod language;
pub mod load;
pub mod model;
pub mod probe;
pub mod render;
pub mod workflow;
