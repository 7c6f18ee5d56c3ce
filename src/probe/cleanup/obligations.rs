//! The objects that an attempt created on the target and must still delete.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde_json::Value;

use crate::model::answer::ids::StepId;
use crate::model::answer::observation::Answer;
use crate::model::plan::holes::holes;
use crate::model::plan::request::Request;
use crate::model::plan::{Plan, Role};
use crate::probe::cleanup::debt::{Known, fingerprint};
use crate::probe::cleanup::journal::{EntryId, Journal, JournalEntry};
use crate::probe::http::Exchange;
use crate::probe::job::Job;
use crate::probe::strangers::graphql;

/// The pending cleanup of one attempt.
pub(crate) struct Obligations<'a> {
    journal: &'a Journal,
    job: Job<'a>,
    target: String,
    /// Steps that may have created an object whose address is not known.
    unknown: BTreeMap<StepId, EntryId>,
    /// Cleanup steps whose object exists and whose address is known.
    known: BTreeMap<StepId, EntryId>,
    /// The cleanup steps whose request contains this placeholder.
    by_placeholder: BTreeMap<String, Vec<StepId>>,
    /// Cleanup steps that are not recorded yet because a value of their request is not known.
    unresolved: BTreeSet<StepId>,
    has_written: bool,
    failures: Vec<String>,
}

/// Where the object of a journal entry is deleted.
enum CleanupPath {
    /// Not known yet: the template of the request that creates the object.
    Template(String),
    /// The values of the deletion.
    Known(Known),
}

/// Returns the values of a request, if all its placeholders have values.
pub(crate) type KnownOf<'f> = dyn Fn(&Request) -> Option<Known> + 'f;

impl<'a> Obligations<'a> {
    /// An attempt that has created nothing yet.
    pub(crate) fn new(journal: &'a Journal, job: Job<'a>, target: String) -> Self {
        let mut by_placeholder: BTreeMap<String, Vec<StepId>> = BTreeMap::new();
        let mut unresolved = BTreeSet::new();
        for (index, request) in cleanups(job.plan) {
            unresolved.insert(index);
            for placeholder in holes(request) {
                by_placeholder.entry(placeholder).or_default().push(index);
            }
        }
        Self {
            journal,
            job,
            target,
            unknown: BTreeMap::new(),
            known: BTreeMap::new(),
            by_placeholder,
            unresolved,
            has_written: false,
            failures: Vec::new(),
        }
    }

    /// Whether the attempt cannot have created anything, so that there is nothing to delete.
    pub(crate) fn has_written_nothing(&self) -> bool {
        !self.has_written
    }

    /// Records the object that a step is about to create.
    pub(crate) fn begin_write(
        &mut self,
        step: StepId,
        known_of: &KnownOf<'_>,
    ) -> Result<(), String> {
        self.record_known(step, known_of)?;
        if self.cleanups_of(step).is_empty() {
            return Ok(());
        }
        let Some(request) = self.job.plan.steps[step].request() else {
            return Ok(());
        };
        let path = request.to.template().to_string();
        let entry = self.entry(step, request, CleanupPath::Template(path));
        let id = self.journal.add(entry)?;
        self.unknown.insert(step, id);
        Ok(())
    }

    /// Updates the pending cleanup after a step that writes.
    pub(crate) fn finish_write(
        &mut self,
        step: StepId,
        exchange: &Exchange,
        known_of: &KnownOf<'_>,
    ) {
        self.has_written |= exchange.sent;
        let created = match &exchange.answer {
            Ok(all) => is_success(all),
            // Without an answer, the object may exist.
            Err(_) => exchange.sent,
        };
        // The object has been recorded already, without its address: if this fails, it is reported
        // as left behind.
        let recorded = self.record_known(step, known_of);
        let cleanups = self.cleanups_of(step);
        let cleanable = recorded.is_ok() && cleanups.iter().all(|one| self.known.contains_key(one));
        if (!created || (cleanable && exchange.answer.is_ok()))
            && let Some(id) = self.unknown.remove(&step)
        {
            self.journal.complete(id);
        }
        self.discharge_completed(step, exchange);
    }

    /// If a step has already sent the request of a later cleanup step, and the object no longer exists,
    /// that cleanup has nothing left to delete. Some services answer 403 for a deleted object.
    fn discharge_completed(&mut self, step: StepId, exchange: &Exchange) {
        let steps = &self.job.plan.steps;
        let Some(request) = steps[step].request().filter(|_| is_gone(exchange)) else {
            return;
        };
        let holes = holes(request);
        let cleanups = holes.iter().filter_map(|name| self.by_placeholder.get(name)).flatten();
        let same = |one: &StepId| {
            *one > step
                && steps[*one].actor == steps[step].actor
                && steps[*one].credential == steps[step].credential
                && steps[*one].request() == Some(request)
        };
        let done: Vec<StepId> = cleanups.copied().filter(same).collect();
        for one in done {
            self.discharge(one);
        }
    }

    /// Removes the obligation of a cleanup step that has nothing to delete.
    pub(crate) fn discharge(&mut self, step: StepId) {
        if let Some(id) = self.known.remove(&step) {
            self.journal.complete(id);
        }
    }

    /// Updates the pending cleanup after a cleanup step.
    pub(crate) fn finish_cleanup(&mut self, step: StepId, exchange: &Exchange) {
        let Some(id) = self.known.remove(&step) else {
            return;
        };
        if is_gone(exchange) {
            self.journal.complete(id);
            return;
        }
        let plan = self.job.plan;
        let request = plan.steps[step].request();
        let method = request.map_or("", |request| request.method.as_str());
        let path = request.map_or_else(String::new, |request| request.to.template().to_string());
        let actor = &plan.steps[step].actor;
        let why = failure(exchange);
        self.failures
            .push(format!("`{method} {path}` as `{actor}` did not delete the object: {why}"));
    }

    /// One message for each object that could not be deleted.
    pub(crate) fn left_behind(&self) -> Vec<String> {
        let name = |step: &StepId| &self.job.plan.steps[*step].name;
        let unknown = self.unknown.keys().map(|step| {
            format!(
                "step “{}” may have created an object: its answer did not identify it",
                name(step)
            )
        });
        let unsettled =
            self.known.keys().map(|step| format!("the object that step “{}” deletes", name(step)));
        self.failures.iter().cloned().chain(unknown).chain(unsettled).collect()
    }

    /// Records every cleanup after `step` whose values are known.
    ///
    /// A cleanup whose values are not known is not tried again until one of its placeholders gets a
    /// value: a plan may have thousands of them.
    fn record_known(&mut self, step: StepId, known_of: &KnownOf<'_>) -> Result<(), String> {
        let plan = self.job.plan;
        let later = (Bound::Excluded(step), Bound::Unbounded);
        let unresolved: Vec<StepId> = self.unresolved.range(later).copied().collect();
        for cleanup in unresolved {
            if let Some(request) = plan.steps[cleanup].request()
                && !self.known.contains_key(&cleanup)
                && let Some(known) = known_of(request)
            {
                let entry = self.entry(cleanup, request, CleanupPath::Known(known));
                let id = self.journal.add(entry)?;
                self.known.insert(cleanup, id);
            }
            self.unresolved.remove(&cleanup);
        }
        Ok(())
    }

    /// Notes that a placeholder has a value now.
    pub(crate) fn note_capture(&mut self, placeholder: &str) {
        self.unresolved.extend(self.by_placeholder.get(placeholder).into_iter().flatten());
    }

    /// The later cleanup steps that use a capture of this step.
    fn cleanups_of(&self, step: StepId) -> Vec<StepId> {
        let captures = &self.job.plan.steps[step].captures;
        let all = captures.iter().filter_map(|one| self.by_placeholder.get(&one.name)).flatten();
        all.copied().filter(|cleanup| *cleanup > step).collect()
    }

    fn entry(&self, step: StepId, request: &Request, path: CleanupPath) -> JournalEntry {
        let step = &self.job.plan.steps[step];
        let known = matches!(path, CleanupPath::Known(_));
        let Known { address: path, captures } = match path {
            CleanupPath::Template(address) => Known { address, captures: BTreeMap::new() },
            CleanupPath::Known(known) => known,
        };
        JournalEntry {
            claim: self.job.claim.to_string(),
            target: self.target.clone(),
            step: step.name.clone(),
            actor: step.actor.clone(),
            method: request.method.clone(),
            path,
            known,
            plan: known.then(|| fingerprint(step)),
            captures,
        }
    }
}

fn cleanups(plan: &Plan) -> impl Iterator<Item = (StepId, &Request)> {
    let steps = StepId::enumerate(&plan.steps).filter(|(_, step)| step.role == Role::Cleanup);
    steps.filter_map(|(index, step)| Some((index, step.request()?)))
}

fn status(all: &Value) -> u64 {
    all.get("status").and_then(Value::as_u64).unwrap_or(0)
}

fn is_success(all: &Value) -> bool {
    (200..400).contains(&status(all))
}

/// Whether the answer to a cleanup request shows that the object no longer exists.
pub(crate) fn is_gone(exchange: &Exchange) -> bool {
    let gone = |all: &Value| {
        // An operation in GraphQL that failed has the status of a success.
        let failed = graphql::outcome(all).is_some_and(|outcome| outcome != "not-found");
        matches!(status(all), 200..=299 | 404 | 410) && !failed
    };
    exchange.answer.as_ref().is_ok_and(gone)
}

/// The message for a cleanup that failed.
pub(crate) fn failure(exchange: &Exchange) -> String {
    match &exchange.answer {
        Ok(all) if graphql::outcome(all).is_some() => {
            "the service answered that the operation failed".to_owned()
        }
        Ok(all) => format!("the service answered with {}", status(all)),
        Err(Answer::Error(error)) => error.detail.clone(),
        Err(Answer::NotAsked(why)) => why.clone(),
        Err(_) => "the request was not sent".into(),
    }
}
