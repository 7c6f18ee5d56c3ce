//! Stored evidence: whether it is about these sources and this world, and what later runs learn from it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use super::{answered, assessment, at, claim, evidence, page, project, status, transcript};
use crate::model::answer::observation::{Look, Observation};
use crate::model::answer::verdict::Verdict;
use crate::model::judge::assessment::{Assessment, ClaimEvidence, Memory, Seeds};
use crate::model::judge::binding::{Digest, WorldBinding};
use crate::model::judge::lasting::LastingObject;
use crate::model::plan::Plan;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::project::Project;
use crate::model::project::actor::{Actor, Scheme, Secret};
use crate::model::project::release::{KnownRelease, Release};

fn one() -> ClaimEvidence {
    evidence(&claim("page"), &[page()], vec![answered("10:00:00", status(200))])
}

fn stored(one: ClaimEvidence) -> Assessment {
    assessment(&project(vec![claim("page")]), vec![("page", one)])
}

#[test]
fn evidence_is_about_these_words_this_context_and_these_plans() {
    let objections = |change: &dyn Fn(&mut ClaimEvidence)| {
        let mut changed = one();
        change(&mut changed);
        changed.objections(&claim("page"), &[page()], at("10:30:00"))
    };
    assert_eq!(objections(&|_| {}), Vec::<String>::new());
    let other = || Digest::of(b"something else");
    let why = "claim `page`: it was taken for other words";
    assert_eq!(objections(&|one| one.binding.words = other()), [why]);
    let why = "claim `page`: it was taken under another heading, or with another explanation";
    assert_eq!(objections(&|one| one.binding.context = Some(other())), [why]);
    assert_eq!(objections(&|one| one.binding.context = None), [why]);
    let why = "claim `page`: it was taken by another plan";
    assert_eq!(objections(&|one| one.binding.plans = vec![other()]), [why]);
}

#[test]
fn evidence_has_a_transcript_for_each_plan_and_an_observation_for_each_step() {
    let whole = |plans: &[Plan], steps: &[usize]| {
        let observed = || Observation::new(at("10:00:00"), status(200));
        let transcripts = steps.iter().map(|count| transcript(vec![observed(); *count])).collect();
        let one = evidence(&claim("page"), plans, transcripts);
        one.objections(&claim("page"), plans, at("10:30:00"))
    };
    let none = Vec::<String>::new();
    let why = "claim `page`: its evidence is incomplete";
    assert_eq!(whole(&[page(), page()], &[1, 1]), none);
    for steps in [&[1][..], &[1, 1, 1], &[1, 0], &[2, 1], &[]] {
        assert_eq!(whole(&[page(), page()], steps), [why], "{steps:?}");
    }
    assert_eq!(whole(&[], &[]), none);
}

#[test]
fn evidence_from_the_future_is_refused_beyond_a_minute() {
    let taken = |time: &str, now: Timestamp| {
        let one = evidence(&claim("page"), &[page()], vec![answered(time, status(200))]);
        one.objections(&claim("page"), &[page()], now)
    };
    let now = at("10:00:00");
    assert_eq!(taken("10:01:00", now), Vec::<String>::new());
    let why = "claim `page`: it was taken at 2026-11-22T10:01:01Z, and it is only \
               2026-11-22T10:00:00Z";
    assert_eq!(taken("10:01:01", now), [why]);
    assert_eq!(taken("09:00:00", now), Vec::<String>::new());
}

#[test]
fn the_first_and_the_last_answer_are_those_of_all_transcripts() {
    let look = Look { at: at("10:00:09"), address: None, times: 1, answer: status(200) };
    let mut first = answered("10:00:05", status(200));
    first.observations[0].others = vec![look];
    let both = vec![first, answered("10:00:02", status(200))];
    let one = evidence(&claim("page"), &[page(), page()], both);
    assert_eq!((one.first(), one.last()), (Some(at("10:00:02")), Some(at("10:00:09"))));
    let none = evidence(&claim("page"), &[], Vec::new());
    assert_eq!((none.first(), none.last()), (None, None));
}

#[test]
fn an_assessment_is_evidence_for_every_claim_of_a_project_or_says_which_it_lacks() {
    let project = project(vec![claim("page"), claim("other")]);
    let plans = BTreeMap::from([("page".into(), vec![page()])]);
    let now = at("10:30:00");
    let all = stored(one());
    assert_eq!(all.objections(&project, &plans, now), ["claim `other`: it was not assessed"]);
    let mut elsewhere = project.clone();
    elsewhere.claims.pop();
    assert_eq!(all.objections(&elsewhere, &plans, now), Vec::<String>::new());
    elsewhere.world.target = "https://other.example.com".parse().unwrap();
    let why = "target: it was taken with `https://service.example.com`, now it is \
               `https://other.example.com`";
    assert_eq!(all.objections(&elsewhere, &plans, now), [why]);
}

#[test]
fn only_an_assessment_of_the_demo_may_have_a_time_that_somebody_chose() {
    let objections = |demo: bool| {
        let mut project = project(vec![claim("page")]);
        project.world.demo = demo;
        let mut all = assessment(&project, vec![("page", one())]);
        all.clock = Some(at("10:00:00"));
        let plans = BTreeMap::from([("page".into(), vec![page()])]);
        all.objections(&project, &plans, at("09:00:00")).len()
    };
    assert_eq!((objections(true), objections(false)), (0, 1));
}

#[test]
fn a_claim_with_evidence_has_the_seed_of_that_evidence() {
    let seeds = stored(ClaimEvidence { seed: 7, ..one() }).seeds(9);
    assert_eq!((seeds.of("page"), seeds.of("other")), (7, 9));
    assert_eq!(Seeds::from(5), Seeds { kept: BTreeMap::new(), fresh: 5 });
}

fn known(name: &str, time: &str) -> Option<KnownRelease> {
    Some(KnownRelease { name: name.into(), at: at(time) })
}

fn object(id: &str) -> LastingObject {
    LastingObject { requests: Digest::of(b"requests"), id: id.into(), made: at("08:00:00") }
}

#[test]
fn of_two_memories_the_newest_of_each_kind_counts() {
    let memory = |violated: &str, release: &str, objects: &[&str]| Memory {
        contradicted: BTreeMap::from([("page".into(), at(violated))]),
        released: known("own", release),
        lasting: objects.iter().map(|id| object(id)).collect(),
    };
    let added = |other: &Memory| {
        let mut own = memory("10:00:00", "10:00:00", &["a"]);
        own.add(other);
        let name = own.released.unwrap().name;
        let ids: Vec<String> = own.lasting.into_iter().map(|one| one.id).collect();
        (own.contradicted["page"], name, ids.join(" "))
    };
    let other = |time: &str| {
        let released = known("other", time);
        Memory { released, ..memory(time, time, &["a", "b"]) }
    };
    let both = "a b".to_owned();
    let own = || "own".to_owned();
    assert_eq!(added(&other("10:00:01")), (at("10:00:01"), "other".into(), both.clone()));
    assert_eq!(added(&other("10:00:00")), (at("10:00:00"), own(), both.clone()));
    assert_eq!(added(&other("09:59:59")), (at("10:00:00"), own(), both));
    assert_eq!(added(&Memory::default()), (at("10:00:00"), own(), "a".to_owned()));
    let mut empty = Memory::default();
    empty.add(&other("10:00:00"));
    assert_eq!(empty, other("10:00:00"));
}

#[test]
fn a_run_is_remembered_by_its_violations_its_releases_and_its_objects() {
    let memory = |verdict: Verdict, release: Option<Release>| {
        let mut all = stored(ClaimEvidence { verdict, release, ..one() });
        all.lasting = vec![object("a")];
        all.memory()
    };
    let is = |name: &str| Some(Release::Is(name.into()));
    let violated = memory(Verdict::Violated, is("2"));
    assert_eq!(violated.contradicted, BTreeMap::from([("page".into(), at("10:00:00"))]));
    assert_eq!(violated.released, known("2", "10:00:00"));
    assert_eq!(violated.lasting, [object("a")]);
    let holds = memory(Verdict::Holds, Some(Release::Unknown("no answer".into())));
    assert_eq!((holds.contradicted, holds.released), (BTreeMap::new(), None));
    // Without an answer, the violation is as old as the run.
    let mut silent = stored(ClaimEvidence { verdict: Verdict::Violated, ..one() });
    silent.claims.get_mut("page").unwrap().transcripts.clear();
    assert_eq!(silent.memory().contradicted["page"], at("10:01:00"));
}

#[test]
fn a_run_adds_what_others_recorded() {
    let mut all = stored(one());
    all.contradicted = BTreeMap::from([("page".into(), at("08:00:00"))]);
    let others = Memory {
        contradicted: BTreeMap::from([("page".into(), at("09:00:00"))]),
        released: known("2", "09:00:00"),
        lasting: vec![object("a")],
    };
    all.remember(&others);
    assert_eq!((&all.contradicted, &all.released), (&others.contradicted, &others.released));
    assert_eq!(all.lasting, []);
}

#[test]
fn an_earlier_violation_is_closed_by_newer_evidence_that_holds() {
    let open = |verdict: Verdict, violated: &str| {
        let mut all = stored(ClaimEvidence { verdict, ..one() });
        let contradicted = BTreeMap::from([("page".into(), at(violated))]);
        all.remember_earlier(&Memory { contradicted, ..Memory::default() });
        all.contradicted.get("page").copied()
    };
    // What is older than the evidence voids nothing, and is remembered.
    assert_eq!(open(Verdict::Holds, "09:59:59"), Some(at("09:59:59")));
    // The new run confirmed the claim, although a clock shows a later time.
    assert_eq!(open(Verdict::Holds, "10:00:00"), None);
    assert_eq!(open(Verdict::Holds, "10:00:01"), None);
    assert_eq!(open(Verdict::Violated, "10:20:00"), Some(at("10:20:00")));
    let mut all = stored(one());
    let contradicted = BTreeMap::from([("other".into(), at("10:20:00"))]);
    all.remember_earlier(&Memory { contradicted, ..Memory::default() });
    assert_eq!(all.contradicted["other"], at("10:20:00"));
}

#[test]
fn a_release_that_was_known_before_the_run_is_remembered() {
    let known_after = |time: &str| {
        let mut all = stored(one());
        all.remember_earlier(&Memory { released: known("1", time), ..Memory::default() });
        all.released
    };
    assert_eq!(known_after("09:59:59"), known("1", "09:59:59"));
    assert_eq!(known_after("10:00:00"), None);
    assert_eq!(known_after("10:00:01"), None);
}

fn customer(tenant: Option<&str>) -> Actor {
    Actor {
        tenant: tenant.map(str::to_owned),
        scheme: Scheme::Bearer(Secret::new("not-a-secret")),
        send_to: Vec::new(),
        weak_secret: false,
    }
}

/// A project in which everything that a world can have is set.
fn everywhere() -> Project {
    let mut all = project(Vec::new());
    all.world.hosts = BTreeMap::from([("media".into(), "media.example.com".into())]);
    let addresses = ["192.0.2.1:443", "192.0.2.2:443"].map(|one| one.parse().unwrap());
    all.world.connect_to = BTreeMap::from([("media.example.com".into(), addresses.into())]);
    all.world.roots = BTreeMap::from([("root.pem".into(), "a root".into())]);
    all.world.resolver = Some("192.0.2.3:53".parse().unwrap());
    all.world.trust_anchor = Some("an anchor".into());
    all.actors =
        [("acme".to_owned(), customer(Some("one"))), ("tenant-1".into(), customer(None))].into();
    all.tenants = vec!["tenant-1".into()];
    all
}

#[test]
fn a_world_is_everything_that_a_verdict_depends_on_and_no_secret() {
    let world = WorldBinding::of(&everywhere());
    assert_eq!(world.target, "https://service.example.com");
    assert_eq!(world.hosts["media"], "media.example.com");
    assert_eq!(world.connect_to["media.example.com"], "192.0.2.1:443, 192.0.2.2:443");
    assert_eq!(world.roots["root.pem"], Digest::of(b"a root"));
    assert_eq!(world.resolver.as_deref(), Some("192.0.2.3:53"));
    assert_eq!(world.trust_anchor, Some(Digest::of(b"an anchor")));
    assert_eq!(world.actors.keys().collect::<Vec<_>>(), ["acme"]);
    assert!(world.tenants.is_some());
    assert!(!json!(world).to_string().contains("not-a-secret"));
    assert_eq!(WorldBinding::of(&project(Vec::new())).tenants, None);
    // The demo chooses its hosts, ports and certificates at each start.
    let mut demo = everywhere();
    demo.world.demo = true;
    let demo = WorldBinding::of(&demo);
    assert!(demo.hosts.is_empty() && demo.connect_to.is_empty() && demo.roots.is_empty());
    assert_eq!(demo.resolver, None);
}

#[test]
fn each_difference_of_two_worlds_is_named_and_no_other() {
    let named = |change: &dyn Fn(&mut Project)| {
        let mut other = everywhere();
        change(&mut other);
        let all = WorldBinding::of(&everywhere()).differences(&WorldBinding::of(&other));
        let name = |one: &String| one.split(':').next().unwrap_or_default().to_owned();
        all.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(named(&|_| {}), Vec::<String>::new());
    assert_eq!(named(&|one| one.world.target = "http://a.example".parse().unwrap()), ["target"]);
    assert_eq!(named(&|one| one.world.hosts.clear()), ["hosts"]);
    assert_eq!(named(&|one| one.world.connect_to.clear()), ["connect_to"]);
    assert_eq!(named(&|one| one.world.resolver = None), ["resolver"]);
    assert_eq!(named(&|one| one.world.trust_anchor = None), ["trust_anchor"]);
    assert_eq!(named(&|one| one.world.roots.clear()), ["roots"]);
    let other_tenant = |one: &mut Project| one.actors["tenant-1"].tenant = Some("b".into());
    assert_eq!(named(&other_tenant), ["tenants"]);
    let other_actor = |one: &mut Project| one.actors["acme"].tenant = Some("b".into());
    assert_eq!(named(&other_actor), ["actors"]);
    let demo = named(&|one| one.world.demo = true);
    assert_eq!(demo, ["demo", "hosts", "connect_to", "resolver", "roots"]);
}

#[test]
fn a_plan_with_another_expectation_is_another_plan() {
    let mut other = page();
    other.steps[0].expect = vec![Expectation::new("/status", Test::Equals(json!(404)))];
    let objections = one().objections(&claim("page"), &[other], at("10:30:00"));
    assert_eq!(objections, ["claim `page`: it was taken by another plan"]);
}
