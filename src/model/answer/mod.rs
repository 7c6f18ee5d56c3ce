//! Answers of the service: observations, facts and errors, and the verdict on them.

pub mod attestation;
pub mod broken;
pub mod error;
pub mod facts;
pub mod ids;
pub mod observation;
pub mod verdict;
