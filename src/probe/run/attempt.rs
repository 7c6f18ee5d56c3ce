//! One attempt at a check: its steps in order, what they capture, and what they leave to clean up.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use crate::model::answer::error::ProbeError;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Observation};
use crate::model::answer::verdict::Reason;
use crate::model::plan::backup::{BackupSource, Opening};
use crate::model::plan::question::HostName;
use crate::model::plan::request::Request;
use crate::model::plan::{Act, Plan, Role, Step};
use crate::probe::cleanup::journal::Journal;
use crate::probe::cleanup::obligations::Debts;
use crate::probe::gate::Urgency;
use crate::probe::host::observed::Observed;
use crate::probe::host::{dns, tls};
use crate::probe::http;
use crate::probe::http::address::address;
use crate::probe::http::download::Place;
use crate::probe::http::{Asked, Instrument, Question, facts};
use crate::probe::job::Job;
use crate::probe::local::{backup, command, file, record};
use crate::probe::values::Values;
use crate::probe::values::canary::Searcher;
use crate::probe::values::redact::{Redactor, SECRET_LENGTH_MIN};

/// What came of an attempt.
pub(crate) struct Outcome {
    /// One observation for each step.
    pub(crate) observations: Vec<Observation>,
    /// What was made and could not be taken away, in words.
    pub(crate) left_behind: Vec<String>,
}

/// An attempt under way.
pub(crate) struct Attempt<'a> {
    tools: &'a Instrument<'a>,
    plan: &'a Plan,
    values: Values,
    searcher: Searcher,
    redactor: Redactor,
    /// Never held while anything is awaited.
    debts: RefCell<Debts<'a>>,
}

impl<'a> Attempt<'a> {
    /// An attempt that has not begun. Each has canaries of its own.
    pub(crate) fn new(tools: &'a Instrument<'a>, journal: &'a Journal, job: Job<'a>) -> Self {
        let values = Values::new(job.plan);
        let target = tools.project.world.target.origin().ascii_serialization();
        Self {
            tools,
            plan: job.plan,
            searcher: values.searcher(),
            redactor: values.redactor().after(known(tools, job.plan)),
            debts: RefCell::new(Debts::new(journal, job, target)),
            values,
        }
    }

    /// Takes the steps in the order of their groups, those of one group at the same time.
    pub(crate) async fn go(self) -> Outcome {
        let mut observations = Vec::with_capacity(self.plan.steps.len());
        for group in self.plan.groups() {
            self.take_together(group, &mut observations).await;
        }
        let left = self.debts.borrow().left_behind();
        let left_behind = left.iter().map(|text| self.redactor.text(text)).collect();
        Outcome { observations, left_behind }
    }

    /// Takes steps that do not depend on each other; the limits of the run say how many at once.
    async fn take_together(&self, group: Range<StepId>, observations: &mut Vec<Observation>) {
        let steps = group.map(|index| async move { (index, self.take(index).await) });
        let at_once = self.tools.project.limits.at_once.max(1);
        let mut taken: Vec<_> = stream::iter(steps).buffer_unordered(at_once).collect().await;
        taken.sort_unstable_by_key(|(index, _)| *index);
        for (index, taken) in taken {
            let taken = taken.unwrap_or_else(|| self.look_again(index, observations));
            observations.push(taken);
        }
    }

    /// Takes a step; `None` if it only looks again at an earlier one.
    async fn take(&self, index: StepId) -> Option<Observation> {
        let step = &self.plan.steps[index];
        Some(match &step.act {
            Act::Http(request) => self.http(index, step, request).await,
            Act::Record(record) => {
                let all = record::facts(record, (self.tools.now)());
                self.looked(step, Ok(all))
            }
            Act::Files(files) => {
                let (root, files) = (self.tools.root.to_owned(), files.clone());
                let facts = aside(move || file::facts(&root, &files)).await;
                self.looked(step, facts)
            }
            Act::Command(program) => {
                let begun = Instant::now();
                let ran = command::run(program, None, self.tools.desk()).await;
                let took_ms = ms(begun.elapsed());
                Observation { took_ms, ..self.looked(step, ran) }
            }
            Act::Open(opening) => self.open(step, opening).await,
            Act::Recall(_) | Act::Newest(_) => return None,
            Act::Tls(question) => {
                let world = &self.tools.project.world;
                self.below_http(step, &question.host, |time| tls::observe(question, world, time))
                    .await
            }
            Act::Dns(question) => {
                let world = &self.tools.project.world;
                self.below_http(step, &question.name, |time| dns::observe(question, world, time))
                    .await
            }
        })
    }

    /// What a step makes of the answer to an earlier one.
    fn look_again(&self, index: StepId, observations: &[Observation]) -> Observation {
        let step = &self.plan.steps[index];
        let earlier = step.looks_at().and_then(|earlier| observations.get(earlier));
        if let Act::Newest(newest) = &step.act {
            let picked = match earlier.map(|one| &one.answer) {
                Some(Answer::Facts(facts)) => newest.facts(facts),
                _ => Err(ProbeError::new(Reason::NotAsked, "there is no answer to look at")),
            };
            return self.looked(step, picked);
        }
        let captures = match earlier.map(|one| &one.answer) {
            Some(Answer::Facts(facts)) => self.capture(step, &facts.0),
            _ => BTreeMap::new(),
        };
        self.observed(Answer::Recalled, captures)
    }

    /// Puts a question to an instrument that keeps its own time; it is told how much it has.
    async fn below_http<F: Future<Output = Observed>>(
        &self,
        step: &Step,
        host: &HostName,
        ask: impl FnOnce(Duration) -> F,
    ) -> Observation {
        let gate = &self.tools.gate;
        let host = host.in_world(&self.tools.project.world).unwrap_or_default();
        let begun = Instant::now();
        let asked = match gate.enter(host, Urgency::Asking).await {
            Ok(_pass) => gate.bound(Urgency::Asking, ask(gate.time())).await,
            Err(stop) => Err(stop),
        };
        let (answer, address) = match asked {
            Ok(Some(Observed { answer: Ok(facts), address })) => (Ok(facts.0), address),
            Ok(Some(Observed { answer: Err(error), address })) => (Err(error.into()), address),
            Ok(None) => {
                (Err(ProbeError::new(Reason::Timeout, "no answer came in time").into()), None)
            }
            Err(stop) => (Err(stop.answer()), None),
        };
        let captures = match &answer {
            Ok(all) => self.capture(step, all),
            Err(_) => BTreeMap::new(),
        };
        let took = begun.elapsed();
        let asked = Asked { answer, sent: true, address, took, ..Asked::default() };
        self.heard(step, asked, captures)
    }

    /// What came of a step that sends nothing to the target.
    fn looked(&self, step: &Step, all: Result<Value, ProbeError>) -> Observation {
        match all {
            Ok(all) => {
                let captures = self.capture(step, &all);
                self.observed(Answer::Facts(facts::kept(all, step, &self.redactor)), captures)
            }
            Err(error) => self.observed(error.into(), BTreeMap::new()),
        }
    }

    async fn open(&self, step: &Step, opening: &Opening) -> Observation {
        if let Some(stop) = self.tools.gate.stop() {
            return self.observed(stop.answer(), BTreeMap::new());
        }
        let place = match Place::new(opening.size_max) {
            Ok(place) => place,
            Err(error) => return self.observed(error.into(), BTreeMap::new()),
        };
        let fetched = match &opening.from {
            BackupSource::Http(request) => {
                http::ask(self.tools, &self.question(step, request, Some(&place))).await
            }
            BackupSource::Files(files) => {
                let (root, files, copy) =
                    (self.tools.root.to_owned(), files.clone(), place.begin());
                let copied = aside(move || backup::copy_newest(&root, &files, copy)).await;
                Asked { answer: copied.map_err(Answer::Error), ..Asked::default() }
            }
        };
        let desk = self.tools.desk();
        let answer = match fetched.answer {
            Ok(facts) => backup::open(opening, facts, &place, desk).await.map_err(Answer::Error),
            Err(answer) => Err(answer),
        };
        self.heard(step, Asked { answer, ..fetched }, BTreeMap::new())
    }

    fn question<'q>(
        &'q self,
        step: &'q Step,
        request: &'q Request,
        place: Option<&'q Place>,
    ) -> Question<'q> {
        let making = request.writes() && step.role != Role::Cleanup;
        Question {
            step,
            request,
            values: &self.values,
            searcher: &self.searcher,
            urgency: urgency(step, making),
            place,
        }
    }

    async fn http(&self, index: StepId, step: &Step, request: &Request) -> Observation {
        if let Some(answer) = self.refusal(step, request) {
            if self.debts.borrow().has_made_nothing() {
                self.debts.borrow_mut().forgive(index);
            }
            return self.observed(answer, BTreeMap::new());
        }
        let making = request.writes() && step.role != Role::Cleanup;
        if making && let Err(why) = self.before(index) {
            let error = ProbeError::new(Reason::NotPermitted, why);
            return self.observed(error.into(), BTreeMap::new());
        }
        let asked = http::ask(self.tools, &self.question(step, request, None)).await;
        let captures = match &asked.answer {
            Ok(all) => self.capture(step, all),
            Err(_) => BTreeMap::new(),
        };
        if making {
            let address = address_of(self.tools, &self.values);
            self.debts.borrow_mut().after(index, &asked, &address);
        } else if step.role == Role::Cleanup {
            self.debts.borrow_mut().settle(index, &asked);
        }
        self.heard(step, asked, captures)
    }

    fn before(&self, index: StepId) -> Result<(), String> {
        let address = address_of(self.tools, &self.values);
        self.debts.borrow_mut().before(index, &address)
    }

    /// Why a step is not asked at all, if so.
    fn refusal(&self, step: &Step, request: &Request) -> Option<Answer> {
        let stop = self.tools.gate.stop();
        if step.role != Role::Cleanup
            && let Some(stop) = stop
        {
            return Some(stop.answer());
        }
        if request.writes() && !self.tools.project.writes {
            let detail = format!("`{}` needs `writes: true` in `avouch.yaml`", request.method);
            return Some(ProbeError::new(Reason::NotPermitted, detail).into());
        }
        let idle = step.role == Role::Cleanup && self.debts.borrow().has_made_nothing();
        idle.then(|| Answer::NotAsked("nothing was made".into()))
    }

    /// Takes a step's captures from its facts: as they are for later steps, redacted to be kept.
    fn capture(&self, step: &Step, all: &Value) -> BTreeMap<String, Value> {
        let mut kept = BTreeMap::new();
        for capture in &step.captures {
            if let Some(value) = all.pointer(&capture.at).filter(|value| !value.is_null()) {
                self.values.capture(&capture.name, value);
                self.debts.borrow_mut().captured(&capture.name);
                kept.insert(capture.name.clone(), self.redactor.value(value.clone()));
            }
        }
        kept
    }

    fn heard(&self, step: &Step, asked: Asked, captures: BTreeMap<String, Value>) -> Observation {
        let answer = match asked.answer {
            Ok(all) => Answer::Facts(facts::kept(all, step, &self.redactor)),
            Err(answer) => answer,
        };
        let took_ms = ms(asked.took);
        Observation {
            took_ms,
            address: asked.address,
            not_asked: asked.not_asked,
            ..self.observed(answer, captures)
        }
    }

    fn observed(&self, answer: Answer, captures: BTreeMap<String, Value>) -> Observation {
        let answer = match answer {
            Answer::NotAsked(why) => Answer::NotAsked(self.redactor.text(&why)),
            Answer::Error(error) => {
                Answer::Error(ProbeError { detail: self.redactor.text(&error.detail), ..error })
            }
            other => other,
        };
        Observation {
            at: (self.tools.now)(),
            took_ms: 0,
            address: None,
            not_asked: Vec::new(),
            answer,
            captures,
        }
    }
}

/// Tells the address of a request, where all its holes can be filled.
fn address_of(tools: &Instrument<'_>, values: &Values) -> impl Fn(&Request) -> Option<String> {
    |request| {
        let address = address(&request.to, tools.project, values);
        address.ok().map(String::from)
    }
}

/// Puts back what must never be kept: the actors' secrets, and what the plan's programs are given by
/// name.
fn known(tools: &Instrument<'_>, plan: &Plan) -> Arc<Redactor> {
    let of_all = tools.minter.redactor();
    let programs = plan.steps.iter().filter_map(|step| step.act.program());
    let values = programs.flat_map(|program| &program.env).filter_map(|name| (tools.env)(name));
    let values: Vec<String> =
        values.filter(|value| value.chars().count() >= SECRET_LENGTH_MIN).collect();
    if values.is_empty() {
        return of_all;
    }
    Arc::new(Redactor::of_secrets(&values).after(of_all))
}

/// Does what waits for the disk on another thread, so that nothing else waits for it.
async fn aside(
    work: impl FnOnce() -> Result<Value, ProbeError> + Send + 'static,
) -> Result<Value, ProbeError> {
    let failed = |_| Err(ProbeError::new(Reason::Unreachable, "it could not be looked at"));
    tokio::task::spawn_blocking(work).await.unwrap_or_else(failed)
}

fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn urgency(step: &Step, making: bool) -> Urgency {
    match step.role {
        Role::Cleanup => Urgency::Cleaning,
        _ if making => Urgency::Making,
        _ => Urgency::Asking,
    }
}
