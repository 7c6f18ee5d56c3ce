//! Deletes objects that earlier runs created and left behind, before any check starts.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::model::plan::holes::holes;
use crate::model::plan::request::{Destination, Request};
use crate::model::plan::{Act, Plan, Step};
use crate::probe::cleanup::debt;
use crate::probe::cleanup::journal::{Journal, JournalEntry};
use crate::probe::cleanup::obligations::{failure, is_gone};
use crate::probe::http;
use crate::probe::http::address::address;
use crate::probe::http::pool::Way;
use crate::probe::http::{FurtherPages, PlannedRequest, RunContext};
use crate::probe::job::{Event, Job, RunSettings, Undeleted};
use crate::probe::limiter::Urgency;
use crate::probe::values::Values;
use crate::probe::values::redact::Redactor;

/// The time limit for all objects together.
const TIME_MAX: Duration = Duration::from_secs(30);

/// Why an object is still there.
enum Trouble {
    /// The request was not successful; the next run tries again.
    Failed(String),
    /// No run can delete it.
    Final(String),
}

/// Deletes the objects that the journal lists for this target, and reports those that remain.
pub(crate) async fn clean_up(
    context: &RunContext<'_>,
    journal: &Journal,
    jobs: &[Job<'_>],
    settings: &RunSettings<'_>,
) {
    let end = Instant::now() + TIME_MAX;
    let redactor = context.minter.redactor();
    for (id, entry) in journal.pending() {
        // Objects on another target wait until that target is checked again.
        if entry.target != context.project.world.target.origin().ascii_serialization() {
            continue;
        }
        let late = || Err(Trouble::Failed("there was no time left for it".to_owned()));
        let done = timeout_at(end, settle(context, &entry, settings)).await;
        let Err(trouble) = done.unwrap_or_else(|_| late()) else {
            journal.complete(id);
            continue;
        };
        let is_new = match (&trouble, settings.undeleted) {
            (Trouble::Final(_), Undeleted::ReportedOnce) => journal.report(id),
            _ => true,
        };
        // Whether there is an object at all is not known, and nothing more can be found out.
        if settings.undeleted == Undeleted::Forgotten || !entry.known {
            journal.complete(id);
        }
        if is_new && let Some(job) = job_of(&entry, jobs) {
            let message = message(&entry, &trouble, settings.undeleted, &redactor);
            (settings.events)(Event::LeftBehind(*job, &message));
        }
    }
}

/// Deletes the object of an entry, with the request that the project's own plan has for it.
async fn settle(
    context: &RunContext<'_>,
    entry: &JournalEntry,
    settings: &RunSettings<'_>,
) -> Result<(), Trouble> {
    let never = |why: &str| Trouble::Final(why.to_owned());
    if !entry.known {
        return Err(never("its address is not known"));
    }
    let fingerprint = entry.plan.as_ref();
    let fingerprint =
        fingerprint.ok_or_else(|| never("an earlier version of Avouch recorded it"))?;
    let (plan, step) = debt::step_of(fingerprint, settings.plans)
        .ok_or_else(|| never("no check of this project has this clean-up any more"))?;
    delete(context, entry, plan, step).await
}

async fn delete(
    context: &RunContext<'_>,
    entry: &JournalEntry,
    plan: &Plan,
    step: &Step,
) -> Result<(), Trouble> {
    let Act::Http(request) = &step.act else { return Ok(()) };
    let values = debt::restored(plan, &entry.captures);
    if holes(request).iter().any(|hole| values.get(hole).is_none()) {
        let why = "a value of its request was a secret, which is not stored";
        return Err(Trouble::Final(why.to_owned()));
    }
    if !is_permitted(context, request, &values) {
        let why = "its address is not on the target".to_owned();
        return Err(Trouble::Final(why));
    }
    let planned = PlannedRequest {
        save_to: None,
        step,
        request,
        values: &values,
        sought: &Arc::default(),
        urgency: Urgency::Cleanup,
        way: Way::default(),
        pages: FurtherPages::Ignored,
    };
    let exchange = http::send(context, &planned).await;
    is_gone(&exchange).then_some(()).ok_or_else(|| Trouble::Failed(failure(&exchange)))
}

/// Whether the address is one of the project's own, whatever values the journal contains.
fn is_permitted(context: &RunContext<'_>, request: &Request, values: &Values) -> bool {
    let target = context.project.world.target.origin();
    match &request.to {
        Destination::Address(_) => {
            let url = address(&request.to, context.project, values);
            url.is_ok_and(|url| url.origin() == target)
        }
        _ => true,
    }
}

/// The job of the entry's claim; any job if that claim is not checked in this run.
fn job_of<'j, 'a>(entry: &JournalEntry, jobs: &'j [Job<'a>]) -> Option<&'j Job<'a>> {
    let same = jobs.iter().find(|job| *job.claim == entry.claim);
    same.or_else(|| jobs.first())
}

fn message(
    entry: &JournalEntry,
    trouble: &Trouble,
    undeleted: Undeleted,
    redactor: &Redactor,
) -> String {
    let help = match (trouble, undeleted) {
        (_, Undeleted::Forgotten) => "; it is now forgotten",
        _ if !entry.known => "",
        (Trouble::Final(_), _) => {
            "; delete it yourself, and run `avouch doctor --forget` to remove this entry"
        }
        (Trouble::Failed(_), _) => "; `avouch doctor --forget` removes this entry",
    };
    let (Trouble::Failed(why) | Trouble::Final(why)) = trouble;
    redactor.text(&format!(
        "the object of step “{}” (`{} {}`), left by an earlier run for claim `{}`: {why}{help}",
        entry.step, entry.method, entry.path, entry.claim
    ))
}
