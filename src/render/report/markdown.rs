//! The report as Markdown, for a comment or a wiki: the trouble in full, then a table of every claim.

use std::fmt::{self, Write as _};

use crate::model::judge::evidence::{Outcome, Standing};
use crate::model::time::in_words;
use crate::render::finding::place_of;
use crate::render::report::text;
use crate::render::wording::cut;
use crate::render::{Input, summary, wording};

/// Characters of one cell.
const CELL_MAX: usize = 120;

/// Writes the report.
pub(crate) fn render(input: &Input<'_>) -> Vec<u8> {
    up_to(input, usize::MAX)
}

/// The report with so many troubles told in full, and as many claims in the table again.
pub(super) fn up_to(input: &Input<'_>, most: usize) -> Vec<u8> {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut out, input, most);
    out.into_bytes()
}

fn write(out: &mut String, input: &Input<'_>, most: usize) -> fmt::Result {
    let mut worst: Vec<&Outcome<'_>> = input.outcomes.iter().collect();
    worst.sort_by_key(|outcome| summary::rank(outcome));
    let target = summary::target(&input.assessment.world);
    writeln!(out, "## Security claims: {}\n", summary::in_words(input.outcomes))?;
    let finished = in_words(input.assessment.finished);
    writeln!(out, "Asked of {}, {finished}.", escaped(target))?;
    let troubles = worst.iter().filter(|outcome| outcome.standing != Standing::Holds);
    for outcome in troubles.clone().take(most) {
        trouble(out, outcome, input)?;
    }
    more(out, troubles.count(), most)?;
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

fn trouble(out: &mut String, outcome: &Outcome<'_>, input: &Input<'_>) -> fmt::Result {
    let (file, at) = place_of(outcome, input.project);
    let (id, standing) = (&outcome.claim.id, outcome.standing);
    writeln!(out, "\n### {} `{id}` {}\n", shape(standing), wording::standing(standing))?;
    writeln!(out, "> {}\n", escaped(&wording::words(outcome.claim)))?;
    writeln!(out, "{}, line {}\n", code(&file), at.line)?;
    writeln!(out, "{}", block(&text::trouble_of(outcome, input)))
}

fn idle(out: &mut String, outcomes: &[&Outcome<'_>]) -> fmt::Result {
    let lines: Vec<String> = outcomes.iter().flat_map(|one| wording::idle(one)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Waivers that do nothing\n")?;
    lines.iter().try_for_each(|line| writeln!(out, "- {}", escaped(line)))
}

fn table(out: &mut String, outcomes: &[&Outcome<'_>]) -> fmt::Result {
    writeln!(out, "\n| claim | stands | basis | what was seen | until |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for outcome in outcomes {
        let standing = outcome.standing;
        let basis = summary::basis(outcome).map_or("", |basis| basis.in_words());
        let seen = code(&cut(&wording::seen(outcome), CELL_MAX)).replace('|', "\\|");
        let until = summary::until(outcome).map_or_else(|| "–".to_owned(), in_words);
        let id = &outcome.claim.id;
        let (shape, name) = (shape(standing), standing.name());
        writeln!(out, "| `{id}` | {shape} {name} | {basis} | {seen} | {until} |")?;
    }
    Ok(())
}

/// Where a claim stands, never by colour alone: the shapes that the page has.
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

/// Text in which Markdown reads nothing.
fn escaped(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if "\\`*_{}[]<>#|~&!".contains(character) {
            line.push('\\');
        }
        line.push(character);
    }
    line
}

/// Text as code, whatever stands in it: no link, no mention of anybody.
fn code(text: &str) -> String {
    let fence = fence(text, 1);
    let padded = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{padded}{text}{padded}{fence}")
}

/// Lines as a block of code.
fn block(text: &str) -> String {
    let fence = fence(text, 3);
    format!("{fence}text\n{}\n{fence}", text.trim_end())
}

/// More back-ticks than stand in a row in the text, and at least so many.
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
        String::from_utf8(up_to(&sample.input(&outcomes), most)).unwrap()
    }

    #[test]
    fn the_trouble_comes_first_and_worst_first() {
        let report = written(usize::MAX);
        let lines = report.lines();
        let told = lines.filter(|line| line.starts_with('#') || line.starts_with('|'));
        insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r"
        ## Security claims: 1 does not hold, 1 rests on a weak check, 1 could not be verified, 1 has expired, 1 is waived, 1 holds and 1 is attested
        ### ✗ `tenant-isolation` does not hold
        ### △ `limited-scopes` rests on a check that misses what would make it false
        ### ? `backup-daily` could not be verified
        ### ◷ `privacy-policy` has expired
        ### ◐ `image-storage` does not hold, and is waived
        | claim | stands | basis | what was seen | until |
        |---|---|---|---|---|
        | `tenant-isolation` | ✗ violated | probed with access | `globex reads acme's note: status 200, 64 bytes with data of acme in it` | – |
        | `limited-scopes` | △ weak | probed | `does not notice when the add-on asks for more` | – |
        | `backup-daily` | ? inconclusive | reported | `anyone reads /ops/backups/latest: connection refused by 127.0.0.1:8443` | – |
        | `privacy-policy` | ◷ expired | probed | `the evidence expired 22 Nov 2026, 10:00 UTC` | 22 Nov 2026, 10:00 UTC |
        | `image-storage` | ◐ waived | probed | `anyone reads /images: status 200` | 23 Nov 2026, 10:00 UTC |
        | `encrypted-transport` | ✓ holds | probed | `Strict-Transport-Security: “max-age=31536000; includeSubDomains”` | 23 Nov 2026, 10:00 UTC |
        | `content-storage` | ✓ holds | attested | `attested by officer, 20 Nov 2026` | 23 Nov 2026, 10:00 UTC |
        ");
    }

    #[test]
    fn what_is_capped_is_counted() {
        let report = written(2);
        assert_eq!(report.matches("\n### ").count(), 2, "{report}");
        assert!(report.contains("\nAnd 3 more.\n"), "{report}");
        assert!(report.ends_with("\nAnd 5 more.\n"), "{report}");
    }

    #[test]
    fn what_the_target_said_is_code_and_ends_nowhere() {
        assert_eq!(code("a ``b`` @all"), "```a ``b`` @all```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(block("a\n```\nb"), "````text\na\n```\nb\n````");
        assert_eq!(escaped("<b> [x](y) | #1"), "\\<b\\> \\[x\\](y) \\| \\#1");
    }
}
