//! The verbs of the command line, one file each.

pub(crate) mod accept;
pub(crate) mod attest;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod check_published;
#[cfg(feature = "demo")]
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod falsify;
pub(crate) mod lint;
pub(crate) mod lint_since;
pub(crate) mod manual;
pub(crate) mod retract;
pub(crate) mod schema;
