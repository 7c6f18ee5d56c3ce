//! The steps that verbs are made of: read the sources, run the checks, decide which evidence counts.
//!
//! This room knows the four rooms below it. It returns facts and never prints; the clock, the
//! environment and the demo's hosts are arguments.

pub mod assess;
pub mod clock;
pub mod evidence;
pub mod release;
pub mod remembered;
pub mod requests;
pub mod retracted;
pub mod reuse;
pub mod session;
pub mod sources;
#[cfg(test)]
mod words;
