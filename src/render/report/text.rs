//! The report for people: each claim that is not verified in full, then a table of every claim.

use crate::model::judge::evidence::{Outcome, Standing};
use crate::model::time::in_words;
use crate::render::outlet::terminal::Terminal;
use crate::render::outlet::{Text, Written};
use crate::render::report::layout::{BOLD, DIM, Layout, WaiverLines};
use crate::render::report::{claims_table, labels, problem};
use crate::render::wording::{count, plain};
use crate::render::{Input, summary, wording};

/// Writes the report.
pub(crate) fn render(input: &Input<'_>, layout: &Layout) -> Written {
    let open = input.outcomes.iter().filter(|outcome| outcome.standing != Standing::Holds);
    let problems: Text<Terminal> =
        open.map(|outcome| problem::text(outcome, input, layout)).collect();
    problems
        .put(left_behind(input, layout))
        .put(idle(input, layout))
        .put(claims_table::text(input.outcomes, input.now, layout))
        .own("\n")
        .put(conclusion(input, layout))
        .finish()
}

/// A claim that is not verified, as other reports quote it: plain, and as wide as a file.
pub(super) fn trouble_of(outcome: &Outcome<'_>, input: &Input<'_>) -> Text<Terminal> {
    problem::text(outcome, input, &Layout::default())
}

/// The counts, the target, the time of the test, and one hint.
fn conclusion(input: &Input<'_>, layout: &Layout) -> Text<Terminal> {
    let claims = count(input.outcomes.len() + input.not_checked(), "claim");
    let mut counts = layout.paint(BOLD, claims);
    for (index, (style, words)) in labels::counts(input).into_iter().enumerate() {
        counts = counts.own(if index == 0 { ": " } else { ", " });
        counts.add(layout.paint(style.bold(), words));
    }
    let mut out = layout.paragraph(0, counts);
    let target = summary::target(&input.assessment.world);
    let tested = in_words(input.assessment.finished);
    let released = input.assessment.released.as_ref();
    let released = released.map(|known| format!("Release: {}", plain(&known.name)));
    let lines = [Some(format!("Target: {target}")), Some(format!("Tested: {tested}")), released];
    for line in lines.into_iter().flatten() {
        out.add(layout.paragraph(0, layout.paint(DIM, line)));
    }
    if let Some(clock) = input.assessment.clock {
        out = out.put(format!("The clock was set to {}.", in_words(clock))).own("\n");
    }
    let can_be_accepted = input.outcomes.iter().any(problem::can_be_accepted);
    if can_be_accepted && layout.waivers == WaiverLines::Hidden {
        let hint = "Run this again with `--waivers` to see how to accept a failure until a date.";
        out.add(layout.paragraph(0, hint));
    }
    out
}

/// The objects that the checks created on the target and could not delete.
fn left_behind(input: &Input<'_>, layout: &Layout) -> Text<Terminal> {
    let checks = input.outcomes.iter().flat_map(|outcome| &outcome.checks);
    let things = checks.flat_map(|check| &check.transcript.left_behind).map(|one| plain(one));
    list("left on the target, because deleting it failed:", things.collect(), layout)
}

/// Waivers that accept nothing, or no longer do.
fn idle(input: &Input<'_>, layout: &Layout) -> Text<Terminal> {
    let idle = input.outcomes.iter().flat_map(wording::idle).collect();
    list("waivers without effect:", idle, layout)
}

/// A heading with a line for each entry; empty if there are no entries.
fn list(heading: &'static str, entries: Vec<String>, layout: &Layout) -> Text<Terminal> {
    if entries.is_empty() {
        return Text::new();
    }
    let lines: Text<Terminal> = entries.iter().map(|one| layout.paragraph(2, one)).collect();
    layout.paint(BOLD, heading).own("\n").put(lines).own("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::outlet::terminal::width;
    use crate::render::report::layout::Colour;
    use crate::render::sample::Sample;

    fn rendered(sample: &Sample, layout: &Layout) -> String {
        let outcomes = sample.outcomes();
        render(&sample.input(&outcomes), layout).to_string()
    }

    #[test]
    fn untested_addresses_follow_the_tested_one() {
        let mut sample = Sample::new();
        let evidence = sample.assessment.claims.get_mut("tenant-isolation").unwrap();
        evidence.transcripts[0].observations[0].not_asked = vec!["2001:db8::1".to_owned()];
        let report = rendered(&sample, &Layout::default());
        let line = "  untested  2001:db8::1 (other addresses of the host)";
        assert_eq!(report.lines().filter(|one| *one == line).count(), 1);
    }

    #[test]
    fn no_row_is_wider_than_the_layout() {
        for columns in [60, 80, 100] {
            for waivers in [WaiverLines::Hidden, WaiverLines::Shown] {
                let layout = Layout { width: columns, waivers, ..Layout::default() };
                for line in rendered(&Sample::new(), &layout).lines() {
                    assert!(width(line) <= columns, "{columns}: {line}");
                }
            }
        }
    }

    #[test]
    fn only_a_coloured_report_has_escape_codes_and_it_has_the_same_words() {
        let plain = rendered(&Sample::new(), &Layout::default());
        let layout = Layout { colour: Colour::Ansi, ..Layout::default() };
        let coloured = rendered(&Sample::new(), &layout);
        assert!(!plain.contains('\u{1b}'));
        assert!(coloured.contains("\u{1b}[32mVerified"), "{coloured}");
        let stripped: String = coloured
            .split('\u{1b}')
            .enumerate()
            .map(|(index, piece)| if index == 0 { piece } else { piece.split_once('m').unwrap().1 })
            .collect();
        assert_eq!(stripped, plain);
    }

    #[test]
    fn waivers_are_printed_when_wanted_and_hinted_at_otherwise() {
        let hidden = rendered(&Sample::new(), &Layout::default());
        assert!(!hidden.contains("shows_no_foreign_canary"), "{hidden}");
        assert!(!hidden.contains("--waivers"), "no waiver accepts a leak: {hidden}");
        let mut sample = Sample::new();
        sample.project.waivers.clear();
        let hinted = rendered(&sample, &Layout::default());
        assert_eq!(hinted.matches("--waivers").count(), 1, "{hinted}");
        let layout = Layout { waivers: WaiverLines::Shown, ..Layout::default() };
        let shown = rendered(&sample, &layout);
        assert!(!shown.contains("--waivers"), "{shown}");
        let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = "- { check: 1, step: \"anyone reads /images\", at: \"/status\", is: \
                    {\"equals\":404}, accepts_value: 200 }";
        let entry = format!(
            "to accept this until a date, add under `accepts:` in waivers/image-storage.yaml: {line}"
        );
        assert!(flat.contains(&entry), "{shown}");
        assert_eq!(flat.matches("no waiver can accept that strangers are let in").count(), 1);
    }

    #[test]
    fn unverified_claims_are_described_in_full_before_the_table() {
        insta::assert_snapshot!(rendered(&Sample::new(), &Layout::default()), @r#"
        Failed: tenant-isolation
          “One customer can never reach another customer's <data>.”
          expected  the answer contains no data of another tenant
          seen      status 200, 64 bytes with data of acme in it
          expected  the answer is a refusal (400, 401, 403 or 404)
          seen      status 200
          where     content/security.md:7:2
          step      check 1 (tenant-isolation), “globex reads acme's note”
          request   globex, a customer, with its own credential: GET /notes/${note}
          control   acme reads its note: status 200, 64 bytes
          repeat    curl -i -H "Authorization: JWT ${GLOBEX_JWT}" \
                    "https://addon.demo.test/notes/${note}"
          tested    22 Nov 2026, 10:00 UTC, at 127.0.0.1:8443

        Could not verify: backup-daily
          “Customer data is backed up every day.”
          because   the service could not be reached
                    anyone reads /ops/backups/latest: connection refused by
                    127.0.0.1:8443
          where     content/security.md:7:2
          tested    22 Nov 2026, 10:00 UTC, at 127.0.0.1:8443
          tried     3 times

        Expired: privacy-policy
          “There is a privacy policy.”
          because   the evidence expired 22 Nov 2026, 10:00 UTC
          where     content/security.md:7:2
          tested    22 Nov 2026, 10:00 UTC, at 127.0.0.1:8443

        Weak check: limited-scopes
          “The add-on asks for limited access.”
          because   the claim has a check that misses something that would make it false
          where     content/security.md:7:2
          missed    when the add-on asks for more: holds, and should be violated
          missed    when the answer to “anyone reads /descriptor” is a page “not found”:
                    holds, and should be inconclusive or violated
          missed    when the answer to “anyone reads /descriptor” is a redirect to a
                    log-in page: holds, and should be inconclusive or violated
          help      add to “anyone reads /descriptor” an expectation of something that
                    only the right answer has, with `json:`, `text:` or `shows:`
          tested    22 Nov 2026, 10:00 UTC, at 127.0.0.1:8443

        Exception until 30 Nov 2026: image-storage
          “Images are no longer kept on the old host.”
          expected  the status is 404
          seen      status 200
          accepted  until 30 Nov 2026 by The demo's officer (SEC-17): The old host is
                    switched off next week.
          where     content/security.md:7:2
          step      check 1 (http), “anyone reads /images”
          request   anyone, without credentials: GET /images
          repeat    curl -i "https://addon.demo.test/images"
          tested    22 Nov 2026, 10:00 UTC, at 127.0.0.1:8443

        status            claim                basis                      until (UTC)
        Verified          encrypted-transport  Tested publicly            23 Nov 10:00
        Failed            tenant-isolation     Tested with test accounts  -
        Could not verify  backup-daily         Reported by the service    -
        Expired           privacy-policy       Tested publicly            22 Nov 10:00
        Weak check        limited-scopes       Tested publicly            -
        Verified          content-storage      Confirmed by a named role  23 Nov 10:00
        Exception         image-storage        Tested publicly            30 Nov 2026

        7 claims: 1 failed, 1 weak check, 1 could not be verified, 1 expired, 1
        exception, 2 verified (1 confirmed by a named role)
        Target: the embedded demo add-on, not a live service
        Tested: 22 Nov 2026, 10:00 UTC
        "#);
    }
}
