//! Disk to [`Project`], with everything that is wrong with it; it never stops at the first mistake.

mod document;
mod yaml;

use std::path::Path;

use jiff::civil::Date;

use crate::model::diagnostic::{Diagnostic, Severity};
use crate::model::project::Project;
use crate::model::source::Sources;

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
}

/// What was read.
pub struct Loaded {
    /// The project, where enough of it could be read to look further with. It is sound only if no
    /// diagnostic is an error.
    pub project: Option<Project>,
    /// Everything that is wrong, in the order of the sources.
    pub diagnostics: Vec<Diagnostic>,
    /// The text of every file that was read.
    pub sources: Sources,
}

/// Reads the project below `root`.
pub fn project(root: &Path, options: &Options<'_>) -> Loaded {
    let _ = (root, options);
    Loaded { project: None, diagnostics: Vec::new(), sources: Sources::default() }
}
