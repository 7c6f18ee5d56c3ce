//! What the caller of `load` decides, and what it gets back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use crate::model::project::Project;
use crate::model::source::Sources;
use crate::model::source::diagnostic::{Diagnostic, Severity};

/// What the command line adds to the files.
pub struct Options<'a> {
    /// The target in place of `avouch.yaml`'s.
    pub target: Option<&'a str>,
    /// The value of an environment variable, for `${NAME}`; the second argument tells whether the
    /// target is the demo add-on, which has values of its own.
    pub env: &'a dyn Fn(&str, bool) -> Option<String>,
    /// How bad it is if a variable has no value.
    pub unset: Severity,
    /// The day, in UTC.
    pub today: Date,
    /// What is read in place of files.
    pub instead: &'a StandIns,
}

/// What is read in place of files, by their path: a text, or nothing, as if there were no such file.
///
/// Whoever shows a project while it is being written has the last good text of a file stand in for
/// one that cannot be read just now, so that it takes nothing else with it.
pub type StandIns = BTreeMap<Arc<str>, Option<Arc<str>>>;

/// What was read.
pub struct Loaded {
    /// The project, where enough of it could be read to look further with. It is sound only if no
    /// diagnostic is an error.
    pub project: Option<Project>,
    /// Everything that is wrong, in the order of the sources.
    pub diagnostics: Vec<Diagnostic>,
    /// The text of every file that was read.
    pub sources: Sources,
    /// The files of which something could not be read, so that what they say as a whole is not
    /// known. A policy whose body alone has mistakes is none of them: it can be shown.
    pub unread: BTreeSet<Arc<str>>,
}
