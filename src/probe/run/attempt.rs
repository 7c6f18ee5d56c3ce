//! One attempt at a check: runs its steps in order, with their captures and their cleanup.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use url::Url;

use crate::model::answer::error::ProbeError;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Look, Observation};
use crate::model::answer::verdict::Reason;
use crate::model::judge::lasting;
use crate::model::plan::backup::{BackupSource, Opening};
use crate::model::plan::expect::TOOK;
use crate::model::plan::looks::Looks;
use crate::model::plan::question::HostName;
use crate::model::plan::request::Request;
use crate::model::plan::{Act, Lasting, Plan, Role, Step};
use crate::model::project::token_shape::IDENTIFYING_CHARS;
use crate::model::project::weak_secret::is_strong;
use crate::probe::cleanup::debt::{self, Known};
use crate::probe::cleanup::journal::Journal;
use crate::probe::cleanup::obligations::Obligations;
use crate::probe::host::observed::Observed;
use crate::probe::host::{dns, tls};
use crate::probe::http;
use crate::probe::http::address::address;
use crate::probe::http::download::PrivateDir;
use crate::probe::http::facts::Extent;
use crate::probe::http::pool::Way;
use crate::probe::http::{Exchange, FurtherPages, PlannedRequest, RunContext};
use crate::probe::job::Job;
use crate::probe::limiter::{Entrance, Urgency};
use crate::probe::local::{backup, command, file, record};
use crate::probe::run::keep::readers;
use crate::probe::run::repeated;
use crate::probe::run::repeated::Exchanges;
use crate::probe::strangers::Strangers;
use crate::probe::values::Values;
use crate::probe::values::redact::{Redactor, SECRET_LENGTH_MIN, token_parts};
use crate::probe::values::sought::Sought;

/// The result of an attempt.
pub(crate) struct AttemptResult {
    /// One observation for each step.
    pub(crate) observations: Vec<Observation>,
    /// One message for each object that could not be deleted.
    pub(crate) left_behind: Vec<String>,
}

/// An attempt in progress.
pub(crate) struct Attempt<'a> {
    pub(super) context: &'a RunContext<'a>,
    pub(super) plan: &'a Plan,
    pub(super) values: Values,
    sought: RefCell<Arc<Sought>>,
    /// The number of captures when `sought` was made.
    sought_at: Cell<usize>,
    /// How much was received by logging in when `redactor` was made.
    received: Cell<usize>,
    /// Never borrowed across an await.
    redactor: RefCell<Arc<Redactor>>,
    /// Removes secrets, and leaves marks.
    secrets: Arc<Redactor>,
    /// For each step, the later steps that evaluate its answer again.
    pub(super) readers: BTreeMap<StepId, Vec<StepId>>,
    strangers: Strangers,
    /// How often the request of each step is sent.
    looks: Vec<Looks>,
    /// The observations of the first look, if this is the second one.
    first: Option<&'a [Observation]>,
    /// Never borrowed across an await.
    obligations: RefCell<Obligations<'a>>,
}

impl<'a> Attempt<'a> {
    /// An attempt that has not started. Each attempt has its own canaries.
    pub(crate) fn new(context: &'a RunContext<'a>, journal: &'a Journal, job: Job<'a>) -> Self {
        let values = Values::new(job.plan, context.project, (context.now)());
        let target = context.project.world.target.origin().ascii_serialization();
        let secrets = secret_redactor(context, job.plan);
        Self {
            context,
            plan: job.plan,
            strangers: Strangers::new(job.plan),
            sought: RefCell::new(Arc::new(values.sought().and(context.minter.sought()))),
            sought_at: Cell::new(0),
            received: Cell::new(0),
            redactor: RefCell::new(Arc::new(values.redactor().after(&secrets))),
            secrets,
            readers: readers(job.plan),
            obligations: RefCell::new(Obligations::new(journal, job, target)),
            values,
            looks: job.plan.looks(),
            first: None,
        }
    }

    /// A second look at a check that these observations of the first look violate: each request goes to the
    /// address that it went to before.
    pub(crate) fn again(mut self, first: &'a [Observation], broken: &BTreeSet<StepId>) -> Self {
        self.looks = self.plan.looks_again(broken);
        self.first = Some(first);
        self
    }

    /// Runs the groups of steps in order, and the steps of one group concurrently.
    pub(crate) async fn run(self) -> AttemptResult {
        let mut observations = Vec::with_capacity(self.plan.steps.len());
        for group in self.plan.groups() {
            self.look_for_new_ids();
            self.run_group(group, &mut observations).await;
        }
        self.strangers.finish(self.plan, &mut observations);
        let left = self.obligations.borrow().left_behind();
        let left_behind = left.iter().map(|text| self.redactor().text(text)).collect();
        AttemptResult { observations, left_behind }
    }

    /// Steps of one group do not depend on each other, so ids are looked for from the next group on.
    fn look_for_new_ids(&self) {
        let captured = self.values.captured();
        if self.sought_at.replace(captured) != captured
            && let Some(ids) = self.values.sought_ids()
        {
            let sought = self.values.sought().and(self.context.minter.sought());
            self.sought.replace(Arc::new(sought.and(&ids)));
        }
    }

    /// Runs steps that do not depend on each other, as many at once as the limits allow.
    async fn run_group(&self, group: Range<usize>, observations: &mut Vec<Observation>) {
        let steps =
            group.map(StepId).map(|index| async move { (index, self.run_step(index).await) });
        let at_once = self.context.project.limits.at_once.max(1);
        let mut done: Vec<_> = stream::iter(steps).buffer_unordered(at_once).collect().await;
        done.sort_unstable_by_key(|(index, _)| *index);
        for (index, done) in done {
            let done = done.unwrap_or_else(|| self.recall(index, observations));
            observations.push(done);
        }
    }

    /// Runs a step; `None` if it only reads the answer to an earlier one.
    async fn run_step(&self, index: StepId) -> Option<Observation> {
        let step = &self.plan.steps[index];
        Some(match &step.act {
            Act::Http(request) => self.http(index, step, request).await,
            Act::Record(record) => {
                let all = record::facts(record, (self.context.now)());
                self.local_observation(index, step, Ok(all))
            }
            Act::Manifest(manifest) => {
                self.local_observation(index, step, Ok(manifest.facts.clone()))
            }
            Act::Files(files) => {
                let (root, files) = (self.context.root.to_owned(), files.clone());
                let facts = off_thread(move || file::facts(&root, &files)).await;
                self.local_observation(index, step, facts)
            }
            Act::Command(program) => {
                let start = Instant::now();
                let redactor = self.redactor();
                let ran =
                    command::run(program, None, self.context.command_context(&redactor)).await;
                let took_ms = ms(start.elapsed());
                Observation { took_ms, ..self.local_observation(index, step, ran) }
            }
            Act::Open(opening) => self.open(index, step, opening).await,
            Act::Recall(_) | Act::Newest(_) => return None,
            Act::Tls(question) => {
                let world = &self.context.project.world;
                self.observe_host((index, step), &question.host, |time| {
                    tls::observe(question, world, time)
                })
                .await
            }
            Act::Dns(question) => {
                let world = &self.context.project.world;
                self.observe_host((index, step), &question.name, |time| {
                    dns::observe(question, world, time)
                })
                .await
            }
        })
    }

    /// The observation of a step that reads the answer to an earlier one.
    fn recall(&self, index: StepId, observations: &[Observation]) -> Observation {
        let step = &self.plan.steps[index];
        let earlier = step.looks_at().and_then(|earlier| observations.get(earlier.0));
        if let Act::Newest(newest) = &step.act {
            let picked = match earlier.map(|one| &one.answer) {
                Some(Answer::Facts(facts)) => newest.facts(facts),
                _ => Err(ProbeError::new(Reason::NotAsked, "the earlier step has no answer")),
            };
            return self.local_observation(index, step, picked);
        }
        let captures = match earlier.map(|one| &one.answer) {
            Some(Answer::Facts(facts)) => self.capture(step, &facts.0),
            _ => BTreeMap::new(),
        };
        self.observation(Answer::Recalled, captures)
    }

    /// Runs an instrument that enforces its own timeout, which it receives as an argument.
    async fn observe_host<F: Future<Output = Observed>>(
        &self,
        (index, step): (StepId, &Step),
        host: &HostName,
        observe: impl FnOnce(Duration) -> F,
    ) -> Observation {
        let limiter = &self.context.limiter;
        let host = host.in_world(&self.context.project.world).unwrap_or_default();
        let start = Instant::now();
        let paced = self.is_paced(&step.act, host);
        let entrance = Entrance { host, writes: false, paced, urgency: Urgency::Read };
        let exchange = match limiter.enter(entrance).await {
            Ok(_permit) => {
                limiter
                    .with_request_timeout(Urgency::Read, observe(limiter.instrument_timeout()))
                    .await
            }
            Err(stop) => Err(stop),
        };
        let (answer, address) = match exchange {
            Ok(Some(Observed { answer: Ok(facts), address })) => (Ok(facts.0), address),
            Ok(Some(Observed { answer: Err(error), address })) => (Err(error.into()), address),
            Ok(None) => (Err(ProbeError::new(Reason::Timeout, "no answer in time").into()), None),
            Err(stop) => (Err(stop.answer()), None),
        };
        let captures = match &answer {
            Ok(all) => self.capture(step, all),
            Err(_) => BTreeMap::new(),
        };
        let took = start.elapsed();
        let exchange = Exchange { answer, sent: true, address, took, ..Exchange::default() };
        self.network_observation(index, step, exchange, captures)
    }

    /// Whether a question to a host counts among the requests per second. A name is looked up at a name
    /// server, which is another host.
    fn is_paced(&self, act: &Act, host: &str) -> bool {
        let world = &self.context.project.world;
        let name_server = world.resolver.map(|resolver| format!("http://{resolver}/"));
        let address = match act {
            Act::Dns(_) => name_server,
            _ => Some(format!("https://{host}/")),
        };
        let url = address.and_then(|address| Url::parse(&address).ok());
        url.map_or(!world.demo, |url| self.context.is_paced(&url))
    }

    /// The observation of a step that sends nothing to the target.
    fn local_observation(
        &self,
        index: StepId,
        step: &Step,
        all: Result<Value, ProbeError>,
    ) -> Observation {
        match all {
            Ok(all) => {
                let captures = self.capture(step, &all);
                let all = self.with_secrets_found(step, all);
                let kept = self.kept(index, step, all, &self.redactor());
                self.observation(Answer::Facts(kept), captures)
            }
            Err(error) => self.observation(error.into(), BTreeMap::new()),
        }
    }

    async fn open(&self, index: StepId, step: &Step, opening: &Opening) -> Observation {
        if let Some(stop) = self.context.limiter.stop() {
            return self.observation(stop.answer(), BTreeMap::new());
        }
        let dir = match PrivateDir::new(opening.size_max) {
            Ok(dir) => dir,
            Err(error) => return self.observation(error.into(), BTreeMap::new()),
        };
        let fetched = match &opening.from {
            BackupSource::Http(request) => {
                let sought = self.sought.borrow().clone();
                let planned = self.planned((step, &sought), request, Some(&dir));
                http::send(self.context, &planned).await
            }
            BackupSource::Files(files) => {
                let (root, files, copy) =
                    (self.context.root.to_owned(), files.clone(), dir.begin());
                let copied = off_thread(move || backup::copy_newest(&root, &files, copy)).await;
                Exchange { answer: copied.map_err(Answer::Error), ..Exchange::default() }
            }
        };
        let redactor = self.redactor();
        let programs = self.context.command_context(&redactor);
        let answer = match fetched.answer {
            Ok(facts) => backup::open(opening, facts, &dir, programs).await.map_err(Answer::Error),
            Err(answer) => Err(answer),
        };
        self.network_observation(index, step, Exchange { answer, ..fetched }, BTreeMap::new())
    }

    fn planned<'q>(
        &'q self,
        (step, sought): (&'q Step, &'q Arc<Sought>),
        request: &'q Request,
        save_to: Option<&'q PrivateDir>,
    ) -> PlannedRequest<'q> {
        PlannedRequest {
            step,
            request,
            values: &self.values,
            sought,
            urgency: urgency(step, request),
            save_to,
            way: Way::default(),
            pages: FurtherPages::Ignored,
        }
    }

    async fn http(&self, index: StepId, step: &Step, request: &Request) -> Observation {
        match &step.lasting {
            Some(lasting) => self.lasting((index, step), request, lasting).await,
            None => self.request(index, step, request).await,
        }
    }

    /// Sends the request for each object of an earlier run that is old enough. The answer for the first object
    /// that is still there counts, else the first error, else the first answer.
    async fn lasting(
        &self,
        (index, step): (StepId, &Step),
        request: &Request,
        Lasting { capture, after }: &Lasting,
    ) -> Observation {
        let now = (self.context.now)();
        let all = self.context.lasting;
        let mut worst: Option<Observation> = None;
        for object in
            lasting::due(all, self.plan, *after, now).into_iter().take(lasting::OBJECTS_MAX)
        {
            let id = Value::from(object.id.as_str());
            self.values.capture(capture, &id);
            let mut observation = self.request(index, step, request).await;
            observation.captures.insert(capture.clone(), self.redactor().value(id));
            let status = match &observation.answer {
                Answer::Facts(facts) => facts.status(),
                _ => None,
            };
            let is_gone = |status| step.expect.iter().any(|one| one.names_status(status));
            match status {
                Some(status) if !is_gone(status) => return observation,
                Some(_) if worst.is_some() => {}
                Some(_) => worst = Some(observation),
                None => worst = Some(observation),
            }
        }
        let none = || {
            let why = lasting::not_yet(all, self.plan, *after, now);
            self.observation(ProbeError::new(Reason::NotYet, why).into(), BTreeMap::new())
        };
        worst.unwrap_or_else(none)
    }

    async fn request(&self, index: StepId, step: &Step, request: &Request) -> Observation {
        if let Some(answer) = self.refusal(step, request) {
            if self.obligations.borrow().has_written_nothing() {
                self.obligations.borrow_mut().discharge(index);
            }
            return self.observation(answer, BTreeMap::new());
        }
        let is_write = urgency(step, request) == Urgency::Write;
        if is_write && let Err(why) = self.begin_write(index) {
            let error = ProbeError::new(Reason::NotPermitted, why);
            return self.observation(error.into(), BTreeMap::new());
        }
        let looks = self.looks[index.0];
        let sought = self.sought.borrow().clone();
        let pages = if looks.pages { FurtherPages::Read } else { FurtherPages::Ignored };
        let way = self.way(index, request);
        let planned = PlannedRequest { pages, way, ..self.planned((step, &sought), request, None) };
        let mut sent = repeated::send(self.context, &planned, looks).await;
        self.look_at_strangers(index, step, &mut sent);
        if self.expects_time(index) {
            sent.note_times();
        }
        let exchange = &sent.first.1;
        let mut captures = match &exchange.answer {
            Ok(all) => self.capture(step, all),
            Err(_) => BTreeMap::new(),
        };
        captures.extend(self.values.known_in(step));
        if is_write {
            let known = self.known_of();
            self.obligations.borrow_mut().finish_write(index, exchange, &known);
        } else if step.role == Role::Cleanup {
            self.obligations.borrow_mut().finish_cleanup(index, exchange);
        }
        self.repeated_observation((index, step), sent, captures)
    }

    /// Whether a step, or a later one that evaluates its answer, expects a response time.
    fn expects_time(&self, index: StepId) -> bool {
        let readers = self.readers.get(&index).map_or(&[][..], Vec::as_slice);
        let mut judged = [index].into_iter().chain(readers.iter().copied());
        judged.any(|id| self.plan.steps[id].expect.iter().any(|one| one.at == TOOK))
    }

    /// The way of a request to the address that answered it in the first look, if there was one.
    fn way(&self, index: StepId, request: &Request) -> Way {
        let first = self.first.and_then(|first| first.get(index.0));
        let first = first.and_then(|first| first.address.as_ref());
        let first = first.and_then(|address| address.parse::<SocketAddr>().ok());
        let url = address(&request.to, self.context.project, &self.values).ok();
        let world = &self.context.project.world;
        let url = url.filter(|url| url.domain().is_some() || !world.connects_to(url).is_empty());
        let host = url.as_ref().and_then(Url::host_str).map(str::to_owned);
        Way { pinned: host.zip(first), ..Way::default() }
    }

    /// Compares the answers to strangers with the owner's, before anything is left out of them.
    fn look_at_strangers(&self, index: StepId, step: &Step, sent: &mut Exchanges) {
        for (_, exchange) in std::iter::once(&mut sent.first).chain(&mut sent.others) {
            if let Ok(facts) = &mut exchange.answer {
                self.strangers.look_at(index, step, facts, &exchange.request_text);
            }
        }
    }

    /// The observation of a request that may have been sent several times.
    fn repeated_observation(
        &self,
        (index, step): (StepId, &Step),
        sent: Exchanges,
        captures: BTreeMap<String, Value>,
    ) -> Observation {
        let (times, addresses) = (sent.sent(), sent.addresses);
        let (at, exchange) = sent.first;
        let first = self.network_observation(index, step, exchange, captures);
        let others = sent.others.into_iter().map(|(at, exchange)| {
            let address = exchange.address.clone();
            let observed = self.network_observation(index, step, exchange, BTreeMap::new());
            Look { at, address, times: 1, answer: observed.answer }
        });
        let others = repeated::different((at, &first.answer), others.collect());
        let mut observation = Observation { at, sent: times, others, ..first };
        if !addresses.asked.is_empty() {
            let texts = |all: Vec<IpAddr>| all.iter().map(ToString::to_string).collect();
            observation.not_asked = texts(addresses.beyond);
            observation.no_route = texts(addresses.no_route);
        }
        observation
    }

    fn begin_write(&self, index: StepId) -> Result<(), String> {
        let known = self.known_of();
        self.obligations.borrow_mut().begin_write(index, &known)
    }

    /// Returns the values of a clean-up request, if all its placeholders have values.
    fn known_of(&self) -> impl Fn(&Request) -> Option<Known> {
        let secrets = match self.context.minter.received() {
            all if all.is_empty() => self.secrets.clone(),
            all => Arc::new(Redactor::of_secrets(&all).after(&self.secrets)),
        };
        move |request| {
            let address = address(&request.to, self.context.project, &self.values).ok()?;
            let captures = debt::captures(request, &self.values, &secrets)?;
            Some(Known { address: secrets.text(address.as_str()), captures })
        }
    }

    /// Why a step must not be sent; `None` if it may.
    fn refusal(&self, step: &Step, request: &Request) -> Option<Answer> {
        let stop = self.context.limiter.stop();
        if step.role != Role::Cleanup
            && let Some(stop) = stop
        {
            return Some(stop.answer());
        }
        if request.writes() && !self.context.project.writes {
            let detail = format!("`{}` needs `writes: true` in `avouch.yaml`", request.method);
            return Some(ProbeError::new(Reason::NotPermitted, detail).into());
        }
        let idle = step.role == Role::Cleanup && self.obligations.borrow().has_written_nothing();
        idle.then(|| Answer::NotAsked("nothing was created".into()))
    }

    /// Captures values from the facts of a step: in full for later steps, redacted for the evidence.
    fn capture(&self, step: &Step, all: &Value) -> BTreeMap<String, Value> {
        let mut kept = BTreeMap::new();
        for capture in &step.captures {
            if let Some(value) = all.pointer(&capture.at).filter(|value| !value.is_null()) {
                self.values.capture(&capture.name, value);
                self.note_session(&capture.name);
                self.obligations.borrow_mut().note_capture(&capture.name);
                if self.extent(step) == Extent::Redacted {
                    kept.insert(capture.name.clone(), self.redactor().value(value.clone()));
                }
            }
        }
        kept
    }

    /// Removes these values from everything that is stored: a captured value that a step sends as a credential
    /// is a session.
    fn note_session(&self, capture: &str) {
        let mut requests = self.plan.steps.iter().filter_map(Step::request);
        if !requests.any(|request| request.sends_as_credential(capture)) {
            return;
        }
        let value = self.values.get(capture).unwrap_or_default();
        if is_strong(&value) {
            let redactor = Redactor::of_secrets(&[value]).after(&self.redactor());
            self.redactor.replace(Arc::new(redactor));
        }
    }

    /// Redacts everything that is stored.
    pub(super) fn redactor(&self) -> Arc<Redactor> {
        let received = self.context.minter.received();
        if self.received.replace(received.len()) != received.len() {
            let redactor = Redactor::of_secrets(&received).after(&self.redactor.borrow());
            self.redactor.replace(Arc::new(redactor));
        }
        self.redactor.borrow().clone()
    }

    fn network_observation(
        &self,
        index: StepId,
        step: &Step,
        exchange: Exchange,
        captures: BTreeMap<String, Value>,
    ) -> Observation {
        let answer = match exchange.answer {
            Ok(all) => {
                let redactor = with_tokens(self.redactor(), &exchange.request_text, &all);
                Answer::Facts(self.kept(index, step, all, &redactor))
            }
            Err(answer) => answer,
        };
        let took_ms = ms(exchange.took);
        Observation {
            took_ms,
            address: exchange.address,
            not_asked: exchange.not_asked,
            ..self.observation(answer, captures)
        }
    }

    fn observation(&self, answer: Answer, captures: BTreeMap<String, Value>) -> Observation {
        let answer = match answer {
            Answer::NotAsked(why) => Answer::NotAsked(self.redactor().text(&why)),
            Answer::Error(error) => {
                Answer::Error(ProbeError { detail: self.redactor().text(&error.detail), ..error })
            }
            other => other,
        };
        Observation { captures, ..Observation::new((self.context.now)(), answer) }
    }
}

/// The same redactor, and the parts of the tokens that a request sent, if the answer repeats one of them.
fn with_tokens(redactor: Arc<Redactor>, sent: &str, facts: &Value) -> Arc<Redactor> {
    let parts = token_parts(sent);
    if parts.is_empty() {
        return redactor;
    }
    let facts = facts.to_string();
    match parts.iter().any(|part| facts.contains(&part[..IDENTIFYING_CHARS])) {
        true => Arc::new(Redactor::of_secrets(&parts).after(&redactor)),
        false => redactor,
    }
}

/// Redacts the actors' secrets and the environment variables that the plan's programs receive.
fn secret_redactor(context: &RunContext<'_>, plan: &Plan) -> Arc<Redactor> {
    let of_all = context.minter.redactor();
    let programs = plan.steps.iter().filter_map(|step| step.act.program());
    let values = programs.flat_map(|program| &program.env).filter_map(|name| (context.env)(name));
    let values: Vec<String> =
        values.filter(|value| value.chars().count() >= SECRET_LENGTH_MIN).collect();
    if values.is_empty() {
        return of_all;
    }
    Arc::new(Redactor::of_secrets(&values).after(&of_all))
}

/// Runs blocking file access on another thread.
async fn off_thread(
    work: impl FnOnce() -> Result<Value, ProbeError> + Send + 'static,
) -> Result<Value, ProbeError> {
    let failed =
        |_| Err(ProbeError::new(Reason::Unreachable, "it could not be local_observation at"));
    tokio::task::spawn_blocking(work).await.unwrap_or_else(failed)
}

fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn urgency(step: &Step, request: &Request) -> Urgency {
    match step.role {
        Role::Cleanup => Urgency::Cleanup,
        _ if request.writes() => Urgency::Write,
        _ => Urgency::Read,
    }
}
