//! What came back from the service, and the verdict on it.

pub mod attestation;
pub mod broken;
pub mod error;
pub mod facts;
pub mod ids;
pub mod observation;
pub mod verdict;
