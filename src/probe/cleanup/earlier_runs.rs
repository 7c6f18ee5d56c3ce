//! What earlier runs made and did not take away: taken away now, before anything is asked.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::model::plan::request::{Destination, Request};
use crate::model::plan::template::Template;
use crate::model::plan::{Act, Role, Step};
use crate::probe::cleanup::journal::{Entry, Journal};
use crate::probe::cleanup::obligations::{is_gone, why};
use crate::probe::gate::Urgency;
use crate::probe::http;
use crate::probe::http::{Instrument, Question};
use crate::probe::job::{Event, Job};
use crate::probe::values::Values;
use crate::probe::values::canary::Searcher;
use crate::probe::values::redact::Redactor;

/// Who is told of what happens.
type Events<'e> = dyn Fn(Event<'_>) + Sync + 'e;

/// How long may be spent on it.
const TIME_MAX: Duration = Duration::from_secs(30);

/// Takes away what the journal says is owed to this target; what cannot be is told.
pub(crate) async fn settle(
    tools: &Instrument<'_>,
    journal: &Journal,
    jobs: &[Job<'_>],
    events: &Events<'_>,
) {
    let end = Instant::now() + TIME_MAX;
    let redactor = tools.minter.redactor();
    for (id, entry) in journal.owed() {
        // What was made elsewhere waits until that target is assessed again.
        if !is_here(tools, &entry) {
            continue;
        }
        let outcome = match entry.known {
            true => timeout_at(end, clean(tools, &entry)).await,
            false => Ok(Err("nobody knows how to take it away".to_owned())),
        };
        let outcome = outcome.unwrap_or_else(|_| Err("there was no time left for it".to_owned()));
        if outcome.is_ok() || !entry.known {
            journal.done(id);
        }
        if let Err(why) = outcome {
            tell(&redactor, &entry, &why, (jobs, events));
        }
    }
}

/// Only this target's own origin is ever asked, whatever the file says.
fn is_here(tools: &Instrument<'_>, entry: &Entry) -> bool {
    let target = tools.project.world.target.origin();
    let on_target = |url: Url| url.origin() == target;
    entry.target == target.ascii_serialization()
        && (!entry.known || Url::parse(&entry.path).is_ok_and(on_target))
}

async fn clean(tools: &Instrument<'_>, entry: &Entry) -> Result<(), String> {
    let request = Request {
        to: Destination::Address(Template::new(entry.path.as_str())),
        ..Request::to_target(entry.method.as_str(), "/")
    };
    let act = Act::Http(request.clone());
    let step = Step::new(Role::Cleanup, entry.step.as_str(), &entry.actor, act);
    let question = Question {
        place: None,
        step: &step,
        request: &request,
        values: &Values::default(),
        searcher: &Searcher::new([]),
        urgency: Urgency::Cleaning,
    };
    let asked = http::ask(tools, &question).await;
    is_gone(&asked).then_some(()).ok_or_else(|| why(&asked))
}

fn tell(redactor: &Redactor, entry: &Entry, why: &str, (jobs, events): (&[Job<'_>], &Events<'_>)) {
    let same = jobs.iter().find(|job| *job.claim == entry.claim);
    let Some(job) = same.or_else(|| jobs.first()) else {
        return;
    };
    let text = format!(
        "an earlier run, for claim `{}`, left what “{}” makes or takes away (`{} {}`): {why}",
        entry.claim, entry.step, entry.method, entry.path
    );
    events(Event::LeftBehind(*job, &redactor.text(&text)));
}
