//! Runs the checks of a session and collects the evidence.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::model::answer::facts::SECRET;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::Transcript;
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::assessment::{Assessment, ClaimEvidence, Memory, SCHEMA};
use crate::model::judge::binding::{ClaimBinding, WorldBinding};
use crate::model::judge::interference::judge_both;
use crate::model::judge::judge;
use crate::model::judge::lasting::{self, LastingObject, Visit};
use crate::model::judge::view::View;
use crate::model::plan::{Plan, Role};
use crate::model::project::release::Release;
use crate::model::source::claim_id::ClaimId;
use crate::probe;
use crate::probe::cleanup::place::{JournalUse, Journals, journal_of};
use crate::probe::job::{Event, Interrupt, Job, RunSettings, Undeleted};
use crate::workflow::release;
use crate::workflow::requests::{TooManyRequests, within_limit};
use crate::workflow::session::Session;

/// The surroundings of a run.
pub struct Surroundings<'a> {
    /// Reads a variable of the environment.
    pub env: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// Receives the events of the run, from any thread.
    pub events: &'a (dyn Fn(Event<'_>) + Sync),
    /// Ends the run early.
    pub interrupt: &'a Interrupt,
    /// What happens to objects of earlier runs that cannot be deleted.
    pub undeleted: Undeleted,
}

/// Every check of the claims that `wanted` selects, in the order of the sources.
pub fn jobs<'a>(session: &'a Session, wanted: &dyn Fn(&ClaimId) -> bool) -> Vec<Job<'a>> {
    let claims = session.project.claims.iter().filter(|claim| wanted(&claim.id));
    claims
        .flat_map(|claim| {
            let plans = session.plans.get(&claim.id).map_or(&[][..], Vec::as_slice);
            plans.iter().enumerate().map(|(check, plan)| Job { claim: &claim.id, check, plan })
        })
        .collect()
}

/// Runs the jobs; gives one transcript for each, or `None` if the run was interrupted. Sends nothing if
/// the run would send more requests than the project permits.
pub fn transcripts(
    session: &Session,
    jobs: &[Job<'_>],
    surroundings: &Surroundings<'_>,
) -> Result<Option<Vec<Transcript>>, TooManyRequests> {
    within_limit(&session.project, jobs)?;
    let settings = RunSettings {
        project: &session.project,
        root: &session.root,
        env: surroundings.env,
        now: &|| session.clock.now(),
        events: surroundings.events,
        interrupt: surroundings.interrupt,
        journal: journal(session, jobs, surroundings),
        plans: &session.plans,
        undeleted: surroundings.undeleted,
        lasting: &session.lasting,
    };
    let transcripts = probe::run(jobs, &settings);
    Ok((!surroundings.interrupt.is_set()).then_some(transcripts))
}

/// The journal of the objects that the run creates. The embedded demo ends with the run, and its objects too.
fn journal(
    session: &Session,
    jobs: &[Job<'_>],
    surroundings: &Surroundings<'_>,
) -> Option<PathBuf> {
    let project = &session.project;
    let has_cleanup = |job: &Job<'_>| job.plan.steps.iter().any(|one| one.role == Role::Cleanup);
    let used = if !project.writes || project.world.embedded {
        JournalUse::Unused
    } else if jobs.iter().any(has_cleanup) {
        JournalUse::Written
    } else {
        JournalUse::Read
    };
    journal_of(&Journals {
        root: &session.root,
        env: surroundings.env,
        events: surroundings.events,
        undeleted: surroundings.undeleted,
        used,
    })
}

/// How a run began.
pub struct Start {
    at: Timestamp,
    /// The release that the service reported; `None` if the project does not read it.
    release: Option<Result<String, String>>,
}

impl Start {
    /// A run that begins now.
    pub fn now(session: &Session) -> Self {
        Self { at: session.clock.now(), release: release::read(&session.project) }
    }
}

/// The assessment of a run that began at `start` and ends now.
pub fn assessment(
    session: &Session,
    jobs: &[Job<'_>],
    start: Start,
    transcripts: Vec<Transcript>,
) -> Assessment {
    let after = release::read(&session.project);
    let release = start.release.zip(after).map(|(before, after)| Release::during(before, after));
    let (started, finished) = (start.at, session.clock.now());
    let lasting = lasting(session, jobs, &transcripts, finished);
    let mut claims = evidence(session, jobs, transcripts);
    claims.values_mut().for_each(|one| one.release.clone_from(&release));
    let empty = empty(WorldBinding::of(&session.project), started);
    let mut run = Assessment { finished, clock: session.clock.fixed, claims, lasting, ..empty };
    run.remember(&Memory::default());
    run
}

/// The assessment of a run in which no request was sent.
pub fn empty(world: WorldBinding, at: Timestamp) -> Assessment {
    Assessment {
        schema: SCHEMA.into(),
        generator: concat!("avouch ", env!("CARGO_PKG_VERSION")).into(),
        started: at,
        finished: at,
        clock: None,
        world,
        claims: BTreeMap::new(),
        contradicted: BTreeMap::new(),
        released: None,
        lasting: Vec::new(),
    }
}

/// The lasting objects that are known after a run.
fn lasting(
    session: &Session,
    jobs: &[Job<'_>],
    transcripts: &[Transcript],
    now: Timestamp,
) -> Vec<LastingObject> {
    let before = session.lasting.clone();
    jobs.iter().zip(transcripts).fold(before, |all, (job, transcript)| {
        lasting::after_visit(all, job.plan, &visit(job.plan, transcript, now))
    })
}

fn visit(plan: &Plan, transcript: &Transcript, now: Timestamp) -> Visit {
    let judgement = judge(&View::new(plan, &transcript.observations));
    let met = |id: StepId| judgement.steps[id].is_met();
    let steps = StepId::enumerate(&plan.steps);
    let mut reads =
        steps.filter_map(|(id, step)| Some((id, step.control?, step.lasting.as_ref()?)));
    let Some((probe, control, lasting)) = reads.next() else {
        return Visit { made: None, gone: false, now };
    };
    let observed = &transcript.observations;
    let mut captured = observed[..probe.0.min(observed.len())]
        .iter()
        .filter_map(|one| one.captures.get(&lasting.capture));
    let id = captured.next().map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    // An id that is a secret is not stored.
    let id = id.filter(|id| !id.contains(SECRET) && met(control));
    let made = id.zip(observed.get(control.0).map(|one| one.at));
    Visit { made, gone: met(probe), now }
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
        Some((id.clone(), ClaimEvidence { seed, binding, verdict, transcripts, release: None }))
    };
    by_claim.into_iter().filter_map(to_evidence).collect()
}

fn verdict(plans: &[Plan], transcripts: &[Transcript]) -> Verdict {
    let both = plans.iter().zip(transcripts);
    let verdicts = both.map(|(plan, one)| judge_both(plan, one).whole.verdict);
    verdicts.reduce(Verdict::and).unwrap_or(Verdict::Inconclusive(Reason::NotAsked))
}
