//! What an attempt has made on the target and still has to take away.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::answer::ids::StepId;
use crate::model::answer::observation::Answer;
use crate::model::plan::request::Request;
use crate::model::plan::{Plan, Role};
use crate::probe::cleanup::journal::{Entry, EntryId, Journal};
use crate::probe::http::Asked;
use crate::probe::job::Job;

/// What an attempt owes.
pub(crate) struct Debts<'a> {
    journal: &'a Journal,
    job: Job<'a>,
    target: String,
    /// Steps of which it is not known what they made.
    unknown: BTreeMap<StepId, EntryId>,
    /// Cleanup steps that have something to take away.
    known: BTreeMap<StepId, EntryId>,
    /// The cleanup steps whose address has a hole of this name.
    by_hole: BTreeMap<String, Vec<StepId>>,
    /// Cleanup steps that are to be written down as soon as their address can be told.
    waiting: BTreeSet<StepId>,
    has_made: bool,
    left: Vec<String>,
}

/// Tells the address of a request, where it can be told by now.
pub(crate) type AddressOf<'f> = dyn Fn(&Request) -> Option<String> + 'f;

impl<'a> Debts<'a> {
    /// An attempt that owes nothing.
    pub(crate) fn new(journal: &'a Journal, job: Job<'a>, target: String) -> Self {
        let mut by_hole: BTreeMap<String, Vec<StepId>> = BTreeMap::new();
        let mut waiting = BTreeSet::new();
        for (index, request) in cleanups(job.plan) {
            waiting.insert(index);
            for hole in request.to.template().holes() {
                by_hole.entry(hole.to_owned()).or_default().push(index);
            }
        }
        Self {
            journal,
            job,
            target,
            unknown: BTreeMap::new(),
            known: BTreeMap::new(),
            by_hole,
            waiting,
            has_made: false,
            left: Vec::new(),
        }
    }

    /// Whether nothing can have been made, so that there is nothing to take away.
    pub(crate) fn has_made_nothing(&self) -> bool {
        !self.has_made
    }

    /// Writes down what a step is about to make.
    pub(crate) fn before(&mut self, step: StepId, address: &AddressOf<'_>) -> Result<(), String> {
        self.learn(step, address)?;
        if self.cleanups_of(step).is_empty() {
            return Ok(());
        }
        let Some(request) = self.job.plan.steps[step].request() else {
            return Ok(());
        };
        let path = request.to.template().to_string();
        let entry = self.entry(step, request, path, false);
        let id = self.journal.owe(entry)?;
        self.unknown.insert(step, id);
        Ok(())
    }

    /// Looks at what a step made.
    pub(crate) fn after(&mut self, step: StepId, asked: &Asked, address: &AddressOf<'_>) {
        self.has_made |= asked.sent;
        let made = match &asked.answer {
            Ok(all) => is_success(all),
            // Without an answer nobody knows.
            Err(_) => asked.sent,
        };
        // What was made has been written down already, without its address: if this fails, it is
        // told as left behind.
        let learnt = self.learn(step, address);
        let cleanups = self.cleanups_of(step);
        let cleanable = learnt.is_ok() && cleanups.iter().all(|one| self.known.contains_key(one));
        if (!made || (cleanable && asked.answer.is_ok()))
            && let Some(id) = self.unknown.remove(&step)
        {
            self.journal.done(id);
        }
        self.forgive_what_is_done(step, asked);
    }

    /// A cleanup that a step has done already, by the very same request, has nothing left to take
    /// away, whatever the service says of things that are gone: some answer 403 for them.
    fn forgive_what_is_done(&mut self, step: StepId, asked: &Asked) {
        let steps = &self.job.plan.steps;
        let Some(request) = steps[step].request().filter(|_| is_gone(asked)) else {
            return;
        };
        let template = request.to.template();
        let cleanups = template.holes().filter_map(|hole| self.by_hole.get(hole)).flatten();
        let same = |one: &StepId| {
            *one > step
                && steps[*one].actor == steps[step].actor
                && steps[*one].credential == steps[step].credential
                && steps[*one].request() == Some(request)
        };
        let done: Vec<StepId> = cleanups.copied().filter(same).collect();
        for one in done {
            self.forgive(one);
        }
    }

    /// Takes it that a cleanup step has nothing to take away.
    pub(crate) fn forgive(&mut self, step: StepId) {
        if let Some(id) = self.known.remove(&step) {
            self.journal.done(id);
        }
    }

    /// Looks at what became of a cleanup step.
    pub(crate) fn settle(&mut self, step: StepId, asked: &Asked) {
        let Some(id) = self.known.remove(&step) else {
            return;
        };
        if is_gone(asked) {
            self.journal.done(id);
            return;
        }
        let plan = self.job.plan;
        let request = plan.steps[step].request();
        let method = request.map_or("", |request| request.method.as_str());
        let path = request.map_or_else(String::new, |request| request.to.template().to_string());
        let actor = &plan.steps[step].actor;
        let why = why(asked);
        self.left.push(format!("`{method} {path}` as `{actor}` did not take it away: {why}"));
    }

    /// What was made and could not be taken away, in words.
    pub(crate) fn left_behind(&self) -> Vec<String> {
        let name = |step: &StepId| &self.job.plan.steps[*step].name;
        let unknown = self.unknown.keys().map(|step| {
            format!(
                "what “{}” may have made: its answer did not tell how to take it away",
                name(step)
            )
        });
        let unsettled =
            self.known.keys().map(|step| format!("what “{}” was to take away", name(step)));
        self.left.iter().cloned().chain(unknown).chain(unsettled).collect()
    }

    /// Writes down every cleanup after `step` whose address can be told by now.
    ///
    /// One whose address cannot be told is not looked at again before it has another value: with
    /// thousands of objects, each look at all of them would be one too many.
    fn learn(&mut self, step: StepId, address: &AddressOf<'_>) -> Result<(), String> {
        let plan = self.job.plan;
        let waiting: Vec<StepId> = self.waiting.range(step + 1..).copied().collect();
        for cleanup in waiting {
            if let Some(request) = plan.steps[cleanup].request()
                && !self.known.contains_key(&cleanup)
                && let Some(path) = address(request)
            {
                let entry = self.entry(cleanup, request, path, true);
                let id = self.journal.owe(entry)?;
                self.known.insert(cleanup, id);
            }
            self.waiting.remove(&cleanup);
        }
        Ok(())
    }

    /// Takes note that a hole has a value now.
    pub(crate) fn captured(&mut self, hole: &str) {
        self.waiting.extend(self.by_hole.get(hole).into_iter().flatten());
    }

    /// The later cleanup steps that need what a step captures.
    fn cleanups_of(&self, step: StepId) -> Vec<StepId> {
        let captures = &self.job.plan.steps[step].captures;
        let all = captures.iter().filter_map(|one| self.by_hole.get(&one.name)).flatten();
        all.copied().filter(|cleanup| *cleanup > step).collect()
    }

    fn entry(&self, step: StepId, request: &Request, path: String, known: bool) -> Entry {
        let step = &self.job.plan.steps[step];
        Entry {
            claim: self.job.claim.to_string(),
            target: self.target.clone(),
            step: step.name.clone(),
            actor: step.actor.clone(),
            method: request.method.clone(),
            path,
            known,
        }
    }
}

fn cleanups(plan: &Plan) -> impl Iterator<Item = (StepId, &Request)> {
    let steps = plan.steps.iter().enumerate().filter(|(_, step)| step.role == Role::Cleanup);
    steps.filter_map(|(index, step)| Some((index, step.request()?)))
}

fn status(all: &Value) -> u64 {
    all.get("status").and_then(Value::as_u64).unwrap_or(0)
}

fn is_success(all: &Value) -> bool {
    (200..400).contains(&status(all))
}

/// Whether a cleanup's answer says that the thing is gone.
pub(crate) fn is_gone(asked: &Asked) -> bool {
    let gone = |all: &Value| matches!(status(all), 200..=299 | 404 | 410);
    asked.answer.as_ref().is_ok_and(gone)
}

/// Why a cleanup did not succeed, in words.
pub(crate) fn why(asked: &Asked) -> String {
    match &asked.answer {
        Ok(all) => format!("it was answered with {}", status(all)),
        Err(Answer::Error(error)) => error.detail.clone(),
        Err(Answer::NotAsked(why)) => why.clone(),
        Err(_) => "it was not asked".into(),
    }
}
