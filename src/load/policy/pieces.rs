//! A policy's body as the renderer takes it: events, with marks around claims and statements.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::load::policy::bound::{Bound, Of};
use crate::load::policy::html::Kept;
use crate::load::policy::markdown::{Index, Markdown};
use crate::load::policy::verdict::marked_tables;
use crate::model::project::policy::{Mark, Marked, Piece};

/// The pieces of a body; the links that bind are not among them, and HTML only as it was kept.
pub(crate) fn of(markdown: &Markdown, bounds: &[Bound], html: &Kept) -> Vec<Piece> {
    let marks = marks(bounds);
    let (opens, closes) = (opens(bounds), closes(bounds));
    let hidden = hidden(markdown, bounds);
    let own_tables = marked_tables(markdown);
    let mut pieces = Vec::with_capacity(markdown.len());
    for index in 0..=markdown.len() {
        let mark_of = |bound: &usize| marks[*bound].clone();
        let ending = closes.get(&index).into_iter().flatten();
        pieces.extend(ending.map(mark_of).map(Piece::Close));
        let beginning = opens.get(&index).into_iter().flatten();
        pieces.extend(beginning.map(mark_of).map(Piece::Open));
        if hidden.contains(&index) || index == markdown.len() {
            continue;
        }
        if own_tables.contains(&index) {
            pieces.push(Piece::OwnTable);
        }
        match html.by_event.get(&index) {
            Some(html) => pieces.push(Piece::Html(html.clone())),
            None if is_html(markdown.event(index)) => {}
            None => pieces.push(Piece::Event(markdown.event(index).clone())),
        }
    }
    pieces
}

fn marks(bounds: &[Bound]) -> Vec<Mark> {
    let mut statements = 0..;
    let mut mark = |bound: &Bound| Mark {
        of: match &bound.of {
            Of::Claim(id) => Marked::Claim(id.clone()),
            Of::Statement(_) => Marked::Statement(statements.next().unwrap_or_default()),
        },
        extent: bound.extent,
    };
    bounds.iter().map(&mut mark).collect()
}

fn not_empty(bounds: &[Bound]) -> impl Iterator<Item = (usize, &Bound)> {
    let numbered = bounds.iter().enumerate();
    numbered.filter(|(_, bound)| !bound.events.is_empty())
}

/// The bounds that begin before each event, the widest first.
fn opens(bounds: &[Bound]) -> BTreeMap<Index, Vec<usize>> {
    let mut opens: BTreeMap<Index, Vec<usize>> = BTreeMap::new();
    for (number, bound) in not_empty(bounds) {
        opens.entry(bound.events.start).or_default().push(number);
    }
    for numbers in opens.values_mut() {
        numbers.sort_by_key(|number| std::cmp::Reverse(bounds[*number].events.end));
    }
    opens
}

/// The bounds that end before each event, in the reverse order of their beginnings.
fn closes(bounds: &[Bound]) -> BTreeMap<Index, Vec<usize>> {
    let mut closes: BTreeMap<Index, Vec<usize>> = BTreeMap::new();
    for (number, bound) in not_empty(bounds) {
        closes.entry(bound.events.end).or_default().push(number);
    }
    for numbers in closes.values_mut() {
        numbers.sort_by_key(|number| std::cmp::Reverse((bounds[*number].events.start, *number)));
    }
    closes
}

/// The events that are not shown: of a binding link its two ends, and of an empty one all of it.
fn hidden(markdown: &Markdown, bounds: &[Bound]) -> BTreeSet<Index> {
    let mut hidden = BTreeSet::new();
    for bound in bounds {
        let words_are_its_own =
            bound.link.start + 1 == bound.events.start && bound.events.end + 1 == bound.link.end;
        if words_are_its_own {
            hidden.extend([bound.link.start, markdown.end(bound.link.start)]);
        } else {
            hidden.extend(bound.link.clone());
        }
    }
    hidden
}

fn is_html(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Html(_)
            | Event::InlineHtml(_)
            | Event::Start(Tag::HtmlBlock)
            | Event::End(TagEnd::HtmlBlock)
    )
}
