//! The plans and transcripts of the sample's claims, one of each outcome.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::language::period::Period;
use crate::model::answer::attestation::{Attestation, AttestationDay};
use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::answer::observation::{Answer, Observation, Transcript};
use crate::model::answer::verdict::Reason;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Refusal, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Act, Canary, Keep, Plan, Record, Role, Step, Word};

/// The plan of the claim with this id.
pub(super) fn plan(id: &str) -> Plan {
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
        edits: vec![Edit::Set {
            step: StepId(0),
            at: "/body/json/scopes".into(),
            value: json!(["ADMIN"]),
        }],
    };
    Plan {
        parameters: Vec::new(),
        kind: kind.into(),
        canaries: if id == "tenant-isolation" { vec![canary("acme")] } else { Vec::new() },
        steps,
        ends: Vec::new(),
        counterexamples: if id == "limited-scopes" { vec![weak] } else { Vec::new() },
        covers: "One address was tested, as one customer and as an anonymous caller.".into(),
        alone: false,
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
    let mut step = Step::new(Role::Probe, "reads the attestation", ANYONE, Act::Record(record));
    step.expect = vec![Expectation::new("/given", Test::Exists(true))];
    step.word = Word::Attested;
    step
}

fn isolation() -> Vec<Step> {
    let request = || Request::get("/notes/${note}");
    let mut control = Step::http(Role::Control, "acme reads its note", "acme", request());
    control.expect = vec![Expectation::new("", Test::ShowsCanary(CanaryId(0)))];
    control.sees = vec![CanaryId(0)];
    let mut probe = Step::http(Role::Probe, "globex reads acme's note", "globex", request());
    let refusal = Refusal::standard().or_not_found();
    probe.expect = vec![Expectation::new("", Test::Refused(refusal))];
    probe.control = Some(StepId(0));
    probe.keep = Keep::Digest;
    vec![control, probe]
}

/// The transcript of the claim with this id.
pub(super) fn transcript(id: &str) -> Transcript {
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
        took_ms: 12,
        address: Some("127.0.0.1:8443".into()),
        ..Observation::new(at("10:00:00"), answer)
    }
}

/// A time on the day of the sample.
pub(super) fn at(time: &str) -> Timestamp {
    format!("2026-11-22T{time}Z").parse().unwrap()
}
