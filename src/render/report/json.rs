//! The JSON report, for programs.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;

use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::basis::Basis;
use crate::model::judge::evidence::{CheckOutcome, Outcome, Standing};
use crate::model::judge::falsify::{Grade, TriedCounterexample};
use crate::model::judge::waiving::Waiving;
use crate::model::project::waiver::Accepted;
use crate::render::finding::{Finding, findings, place_of};
use crate::render::outlet::Written;
use crate::render::report::mistakes::{self, Mistakes};
use crate::render::summary::Count;
use crate::render::{Input, outlet, summary, wording};

/// The version of the format.
const SCHEMA: &str = "avouch-report/1";

/// Writes the report.
pub(crate) fn render(input: &Input<'_>) -> Written {
    outlet::json::pretty(&report(input))
}

/// Writes the report of sources that could not be tested: it has no claims.
pub(crate) fn mistakes(of: &Mistakes<'_>) -> Written {
    outlet::json::pretty(&json!({
        "schema": SCHEMA,
        "generator": concat!("avouch ", env!("CARGO_PKG_VERSION")),
        "diagnostics": mistakes::json(of.diagnostics, of.sources),
        "claims": [],
    }))
}

#[derive(Serialize)]
struct JsonReport<'a> {
    schema: &'static str,
    generator: &'a str,
    target: &'a str,
    demo: bool,
    release: Option<&'a str>,
    clock: Option<Timestamp>,
    started: Timestamp,
    finished: Timestamp,
    as_of: Timestamp,
    counts: Vec<Count>,
    not_checked: usize,
    claims: Vec<JsonClaim<'a>>,
}

#[derive(Serialize)]
struct JsonClaim<'a> {
    id: &'a str,
    words: &'a str,
    file: String,
    line: usize,
    column: usize,
    standing: &'static str,
    reason: Option<Reason>,
    needs: Option<&'a str>,
    basis: Option<Basis>,
    seen: String,
    observed: Option<Timestamp>,
    until: Option<Timestamp>,
    findings: Vec<JsonFinding<'a>>,
    waiver: Option<JsonWaiver<'a>>,
    checks: Vec<JsonCheck<'a>>,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    check: usize,
    step: &'a str,
    actor: &'a str,
    request: String,
    expected: String,
    seen: String,
    control: Option<JsonControl<'a>>,
    repeat: String,
    waived: bool,
    to_waive: Option<Accepted>,
}

#[derive(Serialize)]
struct JsonWaiver<'a> {
    file: &'a str,
    role: &'a str,
    reason: &'a str,
    ticket: &'a str,
    tell_customers: &'a str,
    day: Date,
    until: Date,
    idle: Vec<String>,
}

#[derive(Serialize)]
struct JsonControl<'a> {
    step: &'a str,
    seen: String,
}

#[derive(Serialize)]
struct JsonCheck<'a> {
    kind: &'a str,
    verdict: Verdict,
    covers: &'a str,
    leaves_open: String,
    connections: Vec<String>,
    until: Option<Timestamp>,
    attempts: u32,
    intermittent: bool,
    left_behind: &'a [String],
    doubts: Vec<String>,
    grade: Option<Grade>,
    missed: Vec<&'a TriedCounterexample>,
    untouched: Vec<JsonExpectation<'a>>,
}

#[derive(Serialize)]
struct JsonExpectation<'a> {
    step: &'a str,
    expected: String,
}

fn report<'a>(input: &Input<'a>) -> JsonReport<'a> {
    let assessment = input.assessment;
    JsonReport {
        schema: SCHEMA,
        generator: &assessment.generator,
        target: &assessment.world.target,
        demo: assessment.world.demo,
        release: assessment.released.as_ref().map(|known| known.name.as_str()),
        clock: assessment.clock,
        started: assessment.started,
        finished: assessment.finished,
        as_of: input.now,
        counts: summary::counts(input.outcomes),
        not_checked: input.not_checked(),
        claims: input.outcomes.iter().map(|outcome| claim(outcome, input)).collect(),
    }
}

fn claim<'a>(outcome: &'a Outcome<'a>, input: &Input<'a>) -> JsonClaim<'a> {
    let (file, at) = place_of(outcome, input.project);
    let findings = findings(outcome).into_iter();
    JsonClaim {
        id: &outcome.claim.id,
        words: outcome.claim.words(),
        file,
        line: at.line,
        column: at.column,
        standing: outcome.standing.name(),
        reason: match outcome.standing {
            Standing::Inconclusive(reason) => Some(reason),
            _ => None,
        },
        needs: outcome.lacks.map(|claim| claim.id.as_str()),
        basis: summary::basis(outcome),
        seen: wording::seen(outcome),
        observed: outcome.observed,
        until: summary::until(outcome),
        findings: findings.map(|finding| broken(finding, input)).collect(),
        waiver: outcome.waiving.as_ref().map(|waiving| waiver(waiving, outcome)),
        checks: outcome.checks.iter().map(|one| check(one, input)).collect(),
    }
}

fn broken<'a>(finding: Finding<'a>, input: &Input<'_>) -> JsonFinding<'a> {
    JsonFinding {
        check: finding.check,
        step: &finding.step.name,
        actor: &finding.step.actor,
        request: wording::request_line(finding.step, input.project),
        expected: finding.expected,
        seen: finding.seen,
        control: finding.control.map(|(step, seen)| JsonControl { step, seen }),
        repeat: wording::curl(finding.step, input.project),
        waived: finding.waived,
        to_waive: finding.acceptance,
    }
}

fn waiver<'a>(waiving: &Waiving<'a>, outcome: &Outcome<'_>) -> JsonWaiver<'a> {
    let Waiving { file, waiver, .. } = *waiving;
    JsonWaiver {
        file,
        role: &waiver.role,
        reason: &waiver.reason,
        ticket: &waiver.ticket,
        tell_customers: &waiver.tell_customers,
        day: waiver.day,
        until: waiver.until,
        idle: wording::idle(outcome),
    }
}

fn check<'a>(check: &'a CheckOutcome<'a>, input: &Input<'_>) -> JsonCheck<'a> {
    let falsification = check.falsification.as_ref();
    let missed = falsification.into_iter().flat_map(|one| &one.rows);
    let untouched = falsification.into_iter().flat_map(|one| &one.untouched);
    JsonCheck {
        kind: &check.plan.kind,
        verdict: check.judgement.verdict,
        covers: &check.plan.covers,
        leaves_open: wording::leaves_open(check),
        connections: wording::connections(check, &input.project.world),
        until: Some(check.until).filter(|until| *until != Timestamp::MIN),
        attempts: check.transcript.attempts,
        intermittent: check.intermittent,
        left_behind: &check.transcript.left_behind,
        doubts: wording::doubts(check),
        grade: falsification.map(|one| one.grade),
        missed: missed.filter(|row| !row.noticed).collect(),
        untouched: untouched
            .map(|(step, index)| JsonExpectation {
                step: &check.plan.steps[*step].name,
                expected: wording::expected(&check.plan.steps[*step].expect[*index]),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;
    use serde_json::Value;

    #[test]
    fn each_claim_has_its_place_and_its_findings() {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        let report: Value =
            serde_json::from_str(render(&sample.input(&outcomes)).as_str()).unwrap();
        let standings: Vec<&str> = report["claims"]
            .as_array()
            .unwrap()
            .iter()
            .map(|claim| claim["standing"].as_str().unwrap())
            .collect();
        let all = ["holds", "violated", "inconclusive", "expired", "weak", "holds", "waived"];
        assert_eq!(standings, all);
        let mut violated = report["claims"][1].clone();
        violated["findings"].as_array_mut().unwrap().truncate(1);
        violated.as_object_mut().unwrap().shift_remove("checks");
        insta::assert_snapshot!(serde_json::to_string_pretty(&violated).unwrap(), @r#"
        {
          "id": "tenant-isolation",
          "words": "One customer can never reach another customer's <data>.",
          "file": "content/security.md",
          "line": 7,
          "column": 2,
          "standing": "violated",
          "reason": null,
          "needs": null,
          "basis": "probed-with-access",
          "seen": "globex reads acme's note: status 200, 64 bytes with data of acme in it",
          "observed": "2026-11-22T10:00:00Z",
          "until": null,
          "findings": [
            {
              "check": 0,
              "step": "globex reads acme's note",
              "actor": "globex",
              "request": "GET /notes/${note}",
              "expected": "the answer contains no data of another tenant",
              "seen": "status 200, 64 bytes with data of acme in it",
              "control": {
                "step": "acme reads its note",
                "seen": "status 200, 64 bytes"
              },
              "repeat": "curl -i -H \"Authorization: JWT ${GLOBEX_JWT}\" \"https://addon.demo.test/notes/${note}\"",
              "waived": false,
              "to_waive": null
            }
          ],
          "waiver": null
        }
        "#);
    }
}
