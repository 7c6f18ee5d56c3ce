//! The words of a part of a policy, as `proves:` quotes them.
//!
//! Emphasis and code marks are left out. The address of a link or image follows its text, as
//! `text <address>`, and then its title, as `[title]`. A footnote's text replaces its mark, as `[text]`.
//! In a table row, each cell follows its column's header: `Header: cell; Header: cell`.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

use crate::language::words::one_line;
use crate::load::policy::markdown::{Index, Markdown};
use crate::model::project::claim::PassageLink;

/// The maximum number of bytes and events of words in one policy. Footnotes and lead-ins count each time
/// that they are quoted, so without a limit a small file could cause a lot of work.
const WORDS_MAX: usize = 8 * 1024 * 1024;

/// The maximum depth of footnotes within footnotes.
const FOOTNOTES_MAX: usize = 8;

/// Reads words from a policy's body.
pub(crate) struct Words<'a> {
    markdown: &'a Markdown,
    /// The links that bind a claim or statement: by their first event.
    bindings: BTreeSet<Index>,
    left: Cell<usize>,
}

/// Words, with the links among them.
#[derive(Default)]
struct Reading {
    text: String,
    links: Vec<PassageLink>,
    /// The links whose end has not been read yet.
    open: Vec<Open>,
    /// The labels of the footnotes around these words.
    footnotes: Vec<String>,
}

/// A link whose end has not been read yet.
struct Open {
    /// Where its text begins.
    start: usize,
    address: String,
    title: String,
    sort: Sort,
}

#[derive(Clone, Copy, PartialEq)]
enum Sort {
    /// The address follows the text.
    Linked,
    /// The address is the text.
    Autolink,
    /// The address is that of a check, and is not part of the words.
    Binding,
}

impl<'a> Words<'a> {
    /// A reader of a body with these links to claims and statements.
    pub(crate) fn new(markdown: &'a Markdown, bindings: BTreeSet<Index>) -> Self {
        Self { markdown, bindings, left: Cell::new(WORDS_MAX) }
    }

    /// Whether words were left out because of the limit.
    pub(crate) fn are_too_many(&self) -> bool {
        self.left.get() == 0
    }

    /// Whether the link that begins at this event binds a claim or statement.
    pub(crate) fn is_binding(&self, index: Index) -> bool {
        self.bindings.contains(&index)
    }

    /// The words of some events, on one line.
    pub(crate) fn of(&self, events: Range<Index>) -> String {
        self.with_links(events).0
    }

    /// The words of some events, on one line, and their links.
    pub(crate) fn with_links(&self, events: Range<Index>) -> (String, Vec<PassageLink>) {
        let mut reading = Reading::default();
        for index in events {
            self.event(index, &mut reading);
        }
        self.finished(reading)
    }

    /// The words of a table row: each cell after its column's header.
    pub(crate) fn of_row(&self, row: Index) -> (String, Vec<PassageLink>) {
        let mut reading = Reading::default();
        let headers = self.headers_of(row);
        for (column, cell) in self.markdown.children(row).enumerate() {
            let (words, links) = self.with_links(cell + 1..self.markdown.end(cell));
            if words.is_empty() {
                continue;
            }
            if !reading.text.is_empty() {
                reading.text.push_str("; ");
            }
            if let Some(header) = headers.get(column).filter(|header| !header.is_empty()) {
                reading.text.push_str(&format!("{header}: "));
            }
            reading.text.push_str(&words);
            reading.links.extend(links);
        }
        self.finished(reading)
    }

    /// The headers of a row's table; none for the row of headers itself.
    pub(crate) fn headers_of(&self, row: Index) -> Vec<String> {
        if self.markdown.tag(row) == Some(&Tag::TableHead) {
            return Vec::new();
        }
        let table = self.markdown.ancestors(row).next();
        let head = table.and_then(|table| self.markdown.children(table).next());
        let cells = head.into_iter().flat_map(|head| self.markdown.children(head));
        cells.map(|cell| self.of(cell + 1..self.markdown.end(cell))).collect()
    }

    fn finished(&self, reading: Reading) -> (String, Vec<PassageLink>) {
        if self.are_too_many() {
            return Default::default();
        }
        (one_line(&reading.text), reading.links)
    }

    /// Subtracts an event and its text from the remaining limit.
    fn spend(&self, index: Index) {
        let text = match self.markdown.event(index) {
            Event::Text(text) | Event::Code(text) => text.len(),
            Event::Start(
                Tag::Link { dest_url, title, .. } | Tag::Image { dest_url, title, .. },
            ) => dest_url.len() + title.len(),
            _ => 0,
        };
        self.left.set(self.left.get().saturating_sub(text + 1));
    }

    fn event(&self, index: Index, reading: &mut Reading) {
        if self.are_too_many() {
            return;
        }
        self.spend(index);
        match self.markdown.event(index) {
            Event::Text(text) | Event::Code(text) => reading.text.push_str(text),
            Event::SoftBreak | Event::HardBreak => reading.text.push(' '),
            Event::FootnoteReference(label) => self.footnote(label, reading),
            Event::Start(tag) => self.start(index, tag, reading),
            Event::End(TagEnd::Link | TagEnd::Image) => reading.end_link(),
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) => {}
            Event::End(_) => reading.text.push(' '),
            _ => {}
        }
    }

    fn start(&self, index: Index, tag: &Tag<'_>, reading: &mut Reading) {
        let (address, title, sort) = match tag {
            Tag::Link { link_type, dest_url, title, .. } => {
                let is_own = matches!(link_type, LinkType::Autolink | LinkType::Email);
                let sort = if is_own { Sort::Autolink } else { Sort::Linked };
                (dest_url, title, if self.is_binding(index) { Sort::Binding } else { sort })
            }
            Tag::Image { dest_url, title, .. } => (dest_url, title, Sort::Linked),
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => return,
            _ => return reading.text.push(' '),
        };
        let (address, title) = (address.to_string(), title.to_string());
        reading.open.push(Open { start: reading.text.len(), address, title, sort });
    }

    fn footnote(&self, label: &str, reading: &mut Reading) {
        let Some(start) = self.markdown.footnote(label) else {
            return;
        };
        // Footnotes may refer to each other.
        let within = &reading.footnotes;
        if within.len() == FOOTNOTES_MAX || within.iter().any(|around| around == label) {
            return;
        }
        let footnotes = within.iter().cloned().chain([label.to_owned()]).collect();
        let mut inner = Reading { footnotes, ..Reading::default() };
        let events = start + 1..self.markdown.end(start);
        for index in events.take_while(|_| !self.are_too_many()) {
            self.event(index, &mut inner);
        }
        reading.text.push_str(&format!(" [{}]", inner.text.trim()));
        reading.links.append(&mut inner.links);
    }
}

impl Reading {
    fn end_link(&mut self) {
        let Some(open) = self.open.pop().filter(|open| open.sort != Sort::Binding) else {
            return;
        };
        let text = self.text.get(open.start..).unwrap_or_default().trim().to_owned();
        if open.sort == Sort::Autolink || text == open.address {
            self.text.truncate(open.start);
        } else {
            self.text.push(' ');
        }
        self.text.push_str(&format!("<{}>", open.address));
        if !open.title.is_empty() {
            self.text.push_str(&format!(" [{}]", open.title));
        }
        self.links.push(PassageLink { text, address: open.address });
    }
}
