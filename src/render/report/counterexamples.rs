//! Whether each check can fail, as a table: `avouch falsify`.

use std::fmt;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::model::judge::evidence::{CheckOutcome, Outcome};
use crate::model::judge::falsify::Grade;
use crate::model::plan::counterexample::Class;
use crate::render::wording;

/// The table, for people.
pub fn text(outcomes: &[Outcome<'_>]) -> String {
    let mut out = String::new();
    for outcome in outcomes {
        for check in &outcome.checks {
            // Writing to a string cannot fail.
            let _ = write(&mut out, outcome, check);
        }
    }
    out
}

/// The table, for programs.
pub fn json(outcomes: &[Outcome<'_>]) -> Value {
    let checks = outcomes.iter().flat_map(|outcome| {
        outcome.checks.iter().map(|check| {
            json!({
                "claim": outcome.claim.id,
                "kind": check.plan.kind,
                "verdict": check.judgement.verdict,
                "grade": check.falsification.as_ref().map(|one| one.grade),
                "counterexamples": check.falsification.as_ref().map(|one| &one.rows),
                "untouched": untouched(check),
            })
        })
    });
    Value::Array(checks.collect())
}

fn write(out: &mut String, outcome: &Outcome<'_>, check: &CheckOutcome<'_>) -> fmt::Result {
    let claim = &outcome.claim.id;
    let Some(falsification) = &check.falsification else {
        let verdict = check.judgement.verdict;
        return writeln!(
            out,
            "{claim} ({}): not tried, because it is {verdict}\n",
            check.plan.kind
        );
    };
    writeln!(out, "{claim} ({}): {}", check.plan.kind, grade(falsification.grade))?;
    for row in &falsification.rows {
        let noticed = if row.noticed { "noticed" } else { "MISSED" };
        writeln!(
            out,
            "  {noticed:8} {:9} {:24} {}",
            class(row.class),
            row.verdict.to_string(),
            row.when
        )?;
    }
    for one in untouched(check) {
        writeln!(out, "  no counterexample depends on: {one}")?;
    }
    writeln!(out)
}

/// The expectations that no counterexample depends on, in words.
pub fn untouched(check: &CheckOutcome<'_>) -> Vec<String> {
    let all = check.falsification.iter().flat_map(|one| &one.untouched);
    all.map(|(step, index)| {
        let step = &check.plan.steps[*step];
        format!("{}: {}", step.name, wording::expected(&step.expect[*index]))
    })
    .collect()
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Sound => "can fail, and noticed every counterexample",
        Grade::Weak => "weak: it missed a counterexample",
        Grade::Uncontrolled => "uncontrolled: a refusal or absence in it has no control",
        Grade::Vacuous => "vacuous: it cannot fail",
    }
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Negation => "negation",
        Class::Fault => "fault",
        Class::Benign => "benign",
    }
}
