//! Passages: the words that a claim or statement covers, and the headings above them.

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::Tag;

use crate::load::policy::bound::{Bound, Of};
use crate::load::policy::link::{Link, LinkTarget};
use crate::load::policy::markdown::{Index, Markdown};
use crate::load::policy::sentence;
use crate::load::policy::words::Words;
use crate::model::project::claim::Passage;
use crate::model::project::policy::{Extent, Heading};
use crate::model::source::Place;

/// A policy's body, as passages are read from it.
pub(crate) struct Body<'a> {
    pub(crate) file: &'a Arc<str>,
    pub(crate) markdown: &'a Markdown,
    pub(crate) headings: &'a [(Index, Heading)],
    pub(crate) words: &'a Words<'a>,
}

impl Body<'_> {
    /// The claim or statement that a link binds, if any.
    pub(crate) fn bound(&self, link: &Link) -> Option<Bound> {
        let of = match &link.target {
            LinkTarget::Check(id) => Of::Claim(id.clone()),
            LinkTarget::Statement(reason) => Of::Statement(reason.clone()),
            _ => return None,
        };
        let (extent, events) = if link.is_empty {
            self.block_around(link.start)
        } else {
            (Extent::Words, link.start + 1..link.end)
        };
        let (words, links) = match self.row_around(link.start).filter(|_| extent == Extent::Row) {
            Some(row) => self.words.of_row(row),
            None => self.words.with_links(events.clone()),
        };
        let span = self.markdown.span_of(events.clone(), |index| self.is_in_empty_link(index));
        let passage = Passage {
            policy: self.file.clone(),
            place: Place::new(self.file.clone(), span.unwrap_or(link.span.clone())),
            words,
            under: self.under(events.start, extent),
            links,
        };
        Some(Bound {
            of,
            extent,
            events,
            link: link.start..link.end + 1,
            link_span: link.span.clone(),
            passage,
        })
    }

    fn is_in_empty_link(&self, index: Index) -> bool {
        self.words.is_binding(index) && self.markdown.end(index) == index + 1
    }

    /// The block that an empty link covers, as the events within it.
    fn block_around(&self, link: Index) -> (Extent, Range<Index>) {
        for around in self.markdown.ancestors(link) {
            match self.markdown.tag(around) {
                Some(Tag::Paragraph | Tag::Heading { .. }) => {
                    return (Extent::Paragraph, around + 1..self.markdown.end(around));
                }
                Some(Tag::Item) => return (Extent::Item, self.item_without_lists(around, link)),
                Some(Tag::TableRow | Tag::TableHead) => return (Extent::Row, self.row(around)),
                _ => {}
            }
        }
        (Extent::Words, link + 1..link + 1)
    }

    /// The part of an item around `index` that has no nested list in it.
    fn item_without_lists(&self, item: Index, index: Index) -> Range<Index> {
        let mut part = item + 1..self.markdown.end(item);
        for child in self.markdown.children(item) {
            if !matches!(self.markdown.tag(child), Some(Tag::List(_))) {
                continue;
            }
            if child > index {
                part.end = child;
                break;
            }
            part.start = self.markdown.end(child) + 1;
        }
        part
    }

    /// From within a row's first cell to within its last.
    fn row(&self, row: Index) -> Range<Index> {
        let first = self.markdown.children(row).next().unwrap_or(row);
        let last = self.markdown.children(row).last().unwrap_or(row);
        first + 1..self.markdown.end(last)
    }

    fn row_around(&self, index: Index) -> Option<Index> {
        let is_row =
            |at: &Index| matches!(self.markdown.tag(*at), Some(Tag::TableRow | Tag::TableHead));
        self.markdown.ancestors(index).find(is_row)
    }

    /// The path to words, outermost first, joined by ` / `: the headings, the lead-in of each list or table
    /// around them, and for words within a cell its row and column.
    fn under(&self, event: Index, extent: Extent) -> String {
        let mut parts = self.headings_above(event);
        let lists = self.markdown.ancestors(event).filter(|around| {
            matches!(self.markdown.tag(*around), Some(Tag::List(_) | Tag::Table(_)))
        });
        let mut lead_ins: Vec<String> = lists.filter_map(|list| self.lead_in(list)).collect();
        lead_ins.reverse();
        parts.append(&mut lead_ins);
        if extent == Extent::Words {
            parts.extend(self.row_around(event).map(|row| self.row_and_column(row, event)));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(" / ")
    }

    /// The headings above an event, outermost first.
    fn headings_above(&self, event: Index) -> Vec<String> {
        let before = self.headings.partition_point(|(index, _)| *index + 1 < event);
        let mut parts = Vec::new();
        let mut level = u8::MAX;
        for (index, heading) in self.headings[..before].iter().rev() {
            // A heading is not under itself.
            if self.markdown.end(*index) < event && heading.level < level {
                level = heading.level;
                parts.push(heading.text.clone());
            }
        }
        parts.reverse();
        parts
    }

    /// The first cell of a row and the header of an event's column, joined by ` / `.
    fn row_and_column(&self, row: Index, event: Index) -> String {
        let is_around = |cell: &Index| (*cell..self.markdown.end(*cell)).contains(&event);
        let column = self.markdown.children(row).position(|cell| is_around(&cell));
        let first = self.markdown.children(row).next().filter(|first| !is_around(first));
        let label = first.map(|cell| self.words.of(cell + 1..self.markdown.end(cell)));
        let header = column.and_then(|column| self.words.headers_of(row).into_iter().nth(column));
        let parts: Vec<String> =
            label.into_iter().chain(header).filter(|part| !part.is_empty()).collect();
        parts.join(" / ")
    }

    /// The words that lead into a list or table: for a nested list the item that contains it, for any other
    /// the paragraph just before it, unless that ends with the end of a sentence.
    fn lead_in(&self, list: Index) -> Option<String> {
        let parent = self.markdown.ancestors(list).next();
        let words = match parent.filter(|parent| self.markdown.tag(*parent) == Some(&Tag::Item)) {
            Some(item) => self.words.of(item + 1..list),
            None => {
                let paragraph = self.paragraph_before(list)?;
                let words = self.words.of(paragraph + 1..self.markdown.end(paragraph));
                (!sentence::ends(&words)).then_some(words)?
            }
        };
        (!words.is_empty()).then_some(words)
    }

    fn paragraph_before(&self, block: Index) -> Option<Index> {
        let start = self.markdown.start(block.checked_sub(1)?)?;
        (self.markdown.tag(start) == Some(&Tag::Paragraph)).then_some(start)
    }
}

#[cfg(test)]
mod tests {
    use crate::language::verdict::Labels;
    use crate::load::file::reader::SourceFile;
    use crate::load::policy;
    use crate::load::policy::verdict::Rule;
    use crate::model::project::RawHtml;
    use crate::model::project::policy::{Marked, Piece};
    use crate::model::project::promises::PromiseSeverity;
    use crate::model::source::diagnostic::Severity;
    use crate::model::source::diagnostic::report::Report;

    const FRONT: &str = "---\ntitle: A\nsummary: B\neffective: 2026-01-01\nowner: c\n---\n";

    /// The body with its marks: `{a:` and `}` around the words of the claim `a`.
    fn marked(body: &str) -> String {
        let mut out = String::new();
        for piece in read(body).policy.pieces {
            match piece {
                Piece::Event(pulldown_cmark::Event::Text(text)) => out.push_str(&text),
                Piece::Event(pulldown_cmark::Event::Start(tag)) => {
                    out.push_str(match tag.to_end() {
                        pulldown_cmark::TagEnd::Item => "-",
                        pulldown_cmark::TagEnd::TableCell => "|",
                        pulldown_cmark::TagEnd::Link => "@",
                        _ => "",
                    })
                }
                Piece::Event(_) | Piece::Html(_) | Piece::SubProcessors(_) | Piece::OwnTable => {}
                Piece::Open(mark) => match mark.of {
                    Marked::Claim(id) => out.push_str(&format!("{{{id}:")),
                    Marked::Statement(index) => out.push_str(&format!("{{{index}:")),
                },
                Piece::Close(_) => out.push('}'),
            }
        }
        out
    }

    fn read(body: &str) -> policy::PolicyFile {
        let source =
            SourceFile { file: "content/a.md".into(), text: format!("{FRONT}{body}").into() };
        let rules = policy::Rules {
            language: "en",
            html: RawHtml::Refused,
            promises: PromiseSeverity::Off,
            rule: Rule { labels: &Labels::default(), severity: Severity::Warning },
        };
        policy::read(&source, rules, &mut Report::new())
    }

    /// Words and context of each passage.
    fn passages(body: &str) -> Vec<(String, String)> {
        let bounds = read(body).bounds.into_iter();
        bounds.map(|bound| (bound.passage.words, bound.passage.under)).collect()
    }

    fn words(body: &str) -> Vec<String> {
        passages(body).into_iter().map(|(words, _)| words).collect()
    }

    #[test]
    fn a_claim_takes_in_the_words_that_are_linked() {
        let body = "We say: [it is **very**\nsafe](../checks/a.yaml), and [not](stated: \"x\").\n";
        assert_eq!(marked(body), "We say: {a:it is verysafe}, and {0:not}.");
        assert_eq!(words(body), ["it is very safe", "not"]);
        let bound = &read(body).bounds[0];
        let place = bound.passage.place.span();
        assert_eq!(&format!("{FRONT}{body}")[place], "it is **very**\nsafe");
    }

    #[test]
    fn an_empty_link_takes_in_its_paragraph_with_the_addresses_in_it() {
        let body =
            "See [a](b.md), <https://x.test> and ![pic](p.png). [](../checks/a.yaml)\n\nNext.\n";
        assert_eq!(marked(body), "{a:See @a, @https://x.test and pic. }Next.");
        assert_eq!(words(body), ["See a <b.md>, <https://x.test> and pic <p.png>."]);
        let links = &read(body).bounds[0].passage.links;
        let addresses: Vec<&str> = links.iter().map(|link| link.address.as_str()).collect();
        assert_eq!(addresses, ["b.md", "https://x.test", "p.png"]);
    }

    #[test]
    fn an_empty_link_in_an_item_leaves_its_nested_lists_out() {
        let body = "- one [](../checks/a.yaml)\n  - two [](../checks/b.yaml)\n- three\n";
        assert_eq!(marked(body), "-{a:one }-{b:two }-three");
        assert_eq!(passages(body), [("one".into(), String::new()), ("two".into(), "one".into())]);
    }

    #[test]
    fn a_loose_item_is_taken_in_by_paragraphs() {
        let body = "- one [](../checks/a.yaml)\n\n  more\n- two\n";
        assert_eq!(marked(body), "-{a:one }more-two");
    }

    #[test]
    fn an_empty_link_in_a_row_takes_in_all_cells_with_their_headers() {
        let body = "| Data | *Where* | |\n|---|---|---|\n| notes | [here](b.md) | [](../checks/a.yaml) |\n| x | y | z |\n";
        assert_eq!(marked(body), "|Data|Where||{a:notes|@here|}|x|y|z");
        assert_eq!(words(body), ["Data: notes; Where: here <b.md>"]);
    }

    #[test]
    fn a_footnote_is_part_of_the_words() {
        let body = "It is safe[^1]. [](../checks/a.yaml)\n\n[^1]: Only *in* [cloud](b.md).[^2]\n[^2]: Told too.[^1]\n";
        assert_eq!(words(body), ["It is safe [Only in cloud <b.md>. [Told too.]]."]);
    }

    #[test]
    fn words_know_the_heading_and_the_lead_in_that_they_stand_under() {
        let body = "[a](../checks/a.yaml)\n\n## One *two*\n\nWe never:\n\n1. [sell](../checks/b.yaml)\n2. give\n   - [away](../checks/c.yaml)\n\nNo lead-in.\n\n- [d](../checks/d.yaml)\n\n### [Three](../checks/e.yaml)\n";
        let under: Vec<String> = passages(body).into_iter().map(|(_, under)| under).collect();
        assert_eq!(
            under,
            ["", "One two / We never:", "One two / We never: / give", "One two", "One two"]
        );
        let body = "# A\n## B\n### C\n## D\n### E\n\nThese\n- [e](../checks/a.yaml)\n";
        assert_eq!(passages(body)[0].1, "A / D / E / These");
    }

    #[test]
    fn words_in_a_cell_know_their_row_and_column() {
        let body = "| Data | *Kept* |\n|---|---|\n| logs | [a year](../checks/a.yaml) |\n| [x](../checks/b.yaml) | |\n";
        let under: Vec<String> = passages(body).into_iter().map(|(_, under)| under).collect();
        assert_eq!(under, ["logs / Kept", "Data"]);
    }

    #[test]
    fn marks_are_nested_and_never_cross() {
        let body = "*[in](../checks/a.yaml)* it [](../checks/b.yaml) [](stated: \"x\")\n";
        assert_eq!(marked(body), "{b:{0:{a:in} it  }}");
        assert_eq!(words(body), ["in", "in it", "in it"]);
    }

    #[test]
    fn reference_links_and_headings_bind_too() {
        let body = "# [Head][x]\n\n## Whole [](../checks/b.yaml)\n\n[x]: ../checks/a.yaml\n";
        assert_eq!(marked(body), "{a:Head}{b:Whole }");
    }
}
