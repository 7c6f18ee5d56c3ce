//! The texts of a policy that readers see as one: a paragraph, a heading, a list item, a cell, a link, a line of
//! code.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};

use crate::load::policy::markdown::{Index, Markdown};

/// A text that readers see as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Its words; a line that the author broke ends with a line feed.
    pub(crate) text: String,
    /// Its bytes in the file.
    pub(crate) span: Range<usize>,
    /// Its sort.
    pub(crate) sort: Sort,
}

/// The sort of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A paragraph or heading.
    Block,
    /// A paragraph of an item of the list that begins at this event: the outermost list.
    Item(Index),
    /// A cell of the table that begins at this event.
    Cell(Index),
    /// The words of a link, or its title.
    Link,
    /// A line of a block of code.
    Code,
}

/// The texts of a body, in order.
pub(crate) fn all(markdown: &Markdown) -> Vec<Unit> {
    let mut reading =
        Reading { markdown, units: Vec::new(), text: String::new(), span: None, links: Vec::new() };
    for index in 0..markdown.len() {
        reading.event(index);
    }
    reading.end_block(markdown.len());
    reading.units
}

struct Reading<'a> {
    markdown: &'a Markdown,
    units: Vec<Unit>,
    /// The words of the block so far, and their bytes in the file.
    text: String,
    span: Option<Range<usize>>,
    /// Where the words of each open link begin.
    links: Vec<usize>,
}

impl Reading<'_> {
    fn event(&mut self, index: Index) {
        match self.markdown.event(index) {
            Event::Text(text) | Event::Code(text) => self.push(index, text),
            Event::SoftBreak => self.push(index, " "),
            Event::HardBreak => self.push(index, "\n"),
            Event::InlineHtml(html) if html.starts_with("<br") => self.push(index, "\n"),
            Event::Html(html) => self.html(index, html),
            Event::Start(tag) => self.start(index, tag),
            Event::End(tag) => self.end(index, *tag),
            _ => {}
        }
    }

    fn push(&mut self, index: Index, text: &str) {
        let span = self.markdown.span(index);
        let known = self.span.get_or_insert(span.clone());
        *known = known.start.min(span.start)..known.end.max(span.end);
        self.text.push_str(text);
    }

    fn start(&mut self, index: Index, tag: &Tag<'_>) {
        match tag {
            Tag::Link { title, .. } | Tag::Image { title, .. } => {
                self.add(title.to_string(), self.markdown.span(index), Sort::Link);
                self.links.push(self.text.len());
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {}
            _ => self.end_block(index),
        }
    }

    fn end(&mut self, index: Index, tag: TagEnd) {
        match tag {
            TagEnd::Link | TagEnd::Image => self.end_link(index),
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {}
            _ => self.end_block(index),
        }
    }

    fn end_link(&mut self, index: Index) {
        let Some(start) = self.links.pop() else { return };
        let begin = self.markdown.start(index);
        let own = [LinkType::Autolink, LinkType::Email];
        let is_address = begin.and_then(|begin| self.markdown.tag(begin)).is_some_and(
            |tag| matches!(tag, Tag::Link { link_type, .. } if own.contains(link_type)),
        );
        if !is_address {
            let text = self.text.get(start..).unwrap_or_default().to_owned();
            self.add(text, self.markdown.span(index), Sort::Link);
        }
    }

    /// Ends the text before an event.
    fn end_block(&mut self, index: Index) {
        let text = std::mem::take(&mut self.text);
        self.links.clear();
        let Some(span) = self.span.take() else { return };
        let last = index.saturating_sub(1);
        let around = || self.markdown.ancestors(last);
        let is_code = |at: Index| matches!(self.markdown.tag(at), Some(Tag::CodeBlock(_)));
        let table = around().find(|at| matches!(self.markdown.tag(*at), Some(Tag::Table(_))));
        if around().any(is_code) {
            text.lines().for_each(|line| self.add(line.to_owned(), span.clone(), Sort::Code));
        } else {
            let is_list = |at: &Index| matches!(self.markdown.tag(*at), Some(Tag::List(_)));
            let list = around().filter(is_list).last().map(Sort::Item);
            self.add(text, span, table.map(Sort::Cell).or(list).unwrap_or(Sort::Block));
        }
    }

    /// Adds the texts between the tags of a block of HTML.
    fn html(&mut self, index: Index, html: &str) {
        for part in html.split('<') {
            let text = part.split_once('>').map_or(part, |(_, text)| text);
            self.add(plain(text), self.markdown.span(index), Sort::Block);
        }
    }

    fn add(&mut self, text: String, span: Range<usize>, sort: Sort) {
        if !text.trim().is_empty() {
            self.units.push(Unit { text: text.trim().to_owned(), span, sort });
        }
    }
}

/// The text of some HTML without tags: its entities are those of Markdown.
fn plain(text: &str) -> String {
    let words = Parser::new(text).filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(text.to_string()),
        Event::SoftBreak | Event::HardBreak => Some(" ".to_owned()),
        _ => None,
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_readers_see_them() {
        let text = "# One *two*\n\nA [link **x**](b.md \"title\") and <https://a.test>.  \nNew &#10003;\n\n- a\n  - `b` c\n\n| h | i |\n|---|---|\n| ✓ | d |\n\n```\ne\nf\n```\n";
        let read = all(&Markdown::parse(text, 0));
        let shown: Vec<(&str, Sort)> =
            read.iter().map(|one| (one.text.as_str(), one.sort)).collect();
        let table = match shown.iter().find(|(text, _)| *text == "h") {
            Some((_, Sort::Cell(table))) => *table,
            other => panic!("{other:?}"),
        };
        let cell = Sort::Cell(table);
        let item = match shown.iter().find(|(text, _)| *text == "a") {
            Some((_, Sort::Item(list))) => Sort::Item(*list),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            shown,
            [
                ("One two", Sort::Block),
                ("title", Sort::Link),
                ("link x", Sort::Link),
                ("A link x and https://a.test.\nNew ✓", Sort::Block),
                ("a", item),
                ("b c", item),
                ("h", cell),
                ("i", cell),
                ("✓", cell),
                ("d", cell),
                ("e", Sort::Code),
                ("f", Sort::Code),
            ]
        );
        let block = read.iter().find(|one| one.text.starts_with("A link")).unwrap();
        assert!(text[block.span.clone()].starts_with("A [link"));
    }
}
