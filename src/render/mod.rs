//! Model to bytes: the site and the reports. Pure.

pub mod finding;
pub mod promise;
pub mod report;
#[cfg(test)]
mod sample;
mod site;
pub mod summary;
pub mod wording;
mod xml;

pub use site::retract::retract;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::judge::assessment::Assessment;
use crate::model::judge::evidence::Outcome;
use crate::model::project::Project;
use crate::model::project::policy::Version;
use crate::model::published::Published;
use crate::model::source::diagnostic::Diagnostic;

/// What a site or a report is made from.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The sources.
    pub project: &'a Project,
    /// Where each claim stands, in the order of the policies.
    pub outcomes: &'a [Outcome<'a>],
    /// The run that the evidence is from.
    pub assessment: &'a Assessment,
    /// The time at which it is made.
    pub now: Timestamp,
    /// What was before.
    pub past: &'a Past,
}

/// What a site carries forward.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The page that was published last.
    pub previous: Option<Published>,
    /// The versions of each policy, by its file, newest first.
    pub versions: BTreeMap<String, Vec<Version>>,
}

/// The files of a site: path below its root, with `/` between its parts, and content.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Where a site says how to report a vulnerability (RFC 9116).
pub use site::SECURITY_TXT;

/// Renders the site, or says what is wrong with the project's templates.
pub fn site(input: &Input<'_>) -> Result<Files, Vec<Diagnostic>> {
    site::render(input, site::Stage::Published)
}

/// Renders the site to be looked at, whatever stands in it: every page of it says that it is a
/// draft, and not verified.
pub fn draft(input: &Input<'_>) -> Result<Files, Vec<Diagnostic>> {
    site::render(input, site::Stage::Draft)
}

/// What is wrong with the project's own templates; needs no evidence.
pub fn lint_templates(project: &Project) -> Vec<Diagnostic> {
    site::lint(project)
}
