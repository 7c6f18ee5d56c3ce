//! One project with one of each outcome, for the tests of every report and of the site.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};
use serde_json::{Value, json};

use crate::language::period::Period;
use crate::model::answer::attestation::{Attestation, AttestationDay};
use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::observation::{Answer, Observation, Transcript};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::assessment::{Assessment, ClaimEvidence, SCHEMA};
use crate::model::judge::binding::{ClaimBinding, WorldBinding};
use crate::model::judge::evidence;
use crate::model::judge::evidence::Outcome;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Refusal, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Act, Canary, Keep, Plan, Record, Role, Step, Word};
use crate::model::project::actor::{Actor, Scheme, Secret};
use crate::model::project::claim::{Claim, Passage, Written};
use crate::model::project::i18n::{Language, Words};
use crate::model::project::policy::{
    Extent, FrontMatter, Heading, Mark, Marked, Piece, Policy, Statement,
};
use crate::model::project::waiver::{Accepted, Waiver};
use crate::model::project::world::{Limits, World};
use crate::model::project::{Project, RawHtml, Site};
use crate::model::source::claim_id::ClaimId;
use crate::model::source::decode::Spanned;
use crate::model::source::{Place, Sources};
use crate::render::{Input, Past};

const POLICY: &str = "content/security.md";

/// What the sources say; the passages below are found in it.
const SECURITY: &str = "---\ntitle: Security\n---\n\n## Data\n\nWe keep data apart.\n";

/// Each claim: its id, its words, and how it will turn out.
const CLAIMS: [(&str, &str); 7] = [
    ("encrypted-transport", "Browsers are told to use HTTPS for a year."),
    ("tenant-isolation", "One customer can never reach another customer's <data>."),
    ("backup-daily", "Customer data is backed up every day."),
    ("privacy-policy", "There is a privacy policy."),
    ("limited-scopes", "The add-on asks for limited access."),
    ("content-storage", "Content is kept in our cloud storage."),
    ("image-storage", "Images are no longer kept on the old host."),
];

/// A project, its plans and what came back.
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
        };
        Self { project, plans, assessment, past: Past::default() }
    }

    /// Where the claims stand at [`now`].
    pub(crate) fn outcomes(&self) -> Vec<Outcome<'_>> {
        evidence::outcomes(&self.project, &self.plans, &self.assessment, now())
    }

    /// What site and reports are made from.
    pub(crate) fn input<'a>(&'a self, outcomes: &'a [Outcome<'a>]) -> Input<'a> {
        Input {
            project: &self.project,
            outcomes,
            assessment: &self.assessment,
            now: now(),
            past: &self.past,
        }
    }
}

/// The time of the sample.
pub(crate) fn now() -> Timestamp {
    at("10:00:05")
}

fn at(time: &str) -> Timestamp {
    format!("2026-11-22T{time}Z").parse().unwrap()
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
        tenants: Vec::new(),
        contacts: vec!["mailto:security@example.com".parse().unwrap()],
        limits: Limits::default(),
        writes: true,
        commands: false,
        refusal: Refusal::standard(),
        world: World {
            target: "https://addon.demo.test".parse().unwrap(),
            embedded: true,
            demo: true,
            hosts: BTreeMap::from([("media".into(), demo("media"))]),
            connect_to: BTreeMap::new(),
            roots: BTreeMap::new(),
            resolver: None,
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

/// Accepts that the old host still answers.
fn waiver() -> Waiver {
    let accepted = Accepted {
        check: 1,
        step: "anyone reads /images".into(),
        at: "/status".into(),
        is: Test::Equals(json!(404)),
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
    (name.into(), Actor { tenant: Some(name.into()), scheme, send_to: Vec::new() })
}

fn spanned<T>(value: T) -> Spanned<T> {
    Spanned { value, span: 0..0 }
}

fn passage(words: &str) -> Passage {
    Passage {
        policy: POLICY.into(),
        place: Place::new(POLICY, 35..54),
        words: words.into(),
        under: "Data".into(),
        links: Vec::new(),
    }
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
            reinstated: None,
            valid_for: spanned(valid_for),
            checks: spanned(Vec::new()),
        },
        checks: Vec::new(),
        passages: vec![passage(words)],
    }
}

fn plan(id: &str) -> Plan {
    let (kind, steps) = match id {
        "tenant-isolation" => ("tenant-isolation", isolation()),
        "backup-daily" => ("backup-age", vec![backup()]),
        "content-storage" => ("attestation", vec![attestation()]),
        "limited-scopes" => ("http", vec![page("/descriptor", Test::Exists(true))]),
        "image-storage" => ("http", vec![page("/images", Test::Equals(json!(404)))]),
        "privacy-policy" => ("link", vec![page("/privacy", Test::Equals(json!(200)))]),
        _ => ("headers", vec![hsts()]),
    };
    let canary = |owner: &str| Canary { owner: owner.into(), marker: None };
    let weak = Counterexample {
        class: Class::Negation,
        when: "the add-on asks for more".into(),
        edits: vec![Edit::Set { step: 0, at: "/body/json/scopes".into(), value: json!(["ADMIN"]) }],
    };
    Plan {
        parameters: Vec::new(),
        kind: kind.into(),
        canaries: if id == "tenant-isolation" { vec![canary("acme")] } else { Vec::new() },
        steps,
        ends: Vec::new(),
        counterexamples: if id == "limited-scopes" { vec![weak] } else { Vec::new() },
        covers: "One address was asked, as one customer and as nobody.".into(),
        leaves_open: "This does not show what happens at other addresses.".into(),
    }
}

fn page(path: &str, test: Test) -> Step {
    let name = format!("anyone reads {path}");
    let mut step = Step::http(Role::Probe, name, ANYONE, Request::get(path));
    step.expect = vec![Expectation::new("/status", test)];
    step
}

fn hsts() -> Step {
    let mut step = page("/", Test::Equals(json!(200)));
    step.expect = vec![Expectation::new(
        "/headers/strict-transport-security/0",
        Test::Contains("max-age=31536000".into()),
    )];
    step
}

fn backup() -> Step {
    let mut step = page("/ops/backups/latest", Test::Equals(json!(200)));
    let newest = Test::NotOlderThan(Period::hours(24));
    step.expect.push(Expectation::new("/body/json/completed_at", newest));
    step.word = Word::Reported;
    step
}

fn attestation() -> Step {
    let record = Record {
        file: "attestations/content-storage.yaml".into(),
        attestation: Some(Attestation {
            role: "officer".into(),
            day: AttestationDay::On(jiff::civil::date(2026, 11, 20)),
            valid_for: Period::days(90),
            looked_at: "the storage settings".into(),
            words: "Content is kept in our cloud storage.".into(),
        }),
    };
    let mut step = Step::new(Role::Probe, "looks for the word", ANYONE, Act::Record(record));
    step.expect = vec![Expectation::new("/given", Test::Exists(true))];
    step.word = Word::Attested;
    step
}

fn isolation() -> Vec<Step> {
    let request = || Request::get("/notes/${note}");
    let mut control = Step::http(Role::Control, "acme reads its note", "acme", request());
    control.expect = vec![Expectation::new("", Test::ShowsCanary(0))];
    control.sees = vec![0];
    let mut probe = Step::http(Role::Probe, "globex reads acme's note", "globex", request());
    let refusal = Refusal::standard().or_not_found();
    probe.expect = vec![Expectation::new("", Test::Refused(refusal))];
    probe.control = Some(0);
    probe.keep = Keep::Digest;
    vec![control, probe]
}

fn transcript(id: &str) -> Transcript {
    let answers = match id {
        "tenant-isolation" => vec![
            facts(json!({"status": 200, "canaries": [0], "body": {"bytes": 64, "sha256": "a"}})),
            facts(json!({"status": 200, "canaries": [0], "body": {"bytes": 64, "sha256": "a"}})),
        ],
        "backup-daily" => vec![Answer::Error(ProbeError::new(
            Reason::Unreachable,
            "connection refused by 127.0.0.1:8443",
        ))],
        "content-storage" => vec![facts(json!({"given": "2026-11-20"}))],
        _ => vec![facts(json!({
            "status": 200,
            "headers": {"strict-transport-security": ["max-age=31536000; includeSubDomains"]},
            "body": {"bytes": 5, "text": "<script>alert(1)</script>"},
        }))],
    };
    Transcript {
        observations: answers.into_iter().map(observation).collect(),
        attempts: if id == "backup-daily" { 3 } else { 1 },
        again: None,
        left_behind: Vec::new(),
    }
}

fn facts(value: Value) -> Answer {
    Answer::Facts(Facts(value))
}

fn observation(answer: Answer) -> Observation {
    Observation {
        at: at("10:00:00"),
        took_ms: 12,
        address: Some("127.0.0.1:8443".into()),
        not_asked: Vec::new(),
        answer,
        captures: BTreeMap::new(),
    }
}

fn front(title: &str) -> FrontMatter {
    FrontMatter {
        title: spanned(title.into()),
        summary: spanned(format!("What we promise about {}.", title.to_lowercase())),
        effective: spanned(jiff::civil::date(2026, 1, 1)),
        owner: spanned("security officer".into()),
        products: vec![spanned("cloud".into())],
        stated: None,
        order: 0,
    }
}

fn policy(slug: &str, title: &str, pieces: Vec<Piece>) -> Policy {
    Policy {
        file: Arc::from(format!("content/{slug}.md")),
        slug: slug.into(),
        language: "en".into(),
        front: front(title),
        markdown: String::new(),
        pieces,
        headings: Vec::new(),
        statements: Vec::new(),
    }
}

/// An event of text.
pub(crate) fn text(words: &str) -> Piece {
    Piece::Event(Event::Text(CowStr::from(words.to_owned())))
}

/// The events of a tag around other pieces.
pub(crate) fn within(tag: Tag<'static>, pieces: Vec<Piece>) -> Vec<Piece> {
    let end: TagEnd = tag.to_end();
    let mut all = vec![Piece::Event(Event::Start(tag))];
    all.extend(pieces);
    all.push(Piece::Event(Event::End(end)));
    all
}

/// Pieces marked as a claim.
pub(crate) fn marked(of: Marked, extent: Extent, pieces: Vec<Piece>) -> Vec<Piece> {
    let mark = Mark { of, extent };
    let mut all = vec![Piece::Open(mark.clone())];
    all.extend(pieces);
    all.push(Piece::Close(mark));
    all
}

/// A link around words.
pub(crate) fn link(to: &str, words: &str) -> Vec<Piece> {
    let tag = Tag::Link {
        link_type: LinkType::Inline,
        dest_url: CowStr::from(to.to_owned()),
        title: CowStr::from(""),
        id: CowStr::from(""),
    };
    within(tag, vec![text(words)])
}

fn heading(words: &str) -> Vec<Piece> {
    let tag = Tag::Heading {
        level: pulldown_cmark::HeadingLevel::H2,
        id: None,
        classes: Vec::new(),
        attrs: Vec::new(),
    };
    within(tag, vec![text(words)])
}

fn security() -> Policy {
    let claimed = |(id, words): (&str, &str)| {
        let of = Marked::Claim(id.into());
        within(Tag::Paragraph, marked(of, Extent::Words, vec![text(words)]))
    };
    let stated =
        marked(Marked::Statement(0), Extent::Paragraph, vec![text("Nothing is absolute.")]);
    let mut pieces = heading("Data");
    pieces.extend(CLAIMS.into_iter().flat_map(claimed));
    pieces.extend(within(Tag::Paragraph, stated));
    pieces.extend(within(Tag::Paragraph, link("privacy.md", "privacy")));
    let mut policy = policy("security", "Security", pieces);
    policy.headings = vec![Heading {
        level: 2,
        text: "Data".into(),
        anchor: "data".into(),
        place: Place::new(POLICY, 25..32),
    }];
    policy.statements = vec![Statement {
        reason: "absolute safety cannot be tested".into(),
        passage: passage("Nothing is absolute."),
    }];
    policy
}

fn privacy() -> Policy {
    policy("privacy", "Privacy", within(Tag::Paragraph, vec![text("See our policy.")]))
}
