//! Progress of a run: a bar and the slowest checks on a terminal, plain lines elsewhere.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use avouch::model::project::world::Limits;
use avouch::probe::job::{Event, Job, Waited};
use avouch::render::outlet::Text;
use avouch::render::outlet::terminal::Terminal;
use avouch::render::wording;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::terminal::console::Console;
use crate::terminal::secrets;
use crate::terminal::waited::in_words;

/// How many of the running checks the bar names.
const NAMED_MAX: usize = 3;

/// Shows the progress of a run.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    running: Mutex<Vec<String>>,
    waited: Mutex<Waited>,
    limits: Limits,
    console: Console,
}

impl Progress {
    /// Starts to show the progress of these jobs.
    pub(crate) fn new(jobs: &[Job<'_>], limits: Limits, console: Console) -> Self {
        let bar = console.shows_progress().then(|| bar(jobs.len()));
        if bar.is_none() {
            console.message(format!("running {}", wording::count(jobs.len(), "check")));
        }
        Self { bar, running: Mutex::default(), waited: Mutex::default(), limits, console }
    }

    /// Shows one event.
    pub(crate) fn tell(&self, event: Event<'_>) {
        if let Event::Finished(_, _, waited) = &event {
            *self.waited.lock().unwrap_or_else(PoisonError::into_inner) += *waited;
        }
        if self.console.is_json() {
            return self.log(event);
        }
        match event {
            Event::Started(job) => self.update(|running| running.push(name(job))),
            Event::Finished(job, ..) => {
                self.update(|running| running.retain(|one| *one != name(job)));
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
            }
            Event::Retrying(job, verdict, wait_ms) => {
                let wait_s = Duration::from_millis(wait_ms).as_secs_f32();
                self.line(&format!("{}: {verdict}, trying again in {wait_s:.1} s", name(job)));
            }
            Event::LookingAgain(job) => {
                self.line(&format!(
                    "{}: failed, looking again while no other check runs",
                    name(job)
                ));
            }
            Event::LeftBehind(job, what) => {
                self.line(&format!("{}: could not delete: {what}", name(job)))
            }
            Event::Warning(what) => self.line(&format!("warning: {what}")),
        }
    }

    /// Logs one event for programs.
    fn log(&self, event: Event<'_>) {
        let (name, job, more): (_, _, &[(&str, Value)]) = match &event {
            Event::Started(job) => ("started", job, &[]),
            Event::Finished(job, verdict, waited) => {
                ("finished", job, &[("verdict", json!(verdict)), ("waited_ms", waited_ms(waited))])
            }
            Event::LookingAgain(job) => ("looking-again", job, &[]),
            Event::Retrying(job, verdict, wait_ms) => {
                ("retrying", job, &[("verdict", json!(verdict)), ("wait_ms", json!(wait_ms))])
            }
            Event::LeftBehind(job, what) => ("left-behind", job, &[("what", json!(what))]),
            Event::Warning(what) => return self.console.event("warned", &[("what", json!(what))]),
        };
        let of = [
            ("claim", json!(job.claim)),
            ("check", json!(job.check + 1)),
            ("kind", json!(job.plan.kind)),
        ];
        self.console.event(name, &[&of, more].concat());
    }

    /// Removes the bar, and reports what the run waited for.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let waited = *self.waited.lock().unwrap_or_else(PoisonError::into_inner);
        if self.console.is_json() {
            self.console.event("waited", &[("waited_ms", waited_ms(&waited))]);
        } else if let Some(line) = in_words(&waited, &self.limits) {
            self.console.message(&line);
        }
    }

    /// The running checks that started first are the slowest.
    fn update(&self, change: impl FnOnce(&mut Vec<String>)) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut running);
        if let Some(bar) = &self.bar {
            let named = running[..running.len().min(NAMED_MAX)].join(", ");
            bar.set_message(secrets::without(Text::<Terminal>::from(named).finish()).to_string());
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => {
                let text = secrets::without(Text::<Terminal>::from(text).finish());
                bar.println(text.as_str());
            }
            None => self.console.message(text),
        }
    }
}

/// Each time in milliseconds.
fn waited_ms(waited: &Waited) -> Value {
    let ms = |time: Duration| json!(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    waited.parts().into_iter().map(|(name, time)| (name.to_owned(), ms(time))).collect()
}

fn name(job: Job<'_>) -> String {
    format!("{} ({})", job.claim, job.plan.kind)
}

fn bar(jobs: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(jobs).unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} checks  {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
