//! The outcomes of the claims whose stored evidence fits the sources as they are now.

use jiff::Timestamp;

use crate::model::judge::assessment::Assessment;
use crate::model::judge::binding::WorldBinding;
use crate::model::judge::evidence::{Outcome, outcomes_of};
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
    let is_current = |claim: &Claim| {
        let evidence = assessment.claims.get(&claim.id);
        let both = evidence.zip(checked.plans.get(&claim.id));
        !checked.is_suspect(&claim.id)
            && both.is_some_and(|(one, plans)| one.objections(claim, plans, now).is_empty())
    };
    outcomes_of(project, &checked.plans, assessment, &is_current, now)
}
