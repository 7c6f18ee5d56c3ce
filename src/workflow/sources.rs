//! Reads a project and finds every mistake that can be found without a network.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::load::options::{Loaded, Options};
use crate::model::judge::assessment::Seeds;
use crate::model::judge::needs;
use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::{Diagnostic, Severity, in_source_order};
use crate::model::source::{Place, Sources};
use crate::{check, load, render};

/// Maximum number of diagnostics of a project.
const REPORTED_MAX: usize = 2000;

/// A project as it was read, its plans, and everything that is wrong with either.
pub struct Checked {
    /// The project, where enough of it could be read.
    pub project: Option<Project>,
    /// The plans of the claims whose checks have no mistakes.
    pub plans: BTreeMap<ClaimId, Vec<Plan>>,
    /// Everything that is wrong, in the order of the sources.
    pub diagnostics: Vec<Diagnostic>,
    /// The text of every file.
    pub sources: Sources,
    /// The files of which some part could not be read.
    pub unread: BTreeSet<Arc<str>>,
}

impl Checked {
    /// Forgets variables without a value that these claims and those that they need do not use: those of actors in
    /// other checks. No claims are all claims.
    pub fn forget_unneeded_variables(&mut self, claims: &[String]) {
        let Some(project) = &self.project else { return };
        let mut wanted = BTreeSet::new();
        for id in claims {
            let id = ClaimId::from(id.as_str());
            needs::gather(project, &id, &mut wanted);
            wanted.insert(id);
        }
        let plans = self.plans.iter().filter(|(id, _)| wanted.is_empty() || wanted.contains(*id));
        let used: BTreeSet<String> =
            plans.flat_map(|(_, plans)| plans).flat_map(Plan::needed_actors).collect();
        let unneeded = project.unset.iter().filter(|(actor, _)| !used.contains(*actor));
        let places: Vec<&Place> = unneeded.flat_map(|(_, places)| places).collect();
        let is_needed = |one: &Diagnostic| {
            one.code != Code::UnsetVariable
                || one.place.as_ref().is_none_or(|place| !places.contains(&place))
        };
        self.diagnostics.retain(is_needed);
    }

    /// Whether the words of a claim, or their place, differ from those that its checks were made for.
    pub fn is_suspect(&self, claim: &ClaimId) -> bool {
        let mut redlines = self.diagnostics.iter().filter_map(|one| one.redline.as_ref());
        redlines.any(|redline| redline.claim == *claim)
    }
}

/// Reads the project at `root`, plans its checks, and checks its templates and numbers.
///
/// `demo_hosts` are the hosts that the demo add-on adds where it is the target.
pub fn check_sources(
    root: &Path,
    options: &Options<'_>,
    seeds: &Seeds,
    demo_hosts: &BTreeMap<String, String>,
) -> Checked {
    let Loaded { mut project, mut diagnostics, sources, mut unread } = load::project(root, options);
    let mut plans = BTreeMap::new();
    if let Some(project) = &mut project {
        if project.world.demo {
            project.world.hosts.extend(demo_hosts.clone());
        }
        let (planned, mut found) = check::plans(project, seeds);
        plans = planned;
        if !found.iter().any(Diagnostic::is_error) {
            found.extend(check::waivers::unmatched(project, &plans));
            // Without some of the checks, end points would seem to be untested.
            if !diagnostics.iter().any(Diagnostic::is_error) {
                found.extend(check::listed::untested(project, &plans));
            }
        }
        found.extend(render::lint_templates(project));
        let errors = found.iter().filter(|one| one.is_error());
        unread.extend(errors.filter_map(|one| Some(one.place.as_ref()?.file.clone())));
        diagnostics.extend(found);
        diagnostics.extend(check::numbers::check(project, &plans));
    }
    let diagnostics = bounded(in_source_order(diagnostics));
    Checked { project, plans, diagnostics, sources, unread }
}

/// Drops the diagnostics beyond [`REPORTED_MAX`], and reports how many those are.
fn bounded(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let more = diagnostics.split_off(diagnostics.len().min(REPORTED_MAX));
    if let Some(severity) =
        more.iter().map(|one| one.severity).max_by_key(|one| *one == Severity::Error)
    {
        let message = format!("there are {} more mistakes", more.len());
        let last = Diagnostic::new(Code::TooManyMistakes, Place::file("avouch.yaml"), message)
            .help("correct those that are listed, and run this again");
        diagnostics.push(Diagnostic { severity, place: None, ..last });
    }
    diagnostics
}
