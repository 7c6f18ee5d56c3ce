//! The report as Markdown, for a comment or a wiki: each claim that is not verified in full, then a
//! table of every claim.

use crate::model::judge::evidence::{Outcome, Standing};
use crate::model::time::in_words;
use crate::render::finding::place_of;
use crate::render::outlet::markdown::Markdown;
use crate::render::outlet::{Text, Written};
use crate::render::report::layout::{Colour, Layout};
use crate::render::report::mistakes::{self, Mistakes};
use crate::render::report::{labels, problem};
use crate::render::wording::cut;
use crate::render::{Input, summary, wording};

/// Characters of one cell.
const CELL_MAX: usize = 120;

/// Writes the report.
pub(crate) fn render(input: &Input<'_>, layout: &Layout) -> Written {
    up_to(input, usize::MAX, layout)
}

/// Writes the report of sources that could not be tested.
pub(crate) fn mistakes(of: &Mistakes<'_>) -> Written {
    mistakes::markdown(of, usize::MAX)
}

/// The report with at most so many problems in full, and as many claims in the table.
pub(super) fn up_to(input: &Input<'_>, most: usize, layout: &Layout) -> Written {
    let layout = Layout { colour: Colour::Plain, waivers: layout.waivers, ..Layout::default() };
    let mut worst: Vec<&Outcome<'_>> = input.outcomes.iter().collect();
    worst.sort_by_key(|outcome| summary::rank(outcome));
    let open = worst.iter().filter(|outcome| outcome.standing != Standing::Holds);
    let sections: Text<Markdown> =
        open.clone().take(most).map(|outcome| section(outcome, input, &layout)).collect();
    head(input)
        .put(sections)
        .put(more(open.count(), most))
        .put(idle(&worst))
        .put(table(&worst[..worst.len().min(most)]))
        .put(more(worst.len(), most))
        .finish()
}

fn head(input: &Input<'_>) -> Text<Markdown> {
    let counts = labels::counts(input).into_iter().map(|(_, words)| words);
    let target = summary::target(&input.assessment.world);
    Text::new()
        .own("## Security claims: ")
        .put(counts.collect::<Vec<_>>().join(", "))
        .own("\n\nTested ")
        .put(target)
        .own(", ")
        .put(in_words(input.assessment.finished))
        .own(".\n")
}

fn more(all: usize, most: usize) -> Text<Markdown> {
    match all.saturating_sub(most) {
        0 => Text::new(),
        rest => Text::new().own("\nAnd ").put(rest).own(" more.\n"),
    }
}

/// A claim that is not verified, under a heading.
fn section(outcome: &Outcome<'_>, input: &Input<'_>, layout: &Layout) -> Text<Markdown> {
    let (file, at) = place_of(outcome, input.project);
    Text::new()
        .own("\n### ")
        .own(shape(outcome.standing))
        .own(" ")
        .put(labels::full_status(outcome))
        .own(": ")
        .put(Text::code(&outcome.claim.id))
        .own("\n\n> ")
        .put(wording::words(outcome.claim))
        .own("\n\n")
        .put(Text::code(&file))
        .own(", line ")
        .put(at.line)
        .own("\n\n")
        .put(Text::block(&problem::text(outcome, input, layout)))
        .own("\n")
}

fn idle(outcomes: &[&Outcome<'_>]) -> Text<Markdown> {
    let lines: Vec<String> = outcomes.iter().flat_map(|one| wording::idle(one)).collect();
    if lines.is_empty() {
        return Text::new();
    }
    let lines = lines.iter().map(|line| Text::new().own("- ").put(line).own("\n"));
    Text::new().own("\n### Waivers without effect\n\n").put(lines.collect::<Text<_>>())
}

fn table(outcomes: &[&Outcome<'_>]) -> Text<Markdown> {
    let head = "\n| claim | status | basis | result | until |\n|---|---|---|---|---|\n";
    Text::new().own(head).put(outcomes.iter().map(|one| row(one)).collect::<Text<_>>())
}

fn row(outcome: &Outcome<'_>) -> Text<Markdown> {
    let until = summary::until(outcome).map_or_else(|| "–".to_owned(), in_words);
    Text::new()
        .own("| ")
        .put(Text::cell(&outcome.claim.id))
        .own(" | ")
        .own(shape(outcome.standing))
        .own(" ")
        .put(labels::full_status(outcome))
        .own(" | ")
        .own(labels::basis_of(outcome))
        .own(" | ")
        .put(Text::cell(&cut(&wording::seen(outcome), CELL_MAX)))
        .own(" | ")
        .put(until)
        .own(" |\n")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    fn written(most: usize) -> String {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        up_to(&sample.input(&outcomes), most, &Layout::default()).to_string()
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
}
