//! Answers that a file gives.

use crate::init::options::Login;

/// The most paths that are tried.
pub(crate) const PATHS_MAX: usize = 5;

/// Answers from a file; those that it does not give are empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) target: Option<String>,
    pub(crate) login: Option<Login>,
    pub(crate) private: Vec<String>,
    pub(crate) header: Option<String>,
    pub(crate) login_url: Option<String>,
    pub(crate) fields: Vec<String>,
}
