//! The report as Markdown, for a comment or a wiki: each claim that is not verified in full, then a
//! table of every claim.

use std::fmt::{self, Write as _};

use crate::model::judge::evidence::{Outcome, Standing};
use crate::model::time::in_words;
use crate::render::finding::place_of;
use crate::render::report::layout::{Colour, Layout};
use crate::render::report::mistakes::{self, Mistakes};
use crate::render::report::{labels, problem};
use crate::render::wording::cut;
use crate::render::{Input, summary, wording};

/// Characters of one cell.
const CELL_MAX: usize = 120;

/// Writes the report.
pub(crate) fn render(input: &Input<'_>, layout: &Layout) -> Vec<u8> {
    up_to(input, usize::MAX, layout)
}

/// Writes the report of sources that could not be tested.
pub(crate) fn mistakes(of: &Mistakes<'_>) -> Vec<u8> {
    mistakes::markdown(of, usize::MAX)
}

/// The report with at most so many problems in full, and as many claims in the table.
pub(super) fn up_to(input: &Input<'_>, most: usize, layout: &Layout) -> Vec<u8> {
    let layout = Layout { colour: Colour::Plain, waivers: layout.waivers, ..Layout::default() };
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut out, input, most, &layout);
    out.into_bytes()
}

fn write(out: &mut String, input: &Input<'_>, most: usize, layout: &Layout) -> fmt::Result {
    let mut worst: Vec<&Outcome<'_>> = input.outcomes.iter().collect();
    worst.sort_by_key(|outcome| summary::rank(outcome));
    let target = summary::target(&input.assessment.world);
    let counts = labels::counts(input).into_iter().map(|(_, words)| words);
    writeln!(out, "## Security claims: {}\n", counts.collect::<Vec<_>>().join(", "))?;
    let finished = in_words(input.assessment.finished);
    writeln!(out, "Tested {}, {finished}.", escaped(target))?;
    let open = worst.iter().filter(|outcome| outcome.standing != Standing::Holds);
    for outcome in open.clone().take(most) {
        section(out, outcome, input, layout)?;
    }
    more(out, open.count(), most)?;
    idle(out, &worst)?;
    table(out, &worst[..worst.len().min(most)])?;
    more(out, worst.len(), most)
}

fn more(out: &mut String, all: usize, most: usize) -> fmt::Result {
    match all.saturating_sub(most) {
        0 => Ok(()),
        rest => writeln!(out, "\nAnd {rest} more."),
    }
}

/// A claim that is not verified, under a heading.
fn section(
    out: &mut String,
    outcome: &Outcome<'_>,
    input: &Input<'_>,
    layout: &Layout,
) -> fmt::Result {
    let (file, at) = place_of(outcome, input.project);
    let (id, status) = (&outcome.claim.id, labels::full_status(outcome));
    writeln!(out, "\n### {} {status}: `{id}`\n", shape(outcome.standing))?;
    writeln!(out, "> {}\n", escaped(&wording::words(outcome.claim)))?;
    writeln!(out, "{}, line {}\n", code(&file), at.line)?;
    writeln!(out, "{}", block(&problem::text(outcome, input, layout)))
}

fn idle(out: &mut String, outcomes: &[&Outcome<'_>]) -> fmt::Result {
    let lines: Vec<String> = outcomes.iter().flat_map(|one| wording::idle(one)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Waivers without effect\n")?;
    lines.iter().try_for_each(|line| writeln!(out, "- {}", escaped(line)))
}

fn table(out: &mut String, outcomes: &[&Outcome<'_>]) -> fmt::Result {
    writeln!(out, "\n| claim | status | basis | result | until |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for outcome in outcomes {
        let (basis, status) = (labels::basis_of(outcome), labels::full_status(outcome));
        let seen = code(&cut(&wording::seen(outcome), CELL_MAX)).replace('|', "\\|");
        let until = summary::until(outcome).map_or_else(|| "–".to_owned(), in_words);
        let id = &outcome.claim.id;
        let shape = shape(outcome.standing);
        writeln!(out, "| `{id}` | {shape} {status} | {basis} | {seen} | {until} |")?;
    }
    Ok(())
}

/// A status with its shape, which does not depend on colour, as on the page.
fn shape(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "✓",
        Standing::Waived => "◐",
        Standing::Violated => "✗",
        Standing::Inconclusive(_) => "?",
        Standing::Expired => "◷",
        Standing::Unfit(_) => "△",
    }
}

/// Text without any Markdown syntax.
pub(super) fn escaped(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if "\\`*_{}[]<>#|~&!".contains(character) {
            line.push('\\');
        }
        line.push(character);
    }
    line
}

/// Text as code, whatever it contains: no link and no mention of a user.
pub(super) fn code(text: &str) -> String {
    let fence = fence(text, 1);
    let padded = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{padded}{text}{padded}{fence}")
}

/// Lines as a block of code.
fn block(text: &str) -> String {
    let fence = fence(text, 3);
    format!("{fence}text\n{}\n{fence}", text.trim_end())
}

/// A run of back-ticks that is longer than any in the text, and has a minimum length.
fn fence(text: &str, least: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(least.max(longest + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    fn written(most: usize) -> String {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        String::from_utf8(up_to(&sample.input(&outcomes), most, &Layout::default())).unwrap()
    }

    #[test]
    fn problems_come_first_and_the_worst_of_them_before_the_others() {
        let report = written(usize::MAX);
        let lines = report.lines();
        let shown = lines.filter(|line| line.starts_with('#') || line.starts_with('|'));
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r#"
        ## Security claims: 1 failed, 1 weak check, 1 could not be verified, 1 expired, 1 exception, 2 verified (1 confirmed by a named role)
        ### ✗ Failed: `tenant-isolation`
        ### △ Weak check: `limited-scopes`
        ### ? Could not verify: `backup-daily`
        ### ◷ Expired: `privacy-policy`
        ### ◐ Exception until 30 Nov 2026: `image-storage`
        | claim | status | basis | result | until |
        |---|---|---|---|---|
        | `tenant-isolation` | ✗ Failed | Tested with test accounts | `globex reads acme's note: status 200, 64 bytes with data of acme in it` | – |
        | `limited-scopes` | △ Weak check | Tested publicly | `does not notice when the add-on asks for more` | – |
        | `backup-daily` | ? Could not verify | Reported by the service | `anyone reads /ops/backups/latest: connection refused by 127.0.0.1:8443` | – |
        | `privacy-policy` | ◷ Expired | Tested publicly | `the evidence expired 22 Nov 2026, 10:00 UTC` | 22 Nov 2026, 10:00 UTC |
        | `image-storage` | ◐ Exception until 30 Nov 2026 | Tested publicly | `anyone reads /images: status 200` | 23 Nov 2026, 10:00 UTC |
        | `encrypted-transport` | ✓ Verified | Tested publicly | `Strict-Transport-Security: “max-age=31536000; includeSubDomains”` | 23 Nov 2026, 10:00 UTC |
        | `content-storage` | ✓ Verified | Confirmed by a named role | `attested by officer, 20 Nov 2026` | 23 Nov 2026, 10:00 UTC |
        "#);
    }

    #[test]
    fn entries_beyond_a_limit_are_counted() {
        let report = written(2);
        assert_eq!(report.matches("\n### ").count(), 2, "{report}");
        assert!(report.contains("\nAnd 3 more.\n"), "{report}");
        assert!(report.ends_with("\nAnd 5 more.\n"), "{report}");
    }

    #[test]
    fn what_the_target_sent_is_code_that_it_cannot_end() {
        assert_eq!(code("a ``b`` @all"), "```a ``b`` @all```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(block("a\n```\nb"), "````text\na\n```\nb\n````");
        assert_eq!(escaped("<b> [x](y) | #1"), "\\<b\\> \\[x\\](y) \\| \\#1");
    }
}
