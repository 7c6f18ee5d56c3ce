//! GitHub's workflow commands, on standard output: an annotation at the line of each claim that is not
//! verified. Worst first, and no more than GitHub shows.

use std::cmp::Reverse;
use std::fmt::Write as _;

use crate::model::judge::evidence::{Outcome, Standing};
use crate::render::finding::{findings, place_of};
use crate::render::report::labels;
use crate::render::report::mistakes::{self, Mistakes};
use crate::render::wording::cut;
use crate::render::{Input, summary, wording};

/// The maximum number of annotations of one level that GitHub shows for a step.
const LEVEL_MAX: usize = 10;

/// The maximum number of characters of an annotation.
const MESSAGE_MAX: usize = 1000;

/// Writes the report.
pub(crate) fn render(input: &Input<'_>) -> Vec<u8> {
    let mut worst: Vec<&Outcome<'_>> = input.outcomes.iter().collect();
    worst.sort_by_key(|outcome| summary::rank(outcome));
    let mut out = String::new();
    for level in ["error", "warning", "notice"] {
        let of_level = worst.iter().filter(|outcome| self::level(outcome) == Some(level));
        let (shown, rest): (Vec<_>, Vec<_>) =
            of_level.enumerate().partition(|(index, _)| *index < LEVEL_MAX);
        for (_, outcome) in shown {
            annotation(&mut out, level, outcome, input);
        }
        if !rest.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{} more of level {level} are not shown", rest.len());
        }
    }
    out.into_bytes()
}

/// Writes the annotations of sources that could not be tested.
pub(crate) fn mistakes(of: &Mistakes<'_>) -> Vec<u8> {
    let mut out = String::new();
    for level in ["error", "warning"] {
        let of_level = of.diagnostics.iter().filter(|one| mistakes::level(one) == level);
        for one in of_level.clone().take(LEVEL_MAX) {
            let place = of.place_of(one).map_or_else(String::new, |(file, at)| {
                format!("file={},line={},col={},", property(&file), at.line, at.column)
            });
            let (title, message) = (one.code.name(), cut(&mistakes::told(one), MESSAGE_MAX));
            let _ = writeln!(out, "::{level} {place}title={title}::{}", data(&message));
        }
        if let rest @ 1.. = of_level.count().saturating_sub(LEVEL_MAX) {
            let _ = writeln!(out, "{rest} more of level {level} are not shown");
        }
    }
    out.into_bytes()
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

fn annotation(out: &mut String, level: &str, outcome: &Outcome<'_>, input: &Input<'_>) {
    let (file, at) = place_of(outcome, input.project);
    let title = format!("{}: {}", labels::full_status(outcome), outcome.claim.id);
    let message = match outcome.standing {
        Standing::Holds => wording::idle(outcome).join("; "),
        _ => message(outcome, input),
    };
    let _ = writeln!(
        out,
        "::{level} file={},line={},col={},title={}::{}",
        property(&format!("{}{file}", input.folder)),
        at.line,
        at.column,
        property(&title),
        data(&cut(&message, MESSAGE_MAX))
    );
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

/// A command's message, with the characters escaped that would end it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a command's property, which `:` and `,` would end too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    #[test]
    fn the_worst_comes_first_at_the_line_of_its_claim() {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        let report = String::from_utf8(render(&sample.input(&outcomes))).unwrap();
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
        assert_eq!(data("50%\r\n::error::x"), "50%25%0D%0A::error::x");
        assert_eq!(property("a,title=b::c"), "a%2Ctitle=b%3A%3Cc".replace("%3C", "%3A"));
        let mut sample = Sample::new();
        sample.project.claims[1].id = "x\n::set-output name=a::b".into();
        let outcomes =
            vec![Outcome { claim: &sample.project.claims[1], ..sample.outcomes().remove(1) }];
        let report = String::from_utf8(render(&sample.input(&outcomes))).unwrap();
        assert_eq!(report.lines().count(), 1, "{report}");
    }

    #[test]
    fn no_more_is_written_than_is_shown() {
        let sample = Sample::new();
        let outcomes: Vec<Outcome<'_>> =
            std::iter::repeat_n(sample.outcomes()[1].clone(), 14).collect();
        let report = String::from_utf8(render(&sample.input(&outcomes))).unwrap();
        assert_eq!(report.matches("::error ").count(), LEVEL_MAX);
        assert!(report.ends_with("4 more of level error are not shown\n"), "{report}");
    }
}
