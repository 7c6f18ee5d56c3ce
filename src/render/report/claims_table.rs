//! The table of every claim, in as many columns as fit.

use jiff::Timestamp;

use crate::model::judge::evidence::{Outcome, Standing};
use crate::render::outlet::Text;
use crate::render::outlet::terminal::{Terminal, width};
use crate::render::report::labels;
use crate::render::report::layout::{BOLD, DIM, Layout};
use crate::render::wording::{cut, day, plain};
use crate::render::{summary, wording};

/// Columns between two cells.
const GAP: usize = 2;

/// The minimum width of the column with the result; a narrower table has no such column.
const SEEN_MIN: usize = 20;

/// The maximum width of the column with the result.
const SEEN_MAX: usize = 60;

/// One row; the heading is one too.
struct Row {
    claim: String,
    status: String,
    basis: String,
    until: String,
    seen: String,
    /// `None` for the heading.
    standing: Option<Standing>,
}

/// Status, claim, basis, the expiry of the evidence and, if there is room, the result.
pub(crate) fn text(outcomes: &[Outcome<'_>], now: Timestamp, layout: &Layout) -> Text<Terminal> {
    let mut rows = vec![heading()];
    rows.extend(outcomes.iter().map(|outcome| row(outcome, now)));
    let widest = |cell: fn(&Row) -> &str| rows.iter().map(|row| width(cell(row))).max();
    let status = widest(|row| &row.status).unwrap_or(0);
    let until = widest(|row| &row.until).unwrap_or(0);
    let basis = widest(|row| &row.basis).unwrap_or(0);
    let room = layout.width.saturating_sub(status + until + 2 * GAP);
    let claim = widest(|row| &row.claim).unwrap_or(0).min(room);
    let rest = room.saturating_sub(claim);
    // An identifier is of more use than a basis where only one of the two fits.
    let basis = Some(basis).filter(|basis| rest >= basis + GAP);
    let rest = rest.saturating_sub(basis.map_or(0, |basis| basis + GAP) + GAP);
    let seen = Some(rest.min(SEEN_MAX)).filter(|seen| *seen >= SEEN_MIN && basis.is_some());
    let columns = Columns { status, claim, basis, until, seen };
    rows.iter().map(|row| columns.line(row, layout)).collect()
}

/// The width of each column; `None` for one that is left out.
struct Columns {
    status: usize,
    claim: usize,
    basis: Option<usize>,
    until: usize,
    seen: Option<usize>,
}

impl Columns {
    fn line(&self, row: &Row, layout: &Layout) -> Text<Terminal> {
        let (status, claim) = match row.standing {
            Some(standing) => (labels::style(standing), BOLD),
            None => (DIM, DIM),
        };
        let mut cells = vec![(status, &row.status, self.status), (claim, &row.claim, self.claim)];
        cells.extend(self.basis.map(|basis| (DIM, &row.basis, basis)));
        cells.push((DIM, &row.until, self.until));
        cells.extend(self.seen.map(|seen| (DIM, &row.seen, seen)));
        // Nothing follows the last cell: a line ends with its text.
        let last = cells.iter().rposition(|(_, cell, _)| !cell.trim().is_empty()).unwrap_or(0);
        let mut line = Text::new();
        for (index, (style, cell, columns)) in cells.into_iter().take(last + 1).enumerate() {
            let cell = Text::from(fitted(cell, columns).trim_end());
            let cell = if index == last { cell } else { cell.padded(columns) };
            line.add(Text::blank(if index == 0 { 0 } else { GAP }));
            line.add(layout.paint(style, cell));
        }
        line.own("\n")
    }
}

/// The text, cut where it is longer than a column.
fn fitted(text: &str, columns: usize) -> String {
    let mut all = text.chars().count();
    let mut shown = text.to_owned();
    while width(&shown) > columns && all > 0 {
        all -= 1;
        shown = cut(text, all);
        if all == 0 {
            return String::new();
        }
    }
    shown
}

fn heading() -> Row {
    Row {
        claim: "claim".into(),
        status: "status".into(),
        basis: "basis".into(),
        until: "until (UTC)".into(),
        seen: "result".into(),
        standing: None,
    }
}

fn row(outcome: &Outcome<'_>, now: Timestamp) -> Row {
    Row {
        claim: plain(&outcome.claim.id),
        status: labels::status(outcome.standing).into(),
        basis: labels::basis_of(outcome).into(),
        until: until(outcome, now),
        seen: wording::seen(outcome),
        standing: Some(outcome.standing),
    }
}

/// The end of the evidence, or the last day of an exception: `23 Nov 10:00`, with the year in place of
/// the time where it is another year.
fn until(outcome: &Outcome<'_>, now: Timestamp) -> String {
    if let Some(waiving) = outcome.waiving.as_ref().filter(|_| outcome.standing == Standing::Waived)
    {
        return day(waiving.waiver.until);
    }
    let year = |at: Timestamp| at.strftime("%Y").to_string();
    match summary::until(outcome) {
        Some(at) if year(at) == year(now) => at.strftime("%-d %b %H:%M").to_string(),
        Some(at) => at.strftime("%-d %b %Y").to_string(),
        None => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{Sample, now};

    fn lines(columns: usize) -> String {
        let sample = Sample::new();
        text(&sample.outcomes(), now(), &Layout { width: columns, ..Layout::default() }).plain()
    }

    #[test]
    fn a_wide_table_has_what_was_seen_and_a_narrow_one_has_not() {
        insta::assert_snapshot!(lines(120).lines().take(3).collect::<Vec<_>>().join("\n"), @r#"
        status            claim                basis                      until (UTC)   result
        Verified          encrypted-transport  Tested publicly            23 Nov 10:00  Strict-Transport-Security: “max-age=315…
        Failed            tenant-isolation     Tested with test accounts  -             globex reads acme's note: status 200, 6…
        "#);
        insta::assert_snapshot!(lines(60).lines().take(3).collect::<Vec<_>>().join("\n"), @r"
        status            claim                until (UTC)
        Verified          encrypted-transport  23 Nov 10:00
        Failed            tenant-isolation     -
        ");
    }

    #[test]
    fn no_row_is_wider_than_the_terminal() {
        for columns in [40, 60, 80, 100, 140] {
            for line in lines(columns).lines() {
                assert!(width(line) <= columns, "{columns}: {line}");
            }
        }
    }
}
