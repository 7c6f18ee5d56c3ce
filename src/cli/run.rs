//! One run over the claims: ask, judge, and keep what came back.

use std::collections::BTreeMap;

use avouch::model::answer::observation::Transcript;
use avouch::model::answer::verdict::{Reason, Verdict};
use avouch::model::judge::assessment::{Assessment, ClaimEvidence, SCHEMA};
use avouch::model::judge::binding::{ClaimBinding, WorldBinding};
use avouch::model::judge::judge;
use avouch::model::judge::view::View;
use avouch::model::plan::Plan;
use avouch::model::source::claim_id::ClaimId;
use avouch::probe;
use avouch::probe::job::{Event, Interrupt, Job};
use jiff::Timestamp;

use crate::exit::Exit;
use crate::session::Session;
use crate::terminal::progress::Progress;
use crate::terminal::talk::Talk;

/// Asks what the checks of the wanted claims ask.
pub(crate) fn assess(
    session: &Session,
    wanted: &dyn Fn(&ClaimId) -> bool,
    talk: Talk,
) -> Result<Assessment, Exit> {
    let started = session.clock.now();
    let jobs = jobs(session, wanted);
    let transcripts = ask(session, &jobs, talk)?;
    Ok(assessment(session, &jobs, started, transcripts))
}

/// What a run that was begun at `started` came to.
pub(crate) fn assessment(
    session: &Session,
    jobs: &[Job<'_>],
    started: Timestamp,
    transcripts: Vec<Transcript>,
) -> Assessment {
    Assessment {
        schema: SCHEMA.into(),
        generator: concat!("avouch ", env!("CARGO_PKG_VERSION")).into(),
        started,
        finished: session.clock.now(),
        clock: session.clock.fixed,
        world: WorldBinding::of(&session.project),
        claims: evidence(session, jobs, transcripts),
    }
}

/// Asks, tells how far it is, and gives one transcript for each job.
pub(crate) fn ask(
    session: &Session,
    jobs: &[Job<'_>],
    talk: Talk,
) -> Result<Vec<Transcript>, Exit> {
    let interrupt = probe::signals::interrupt();
    let progress = Progress::new(jobs, talk);
    let transcripts = transcripts(session, jobs, &interrupt, &|event| progress.tell(event));
    progress.end();
    transcripts.ok_or_else(|| {
        talk.say("interrupted: what this run had made was cleaned up as far as told above");
        Exit::Interrupted
    })
}

/// Asks, and gives one transcript for each job; `None` if the run was interrupted.
pub(crate) fn transcripts(
    session: &Session,
    jobs: &[Job<'_>],
    interrupt: &Interrupt,
    events: &(dyn Fn(Event<'_>) + Sync),
) -> Option<Vec<Transcript>> {
    let now = || session.clock.now();
    let settings = probe::job::RunSettings {
        project: &session.project,
        root: &session.root,
        env: &|name| std::env::var(name).ok(),
        now: &now,
        events,
        interrupt,
        journal: Some(session.path(std::path::Path::new(".avouch/journal.jsonl"))),
    };
    let transcripts = probe::run(jobs, &settings);
    (!interrupt.is_set()).then_some(transcripts)
}

/// Every check of the wanted claims.
pub(crate) fn jobs<'a>(session: &'a Session, wanted: &dyn Fn(&ClaimId) -> bool) -> Vec<Job<'a>> {
    let claims = session.project.claims.iter().filter(|claim| wanted(&claim.id));
    claims
        .flat_map(|claim| {
            let plans = session.plans.get(&claim.id).map_or(&[][..], Vec::as_slice);
            plans.iter().enumerate().map(|(check, plan)| Job { claim: &claim.id, check, plan })
        })
        .collect()
}

fn evidence(
    session: &Session,
    jobs: &[Job<'_>],
    transcripts: Vec<Transcript>,
) -> BTreeMap<ClaimId, ClaimEvidence> {
    let mut by_claim: BTreeMap<&ClaimId, Vec<Transcript>> = BTreeMap::new();
    for (job, transcript) in jobs.iter().zip(transcripts) {
        by_claim.entry(job.claim).or_default().push(transcript);
    }
    let to_evidence = |(id, transcripts): (&ClaimId, Vec<Transcript>)| {
        let claim = session.project.claim(id)?;
        let plans = session.plans.get(id)?;
        let binding = ClaimBinding::of(claim, plans);
        let verdict = verdict(plans, &transcripts);
        let seed = session.seeds.of(id);
        Some((id.clone(), ClaimEvidence { seed, binding, verdict, transcripts }))
    };
    by_claim.into_iter().filter_map(to_evidence).collect()
}

fn verdict(plans: &[Plan], transcripts: &[Transcript]) -> Verdict {
    let both = plans.iter().zip(transcripts);
    let verdicts = both.map(|(plan, one)| judge(&View::new(plan, &one.observations)).verdict);
    verdicts.reduce(Verdict::and).unwrap_or(Verdict::Inconclusive(Reason::NotAsked))
}
