//! Deletes objects that earlier runs created and left behind, before any check starts.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::model::plan::request::{Destination, Request};
use crate::model::plan::template::Template;
use crate::model::plan::{Act, Role, Step};
use crate::probe::cleanup::journal::{Journal, JournalEntry};
use crate::probe::cleanup::obligations::{failure, is_gone};
use crate::probe::http;
use crate::probe::http::pool::Way;
use crate::probe::http::{FurtherPages, PlannedRequest, RunContext};
use crate::probe::job::{Event, Job};
use crate::probe::limiter::Urgency;
use crate::probe::values::Values;
use crate::probe::values::redact::Redactor;
use crate::probe::values::sought::Sought;

/// Receives the events of the run.
type Events<'e> = dyn Fn(Event<'_>) + Sync + 'e;

/// The time limit for all objects together.
const TIME_MAX: Duration = Duration::from_secs(30);

/// Deletes the objects that the journal lists for this target, and reports those that remain.
pub(crate) async fn clean_up(
    context: &RunContext<'_>,
    journal: &Journal,
    jobs: &[Job<'_>],
    events: &Events<'_>,
) {
    let end = Instant::now() + TIME_MAX;
    let redactor = context.minter.redactor();
    for (id, entry) in journal.pending() {
        // Objects on another target wait until that target is checked again.
        if !is_on_target(context, &entry) {
            continue;
        }
        let result = match entry.known {
            true => timeout_at(end, delete(context, &entry)).await,
            false => Ok(Err("its address is not known".to_owned())),
        };
        let result = result.unwrap_or_else(|_| Err("there was no time left for it".to_owned()));
        if result.is_ok() || !entry.known {
            journal.complete(id);
        }
        if let Err(why) = result
            && let Some(job) = job_of(&entry, jobs)
        {
            events(Event::LeftBehind(*job, &message(&entry, &why, &redactor)));
        }
    }
}

/// Requests go to the target's own origin only, whatever the journal contains.
fn is_on_target(context: &RunContext<'_>, entry: &JournalEntry) -> bool {
    let target = context.project.world.target.origin();
    let on_target = |url: Url| url.origin() == target;
    entry.target == target.ascii_serialization()
        && (!entry.known || Url::parse(&entry.path).is_ok_and(on_target))
}

async fn delete(context: &RunContext<'_>, entry: &JournalEntry) -> Result<(), String> {
    let request = Request {
        to: Destination::Address(Template::new(entry.path.as_str())),
        ..Request::to_target(entry.method.as_str(), "/")
    };
    let act = Act::Http(request.clone());
    let step = Step::new(Role::Cleanup, entry.step.as_str(), &entry.actor, act);
    let planned = PlannedRequest {
        save_to: None,
        step: &step,
        request: &request,
        values: &Values::default(),
        sought: &Sought::default(),
        urgency: Urgency::Cleanup,
        way: Way::default(),
        pages: FurtherPages::Ignored,
    };
    let exchange = http::send(context, &planned).await;
    is_gone(&exchange).then_some(()).ok_or_else(|| failure(&exchange))
}

/// The job of the entry's claim; any job if that claim is not checked in this run.
fn job_of<'j, 'a>(entry: &JournalEntry, jobs: &'j [Job<'a>]) -> Option<&'j Job<'a>> {
    let same = jobs.iter().find(|job| *job.claim == entry.claim);
    same.or_else(|| jobs.first())
}

fn message(entry: &JournalEntry, why: &str, redactor: &Redactor) -> String {
    redactor.text(&format!(
        "the object of step “{}” (`{} {}`), left by an earlier run for claim `{}`: {why}",
        entry.step, entry.method, entry.path, entry.claim
    ))
}
