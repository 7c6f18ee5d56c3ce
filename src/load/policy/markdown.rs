//! A policy's body as the Markdown parser sees it: events with their places, and how they nest.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TextMergeWithOffset};

/// The index of an event.
pub(crate) type Index = usize;

/// Maximum number of events of a body: one for every three bytes of the longest file. More come from marks that
/// repeat, such as a thousand quotations within each other.
const EVENTS_MAX: usize = 350_000;

/// A parsed body. Places are bytes of the whole file.
pub(crate) struct Markdown {
    events: Vec<(Event<'static>, Range<usize>)>,
    parent: Vec<Option<Index>>,
    /// Of the start of an element, its end; of anything else, itself.
    end: Vec<Index>,
    /// Of the end of an element, its start.
    start: BTreeMap<Index, Index>,
    footnotes: BTreeMap<String, Index>,
    /// Whether there were too many events, so that none is here.
    pub(crate) is_too_long: bool,
}

impl Markdown {
    /// Parses the text of a file from its byte `start` on.
    pub(crate) fn parse(text: &str, start: usize) -> Self {
        let body = &with_line_feeds(text.get(start..).unwrap_or_default());
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_HEADING_ATTRIBUTES;
        let parser = Parser::new_ext(body, options).into_offset_iter();
        let mut markdown = Self {
            events: Vec::new(),
            parent: Vec::new(),
            end: Vec::new(),
            start: BTreeMap::new(),
            footnotes: BTreeMap::new(),
            is_too_long: false,
        };
        let mut open = Vec::new();
        for (event, range) in TextMergeWithOffset::new(parser) {
            if markdown.events.len() == EVENTS_MAX {
                return Self { is_too_long: true, ..Self::parse("", 0) };
            }
            markdown.push(event.into_static(), start + range.start..start + range.end, &mut open);
        }
        markdown
    }

    fn push(&mut self, event: Event<'static>, range: Range<usize>, open: &mut Vec<Index>) {
        let index = self.events.len();
        self.end.push(index);
        if let Event::End(_) = &event
            && let Some(start) = open.pop()
        {
            self.end[start] = index;
            self.start.insert(index, start);
        }
        self.parent.push(open.last().copied());
        if let Event::Start(tag) = &event {
            open.push(index);
            if let Tag::FootnoteDefinition(label) = tag {
                self.footnotes.entry(label.to_lowercase()).or_insert(index);
            }
        }
        self.events.push((event, range));
    }

    /// How many events there are.
    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    /// An event; nothing at all beyond the last one.
    pub(crate) fn event(&self, index: Index) -> &Event<'static> {
        self.events.get(index).map_or(&Event::SoftBreak, |(event, _)| event)
    }

    /// The element that begins at an event.
    pub(crate) fn tag(&self, index: Index) -> Option<&Tag<'static>> {
        match self.event(index) {
            Event::Start(tag) => Some(tag),
            _ => None,
        }
    }

    /// The bytes of an event; of the start or end of an element, all of the element's.
    pub(crate) fn span(&self, index: Index) -> Range<usize> {
        self.events.get(index).map_or(0..0, |(_, range)| range.clone())
    }

    /// The bytes from the first of some events to the last, but for those of `left_out`.
    pub(crate) fn span_of(
        &self,
        events: Range<Index>,
        left_out: impl Fn(Index) -> bool,
    ) -> Option<Range<usize>> {
        let kept = events.filter(|index| !left_out(*index));
        // The end of an element carries all of its bytes, even those before the first event here.
        let kept = kept.filter(|index| !matches!(self.event(*index), Event::End(_)));
        let spans = kept.map(|index| self.span(index));
        spans.reduce(|all, one| all.start.min(one.start)..all.end.max(one.end))
    }

    /// The end of the element that begins at an event.
    pub(crate) fn end(&self, start: Index) -> Index {
        self.end.get(start).copied().unwrap_or(start)
    }

    /// The start of the element that ends at an event.
    pub(crate) fn start(&self, end: Index) -> Option<Index> {
        self.start.get(&end).copied()
    }

    /// The elements around an event, the innermost first.
    pub(crate) fn ancestors(&self, index: Index) -> impl Iterator<Item = Index> {
        let parent = |index: &Index| self.parent.get(*index).copied().flatten();
        std::iter::successors(parent(&index), parent)
    }

    /// The elements and events directly within an element.
    pub(crate) fn children(&self, of: Index) -> impl Iterator<Item = Index> {
        let last = self.end(of);
        let next = move |index: Index| Some(index).filter(|index| *index < last);
        std::iter::successors(next(of + 1), move |index| next(self.end(*index) + 1))
    }

    /// Where a footnote is defined, whatever the case of its label.
    pub(crate) fn footnote(&self, label: &str) -> Option<Index> {
        self.footnotes.get(&label.to_lowercase()).copied()
    }
}

/// A text with a line feed for each lone carriage return, which ends a line too (CommonMark, section
/// 2.1): the parser does not see that everywhere. No byte moves.
fn with_line_feeds(text: &str) -> String {
    let is_lone = |at: usize| text[at..].starts_with('\r') && !text[at..].starts_with("\r\n");
    text.char_indices().map(|(at, c)| if is_lone(at) { '\n' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_file_and_elements_know_their_ends() {
        let text = "---\n---\n- a\n  - b *c*\n";
        let markdown = Markdown::parse(text, 8);
        let index_of = |wanted: &str| {
            (0..markdown.len())
                .find(|index| *markdown.event(*index) == Event::Text(wanted.to_owned().into()))
        };
        let c = index_of("c").unwrap();
        assert_eq!(&text[markdown.span(c)], "c");
        let around: Vec<&Tag<'_>> =
            markdown.ancestors(c).filter_map(|at| markdown.tag(at)).collect();
        assert_eq!(
            around,
            [&Tag::Emphasis, &Tag::Item, &Tag::List(None), &Tag::Item, &Tag::List(None)]
        );
        let item = markdown.ancestors(c).nth(3).unwrap();
        assert_eq!(markdown.children(item).count(), 2);
        assert_eq!(markdown.end(0), markdown.len() - 1);
    }
}
