//! Tests of the instruments over real sockets, on loopback.

mod answers;
mod cleanup;
mod credentials;
mod limits;
mod names;
mod server;
mod signed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::language::period::Period;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Observation, Transcript};
use crate::model::answer::verdict::Verdict;
use crate::model::judge::judge;
use crate::model::judge::view::View;
use crate::model::plan::expect::{Expectation, Refusal, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{Act, Canary, Capture, Plan, Role, Step};
use crate::model::project::actor::{Actor, Scheme, Secret};
use crate::model::project::world::{Limits, World};
use crate::model::project::{Project, Site};
use crate::model::source::Sources;
use crate::probe::job::{Event, Interrupt, Job, RunSettings, Undeleted};
use crate::probe::run;

/// A project without sources and with this target.
pub(crate) fn project(target: &str) -> Project {
    let actor = |key: &str| Actor {
        tenant: Some(key.into()),
        scheme: Scheme::Connect {
            client_key: format!("key-of-{key}"),
            shared_secret: Secret::new(format!("shared-secret-of-{key}")),
        },
        send_to: Vec::new(),
        weak_secret: false,
    };
    Project {
        keep: Vec::new(),
        languages: Vec::new(),
        site: Site {
            title: "t".into(),
            organisation: "o".into(),
            url: "https://site.test".parse().unwrap(),
            language: "en".into(),
            versions: false,
            raw_html: Default::default(),
        },
        products: IndexMap::new(),
        roles: IndexMap::new(),
        hosts: BTreeMap::new(),
        actors: [("acme".to_owned(), actor("acme")), ("globex".to_owned(), actor("globex"))].into(),
        secrets: BTreeMap::new(),
        tenants: Vec::new(),
        unset: BTreeMap::new(),
        contacts: Vec::new(),
        limits: Limits {
            timeout: Period::seconds(20),
            per_second: Some(1000),
            retries: 0,
            ..Limits::default()
        },
        writes: true,
        commands: false,
        refusal: Refusal::standard(),
        refusals: BTreeMap::new(),
        jwts: Default::default(),
        release: None,
        forge: None,
        asked: Default::default(),
        world: World {
            target: target.parse().unwrap(),
            demo: false,
            embedded: false,
            hosts: BTreeMap::new(),
            connect_to: BTreeMap::new(),
            roots: BTreeMap::new(),
            resolver: None,
            trust_anchor: None,
            clock: None,
        },
        policies: Vec::new(),
        claims: Vec::new(),
        attestations: BTreeMap::new(),
        waivers: BTreeMap::new(),
        templates: BTreeMap::new(),
        sources: Sources::default(),
    }
}

fn plan(steps: impl Into<Vec<Step>>) -> Plan {
    Plan {
        parameters: Vec::new(),
        alone: false,
        kind: "http".into(),
        steps: steps.into(),
        canaries: Vec::new(),
        ends: Vec::new(),
        counterexamples: Vec::new(),
        covers: String::new(),
        leaves_open: String::new(),
    }
}

fn canary(owner: &str) -> Canary {
    Canary { owner: owner.into(), marker: None }
}

fn probe(actor: &str, request: Request) -> Step {
    let name = format!("{} {} as {actor}", request.method, request.to.template());
    Step::http(Role::Probe, name, actor, request)
}

/// A probe that expects 200.
fn get(actor: &str, path: &str) -> Step {
    let mut step = probe(actor, Request::get(path));
    step.expect = vec![Expectation::new("/status", Test::Equals(200.into()))];
    step
}

fn capture(name: &str, at: &str) -> Vec<Capture> {
    vec![Capture { name: name.into(), at: at.into() }]
}

pub(crate) fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// The result of a run.
struct RunResult {
    transcripts: Vec<Transcript>,
    events: Vec<String>,
}

impl RunResult {
    fn observation(&self, step: usize) -> &Observation {
        &self.transcripts[0].observations[step]
    }

    fn answer(&self, step: usize) -> &Answer {
        &self.observation(step).answer
    }

    fn facts(&self, step: usize) -> &serde_json::Value {
        match self.answer(step) {
            Answer::Facts(facts) => &facts.0,
            other => panic!("{other:?}"),
        }
    }

    fn verdict(&self, plan: &Plan) -> Verdict {
        judge(&View::new(plan, &self.transcripts[0].observations)).verdict
    }
}

fn run_plans(project: &Project, plans: &[Plan]) -> RunResult {
    run_with(project, plans, &Interrupt::default(), None)
}

fn run_plan(project: &Project, plan: &Plan) -> RunResult {
    run_plans(project, std::slice::from_ref(plan))
}

fn run_with(
    project: &Project,
    plans: &[Plan],
    interrupt: &Interrupt,
    journal: Option<PathBuf>,
) -> RunResult {
    run_knowing(project, plans, &[], Around { interrupt, journal, undeleted: Undeleted::default() })
}

/// Runs one check without requests, in a project that has these plans too.
fn run_after(project: &Project, plans: &[Plan], journal: &Path, undeleted: Undeleted) -> RunResult {
    let (interrupt, journal) = (&Interrupt::default(), Some(journal.to_owned()));
    let idle = plan([Step::new(Role::Probe, "nothing", "anyone", Act::Recall(StepId(0)))]);
    run_knowing(project, &[idle], plans, Around { interrupt, journal, undeleted })
}

/// What a run has in addition to its plans.
struct Around<'a> {
    interrupt: &'a Interrupt,
    journal: Option<PathBuf>,
    undeleted: Undeleted,
}

/// Runs `plans` in a project that also has the plans `others`.
fn run_knowing(
    project: &Project,
    plans: &[Plan],
    others: &[Plan],
    Around { interrupt, journal, undeleted }: Around<'_>,
) -> RunResult {
    let claim = "claim".into();
    let kept = [plans, others].concat();
    let kept = BTreeMap::from([("claim".into(), kept)]);
    let job = |(check, plan)| Job { claim: &claim, check, plan };
    let jobs: Vec<Job<'_>> = plans.iter().enumerate().map(job).collect();
    let events = Arc::new(Mutex::new(Vec::new()));
    let record = |event: Event<'_>| {
        let text = match event {
            Event::Started(job) => format!("started {}", job.check),
            Event::Retrying(_, verdict, _) => format!("retrying: {verdict}"),
            Event::Finished(job, verdict, _) => format!("finished {}: {verdict}", job.check),
            Event::LookingAgain(job) => format!("looking again at {}", job.check),
            Event::LeftBehind(_, what) => format!("left behind: {what}"),
            Event::Warning(what) => format!("warning: {what}"),
        };
        events.lock().unwrap().push(text);
    };
    let transcripts = {
        let root = std::path::Path::new(".");
        let env = |_: &str| None;
        let (events, now) = (&record, &now);
        let settings = RunSettings {
            project,
            root,
            env: &env,
            now,
            events,
            interrupt,
            journal,
            plans: &kept,
            undeleted,
            lasting: &[],
        };
        run(&jobs, &settings)
    };
    let events = events.lock().unwrap().clone();
    RunResult { transcripts, events }
}

#[test]
fn transcripts_come_in_the_order_of_their_jobs() {
    let server = server::Server::start(|seen| server::Reply::text(200, seen.path.clone()));
    let plans: Vec<Plan> = (0..24).map(|n| plan([get("anyone", &format!("/{n}"))])).collect();
    let ran = run_plans(&project(&server.url()), &plans);
    for (n, transcript) in ran.transcripts.iter().enumerate() {
        let Answer::Facts(facts) = &transcript.observations[0].answer else { panic!() };
        assert_eq!(facts.at("/body/text").unwrap(), &format!("/{n}"));
    }
    assert_eq!(server.request_lines().len(), 24);
}
