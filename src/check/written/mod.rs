//! The parts of a check that several kinds read: requests, expectations, value tests, placeholders, limits.

pub(crate) mod baseline;
pub(crate) mod caveat;
pub(crate) mod counterexample;
pub(crate) mod expect;
pub(crate) mod limits;
pub(crate) mod must_fail;
pub(crate) mod placeholders;
pub(crate) mod program;
pub(crate) mod repeat;
pub(crate) mod request;
pub(crate) mod took;
pub(crate) mod violated_by;
