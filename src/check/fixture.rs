//! For the tests of the kinds: a small project, a check from YAML, and answers that fit a plan.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::check::kind::{Context, ErasedKind};
use crate::check::kinds::KINDS;
use crate::language::period::Period;
use crate::model::answer::attestation::{Attestation, AttestationDay};
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Observation};
use crate::model::answer::verdict::Verdict;
use crate::model::judge::falsify::{Falsification, falsify};
use crate::model::judge::judge;
use crate::model::judge::view::View;
use crate::model::plan::counterexample::Edit;
use crate::model::plan::expect::refusal::BODIES;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::{Act, Plan};
use crate::model::project;
use crate::model::project::Project;
use crate::model::project::actor::{Actor, Issuer, Prefix, Scheme, Secret, Signed};
use crate::model::project::claim::{Claim, Passage, PassageLink, Written};
use crate::model::project::forge::{ForgeApp, manifest};
use crate::model::project::world::World;
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::{Entry, Node, Value as Yaml};

/// The words of the claim that the tests' checks support.
pub(crate) const WORDS: &str = "Heroku keeps the service <https://www.heroku.com/policy/security>.";

/// When the answers came.
pub(crate) fn observed() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn connect(tenant: &str) -> Actor {
    Actor {
        tenant: Some(tenant.into()),
        scheme: Scheme::Connect {
            client_key: format!("{tenant}-key"),
            shared_secret: Secret::new("s"),
        },
        send_to: Vec::new(),
        weak_secret: false,
    }
}

/// The demo's actors and hosts, permitted to write.
pub(crate) fn project() -> Project {
    let scheme = Scheme::Bearer(Secret::new("o"));
    let operator = Actor { tenant: None, scheme, send_to: Vec::new(), weak_secret: false };
    let hosts = |domain: &dyn Fn(&str) -> String| -> BTreeMap<String, String> {
        ["media", "platform"].map(|role| (role.to_owned(), domain(role))).into()
    };
    let written = hosts(&|role| match role {
        "platform" => "www.heroku.com".into(),
        _ => "api.media.atlassian.com".into(),
    });
    let attestation = Attestation {
        role: "officer".into(),
        day: AttestationDay::Demo,
        valid_for: Period::days(90),
        looked_at: "the storage".into(),
        words: WORDS.into(),
    };
    Project {
        products: [("cloud".to_owned(), "Cloud add-ons".to_owned())].into(),
        roles: [("officer".to_owned(), "The officer".to_owned())].into(),
        hosts: written,
        actors: ["acme", "globex", "former"]
            .map(|name| (name.to_owned(), connect(name)))
            .into_iter()
            .chain([("operator".to_owned(), operator)])
            .chain([("platform".to_owned(), signed(Prefix::Jwt))])
            .chain([("forge".to_owned(), signed(Prefix::Bearer))])
            .collect(),
        contacts: vec!["https://support.example.com/".parse().unwrap()],
        forge: Some(forge()),
        world: World {
            demo: true,
            embedded: true,
            hosts: hosts(&|role| format!("{role}.demo.test")),
            ..World::public("https://addon.demo.test".parse().unwrap())
        },
        attestations: [("claim".into(), (Arc::from("attestations/claim.yaml"), attestation))]
            .into(),
        ..project::fixture::project("https://addon.demo.test")
    }
}

/// A small Forge app.
pub(crate) fn forge() -> ForgeApp {
    let yaml = "\
app: { id: 'ari:cloud:ecosystem::app/demo', licensing: { enabled: true } }
permissions: { scopes: [storage:app, read:page:confluence] }
remotes:
  - { key: notes, baseUrl: 'https://notes.example.com', operations: [storage] }
";
    let (manifest, _) = manifest::read(&node(yaml), &"manifest.yml".into());
    ForgeApp { manifest, answers: None }
}

/// An actor that signs as the platform.
pub(crate) fn signed(prefix: Prefix) -> Actor {
    let signed = Signed {
        key: Some(Secret::new("k")),
        public_key: None,
        key_id: "one".into(),
        issuer: Issuer::InBody("/clientKey".into()),
        audience: "https://addon.demo.test".into(),
        prefix,
        claims: serde_json::Map::new(),
    };
    Actor {
        tenant: None,
        scheme: Scheme::Signed(Box::new(signed)),
        send_to: Vec::new(),
        weak_secret: false,
    }
}

/// A claim that links to the platform's page.
pub(crate) fn claim() -> Claim {
    let text = |value: &str| Spanned { value: value.to_owned(), span: 0..0 };
    let policy: Arc<str> = "content/security.md".into();
    Claim {
        id: "claim".into(),
        file: "checks/claim.yaml".into(),
        written: Written {
            proves: text(WORDS),
            proves_also: Vec::new(),
            under: None,
            because: text("because"),
            applies_to: Vec::new(),
            background: Vec::new(),
            reinstated: None,
            needs: Vec::new(),
            valid_for: Spanned { value: Period::hours(24), span: 0..0 },
            checks: Spanned { value: Vec::new(), span: 0..0 },
        },
        checks: Vec::new(),
        passages: vec![Passage {
            policy: policy.clone(),
            place: Place::new(policy, 0..1),
            words: WORDS.into(),
            under: String::new(),
            links: vec![PassageLink {
                text: "Heroku".into(),
                address: "https://www.heroku.com/policy/security".into(),
            }],
        }],
    }
}

/// The kind of this name.
pub(crate) fn kind(name: &str) -> &'static dyn ErasedKind {
    *KINDS.iter().find(|kind| kind.name() == name).unwrap()
}

/// Plans a check that is written in YAML, `kind:` included.
pub(crate) fn plan_in(project: &Project, yaml: &str) -> Result<Plan, Vec<Diagnostic>> {
    plan_with(project, yaml, 0)
}

/// Plans with a seed for the values that differ from run to run.
pub(crate) fn plan_with(project: &Project, yaml: &str, seed: u64) -> Result<Plan, Vec<Diagnostic>> {
    let node = node(yaml);
    let name = node.get("kind").and_then(Node::as_str).unwrap();
    let claim = claim();
    let settings = node.without("kind");
    let context = Context { project, claim: &claim, span: &settings.span, seed };
    let mut diagnostics = Report::new();
    let plan = kind(name).plan(&settings, &context, &mut diagnostics);
    match plan {
        Some(plan) if diagnostics.is_empty() => Ok(plan),
        _ => Err(diagnostics.into_vec()),
    }
}

/// Plans a check in the project of the tests.
pub(crate) fn plan(yaml: &str) -> Plan {
    plan_in(&project(), yaml).unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"))
}

/// The mistakes in a check: code and message.
pub(crate) fn mistakes(yaml: &str) -> Vec<(&'static str, String)> {
    let diagnostics = plan_in(&project(), yaml).expect_err("the check is sound");
    diagnostics.into_iter().map(|one| (one.code.name(), one.message)).collect()
}

/// Answers that meet every expectation of a plan.
pub(crate) fn sound(plan: &Plan) -> Vec<Observation> {
    let mut looks: BTreeMap<StepId, Vec<StepId>> = BTreeMap::new();
    for (index, step) in StepId::enumerate(&plan.steps) {
        let at = if let Act::Recall(earlier) = step.act { earlier } else { index };
        looks.entry(index).or_default().push(index);
        looks.entry(at).or_default().extend((at != index).then_some(index));
    }
    let of = |step: StepId| {
        let facts = facts(plan, step, &looks[&step]);
        let answer = match plan.steps[step].act {
            Act::Recall(_) => Answer::Recalled,
            _ => Answer::Facts(facts.clone()),
        };
        let captures = plan.steps[step]
            .captures
            .iter()
            .filter_map(|capture| Some((capture.name.clone(), facts.at(&capture.at)?.clone())));
        let captures = captures.collect();
        Observation { took_ms: 1, captures, ..Observation::new(observed(), answer) }
    };
    StepId::first(plan.steps.len()).map(of).collect()
}

/// Sound answers, with those of some steps changed: the steps whose name contains `part`.
pub(crate) fn changed(plan: &Plan, part: &str, change: impl Fn(&mut Facts)) -> Vec<Observation> {
    let mut all = sound(plan);
    let mut count = 0;
    for (step, observation) in plan.steps.iter().zip(&mut all) {
        if let Answer::Facts(facts) = &mut observation.answer
            && step.name.contains(part)
        {
            change(facts);
            count += 1;
        }
    }
    assert!(count > 0, "no step of {:?} has `{part}` in its name", names(plan));
    all
}

/// The same answer to every request. A step that needs a capture which the answer lacks sends none.
pub(crate) fn everybody_gets(plan: &Plan, facts: &Value) -> Vec<Observation> {
    let mut all = sound(plan);
    let facts = Facts(facts.clone());
    let mut missing: Vec<String> = Vec::new();
    for (step, observation) in plan.steps.iter().zip(&mut all) {
        for capture in &step.captures {
            let found = facts.at(&capture.at).cloned();
            missing.extend(found.is_none().then(|| format!("${{{}}}", capture.name)));
            observation.captures.remove(&capture.name);
            observation.captures.extend(found.map(|value| (capture.name.clone(), value)));
        }
        let act = serde_json::to_string(&step.act).unwrap();
        if let Answer::Facts(answer) = &mut observation.answer {
            *answer = facts.clone();
            if let Some(name) = missing.iter().find(|name| act.contains(name.as_str())) {
                observation.answer = Answer::NotAsked(name.clone());
            }
        }
    }
    all
}

/// The names of a plan's steps.
pub(crate) fn names(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.name.as_str()).collect()
}

/// The verdict on some answers.
pub(crate) fn verdict(plan: &Plan, observations: &[Observation]) -> Verdict {
    judge(&View::new(plan, observations)).verdict
}

/// The result of falsification, given sound answers.
pub(crate) fn tried(plan: &Plan) -> Falsification {
    falsify(plan, &sound(plan))
}

/// Facts that meet the expectations of a step and of the steps that test the same answer.
fn facts(plan: &Plan, step: StepId, looks: &[StepId]) -> Facts {
    let mut facts = Facts(json!({
        "status": 200,
        "body": {"bytes": 10 + step.0, "sha256": format!("{step}"), "truncated": false},
        "canaries": [],
    }));
    for capture in &plan.steps[step].captures {
        facts.set(&capture.at, json!(format!("value of {}", capture.name)));
    }
    for other in looks {
        for expectation in &plan.steps[*other].expect {
            meet(&mut facts, expectation);
        }
    }
    for probe in replaced_by(plan, step) {
        for one in &plan.steps[probe].expect {
            if let Some(value) = one.test.counterexample() {
                facts.set(&one.at, value);
            }
        }
    }
    facts
}

/// The probes in whose place the answer to a step must not hold, and which it is not a control of.
fn replaced_by(plan: &Plan, step: StepId) -> impl Iterator<Item = StepId> {
    let is_control = plan.steps.iter().any(|other| other.control == Some(step));
    let edits = plan.counterexamples.iter().flat_map(|one| &one.edits);
    edits.filter_map(move |edit| match edit {
        Edit::Swap { step: probe, with } if *with == step && !is_control => Some(*probe),
        _ => None,
    })
}

fn meet(facts: &mut Facts, expectation: &Expectation) {
    let at = expectation.at.as_str();
    match &expectation.test {
        Test::Refused(refusal) => match refusal.statuses.last() {
            Some(status) => facts.set("/status", json!(status)),
            None => facts.set(BODIES, json!([refusal.body_fact(Some(true))])),
        },
        Test::Allowed(refusal) => facts.set(BODIES, json!([refusal.body_fact(Some(false))])),
        Test::ShowsCanary(canary) => facts.set("/canaries", json!([canary])),
        Test::ShowsExactly(canaries) => facts.set("/canaries", json!(canaries)),
        Test::NotAll(_) => {}
        Test::StaysOn(origin) => facts.set("/url", json!(format!("{origin}/page"))),
        Test::Exists(true) if facts.at(at).is_some() => {}
        Test::Directive(directive) => {
            let old = facts.at(at).and_then(|all| all[0].as_str()).unwrap_or_default();
            let separator = if at.ends_with("cache-control") { "," } else { ";" };
            let new = match &directive.is {
                Some(Test::Exists(false)) => old.to_owned(),
                Some(test) => {
                    let value = test.example(observed());
                    let number = value.as_f64().map(|number| number.to_string());
                    let text = number.or(value.as_str().map(str::to_owned));
                    format!("{old}{separator} {}={}", directive.name, text.unwrap_or_default())
                }
                None => format!("{old}{separator} {}", directive.name),
            };
            facts.set(at, json!([new]));
        }
        // A header's first value is set within a list.
        test if at.starts_with("/headers/") && at.ends_with("/0") => {
            facts.set(at.trim_end_matches("/0"), json!([test.example(observed())]));
        }
        test if at.starts_with("/headers/") && !matches!(test, Test::Exists(_)) => {
            facts.set(at, json!([test.example(observed())]));
        }
        test if at == "/body/title" => {
            facts.set("/body/text", json!("<!doctype html>"));
            facts.set(at, test.example(observed()));
        }
        Test::ShowsNoForeignCanary
        | Test::WithholdsData
        | Test::Unchanged
        | Test::Exists(false) => {}
        Test::Some(within) | Test::Every(within) => {
            let mut entries = facts.at(at).and_then(Value::as_array).cloned().unwrap_or_default();
            let mut entry = Facts(entries.pop().unwrap_or_else(|| json!({})));
            match &within.is {
                Test::All(all) => {
                    all.iter().for_each(|one| entry.set(&one.at, one.is.example(observed())))
                }
                test => entry.set(&within.at, test.example(observed())),
            }
            facts.set(at, json!([entry.0]));
        }
        test => facts.set(at, test.example(observed())),
    }
}

/// A tree from YAML in which every value has a place of its own.
///
/// The places are not those in the text: the tests only need them to differ.
pub(crate) fn node(yaml: &str) -> Node {
    let mut next = 0;
    tree(&serde_yaml::from_str(yaml).unwrap(), &mut next)
}

fn tree(value: &serde_yaml::Value, next: &mut usize) -> Node {
    let span = place(next);
    let value = match value {
        serde_yaml::Value::Null => Yaml::Null,
        serde_yaml::Value::Bool(value) => Yaml::Bool(*value),
        serde_yaml::Value::Number(number) => match number.as_i64() {
            Some(whole) => Yaml::Int(whole),
            None => Yaml::Float(number.as_f64().unwrap()),
        },
        serde_yaml::Value::String(text) => Yaml::String(text.clone()),
        serde_yaml::Value::Sequence(items) => {
            Yaml::List(items.iter().map(|item| tree(item, next)).collect())
        }
        serde_yaml::Value::Mapping(entries) => {
            let entry = |(key, value): (&serde_yaml::Value, &serde_yaml::Value)| Entry {
                key: key.as_str().unwrap().to_owned(),
                key_span: place(next),
                value: tree(value, next),
            };
            Yaml::Map(entries.iter().map(entry).collect())
        }
        serde_yaml::Value::Tagged(_) => panic!("no tags in tests"),
    };
    Node { span, value }
}

fn place(next: &mut usize) -> Range<usize> {
    *next += 2;
    *next..*next + 1
}
