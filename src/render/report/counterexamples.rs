//! Whether each check can fail: the report of `avouch falsify`.

use anstyle::Style;
use serde_json::{Value, json};

use crate::model::judge::evidence::{CheckOutcome, Outcome};
use crate::model::judge::falsify::{Falsification, Grade, TriedCounterexample};
use crate::model::plan::counterexample::Class;
use crate::render::outlet::Text;
use crate::render::outlet::terminal::Terminal;
use crate::render::report::layout::{BOLD, DIM, GREEN, Layout, RED};
use crate::render::wording;
use crate::render::wording::{count, cut, plain};

/// Characters of one counterexample that are shown.
const WHEN_MAX: usize = 400;

/// Columns of the first column.
const GRADE: usize = 12;

/// The counterexamples that the report for people lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Every counterexample.
    All,
    /// Those that a check did not notice.
    Missed,
}

/// The report for people.
pub fn text(outcomes: &[Outcome<'_>], detail: Detail, layout: &Layout) -> Text<Terminal> {
    let mut out = Text::new();
    for outcome in outcomes {
        for (index, check) in outcome.checks.iter().enumerate() {
            let (id, kind) = (plain(&outcome.claim.id), &check.plan.kind);
            let name = layout.paint(BOLD, id).put(format!(", check {} ({kind})", index + 1));
            out.add(of_check(name, check, detail, layout));
        }
    }
    out
}

/// The same for programs.
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

fn of_check(
    name: Text<Terminal>,
    check: &CheckOutcome<'_>,
    detail: Detail,
    layout: &Layout,
) -> Text<Terminal> {
    let Some(falsification) = &check.falsification else {
        let verdict = check.judgement.verdict;
        let head = head("not tried", DIM, layout);
        return layout.hanging(head, name.put(format!(": it is {verdict}")));
    };
    let (grade, style) = match falsification.grade {
        Grade::Sound => ("can fail", GREEN),
        Grade::Weak => ("weak", RED.bold()),
        Grade::Uncontrolled => ("uncontrolled", RED.bold()),
        Grade::Vacuous => ("vacuous", RED.bold()),
    };
    let result = result(falsification);
    let mut out = layout.hanging(head(grade, style, layout), name.own(": ").put(result));
    for class in [Class::Negation, Class::Decoy, Class::Fault, Class::Benign] {
        out.add(of_class(class, falsification, detail, layout));
    }
    for one in untouched(check) {
        out.add(layout.entry("untested", format!("no counterexample depends on: {one}")));
    }
    if detail == Detail::All { out.own("\n") } else { out }
}

/// The counterexamples of one class, under a heading.
fn of_class(
    class: Class,
    falsification: &Falsification,
    detail: Detail,
    layout: &Layout,
) -> Text<Terminal> {
    let shown =
        |row: &&TriedCounterexample| row.class == class && (detail == Detail::All || !row.noticed);
    let mut rows = falsification.rows.iter().filter(shown).peekable();
    if rows.peek().is_none() {
        return Text::new();
    }
    let heading = layout.paint(DIM, heading(class));
    let rows: Text<Terminal> = rows.map(|row| line(row, layout)).collect();
    Text::new().own("\n  ").put(heading).own("\n").put(rows)
}

fn line(row: &TriedCounterexample, layout: &Layout) -> Text<Terminal> {
    let when = cut(&row.when, WHEN_MAX);
    let indent = Text::new().own("  ");
    match row.noticed {
        true => layout.hanging(indent.put(layout.paint(GREEN, "noticed")).own("  "), when),
        false => {
            let missed = format!("{when} ({})", row.verdict);
            let head = indent.put(layout.paint(RED.bold(), "MISSED")).own("   ");
            let help = row.remedy.iter().map(|remedy| layout.entry("help", cut(remedy, WHEN_MAX)));
            layout.hanging(head, missed).put(help.collect::<Text<Terminal>>())
        }
    }
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

/// The first column: whether the check can fail.
fn head(grade: &'static str, style: Style, layout: &Layout) -> Text<Terminal> {
    layout.paint(style, Text::new().own(grade).padded(GRADE)).own("  ")
}

fn result(falsification: &Falsification) -> String {
    let all = falsification.rows.len();
    let missed = falsification.rows.iter().filter(|row| !row.noticed).count();
    match falsification.grade {
        Grade::Sound => format!("all {all} noticed"),
        Grade::Weak => format!("{missed} of {} missed", count(all, "counterexample")),
        Grade::Uncontrolled => "a refusal or an absence in it has no control".to_owned(),
        Grade::Vacuous => "it cannot fail".to_owned(),
    }
}

/// The verdict that a class of counterexamples must lead to.
fn heading(class: Class) -> &'static str {
    match class {
        Class::Negation => "If the claim is false, the check must fail:",
        Class::Fault => "If the service has a fault, the check must be inconclusive:",
        Class::Decoy => {
            "If another answer comes in place of the right one, the check must not hold:"
        }
        Class::Benign => "If the claim is still true, the check must hold:",
    }
}
