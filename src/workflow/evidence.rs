//! The outcomes of the claims whose stored evidence fits the sources as they are now.

use jiff::Timestamp;

use crate::model::judge::assessment::Assessment;
use crate::model::judge::binding::WorldBinding;
use crate::model::judge::evidence::{Outcome, outcome};
use crate::model::judge::waiving::Waiving;
use crate::model::project::claim::Claim;
use crate::workflow::sources::Checked;

/// The outcome of each claim whose evidence is complete, and bound to these words, this plan and this target.
///
/// A suspect claim has none: its words may appear in another place than the one that was checked.
pub fn current_outcomes<'a>(
    checked: &'a Checked,
    assessment: Option<&'a Assessment>,
    now: Timestamp,
) -> Vec<Outcome<'a>> {
    let (Some(project), Some(assessment)) = (&checked.project, assessment) else {
        return Vec::new();
    };
    if assessment.world != WorldBinding::of(project) {
        return Vec::new();
    }
    let claims = project.claims.iter().filter(|claim| !checked.is_suspect(&claim.id));
    let outcome_of = |claim: &'a Claim| {
        let evidence = assessment.claims.get(&claim.id)?;
        let plans = checked.plans.get(&claim.id)?;
        let waiving = Waiving::of(project, &claim.id, now);
        let is_evidence = evidence.objections(claim, plans).is_empty();
        is_evidence.then(|| outcome(claim, plans, &evidence.transcripts, waiving, now))
    };
    claims.filter_map(outcome_of).collect()
}
