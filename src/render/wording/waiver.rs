//! Waivers in English: what is accepted, by whom and until when; and which of them do nothing.

use jiff::civil::Date;

use crate::model::evidence::{Outcome, Standing};
use crate::model::project::Project;
use crate::model::waiver::Waiving;
use crate::render::wording::{cut, plain};

/// How many characters of a reason are told.
const REASON_MAX: usize = 400;

/// A day for a reader: `30 Nov 2026`.
pub fn day(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

/// The title of the role that accepts.
pub fn role(waiving: &Waiving<'_>, project: &Project) -> String {
    let role = &waiving.waiver.role;
    plain(project.roles.get(role).unwrap_or(role))
}

/// Who accepts until when, and why: for those who work on it, and not for the page.
pub fn waived(waiving: &Waiving<'_>, project: &Project) -> String {
    let waiver = waiving.waiver;
    let (until, role) = (day(waiver.until), role(waiving, project));
    let (ticket, reason) = (plain(&waiver.ticket), cut(waiver.reason.trim(), REASON_MAX));
    format!("until {until} by {role} ({ticket}): {reason}")
}

/// What is wrong with a claim's waiver, as far as the evidence shows it, a line each: it has ended,
/// or it accepts what is not broken.
pub fn idle(outcome: &Outcome<'_>) -> Vec<String> {
    let Some(waiving) = &outcome.waiving else {
        return Vec::new();
    };
    let file = waiving.file;
    let ended = waiving.is_over.then(|| {
        let until = day(waiving.waiver.until);
        format!("{file}: it ended on {until}, and accepts nothing any more")
    });
    if outcome.standing == Standing::Holds {
        let dead = format!("{file}: the claim holds without it; take it away");
        return ended.into_iter().chain([dead]).collect();
    }
    let dead = waiving.dead.iter();
    let dead = dead.map(|one| format!("{file}: this is not broken; take it away: {}", one.line()));
    ended.into_iter().chain(dead).collect()
}
