//! Settings that both `avouch.yaml` and check files contain, as authors write them.

pub mod refusal;
pub(crate) mod test;
pub(crate) mod unit;
