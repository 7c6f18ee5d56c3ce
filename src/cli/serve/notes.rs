//! Notes in the margin: what there is to say of a page, at its place, for whoever wrote the words.

use std::sync::Arc;

use avouch::load::blocks::{self, Block};
use avouch::model::claim::Claim;
use avouch::model::diagnostic::Diagnostic;
use avouch::model::policy::{Mark, Marked, Piece};
use avouch::model::project::Project;
use avouch::model::redline::{Redline, Run, Side};
use avouch::model::source::Place;
use avouch::model::time::in_words;
use serde::Serialize;

use crate::serve::desk::Shown;
use crate::serve::plain::{self, Plain};
use crate::serve::standings;
use crate::session::Checked;

/// Characters by which a block is found on the page.
const START_MAX: usize = 40;

/// Lines of a source that are shown around a mistake.
const EXCERPT_LINES: usize = 3;

/// Characters of one of them.
const LINE_MAX: usize = 200;

/// One note.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Note {
    /// Whether nothing can be published because of it.
    pub(crate) stops: bool,
    /// The page that it stands on, as its path below the site's root; none if it is about no page.
    pub(crate) page: Option<String>,
    /// Where on the page.
    pub(crate) anchor: Anchor,
    /// What it says, and what is to be done by whom.
    #[serde(flatten)]
    pub(crate) plain: Plain,
    /// Which words changed, if that is what it is about.
    pub(crate) redline: Vec<Run>,
    /// Who wrote which side of that, and when.
    pub(crate) by: String,
    /// The lines of the source, where the page cannot show them.
    pub(crate) excerpt: Option<Excerpt>,
    /// File and line, for people.
    pub(crate) place: String,
    /// The same in the words of the command line, for those who know it.
    pub(crate) detail: String,
}

/// Where on a page a note stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Anchor {
    /// Beside a claim.
    Claim(String),
    /// Beside a block of the policy.
    Block {
        /// How it begins, without white space: themes differ, but all show the words.
        start: String,
        /// How many blocks before it begin so.
        nth: usize,
        /// The words in it that the note is about, as written.
        words: String,
    },
    /// At the top of the page.
    Top,
}

/// A few lines of a source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Excerpt {
    /// The number of the first line.
    pub(crate) from: usize,
    /// The lines.
    pub(crate) lines: Vec<String>,
    /// The number of the line with the mistake.
    pub(crate) at: usize,
}

/// The note of each mistake, and of each claim that does not stand as it should.
///
/// What could not be read is told of as it is `written`; everything else as it is with what stands
/// in for that, so that one mistake in one file is one note.
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

/// The path of a policy's page.
pub(crate) fn page_of(file: &str) -> String {
    let below = file.strip_prefix("content/").unwrap_or(file);
    let slug = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
    format!("{slug}/index.html")
}

/// The page on which a claim stands first.
pub(crate) fn page_of_claim(claim: &Claim) -> Option<String> {
    claim.passages.first().map(|passage| page_of(&passage.policy))
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
        place: one.place.as_ref().map_or_else(String::new, |at| told(at, written)),
        detail: detail(one),
    }
}

/// Who wrote which side of a redline; nothing where neither is committed.
fn by(redline: &Redline) -> String {
    if !redline.is_committed() {
        return String::new();
    }
    let by = |side: &Side| match &side.by {
        Some(commit) => format!("written by {} on {}", commit.author, in_words(commit.at)),
        None => "not committed yet".to_owned(),
    };
    format!(
        "The words that were checked: {}. The words now: {}.",
        by(&redline.quote),
        by(&redline.policy)
    )
}

fn told(place: &Place, written: &Checked) -> String {
    let line = written.sources.line_column(place).line;
    format!("{}, line {line}", place.file)
}

fn detail(one: &Diagnostic) -> String {
    let help = one.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
    format!("{}: {}{help}", one.code, one.message)
}

/// The page that a diagnostic is about, and where it stands there.
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

/// The page that makes a claim, even if nothing could be read of the claim's own file.
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
        return Anchor::Claim(claim.id.clone());
    }
    let text = written.sources.text(&place.file).map_or("", |text| text.as_ref());
    let words = text.get(place.span()).unwrap_or_default().trim().to_owned();
    let blocks = blocks::of(text);
    let Some(index) = blocks::index_at(&blocks, place.start) else { return Anchor::Top };
    let start = start(&blocks[index]);
    let nth = blocks[..index].iter().filter(|block| self::start(block) == start).count();
    Anchor::Block { start, nth, words }
}

/// How a block begins.
fn start(block: &Block) -> String {
    block.words.chars().filter(|c| !c.is_whitespace()).take(START_MAX).collect()
}

/// The claim that a file under `checks/`, `attestations/` or `waivers/` is about, by its name.
pub(crate) fn claim_id(file: &str) -> Option<&str> {
    let (folder, name) = file.split_once('/')?;
    let is_claims = matches!(folder, "checks" | "attestations" | "waivers");
    name.rsplit_once('.').map(|(id, _)| id).filter(|_| is_claims)
}

/// The claim whose words stand at just this place.
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
    // Other files are not for those who read these notes, and settings may hold secrets.
    let may_be_shown = place.file.starts_with("content/") && !lines.is_empty();
    may_be_shown.then_some(Excerpt { from, lines, at })
}
