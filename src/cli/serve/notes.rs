//! Notes in the margin: the diagnostics of a page, next to the sentences that they are about.

use std::sync::Arc;

use avouch::language::unseen::visible;
use avouch::load::policy::blocks;
use avouch::load::policy::blocks::Block;
use avouch::model::project::Project;
use avouch::model::project::claim::Claim;
use avouch::model::project::policy::{Mark, Marked, Piece};
use avouch::model::source::Place;
use avouch::model::source::diagnostic::Diagnostic;
use avouch::model::source::redline::{Redline, Side};
use avouch::model::time::in_words;
use avouch::render::wording;
use avouch::workflow::sources::Checked;

use crate::serve::note::{Anchor, Excerpt, Note};
use crate::serve::shown::{Shown, claim_id, page_of};
use crate::serve::{plain, standings};

/// Characters by which a block is found on the page.
const START_MAX: usize = 40;

/// The number of lines of a source that are shown around a mistake.
const EXCERPT_LINES: usize = 3;

/// The maximum number of characters of one of them.
const LINE_MAX: usize = 200;

/// A note for each mistake, and for each claim that is not verified.
///
/// Mistakes in unreadable files come from the sources as `written`. All others come from the sources
/// that are shown, with stand-ins for those files, so that one mistake in one file is one note.
pub(crate) fn all(written: &Checked, shown: &Shown<'_>, templates: &[Diagnostic]) -> Vec<Note> {
    let is_unread = |one: &&Diagnostic| {
        one.place.as_ref().is_some_and(|place| written.unread.contains(&place.file))
    };
    let unread = written.diagnostics.iter().filter(is_unread);
    let rest = shown.checked.diagnostics.iter().filter(|one| !is_unread(one));
    let mut all: Vec<Note> = unread.map(|one| of_diagnostic(one, written, shown)).collect();
    all.extend(rest.chain(templates).map(|one| of_diagnostic(one, shown.checked, shown)));
    all.extend(standings::notes(shown));
    all
}

fn of_diagnostic(one: &Diagnostic, written: &Checked, shown: &Shown<'_>) -> Note {
    let project = shown.checked.project.as_ref();
    let (page, anchor) = placed(one, written, project);
    let redline = one.redline.as_deref();
    let is_unread = one.place.as_ref().is_some_and(|place| written.unread.contains(&place.file));
    Note {
        stops: one.is_error(),
        plain: plain::of_diagnostic(one, project, is_unread),
        page,
        anchor,
        redline: redline.map_or_else(Vec::new, |redline| redline.runs.clone()),
        by: redline.map_or_else(String::new, by),
        excerpt: one.place.as_ref().filter(|_| is_unread).and_then(|at| excerpt(at, written)),
        place: one.place.as_ref().map_or_else(String::new, |at| file_and_line(at, written)),
        detail: detail(one),
    }
}

/// Who wrote each side of a redline; empty if neither is committed.
fn by(redline: &Redline) -> String {
    if !redline.is_committed() {
        return String::new();
    }
    let by = |side: &Side| match &side.by {
        Some(commit) => {
            format!("written by {} on {}", wording::plain(&commit.author), in_words(commit.at))
        }
        None => "not committed yet".to_owned(),
    };
    format!(
        "The words that were checked: {}. The words now: {}.",
        by(&redline.quote),
        by(&redline.policy)
    )
}

fn file_and_line(place: &Place, written: &Checked) -> String {
    let line = written.sources.line_column(place).line;
    format!("{}, line {line}", visible(&place.file))
}

fn detail(one: &Diagnostic) -> String {
    let help = one.help.as_ref().map_or_else(String::new, |help| format!("; {}", visible(help)));
    format!("{}: {}{help}", one.code, visible(&one.message))
}

/// The page that a diagnostic is about, and the position of its note on that page.
fn placed(
    one: &Diagnostic,
    written: &Checked,
    project: Option<&Project>,
) -> (Option<String>, Anchor) {
    let related = one.related.iter().map(|(place, _)| place);
    let places: Vec<&Place> = one.place.iter().chain(related).collect();
    if let Some(place) = places.iter().find(|place| place.file.starts_with("content/")) {
        return (Some(page_of(&place.file)), on_page(place, written, project));
    }
    let Some(place) = places.first() else { return (None, Anchor::Top) };
    let made = claim_id(&place.file).and_then(|id| Some((page_that_makes(id, project?)?, id)));
    match made {
        Some((page, id)) => (Some(page), Anchor::Claim(id.to_owned())),
        None => (None, Anchor::Top),
    }
}

/// The page that makes a claim, even if the claim's own file is unreadable.
fn page_that_makes(id: &str, project: &Project) -> Option<String> {
    let is_it = |piece: &Piece| matches!(piece, Piece::Open(Mark { of: Marked::Claim(claim), .. }) if claim == id);
    let policy = project.policies.iter().find(|policy| policy.pieces.iter().any(is_it))?;
    Some(page_of(&policy.file))
}

fn on_page(place: &Place, written: &Checked, project: Option<&Project>) -> Anchor {
    if written.unread.contains(&place.file) || place.start == 0 && place.end == 0 {
        return Anchor::Top;
    }
    if let Some(claim) = claim_at(place, project) {
        return Anchor::Claim(claim.id.to_string());
    }
    let text = written.sources.text(&place.file).map_or("", |text| text.as_ref());
    let words = text.get(place.span()).unwrap_or_default().trim().to_owned();
    let blocks = blocks::of(text);
    let Some(index) = blocks::index_at(&blocks, place.start) else { return Anchor::Top };
    let start = start(&blocks[index]);
    let nth = blocks[..index].iter().filter(|block| self::start(block) == start).count();
    Anchor::Block { start, nth, words }
}

/// The beginning of a block's text.
fn start(block: &Block) -> String {
    block.words.chars().filter(|c| !c.is_whitespace()).take(START_MAX).collect()
}

/// The claim whose words are at exactly this place.
fn claim_at<'a>(place: &Place, project: Option<&'a Project>) -> Option<&'a Claim> {
    let is_here = |claim: &&Claim| claim.passages.iter().any(|one| one.place == *place);
    project?.claims.iter().find(is_here)
}

fn excerpt(place: &Place, written: &Checked) -> Option<Excerpt> {
    let text: &Arc<str> = written.sources.text(&place.file)?;
    let at = written.sources.line_column(place).line;
    let from = at.saturating_sub(EXCERPT_LINES / 2).max(1);
    let lines = text.lines().skip(from - 1).take(EXCERPT_LINES);
    let lines: Vec<String> = lines.map(|line| line.chars().take(LINE_MAX).collect()).collect();
    // Readers of these notes do not edit other files, and settings may contain secrets.
    let may_be_shown = place.file.starts_with("content/") && !lines.is_empty();
    may_be_shown.then_some(Excerpt { from, lines, at })
}
