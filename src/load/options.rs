//! The options of `load` and its result.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use crate::model::project::Project;
use crate::model::source::Sources;
use crate::model::source::diagnostic::{Diagnostic, Severity};

/// Options that the command line adds to the files.
pub struct Options<'a> {
    /// The target in place of `avouch.yaml`'s.
    pub target: Option<&'a str>,
    /// The value of an environment variable, for `${NAME}`; the second argument is whether the
    /// target is the demo add-on, which has values of its own.
    pub env: &'a dyn Fn(&str, bool) -> Option<String>,
    /// The severity of a variable without a value.
    pub unset: Severity,
    /// The day, in UTC.
    pub today: Date,
    /// Texts to read in place of files.
    pub instead: &'a StandIns,
}

/// Texts to read in place of files, by path; `None` is as if the file did not exist.
///
/// A preview uses the last good text of a file that cannot be read at the moment, so that one broken
/// file does not affect the others.
pub type StandIns = BTreeMap<Arc<str>, Option<Arc<str>>>;

/// The result of loading a project.
pub struct Loaded {
    /// The project, if enough of it could be read for further checks. It is sound only if no diagnostic
    /// is an error.
    pub project: Option<Project>,
    /// The diagnostics, in the order of the sources.
    pub diagnostics: Vec<Diagnostic>,
    /// The text of every file that was read.
    pub sources: Sources,
    /// The files that could not be read completely. A policy with mistakes in its body only is not among
    /// them, because it can be shown.
    pub unread: BTreeSet<Arc<str>>,
}
