//! The report for people: the trouble in full, then a table of every claim.

use std::fmt::{self, Write as _};

use crate::model::judge::evidence::{CheckOutcome, Outcome, Standing};
use crate::model::judge::falsify::Falsification;
use crate::model::judge::view::View;
use crate::model::plan::counterexample::Class;
use crate::model::time::in_words;
use crate::render::finding::{Finding, findings, place_of};
use crate::render::wording::{count, cut, doubts, plain};
use crate::render::{Input, summary, wording};

/// How many lines are given to one trouble's causes at the most.
const CAUSES_MAX: usize = 8;

/// How many characters the table gives to what was seen.
const SEEN_MAX: usize = 44;

/// Writes the report.
pub(crate) fn render(input: &Input<'_>) -> Vec<u8> {
    let mut report = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut report, input);
    report.into_bytes()
}

fn write(out: &mut String, input: &Input<'_>) -> fmt::Result {
    for outcome in input.outcomes {
        if outcome.standing != Standing::Holds {
            trouble(out, outcome, input)?;
        }
    }
    left_behind(out, input)?;
    idle(out, input)?;
    table(out, input)?;
    let target = summary::target(&input.assessment.world);
    let finished = in_words(input.assessment.finished);
    writeln!(out, "\n{}", sentence(&summary::in_words(input.outcomes)))?;
    writeln!(out, "Asked of {target}, {finished}.")?;
    if let Some(clock) = input.assessment.clock {
        writeln!(out, "The clock was set to {}.", in_words(clock))?;
    }
    Ok(())
}

fn sentence(counts: &str) -> String {
    format!("Of the claims, {counts}.")
}

/// All that there is to say of a claim that does not hold.
pub(super) fn trouble_of(outcome: &Outcome<'_>, input: &Input<'_>) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = trouble(&mut out, outcome, input);
    out
}

/// A claim that does not hold: its sentence, where it stands, and why.
fn trouble(out: &mut String, outcome: &Outcome<'_>, input: &Input<'_>) -> fmt::Result {
    let (file, at) = place_of(outcome, input.project);
    let claim = outcome.claim;
    writeln!(
        out,
        "{}: {} {}",
        outcome.standing.name(),
        claim.id,
        wording::standing(outcome.standing)
    )?;
    writeln!(out, "  --> {file}:{}:{}", at.line, at.column)?;
    writeln!(out, "  “{}”", cut(&wording::words(claim), 600))?;
    match outcome.standing {
        Standing::Violated | Standing::Waived => {
            let found = findings(outcome);
            let shown = &found[..found.len().min(CAUSES_MAX)];
            for of_step in shown.chunk_by(|a, b| a.check == b.check && a.step == b.step) {
                broken(out, of_step, outcome, input)?;
            }
            more(out, found.len())?;
            if found.iter().any(|one| !one.waived) {
                writeln!(out, "  waivers   stand in waivers/{}.yaml, below `accepts:`", claim.id)?;
            }
        }
        Standing::Inconclusive(reason) => {
            let why: Vec<String> = outcome.checks.iter().flat_map(doubts).collect();
            writeln!(out, "  because   {}", reason.in_words())?;
            for one in why.iter().take(CAUSES_MAX) {
                writeln!(out, "            {one}")?;
            }
            more(out, why.len())?;
            for help in wording::helps(outcome) {
                writeln!(out, "  help      {help}")?;
            }
        }
        Standing::Expired => writeln!(out, "  because   {}", wording::seen(outcome))?,
        Standing::Unfit(_) => {
            let unfit = outcome
                .checks
                .iter()
                .filter_map(|check| Some((check, check.falsification.as_ref()?)));
            for (check, falsification) in unfit {
                missed(out, check, falsification)?;
            }
        }
        Standing::Holds => {}
    }
    for check in &outcome.checks {
        circumstances(out, check)?;
    }
    writeln!(out)
}

fn more(out: &mut String, all: usize) -> fmt::Result {
    match all.saturating_sub(CAUSES_MAX) {
        0 => Ok(()),
        rest => writeln!(out, "  and {rest} more"),
    }
}

/// All that broke in one step.
fn broken(
    out: &mut String,
    of_step: &[Finding<'_>],
    outcome: &Outcome<'_>,
    input: &Input<'_>,
) -> fmt::Result {
    let Some(first) = of_step.first() else {
        return Ok(());
    };
    let step = first.step;
    let name = plain(&step.name);
    let kind = &outcome.checks[first.check].plan.kind;
    let (who, what) =
        (wording::who(step, input.project), wording::request_line(step, input.project));
    writeln!(out, "  step      {name} ({kind}, check {})", first.check + 1)?;
    writeln!(out, "  asked     {who}: {what}")?;
    for finding in of_step {
        writeln!(out, "  expected  {}", finding.expected)?;
        writeln!(out, "  seen      {}", finding.seen)?;
        if let Some(waiving) = outcome.waiving.as_ref().filter(|_| finding.waived) {
            writeln!(out, "  waived    {}", wording::waived(waiving, input.project))?;
        } else {
            writeln!(out, "  to waive  {}", finding.acceptance.line())?;
        }
    }
    if let Some((name, answer)) = &first.control {
        writeln!(out, "  control   {}: {answer}", plain(name))?;
    }
    match wording::curl(step, input.project).as_str() {
        "" => Ok(()),
        line => writeln!(out, "  repeat    {line}"),
    }
}

/// What a check that cannot be evidence did not notice.
fn missed(
    out: &mut String,
    check: &CheckOutcome<'_>,
    falsification: &Falsification,
) -> fmt::Result {
    for flaw in check.plan.flaws() {
        writeln!(out, "  because   {}", plain(&flaw.message()))?;
    }
    for row in falsification.rows.iter().filter(|row| !row.noticed).take(CAUSES_MAX) {
        let wanted = match row.class {
            Class::Negation => "violated",
            Class::Fault => "inconclusive",
            Class::Benign => "holds",
        };
        writeln!(
            out,
            "  missed    when {}: {}, and should be {wanted}",
            plain(&row.when),
            row.verdict
        )?;
    }
    for (step, index) in falsification.untouched.iter().take(CAUSES_MAX) {
        let step = &check.plan.steps[*step];
        let expected = wording::expected(&step.expect[*index]);
        writeln!(out, "  untouched {}: {expected}", plain(&step.name))?;
    }
    Ok(())
}

/// When and where it was asked, and whether that went smoothly.
fn circumstances(out: &mut String, check: &CheckOutcome<'_>) -> fmt::Result {
    let view = View::new(check.plan, &check.transcript.observations);
    let last = (0..check.plan.steps.len()).rev().find_map(|step| view.observation(step));
    if let Some(last) = last {
        let address = last.address.as_deref().map(|one| format!(", at {}", plain(one)));
        writeln!(out, "  asked on  {}{}", in_words(last.at), address.unwrap_or_default())?;
    }
    let others = wording::not_asked(check);
    if !others.is_empty() {
        let others = wording::in_a_row(&others);
        writeln!(out, "  not asked {others} (other addresses of the host)")?;
    }
    if check.transcript.attempts > 1 {
        let attempts = usize::try_from(check.transcript.attempts).unwrap_or(usize::MAX);
        writeln!(out, "  tried     {}", count(attempts, "time"))?;
    }
    if check.intermittent {
        writeln!(out, "  again     a second look gave another verdict: it is intermittent")?;
    }
    Ok(())
}

fn left_behind(out: &mut String, input: &Input<'_>) -> fmt::Result {
    let checks = input.outcomes.iter().flat_map(|outcome| &outcome.checks);
    let things: Vec<&String> = checks.flat_map(|check| &check.transcript.left_behind).collect();
    if things.is_empty() {
        return Ok(());
    }
    writeln!(out, "left on the target, because it could not be taken away again:")?;
    for thing in things {
        writeln!(out, "  {}", plain(thing))?;
    }
    writeln!(out)
}

/// Waivers that do nothing, or nothing any more.
fn idle(out: &mut String, input: &Input<'_>) -> fmt::Result {
    let all: Vec<String> = input.outcomes.iter().flat_map(wording::idle).collect();
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "waivers that do nothing:")?;
    for one in all {
        writeln!(out, "  {one}")?;
    }
    writeln!(out)
}

/// The table of every claim: claim, verdict, basis, what was seen, until when it counts.
fn table(out: &mut String, input: &Input<'_>) -> fmt::Result {
    let head = ["claim", "verdict", "basis", "what was seen", "until"].map(str::to_owned);
    let mut rows = vec![head];
    rows.extend(input.outcomes.iter().map(row));
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

fn row(outcome: &Outcome<'_>) -> [String; 5] {
    let until = summary::until(outcome);
    [
        outcome.claim.id.clone(),
        outcome.standing.name().to_owned(),
        summary::basis(outcome).map_or("", |basis| basis.in_words()).to_owned(),
        cut(&wording::seen(outcome), SEEN_MAX),
        until.map_or_else(|| "-".to_owned(), |until| until.strftime("%Y-%m-%d %H:%MZ").to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    #[test]
    fn addresses_that_were_not_asked_stand_beside_the_one_that_was() {
        let mut sample = Sample::new();
        let evidence = sample.assessment.claims.get_mut("tenant-isolation").unwrap();
        evidence.transcripts[0].observations[0].not_asked = vec!["2001:db8::1".to_owned()];
        let outcomes = sample.outcomes();
        let report = String::from_utf8(render(&sample.input(&outcomes))).unwrap();
        let line = "  not asked 2001:db8::1 (other addresses of the host)";
        assert_eq!(report.lines().filter(|one| *one == line).count(), 1);
    }

    #[test]
    fn the_trouble_stands_in_full_above_the_table() {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        let report = String::from_utf8(render(&sample.input(&outcomes))).unwrap();
        insta::assert_snapshot!(report, @r#"
        violated: tenant-isolation does not hold
          --> content/security.md:7:2
          “One customer can never reach another customer's <data>.”
          step      globex reads acme's note (tenant-isolation, check 1)
          asked     globex, a customer, with its own credential: GET /notes/${note}
          expected  the answer contains no data of another tenant
          seen      status 200, 64 bytes with data of acme in it
          to waive  - { check: 1, step: "globex reads acme's note", at: "", is: "shows_no_foreign_canary" }
          expected  the answer is a refusal (400, 401, 403 or 404)
          seen      status 200
          to waive  - { check: 1, step: "globex reads acme's note", at: "", is: {"refused":{"statuses":[400,401,403,404],"login":null}} }
          control   acme reads its note: status 200, 64 bytes
          repeat    curl -i -H "Authorization: JWT ${GLOBEX_JWT}" "https://addon.demo.test/notes/${note}"
          waivers   stand in waivers/tenant-isolation.yaml, below `accepts:`
          asked on  22 Nov 2026, 10:00 UTC, at 127.0.0.1:8443

        inconclusive: backup-daily could not be verified
          --> content/security.md:7:2
          “Customer data is backed up every day.”
          because   the service could not be reached
                    anyone reads /ops/backups/latest: connection refused by 127.0.0.1:8443
          asked on  22 Nov 2026, 10:00 UTC, at 127.0.0.1:8443
          tried     3 times

        expired: privacy-policy has expired
          --> content/security.md:7:2
          “There is a privacy policy.”
          because   the evidence expired 22 Nov 2026, 10:00 UTC
          asked on  22 Nov 2026, 10:00 UTC, at 127.0.0.1:8443

        weak: limited-scopes rests on a check that misses what would make it false
          --> content/security.md:7:2
          “The add-on asks for limited access.”
          missed    when the add-on asks for more: holds, and should be violated
          asked on  22 Nov 2026, 10:00 UTC, at 127.0.0.1:8443

        waived: image-storage does not hold, and is waived
          --> content/security.md:7:2
          “Images are no longer kept on the old host.”
          step      anyone reads /images (http, check 1)
          asked     anyone, without credentials: GET /images
          expected  the status is 404
          seen      status 200
          waived    until 30 Nov 2026 by The demo's officer (SEC-17): The old host is switched off next week.
          repeat    curl -i "https://addon.demo.test/images"
          asked on  22 Nov 2026, 10:00 UTC, at 127.0.0.1:8443

        claim                verdict       basis               what was seen                                  until
        encrypted-transport  holds         probed              Strict-Transport-Security: “max-age=31536000…  2026-11-23 10:00Z
        tenant-isolation     violated      probed with access  globex reads acme's note: status 200, 64 byt…  -
        backup-daily         inconclusive  reported            anyone reads /ops/backups/latest: connection…  -
        privacy-policy       expired       probed              the evidence expired 22 Nov 2026, 10:00 UTC    2026-11-22 10:00Z
        limited-scopes       weak          probed              does not notice when the add-on asks for mor…  -
        content-storage      holds         attested            attested by officer, 20 Nov 2026               2026-11-23 10:00Z
        image-storage        waived        probed              anyone reads /images: status 200               2026-11-23 10:00Z

        Of the claims, 1 does not hold, 1 rests on a weak check, 1 could not be verified, 1 has expired, 1 is waived, 1 holds and 1 is attested.
        Asked of the embedded demo add-on, not a live service, 22 Nov 2026, 10:00 UTC.
        "#);
    }
}
