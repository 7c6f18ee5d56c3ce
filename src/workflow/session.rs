//! A project without mistakes in its sources, ready for its checks to run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::check;
use crate::model::judge::assessment::Seeds;
use crate::model::judge::lasting::LastingObject;
use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::Diagnostic;
use crate::workflow::clock::Clock;

/// A project, the plans of its claims, and the time.
#[derive(Debug)]
pub struct Session {
    /// The project's folder.
    pub root: PathBuf,
    /// The project, with the addresses of the target.
    pub project: Project,
    /// The plans of each claim, one for each of its checks.
    pub plans: BTreeMap<ClaimId, Vec<Plan>>,
    /// The seeds from which the plans were made.
    pub seeds: Seeds,
    /// The time.
    pub clock: Clock,
    /// Objects that earlier runs made and did not delete.
    pub lasting: Vec<LastingObject>,
}

impl Session {
    /// A path in the project's folder; an absolute path stays as it is.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }

    /// Makes the plans again from other seeds, such as those of stored evidence.
    ///
    /// # Errors
    ///
    /// The diagnostics of the checks. This is not expected: the plans were made before.
    pub fn replan(&mut self, seeds: Seeds) -> Result<(), Vec<Diagnostic>> {
        self.plans = plans(&self.project, &seeds)?;
        self.seeds = seeds;
        Ok(())
    }
}

/// The plans of a project, or the errors in its checks.
pub(crate) fn plans(
    project: &Project,
    seeds: &Seeds,
) -> Result<BTreeMap<ClaimId, Vec<Plan>>, Vec<Diagnostic>> {
    let (plans, diagnostics) = check::plans(project, seeds);
    if diagnostics.iter().any(Diagnostic::is_error) { Err(diagnostics) } else { Ok(plans) }
}
