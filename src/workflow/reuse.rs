//! Evidence of an earlier run that is still good: bound to the same words, plans and target, not
//! expired, and not contradicted since. An inconclusive check leaves it in place; a violation replaces it.

use std::collections::BTreeSet;

use crate::model::answer::verdict::Reason;
use crate::model::judge::assessment::Assessment;
use crate::model::judge::binding::WorldBinding;
use crate::model::judge::evidence::{Circumstances, Standing, outcome};
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::Diagnostic;
use crate::workflow::session::{Session, plans};

/// An earlier run, compared with a session.
pub struct Earlier {
    assessment: Assessment,
    /// Why nothing of it can be reused, if so: each difference of the two targets.
    pub differences: Vec<String>,
    /// The claims whose evidence is bound to the same words, plans and target.
    bound: BTreeSet<ClaimId>,
    /// Of these, the claims that hold now by that evidence.
    good: BTreeSet<ClaimId>,
}

/// The evidence that [`Earlier::merge`] took into a run.
#[derive(Debug, Default)]
pub struct Reused {
    /// How many claims were not checked again.
    pub claims: usize,
    /// Claims that are inconclusive in the run, and keep their earlier evidence.
    pub inconclusive: Vec<(ClaimId, Reason)>,
}

impl Earlier {
    /// Compares an earlier run with a session.
    ///
    /// # Errors
    ///
    /// The diagnostics of the plans, if they cannot be made again from the earlier seeds.
    pub fn new(assessment: Assessment, session: &Session) -> Result<Self, Vec<Diagnostic>> {
        let mut differences = assessment.world.differences(&WorldBinding::of(&session.project));
        if assessment.clock.is_some() != session.clock.fixed.is_some() {
            differences.push("clock: only one of the two runs used a fixed time".into());
        }
        let (bound, good) = match differences.is_empty() {
            true => still_good(&assessment, session)?,
            false => Default::default(),
        };
        Ok(Self { assessment, differences, bound, good })
    }

    /// The claims to check: those that are named; else all without good evidence, or all of them.
    pub fn to_check(&self, session: &Session, named: &[String], scope: Scope) -> Vec<ClaimId> {
        if !named.is_empty() {
            return named.iter().map(|id| ClaimId::from(id.as_str())).collect();
        }
        let ids = session.project.claims.iter().map(|claim| &claim.id);
        ids.filter(|id| scope == Scope::All || !self.good.contains(*id)).cloned().collect()
    }

    /// Takes the evidence that is still good into a new run of `session`.
    ///
    /// # Errors
    ///
    /// The diagnostics of the plans, if they cannot be made again from the seeds of the whole.
    pub fn merge(
        self,
        run: &mut Assessment,
        session: &mut Session,
    ) -> Result<Reused, Vec<Diagnostic>> {
        let now = session.clock.now();
        let mut reused = Reused::default();
        let good = self.assessment.claims.into_iter().filter(|(id, _)| self.good.contains(id));
        for (id, evidence) in good {
            let (claim, plans) = (session.project.claim(&id), session.plans.get(&id));
            let (Some(claim), Some(plans)) = (claim, plans) else { continue };
            let new = run.claims.get(&id);
            let alone = || Circumstances { waiving: None, contradicted: None, release: None, now };
            match new.map(|new| outcome(claim, plans, &new.transcripts, alone()).standing) {
                None => reused.claims += 1,
                Some(Standing::Inconclusive(reason)) => {
                    reused.inconclusive.push((id.clone(), reason));
                }
                Some(_) => continue,
            }
            run.claims.insert(id, evidence);
        }
        session.replan(run.seeds(session.seeds.fresh))?;
        Ok(reused)
    }

    /// Takes the evidence of claims that the run did not check into it, whatever it shows.
    ///
    /// # Errors
    ///
    /// As for [`Self::merge`].
    pub fn complete(
        self,
        run: &mut Assessment,
        session: &mut Session,
    ) -> Result<(), Vec<Diagnostic>> {
        for (id, evidence) in self.assessment.claims {
            if self.bound.contains(&id) {
                run.claims.entry(id).or_insert(evidence);
            }
        }
        session.replan(run.seeds(session.seeds.fresh))
    }
}

/// Which claims are checked, where none is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Claims without good evidence.
    Open,
    /// All claims.
    All,
}

/// The claims whose evidence is bound to the session, and those of them that hold by it.
fn still_good(
    assessment: &Assessment,
    session: &Session,
) -> Result<(BTreeSet<ClaimId>, BTreeSet<ClaimId>), Vec<Diagnostic>> {
    let plans = plans(&session.project, &assessment.seeds(session.seeds.fresh))?;
    let now = session.clock.now();
    let (mut bound, mut good) = (BTreeSet::new(), BTreeSet::new());
    for claim in &session.project.claims {
        let planned = plans.get(&claim.id).map_or(&[][..], Vec::as_slice);
        let evidence = assessment.claims.get(&claim.id);
        let evidence = evidence.filter(|one| one.objections(claim, planned, now).is_empty());
        let Some(evidence) = evidence else { continue };
        bound.insert(claim.id.clone());
        let contradicted = assessment.contradicted.get(&claim.id).copied();
        let release = assessment.release_doubt(&session.project, &claim.id);
        let circumstances = Circumstances { waiving: None, contradicted, release, now };
        let outcome = outcome(claim, planned, &evidence.transcripts, circumstances);
        if outcome.standing == Standing::Holds {
            good.insert(claim.id.clone());
        }
    }
    Ok((bound, good))
}
