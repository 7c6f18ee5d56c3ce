//! One project with one of each outcome, for the tests of every report and of the site.

mod checks;
mod endpoints;
mod passages;
pub(crate) mod policies;

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::json;

use crate::language::period::Period;
use crate::model::answer::verdict::Verdict;
use crate::model::judge::assessment::{Assessment, ClaimEvidence, SCHEMA};
use crate::model::judge::binding::{ClaimBinding, WorldBinding};
use crate::model::judge::evidence;
use crate::model::judge::evidence::Outcome;
use crate::model::plan::Plan;
use crate::model::plan::expect::{Refusal, Test};
use crate::model::project::actor::{Actor, Scheme, Secret};
use crate::model::project::claim::{Claim, Written};
use crate::model::project::i18n::{Language, Words};
use crate::model::project::waiver::{Accepted, Waiver};
use crate::model::project::world::{Limits, World};
use crate::model::project::{Project, RawHtml, Site};
use crate::model::source::Sources;
use crate::model::source::claim_id::ClaimId;
use crate::render::sample::checks::{at, plan, transcript};
use crate::render::sample::passages::{CLAIMS, POLICY, SECURITY, passage, spanned};
use crate::render::sample::policies::{privacy, security};
use crate::render::{Input, Past};

/// A project, its plans and its assessment.
pub(crate) struct Sample {
    pub(crate) project: Project,
    pub(crate) plans: BTreeMap<ClaimId, Vec<Plan>>,
    pub(crate) assessment: Assessment,
    pub(crate) past: Past,
}

impl Sample {
    /// One of each outcome: holds, violated, inconclusive, expired, weak, attested, waived.
    pub(crate) fn new() -> Self {
        let project = project();
        let plans: BTreeMap<ClaimId, Vec<Plan>> =
            project.claims.iter().map(|claim| (claim.id.clone(), vec![plan(&claim.id)])).collect();
        let evidence = |claim: &Claim| {
            let evidence = ClaimEvidence {
                seed: 1,
                binding: ClaimBinding::of(claim, &plans[&claim.id]),
                verdict: Verdict::Holds,
                transcripts: vec![transcript(&claim.id)],
                release: None,
            };
            (claim.id.clone(), evidence)
        };
        let assessment = Assessment {
            schema: SCHEMA.into(),
            generator: "avouch 0.1.0".into(),
            started: at("09:59:58"),
            finished: at("10:00:00"),
            clock: None,
            world: WorldBinding::of(&project),
            claims: project.claims.iter().map(evidence).collect(),
            contradicted: BTreeMap::new(),
            released: None,
            lasting: Vec::new(),
        };
        Self { project, plans, assessment, past: Past::default() }
    }

    /// The outcomes of the claims at [`now`].
    pub(crate) fn outcomes(&self) -> Vec<Outcome<'_>> {
        evidence::outcomes(&self.project, &self.plans, &self.assessment, now())
    }

    /// The input of the site and the reports.
    pub(crate) fn input<'a>(&'a self, outcomes: &'a [Outcome<'a>]) -> Input<'a> {
        Input {
            project: &self.project,
            outcomes,
            assessment: &self.assessment,
            now: now(),
            past: &self.past,
            folder: "",
        }
    }
}

/// The time of the sample.
pub(crate) fn now() -> Timestamp {
    at("10:00:05")
}

/// The sample's project.
pub(crate) fn project() -> Project {
    let mut sources = Sources::default();
    sources.insert(POLICY, SECURITY);
    let demo = |role: &str| format!("{role}.demo.test");
    Project {
        site: Site {
            title: "Example security".into(),
            organisation: "Example".into(),
            url: "https://security.example.com".parse().unwrap(),
            language: "en".into(),
            versions: false,
            raw_html: RawHtml::default(),
        },
        keep: Vec::new(),
        languages: vec![Language {
            tag: "en".into(),
            folder: String::new(),
            title: "Example security".into(),
            products: IndexMap::from([("cloud".into(), "Cloud add-ons".into())]),
            roles: IndexMap::from([("officer".into(), "The demo's officer".into())]),
            words: Words::built_in("en"),
        }],
        products: IndexMap::from([("cloud".into(), "Cloud add-ons".into())]),
        roles: IndexMap::from([("officer".into(), "The demo's officer".into())]),
        hosts: BTreeMap::from([("media".into(), demo("media"))]),
        actors: ["acme", "globex"].map(customer).into_iter().collect(),
        secrets: BTreeMap::new(),
        tenants: Vec::new(),
        unset: BTreeMap::new(),
        contacts: vec!["mailto:security@example.com".parse().unwrap()],
        limits: Limits::default(),
        writes: true,
        commands: false,
        refusal: Refusal::standard(),
        refusals: BTreeMap::new(),
        jwts: Default::default(),
        release: None,
        forge: None,
        endpoints: vec![endpoints::list()],
        asked: Default::default(),
        world: World {
            target: "https://addon.demo.test".parse().unwrap(),
            embedded: true,
            demo: true,
            hosts: BTreeMap::from([("media".into(), demo("media"))]),
            connect_to: BTreeMap::new(),
            roots: BTreeMap::new(),
            resolver: None,
            trust_anchor: None,
            clock: None,
        },
        policies: vec![security(), privacy()],
        claims: CLAIMS.map(|(id, words)| claim(id, words)).into(),
        attestations: BTreeMap::new(),
        waivers: BTreeMap::from([(
            "image-storage".into(),
            (Arc::from("waivers/image-storage.yaml"), waiver()),
        )]),
        templates: BTreeMap::new(),
        sources,
    }
}

/// A waiver for the old host that still answers.
fn waiver() -> Waiver {
    let accepted = Accepted {
        check: 1,
        step: "anyone reads /images".into(),
        at: "/status".into(),
        is: Test::Equals(json!(404)),
        up_to: None,
        accepts_value: Some(json!(200)),
    };
    Waiver {
        words: spanned("Images are no longer kept on the old host.".into()),
        accepts: vec![spanned(accepted)],
        reason: "The old host is switched off next week.".into(),
        role: "officer".into(),
        ticket: "SEC-17".into(),
        tell_customers: "Until the end of the month some images are still on the old host.".into(),
        day: jiff::civil::date(2026, 11, 20),
        until: jiff::civil::date(2026, 11, 30),
    }
}

fn customer(name: &str) -> (String, Actor) {
    let scheme = Scheme::Connect {
        client_key: format!("{name}-key"),
        shared_secret: Secret::new(format!("not-a-secret-of-{name}")),
    };
    (
        name.into(),
        Actor { tenant: Some(name.into()), scheme, send_to: Vec::new(), weak_secret: false },
    )
}

fn claim(id: &str, words: &str) -> Claim {
    let valid_for = if id == "privacy-policy" { Period::seconds(1) } else { Period::hours(24) };
    Claim {
        id: id.into(),
        file: Arc::from(format!("checks/{id}.yaml")),
        written: Written {
            proves: spanned(words.into()),
            proves_also: Vec::new(),
            under: None,
            because: spanned(format!("We ask, and look at what comes back ({id}).")),
            applies_to: vec![spanned("cloud".into())],
            background: Vec::new(),
            reinstated: None,
            needs: Vec::new(),
            valid_for: spanned(valid_for),
            checks: spanned(Vec::new()),
        },
        checks: Vec::new(),
        passages: vec![passage(words)],
    }
}
