//! SARIF 2.1.0 (OASIS, 2020), for code scanning. A claim is a rule. Each reason why it failed is a result
//! at its line in the policy, with the line of the check as a related location. A claim that could not be
//! verified is open, or to be reviewed; a waived failure is suppressed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::language::words::capital;
use crate::model::judge::binding::Digest;
use crate::model::judge::evidence::{Outcome, Standing};
use crate::model::project::claim::Claim;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::{Place, Sources};
use crate::render::finding::{Finding, findings};
use crate::render::outlet::Written;
use crate::render::report::mistakes::{self, Mistakes};
use crate::render::{Input, outlet, summary, wording};

/// The maximum number of results for one claim; further findings are counted.
const FINDINGS_MAX: usize = 100;

/// The folder that paths are relative to, by its usual name: code scanning ignores any other.
const ROOT: &str = "%SRCROOT%";

/// The schema of a log.
const LOG_SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the report.
pub(crate) fn render(input: &Input<'_>) -> Written {
    log(&run(input))
}

/// Writes the log of sources that could not be tested: a rule is a code, and a mistake is a result.
pub(crate) fn mistakes(of: &Mistakes<'_>) -> Written {
    let codes: BTreeSet<Code> = of.diagnostics.iter().map(|one| one.code).collect();
    let rules = codes.iter().map(|code| {
        json!({
            "id": code.name(),
            "name": name(code.name()),
            "shortDescription": { "text": code.meaning() },
        })
    });
    let result = |one: &Diagnostic| {
        let files = Files { sources: of.sources, folder: of.folder };
        let related = one.related.iter().enumerate().map(|(index, (place, label))| {
            json!({
                "id": index + 1,
                "physicalLocation": files.physical(place),
                "message": { "text": label },
            })
        });
        let mut result = json!({
            "ruleId": one.code.name(),
            "ruleIndex": codes.iter().position(|code| *code == one.code),
            "kind": "fail",
            "level": mistakes::level(one),
            "message": { "text": mistakes::told(one) },
        });
        if let Some(place) = &one.place {
            result["locations"] = json!([{ "physicalLocation": files.physical(place) }]);
        }
        if !one.related.is_empty() {
            result["relatedLocations"] = related.collect();
        }
        result
    };
    let version = env!("CARGO_PKG_VERSION");
    log(&json!({
        "tool": { "driver": {
            "name": "Avouch",
            "version": version,
            "semanticVersion": version,
            "rules": rules.collect::<Vec<_>>(),
        }},
        "automationDetails": { "id": "avouch/" },
        "invocations": [{ "executionSuccessful": of.errors() == 0 }],
        "originalUriBaseIds": base(),
        "columnKind": "unicodeCodePoints",
        "results": of.diagnostics.iter().map(result).collect::<Vec<_>>(),
    }))
}

fn log(run: &Value) -> Written {
    outlet::json::pretty(&json!({ "$schema": LOG_SCHEMA, "version": "2.1.0", "runs": [run] }))
}

fn run(input: &Input<'_>) -> Value {
    let assessment = input.assessment;
    let version = assessment.generator.split_whitespace().last().unwrap_or_default();
    let results = input.outcomes.iter().enumerate();
    let results = results.flat_map(|(rule, outcome)| results_of(rule, outcome, input));
    json!({
        "tool": { "driver": {
            "name": "Avouch",
            "version": version,
            "semanticVersion": version,
            "rules": input.outcomes.iter().map(rule).collect::<Vec<_>>(),
        }},
        "automationDetails": { "id": "avouch/" },
        "invocations": [{
            "executionSuccessful": true,
            "startTimeUtc": assessment.started,
            "endTimeUtc": assessment.finished,
        }],
        "originalUriBaseIds": base(),
        "columnKind": "unicodeCodePoints",
        "results": results.collect::<Vec<_>>(),
        "properties": { "target": assessment.world.target, "demo": assessment.world.demo },
    })
}

fn base() -> Value {
    json!({ ROOT: { "description": { "text": "The root of the repository." } } })
}

/// A claim, with a description of its checks.
fn rule(outcome: &Outcome<'_>) -> Value {
    let claim = outcome.claim;
    let checks = outcome.checks.iter().map(|check| {
        let plan = check.plan;
        format!("{}: {} {}", plan.kind, plan.covers, plan.leaves_open)
    });
    let because = claim.written.because.split_whitespace().collect::<Vec<_>>().join(" ");
    let help = std::iter::once(because.clone()).chain(checks).collect::<Vec<_>>().join("\n\n");
    json!({
        "id": claim.id,
        "name": name(&claim.id),
        "shortDescription": { "text": wording::words(claim) },
        "fullDescription": { "text": because },
        "help": { "text": help },
        "defaultConfiguration": { "level": "error" },
        "properties": {
            "basis": summary::basis(outcome).map(|basis| basis.in_words()),
            "tags": ["security"],
        },
    })
}

/// An id as rules are named: `BackupDaily`.
fn name(id: &str) -> String {
    id.split(['-', '_']).map(capital).collect()
}

/// One result for each reason why a claim failed, or one result with its status.
fn results_of(rule: usize, outcome: &Outcome<'_>, input: &Input<'_>) -> Vec<Value> {
    let (kind, level) = match outcome.standing {
        Standing::Holds => ("pass", "none"),
        Standing::Violated | Standing::Waived => ("fail", "error"),
        Standing::Inconclusive(_) | Standing::Expired => ("open", "none"),
        Standing::Unfit(_) => ("review", "none"),
    };
    let result = |message: String, check: Option<usize>, sort: &Value| {
        json!({
            "ruleId": outcome.claim.id,
            "ruleIndex": rule,
            "kind": kind,
            "level": level,
            "message": { "text": message },
            "locations": [{ "physicalLocation": physical(&claimed(outcome.claim), input) }],
            "relatedLocations": [related(outcome.claim, check, input)],
            "partialFingerprints": { "finding/v1": Digest::of_value(&(&outcome.claim.id, sort)) },
        })
    };
    if kind != "fail" {
        let told = wording::told(outcome, input.project);
        return vec![result(format!("{told}."), None, &json!(null))];
    }
    let found = findings(outcome);
    let left_out = found.len().saturating_sub(FINDINGS_MAX);
    let one = |finding: &Finding<'_>| {
        let sort = json!((finding.check + 1, &finding.step.name, finding.expectation));
        let mut result = result(told(finding, left_out), Some(finding.check), &sort);
        if let Some(waiving) = outcome.waiving.as_ref().filter(|_| finding.waived) {
            let justification = wording::waived(waiving, input.project);
            result["suppressions"] = json!([{
                "kind": "external",
                "status": "accepted",
                "justification": justification,
                "location": { "physicalLocation": physical(&Place::file(waiving.file), input) },
            }]);
        }
        result
    };
    found.iter().take(FINDINGS_MAX).map(one).collect()
}

fn told(finding: &Finding<'_>, left_out: usize) -> String {
    let name = wording::plain(&finding.step.name);
    let more = match left_out {
        0 => String::new(),
        rest => format!(" {rest} more findings for this claim are not listed."),
    };
    format!("{name}. Expected: {}. Seen: {}.{more}", finding.expected, finding.seen)
}

/// The place of a claim's words in a policy; the claim's file if no policy contains them.
fn claimed(claim: &Claim) -> Place {
    let passage = claim.passages.first();
    passage.map_or_else(|| Place::file(claim.file.clone()), |passage| passage.place.clone())
}

/// The line of a check in the claim's file; the whole file for all checks.
fn related(claim: &Claim, check: Option<usize>, input: &Input<'_>) -> Value {
    let written = check.and_then(|index| claim.checks.get(index));
    let place = match written {
        Some(written) => written.kind.place(&claim.file),
        None => Place::file(claim.file.clone()),
    };
    let number = check.map_or_else(String::new, |index| format!(" {}", index + 1));
    json!({
        "id": 1,
        "physicalLocation": physical(&place, input),
        "message": { "text": format!("The claim's check{number}.") },
    })
}

fn physical(place: &Place, input: &Input<'_>) -> Value {
    Files { sources: &input.project.sources, folder: input.folder }.physical(place)
}

/// The files of a project within its repository.
struct Files<'a> {
    sources: &'a Sources,
    folder: &'a str,
}

impl Files<'_> {
    fn physical(&self, place: &Place) -> Value {
        let sources = self.sources;
        let from = sources.line_column(place);
        let to = sources.line_column(&Place { start: place.end.max(place.start), ..place.clone() });
        json!({
            "artifactLocation": { "uri": uri(&format!("{}{}", self.folder, place.file)), "uriBaseId": ROOT },
            "region": {
                "startLine": from.line,
                "startColumn": from.column,
                "endLine": to.line,
                "endColumn": to.column,
            },
        })
    }
}

/// A path as a relative reference (RFC 3986): other characters are percent-encoded.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let encoded = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    path.bytes().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    fn log(sample: &Sample) -> Value {
        let outcomes = sample.outcomes();
        serde_json::from_str(render(&sample.input(&outcomes)).as_str()).unwrap()
    }

    fn results(log: &Value) -> Vec<String> {
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        results
            .map(|one| {
                let suppressed = if one["suppressions"].is_array() { " suppressed" } else { "" };
                format!(
                    "{} {} {}{suppressed}",
                    text(&one["ruleId"]),
                    text(&one["kind"]),
                    text(&one["level"])
                )
            })
            .collect()
    }

    #[test]
    fn each_standing_has_its_kind_and_a_waived_failure_is_suppressed() {
        assert_eq!(
            results(&log(&Sample::new())),
            [
                "encrypted-transport pass none",
                "tenant-isolation fail error",
                "tenant-isolation fail error",
                "backup-daily open none",
                "privacy-policy open none",
                "limited-scopes review none",
                "content-storage pass none",
                "image-storage fail error suppressed",
            ]
        );
    }

    #[test]
    fn a_result_has_the_places_of_its_claim_and_its_check() {
        let result = &log(&Sample::new())["runs"][0]["results"][7];
        let told = |value: &Value| serde_json::to_string(value).unwrap();
        assert_eq!(
            told(&result["message"]["text"]),
            "\"anyone reads /images. Expected: the status is 404. Seen: status 200.\""
        );
        insta::assert_snapshot!(told(&result["locations"]), @r#"
        [{"physicalLocation":{"artifactLocation":{"uri":"content/security.md","uriBaseId":"%SRCROOT%"},"region":{"startLine":7,"startColumn":2,"endLine":8,"endColumn":1}}}]
        "#);
        insta::assert_snapshot!(told(&result["relatedLocations"]), @r#"
        [{"id":1,"physicalLocation":{"artifactLocation":{"uri":"checks/image-storage.yaml","uriBaseId":"%SRCROOT%"},"region":{"startLine":1,"startColumn":1,"endLine":1,"endColumn":1}},"message":{"text":"The claim's check 1."}}]
        "#);
        insta::assert_snapshot!(told(&result["suppressions"][0]["justification"]), @r#"
        "until 30 Nov 2026 by The demo's officer (SEC-17): The old host is switched off next week."
        "#);
    }

    #[test]
    fn a_fingerprint_stays_where_lines_move_and_differs_between_findings() {
        let prints = |log: &Value| -> Vec<Value> {
            let results = log["runs"][0]["results"].as_array().unwrap();
            results.iter().map(|one| one["partialFingerprints"]["finding/v1"].clone()).collect()
        };
        let mut sample = Sample::new();
        let before = prints(&log(&sample));
        for claim in &mut sample.project.claims {
            claim.passages[0].place.start += 1;
        }
        assert_eq!(prints(&log(&sample)), before);
        let distinct: std::collections::BTreeSet<String> =
            before.iter().map(Value::to_string).collect();
        assert_eq!(distinct.len(), before.len());
    }

    #[test]
    fn a_path_is_a_reference() {
        assert_eq!(uri("content/a b/é.md"), "content/a%20b/%C3%A9.md");
    }
}
