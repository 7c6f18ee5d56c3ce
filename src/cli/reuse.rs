//! Evidence of an earlier run that is still good: bound to the same words, plans and world, and not
//! at its end. What could not be found out leaves it alone; a violation voids it.

use std::collections::{BTreeMap, BTreeSet};

use avouch::check;
use avouch::model::judge::assessment::{Assessment, Seeds};
use avouch::model::judge::binding::WorldBinding;
use avouch::model::judge::evidence::{Standing, outcome};
use avouch::model::plan::Plan;
use avouch::model::source::claim_id::ClaimId;
use avouch::model::source::diagnostic::Diagnostic;

use crate::exit::Exit;
use crate::session::Session;
use crate::terminal::console::Console;

/// What an earlier run is still good for.
pub(crate) struct Kept {
    earlier: Assessment,
    /// The claims whose evidence is about the same words, plans and world.
    bound: BTreeSet<ClaimId>,
    /// Of these, the claims that it shows to hold now.
    good: BTreeSet<ClaimId>,
}

impl Kept {
    /// What of `earlier` is still good; why nothing is, where the world is another one.
    pub(crate) fn of(
        earlier: Assessment,
        session: &Session,
        console: Console,
    ) -> Result<Self, Exit> {
        let mut differences = earlier.world.differences(&WorldBinding::of(&session.project));
        if earlier.clock.is_some() != session.clock.fixed.is_some() {
            differences.push("clock: only one of the two runs took a given time for now".into());
        }
        for difference in &differences {
            console.message(&format!("nothing can be reused: {difference}"));
        }
        let (mut bound, mut good) = (BTreeSet::new(), BTreeSet::new());
        if differences.is_empty() {
            let plans = planned(session, &earlier.seeds(session.seeds.fresh), console)?;
            for claim in &session.project.claims {
                let planned = plans.get(&claim.id).map_or(&[][..], Vec::as_slice);
                let evidence = earlier.claims.get(&claim.id);
                let evidence = evidence.filter(|one| one.objections(claim, planned).is_empty());
                let Some(evidence) = evidence else { continue };
                bound.insert(claim.id.clone());
                let now = session.clock.now();
                if outcome(claim, planned, &evidence.transcripts, None, now).standing
                    == Standing::Holds
                {
                    good.insert(claim.id.clone());
                }
            }
        }
        Ok(Self { earlier, bound, good })
    }

    /// What has to be asked: the claims that are named, or all that this is no evidence for.
    pub(crate) fn to_ask(&self, session: &Session, named: &[String], again: bool) -> Vec<ClaimId> {
        let ids = session.project.claims.iter().map(|claim| &claim.id);
        let open = |id: &&ClaimId| again || !self.good.contains(*id);
        if named.is_empty() { ids.filter(open).cloned().collect() } else { named.to_vec() }
    }

    /// Takes what is still good into a new run, which must have been made in `session`, and puts the
    /// session's plans to the whole.
    pub(crate) fn into(
        self,
        run: &mut Assessment,
        session: &mut Session,
        console: Console,
    ) -> Result<(), Exit> {
        let now = session.clock.now();
        let mut kept = 0;
        for (id, evidence) in
            self.earlier.claims.into_iter().filter(|(id, _)| self.good.contains(id))
        {
            let (Some(claim), Some(plans)) = (session.project.claim(&id), session.plans.get(&id))
            else {
                continue;
            };
            let anew =
                run.claims.get(&id).map(|new| outcome(claim, plans, &new.transcripts, None, now));
            match anew.map(|outcome| outcome.standing) {
                None => kept += 1,
                Some(Standing::Inconclusive(reason)) => console.message(&format!(
                    "`{id}` is inconclusive now ({}); the evidence that is there still stands",
                    reason.name()
                )),
                Some(_) => continue,
            }
            run.claims.insert(id, evidence);
        }
        console.message(&format!(
            "{kept} of {} claims stand on evidence that was there",
            run.claims.len()
        ));
        plan_again(run, session, console)
    }

    /// Takes the evidence of claims that the run was not about into it, whatever it shows.
    pub(crate) fn beside(
        self,
        run: &mut Assessment,
        session: &mut Session,
        console: Console,
    ) -> Result<(), Exit> {
        for (id, evidence) in self.earlier.claims {
            if self.bound.contains(&id) {
                run.claims.entry(id).or_insert(evidence);
            }
        }
        plan_again(run, session, console)
    }
}

/// Puts the session's plans to a run whose evidence was made from several seeds.
fn plan_again(run: &Assessment, session: &mut Session, console: Console) -> Result<(), Exit> {
    session.seeds = run.seeds(session.seeds.fresh);
    session.plans = planned(session, &session.seeds, console)?;
    Ok(())
}

/// Plans that were made once can be made again; it is told all the same if that fails.
fn planned(
    session: &Session,
    seeds: &Seeds,
    console: Console,
) -> Result<BTreeMap<ClaimId, Vec<Plan>>, Exit> {
    let (plans, wrong) = check::plans(&session.project, seeds);
    if wrong.iter().any(Diagnostic::is_error) {
        console.diagnostics(&wrong, &session.project.sources);
        return Err(Exit::Unusable);
    }
    Ok(plans)
}
