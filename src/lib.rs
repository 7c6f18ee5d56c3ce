//! Avouch publishes a security page only while every claim in it holds.
//!
//! The rooms, and which may know which, are drawn in `ARCHITECTURE.md`.

pub mod check;
pub mod language;
pub mod load;
pub mod model;
pub mod probe;
pub mod render;
