//! Claims that rest on other claims: they are verified only while those are.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::answer::verdict::Reason;
use crate::model::judge::evidence::{Outcome, Standing};
use crate::model::project::Project;
use crate::model::source::claim_id::ClaimId;

/// Applies `needs:` to the outcomes of a run. A claim that needs one that is not verified is
/// inconclusive, and its evidence expires with the first of both.
pub(crate) fn apply<'a>(project: &'a Project, outcomes: &mut [Outcome<'a>]) {
    if project.claims.iter().all(|claim| claim.written.needs.is_empty()) {
        return;
    }
    let own = outcomes.iter().map(|one| (one.claim.id.clone(), Own::of(one))).collect();
    for outcome in outcomes {
        let mut needed = BTreeSet::new();
        gather(project, &outcome.claim.id, &mut needed);
        needed.remove(&outcome.claim.id);
        rest(project, outcome, &needed, &own);
    }
}

/// A claim's result apart from the claims that it needs.
struct Own {
    holds: bool,
    until: Option<Timestamp>,
}

impl Own {
    fn of(outcome: &Outcome<'_>) -> Self {
        Self { holds: outcome.standing == Standing::Holds, until: outcome.until }
    }
}

/// Every claim that `id` needs, directly or through others. Cycles end, although they are mistakes.
pub fn gather(project: &Project, id: &ClaimId, needed: &mut BTreeSet<ClaimId>) {
    let Some(claim) = project.claim(id) else { return };
    for need in &claim.written.needs {
        let need = ClaimId::from(need.value.as_str());
        if needed.insert(need.clone()) {
            gather(project, &need, needed);
        }
    }
}

fn rest<'a>(
    project: &'a Project,
    outcome: &mut Outcome<'a>,
    needed: &BTreeSet<ClaimId>,
    own: &BTreeMap<ClaimId, Own>,
) {
    let unmet = needed.iter().find(|id| !own.get(*id).is_some_and(|one| one.holds));
    let ends = needed.iter().filter_map(|id| own.get(id)?.until);
    outcome.until = outcome.until.into_iter().chain(ends).min();
    if let Some(id) = unmet
        && outcome.standing.is_publishable()
    {
        outcome.standing = Standing::Inconclusive(Reason::Needs);
        outcome.lacks = project.claim(id);
    }
}
