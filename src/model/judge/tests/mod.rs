//! The rules of the judge, on small claims, plans and answers; what they have in common is here.

mod basis;
mod doubts;
mod looks_again;
mod standing;
mod stored;
mod views;
mod voided;
mod waivers;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::language::period::Period;
use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::observation::{Answer, Observation, Transcript};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::assessment::{Assessment, ClaimEvidence, SCHEMA};
use crate::model::judge::binding::{ClaimBinding, WorldBinding};
use crate::model::plan::expect::{Expectation, Refusal, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Plan, Role, Step};
use crate::model::project::claim::{Claim, Written};
use crate::model::project::world::{Limits, World};
use crate::model::project::{Project, Site};
use crate::model::source::claim_id::ClaimId;
use crate::model::source::decode::Spanned;

pub(super) fn spanned<T>(value: T) -> Spanned<T> {
    Spanned { value, span: 0..0 }
}

/// A time on the day of the tests.
pub(super) fn at(time: &str) -> Timestamp {
    format!("2026-11-22T{time}Z").parse().unwrap()
}

/// A claim whose evidence is valid for an hour.
pub(super) fn claim(id: &str) -> Claim {
    Claim {
        id: id.into(),
        file: Arc::from(format!("checks/{id}.yaml")),
        written: Written {
            proves: spanned("There is a page.".into()),
            proves_also: Vec::new(),
            under: None,
            because: spanned("We read it.".into()),
            applies_to: Vec::new(),
            background: Vec::new(),
            reinstated: None,
            needs: Vec::new(),
            valid_for: spanned(Period::hours(1)),
            checks: spanned(Vec::new()),
        },
        checks: Vec::new(),
        passages: Vec::new(),
    }
}

/// A project with a live target and these claims.
pub(super) fn project(claims: Vec<Claim>) -> Project {
    Project {
        keep: Vec::new(),
        languages: Vec::new(),
        site: Site {
            title: "Security".into(),
            organisation: "Example".into(),
            url: "https://security.example.com".parse().unwrap(),
            language: "en".into(),
            versions: false,
            raw_html: Default::default(),
        },
        products: Default::default(),
        roles: Default::default(),
        hosts: BTreeMap::new(),
        actors: Default::default(),
        secrets: BTreeMap::new(),
        tenants: Vec::new(),
        unset: BTreeMap::new(),
        contacts: Vec::new(),
        limits: Limits::default(),
        writes: true,
        commands: true,
        refusal: Refusal::standard(),
        refusals: BTreeMap::new(),
        jwts: Default::default(),
        release: None,
        forge: None,
        asked: Default::default(),
        world: World::public("https://service.example.com".parse().unwrap()),
        policies: Vec::new(),
        claims,
        attestations: BTreeMap::new(),
        waivers: BTreeMap::new(),
        templates: BTreeMap::new(),
        sources: Default::default(),
    }
}

/// A step of `actor` that reads a page.
pub(super) fn reads(role: Role, name: &str, actor: &str) -> Step {
    let mut step = Step::http(role, name, actor, Request::get("/page"));
    step.expect = vec![Expectation::new("/status", Test::Equals(json!(200)))];
    step
}

/// A plan by which anyone reads a page.
pub(super) fn page() -> Plan {
    Plan::new("http", vec![reads(Role::Probe, "anyone reads", ANYONE)])
}

pub(super) fn facts(value: Value) -> Answer {
    Answer::Facts(Facts(value))
}

/// An answer with this status.
pub(super) fn status(status: u16) -> Answer {
    facts(json!({ "status": status, "headers": {}, "canaries": [] }))
}

pub(super) fn error(reason: Reason) -> Answer {
    Answer::Error(ProbeError::new(reason, ""))
}

/// The transcript of a plan with one step.
pub(super) fn answered(time: &str, answer: Answer) -> Transcript {
    transcript(vec![Observation::new(at(time), answer)])
}

pub(super) fn transcript(observations: Vec<Observation>) -> Transcript {
    Transcript { observations, attempts: 1, again: None, left_behind: Vec::new() }
}

pub(super) fn evidence(
    claim: &Claim,
    plans: &[Plan],
    transcripts: Vec<Transcript>,
) -> ClaimEvidence {
    ClaimEvidence {
        seed: 1,
        binding: ClaimBinding::of(claim, plans),
        verdict: Verdict::Holds,
        transcripts,
        release: None,
    }
}

/// The assessment of these claims at ten.
pub(super) fn assessment(project: &Project, claims: Vec<(&str, ClaimEvidence)>) -> Assessment {
    Assessment {
        schema: SCHEMA.into(),
        generator: "avouch 0.1.0".into(),
        started: at("10:00:00"),
        finished: at("10:01:00"),
        clock: None,
        world: WorldBinding::of(project),
        claims: claims.into_iter().map(|(id, one)| (ClaimId::from(id), one)).collect(),
        contradicted: BTreeMap::new(),
        released: None,
        lasting: Vec::new(),
    }
}
