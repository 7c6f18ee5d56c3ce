//! Renders the site and the reports. Pure functions from the model to bytes.

pub mod finding;
mod listed;
pub mod outlet;
pub mod promise;
pub mod report;
#[cfg(test)]
mod sample;
mod site;
pub mod summary;
pub mod wording;

pub use site::retract::retract;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::judge::assessment::Assessment;
use crate::model::judge::evidence::Outcome;
use crate::model::project::Project;
use crate::model::project::policy::Version;
use crate::model::published::Published;
use crate::model::source::diagnostic::Diagnostic;

/// The input of a site or a report.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The sources.
    pub project: &'a Project,
    /// The outcome of each claim, in the order of the policies.
    pub outcomes: &'a [Outcome<'a>],
    /// The run that collected the evidence.
    pub assessment: &'a Assessment,
    /// The time of rendering.
    pub now: Timestamp,
    /// The earlier state of the site.
    pub past: &'a Past,
    /// The project's folder within its repository, with `/` at its end; empty if the project is the
    /// repository's root. Reports that a forge reads name files from that root.
    pub folder: &'a str,
}

impl Input<'_> {
    /// When the oldest answer was received on which a claim of the page rests; without any answer, the
    /// end of the run.
    pub fn checked(&self) -> Timestamp {
        let oldest = self.outcomes.iter().filter_map(|one| one.observed).min();
        oldest.unwrap_or(self.assessment.finished)
    }

    /// How many claims of the project this run left out.
    pub fn not_checked(&self) -> usize {
        self.project.claims.len().saturating_sub(self.outcomes.len())
    }
}

/// The earlier state that a site carries forward.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The page that was published last.
    pub previous: Option<Published>,
    /// The versions of each policy, by its file, newest first.
    pub versions: BTreeMap<String, Vec<Version>>,
}

/// The files of a site: path relative to its root, with `/` as the separator, and content.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The path of `security.txt` (RFC 9116).
pub use site::SECURITY_TXT;

/// Renders the site. The error lists mistakes in the project's templates.
pub fn site(input: &Input<'_>) -> Result<Files, Vec<Diagnostic>> {
    site::render(input, site::Stage::Published)
}

/// Renders the site as a draft, whatever the outcomes. Every page is marked as a draft that is not
/// verified.
pub fn draft(input: &Input<'_>) -> Result<Files, Vec<Diagnostic>> {
    site::render(input, site::Stage::Draft)
}

/// Checks the project's own templates. Needs no evidence.
pub fn lint_templates(project: &Project) -> Vec<Diagnostic> {
    site::lint(project)
}
