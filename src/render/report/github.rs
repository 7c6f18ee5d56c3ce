//! GitHub's workflow commands, on standard output: an annotation at the line of each claim that is not
//! verified. Worst first, and no more than GitHub shows.

use std::cmp::Reverse;

use crate::model::judge::evidence::{Outcome, Standing};
use crate::model::source::LineColumn;
use crate::render::finding::{findings, place_of};
use crate::render::outlet::commands::Commands;
use crate::render::outlet::{Text, Written};
use crate::render::report::labels;
use crate::render::report::mistakes::{self, Mistakes};
use crate::render::wording::cut;
use crate::render::{Input, summary, wording};

/// The maximum number of annotations of one level that GitHub shows for a step.
const LEVEL_MAX: usize = 10;

/// The maximum number of characters of an annotation.
const MESSAGE_MAX: usize = 1000;

/// Writes the report.
pub(crate) fn render(input: &Input<'_>) -> Written {
    let mut worst: Vec<&Outcome<'_>> = input.outcomes.iter().collect();
    worst.sort_by_key(|outcome| summary::rank(outcome));
    let mut out = Text::new();
    for level in ["error", "warning", "notice"] {
        let of_level = worst.iter().filter(|outcome| self::level(outcome) == Some(level));
        let (shown, rest): (Vec<_>, Vec<_>) =
            of_level.enumerate().partition(|(index, _)| *index < LEVEL_MAX);
        out.add(shown.iter().map(|(_, one)| annotation(level, one, input)).collect::<Text<_>>());
        out.add(left_out(level, rest.len()));
    }
    out.finish()
}

/// Writes the annotations of sources that could not be tested.
pub(crate) fn mistakes(of: &Mistakes<'_>) -> Written {
    let mut out = Text::new();
    for level in ["error", "warning"] {
        let of_level = of.diagnostics.iter().filter(|one| mistakes::level(one) == level);
        for one in of_level.clone().take(LEVEL_MAX) {
            let place = of.place_of(one).map(|(file, at)| place(&file, at)).unwrap_or_default();
            let message = Text::message(&cut(&mistakes::told(one), MESSAGE_MAX));
            out.add(command(level, place, one.code.name()).put(message).own("\n"));
        }
        out.add(left_out(level, of_level.count().saturating_sub(LEVEL_MAX)));
    }
    out.finish()
}

/// The number of annotations that GitHub would not show.
fn left_out(level: &'static str, rest: usize) -> Text<Commands> {
    match rest {
        0 => Text::new(),
        rest => Text::from(rest).own(" more of level ").own(level).own(" are not shown\n"),
    }
}

fn place(file: &str, at: LineColumn) -> Text<Commands> {
    let line = Text::new().own("file=").put(file).own(",line=").put(at.line);
    line.own(",col=").put(at.column).own(",")
}

/// An annotation up to its message.
fn command(level: &'static str, place: Text<Commands>, title: &str) -> Text<Commands> {
    Text::new().own("::").own(level).own(" ").put(place).own("title=").put(title).own("::")
}

fn level(outcome: &Outcome<'_>) -> Option<&'static str> {
    match outcome.standing {
        Standing::Violated => Some("error"),
        Standing::Inconclusive(_) | Standing::Expired | Standing::Unfit(_) => Some("warning"),
        Standing::Waived => Some("notice"),
        Standing::Holds if outcome.waiving.is_some() => Some("notice"),
        Standing::Holds => None,
    }
}

fn annotation(level: &'static str, outcome: &Outcome<'_>, input: &Input<'_>) -> Text<Commands> {
    let (file, at) = place_of(outcome, input.project);
    let title = format!("{}: {}", labels::full_status(outcome), outcome.claim.id);
    let message = match outcome.standing {
        Standing::Holds => wording::idle(outcome).join("; "),
        _ => message(outcome, input),
    };
    let place = place(&format!("{}{file}", input.folder), at);
    command(level, place, &title).put(Text::message(&cut(&message, MESSAGE_MAX))).own("\n")
}

fn message(outcome: &Outcome<'_>, input: &Input<'_>) -> String {
    let summary = wording::told(outcome, input.project);
    let mut found = findings(outcome);
    found.sort_by_key(|one| Reverse(!one.waived));
    match found.first().filter(|_| outcome.standing == Standing::Violated) {
        Some(first) => format!("{summary}. Expected: {}", first.expected),
        None => summary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    #[test]
    fn the_worst_comes_first_at_the_line_of_its_claim() {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        let report = render(&sample.input(&outcomes)).to_string();
        insta::assert_snapshot!(report, @r"
        ::error file=content/security.md,line=7,col=2,title=Failed%3A tenant-isolation::tenant-isolation failed: globex reads acme's note: status 200, 64 bytes with data of acme in it. Expected: the answer contains no data of another tenant
        ::warning file=content/security.md,line=7,col=2,title=Weak check%3A limited-scopes::limited-scopes has a check that misses something that would make it false: does not notice when the add-on asks for more
        ::warning file=content/security.md,line=7,col=2,title=Could not verify%3A backup-daily::backup-daily could not be verified: anyone reads /ops/backups/latest: connection refused by 127.0.0.1:8443
        ::warning file=content/security.md,line=7,col=2,title=Expired%3A privacy-policy::privacy-policy has expired: the evidence expired 22 Nov 2026, 10:00 UTC
        ::notice file=content/security.md,line=7,col=2,title=Exception until 30 Nov 2026%3A image-storage::image-storage failed: anyone reads /images: status 200; waived until 30 Nov 2026 by The demo's officer (SEC-17): The old host is switched off next week.
        ");
    }

    #[test]
    fn no_text_can_end_a_command_or_begin_another() {
        let mut sample = Sample::new();
        sample.project.claims[1].id = "x\n::set-output name=a::b".into();
        let outcomes =
            vec![Outcome { claim: &sample.project.claims[1], ..sample.outcomes().remove(1) }];
        let report = render(&sample.input(&outcomes)).to_string();
        assert_eq!(report.lines().count(), 1, "{report}");
    }

    #[test]
    fn no_more_is_written_than_is_shown() {
        let sample = Sample::new();
        let outcomes: Vec<Outcome<'_>> =
            std::iter::repeat_n(sample.outcomes()[1].clone(), 14).collect();
        let report = render(&sample.input(&outcomes)).to_string();
        assert_eq!(report.matches("::error ").count(), LEVEL_MAX);
        assert!(report.ends_with("4 more of level error are not shown\n"), "{report}");
    }
}
