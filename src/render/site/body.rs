//! Renders the body of a policy as HTML, with claims and statements marked, split where evidence is
//! shown.
//!
//! Raw HTML of an author is shown as text unless it was sanitised, and only safe addresses become links.

use std::collections::BTreeSet;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Tag, TagEnd};

use crate::model::project::i18n::Words;
use crate::model::project::policy::{Mark, Marked, Piece, Policy};
use crate::model::source::claim_id::ClaimId;
use crate::render::outlet::html;
use crate::render::site::event::{begins_inline, ends_paragraph, is_block, is_comment};
use crate::render::site::link::id_of;
use crate::render::site::{link, sub_processors};

/// Marks the places for evidence in the HTML. Text cannot contain it, as `<` is escaped.
const CUT: &str = "<!--evidence-->";

/// Returns the HTML after a marked passage.
pub(crate) type Marker<'a> = dyn Fn(&Marked) -> String + 'a;

/// A section of the body's HTML, and the claims whose evidence follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BodySection {
    pub(crate) html: String,
    pub(crate) claims: Vec<ClaimId>,
}

/// Renders the body of `policy`. `policies` are the targets of links, `words` the texts of the interface.
pub(crate) fn body(
    policy: &Policy,
    policies: &[Policy],
    words: &Words,
    marker: &Marker<'_>,
) -> Vec<BodySection> {
    let mut writer = BodyWriter {
        policy,
        policies,
        words,
        marker,
        events: Vec::new(),
        open: Vec::new(),
        ids: BTreeSet::new(),
        shown: BTreeSet::new(),
        due: Vec::new(),
        cuts: Vec::new(),
        headings: 0,
        items: 0,
        in_table: false,
        unlinked: 0,
        notes: Vec::new(),
    };
    let mut pieces = policy.pieces.iter().peekable();
    while let Some(piece) = pieces.next() {
        // A mark that ends directly after a paragraph ends inside it, so that its marker follows the words.
        while ends_paragraph(piece)
            && let Some(close) = pieces.next_if(|next| matches!(next, Piece::Close(_)))
        {
            writer.piece(close);
        }
        writer.piece(piece);
    }
    writer.cut();
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, writer.events.into_iter());
    let html = aligned(html);
    let mut cuts = writer.cuts.into_iter();
    html.split(CUT)
        .map(|html| BodySection { html: html.to_owned(), claims: cuts.next().unwrap_or_default() })
        .collect()
}

struct BodyWriter<'a> {
    policy: &'a Policy,
    policies: &'a [Policy],
    words: &'a Words,
    marker: &'a Marker<'a>,
    events: Vec<Event<'a>>,
    open: Vec<OpenMark<'a>>,
    ids: BTreeSet<String>,
    shown: BTreeSet<&'a str>,
    due: Vec<ClaimId>,
    cuts: Vec<Vec<ClaimId>>,
    headings: usize,
    items: usize,
    in_table: bool,
    unlinked: usize,
    /// The labels of the footnotes, in the order of their first use.
    notes: Vec<String>,
}

/// A mark that has started, and whether a `span` for it is open.
struct OpenMark<'a> {
    mark: &'a Mark,
    in_span: bool,
}

impl<'a> BodyWriter<'a> {
    fn piece(&mut self, piece: &'a Piece) {
        match piece {
            Piece::Event(event) => self.event(event),
            Piece::Open(mark) => self.open.push(OpenMark { mark, in_span: false }),
            Piece::Close(mark) => self.close(mark),
            Piece::Html(html) => self.events.push(raw(html.clone())),
            Piece::SubProcessors(table) => {
                self.events.push(raw(sub_processors::html(table, self.words)))
            }
            Piece::OwnTable => {
                let note = html::escaped(&self.words.say("publisher-table"));
                self.events.push(raw(format!("<p class=\"facts\">{note}</p>\n")));
            }
        }
    }

    /// A mark may cover several blocks, but a `span` may not: it is closed and opened again.
    fn event(&mut self, event: &'a Event<'static>) {
        if is_block(event) {
            self.end_spans();
        } else if begins_inline(event) {
            self.begin_spans();
        }
        self.cut_before(event);
        let written = self.written(event);
        self.events.extend(written);
        self.cut_after(event);
    }

    fn begin_spans(&mut self) {
        for open in self.open.iter_mut().filter(|open| !open.in_span) {
            open.in_span = true;
            let id = id_of(&open.mark.of);
            let class = match open.mark.of {
                Marked::Claim(_) => "claim",
                Marked::Statement(_) => "statement",
            };
            let id = match self.ids.insert(id.clone()) {
                true => format!(" id=\"{}\"", html::escaped(&id)),
                false => String::new(),
            };
            self.events.push(raw(format!("<span class=\"{class}\"{id}>")));
        }
    }

    fn end_spans(&mut self) {
        for open in self.open.iter_mut().rev().filter(|open| open.in_span) {
            open.in_span = false;
            self.events.push(raw("</span>".into()));
        }
    }

    fn close(&mut self, mark: &'a Mark) {
        let Some(index) = self.open.iter().rposition(|open| open.mark == mark) else {
            return;
        };
        self.end_spans();
        self.open.remove(index);
        self.events.push(raw((self.marker)(&mark.of)));
        // The evidence of a claim with several passages follows the first one.
        if let Marked::Claim(id) = &mark.of
            && self.shown.insert(id)
        {
            self.due.push(id.clone());
        }
    }

    /// Places evidence at the end of a list item, or before the lists inside it.
    fn cut_before(&mut self, event: &Event<'_>) {
        let ends_item = matches!(event, Event::End(TagEnd::Item));
        let nested_list = self.items > 0 && matches!(event, Event::Start(Tag::List(_)));
        if (ends_item || nested_list) && !self.in_table {
            self.cut();
        }
        match event {
            Event::Start(Tag::Item) => self.items += 1,
            Event::End(TagEnd::Item) => self.items = self.items.saturating_sub(1),
            Event::Start(Tag::Table(_)) => self.in_table = true,
            Event::End(TagEnd::Table) => self.in_table = false,
            _ => {}
        }
    }

    /// Places evidence after a paragraph, a heading or a table.
    fn cut_after(&mut self, event: &Event<'_>) {
        let end =
            matches!(event, Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Table));
        if end && !self.in_table {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if !self.due.is_empty() {
            self.cuts.push(std::mem::take(&mut self.due));
            self.events.push(raw(CUT.into()));
        }
    }

    /// The event to write: adds anchors, and points links to the site's pages.
    fn written(&mut self, event: &'a Event<'static>) -> Option<Event<'a>> {
        Some(match event {
            Event::Start(Tag::Heading { level, .. }) => self.heading(*level),
            Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(self.shifted(*level))),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let Some(address) = link::address(dest_url, self.policy, self.policies) else {
                    self.unlinked += 1;
                    return None;
                };
                Event::Start(Tag::Link {
                    link_type: *link_type,
                    dest_url: CowStr::from(address),
                    title: title.clone(),
                    id: id.clone(),
                })
            }
            Event::End(TagEnd::Link) if self.unlinked > 0 => {
                self.unlinked -= 1;
                return None;
            }
            Event::FootnoteReference(label) => Event::FootnoteReference(self.note(label)),
            Event::Start(Tag::FootnoteDefinition(label)) => {
                Event::Start(Tag::FootnoteDefinition(self.note(label)))
            }
            Event::Html(html) | Event::InlineHtml(html) if is_comment(html) => return None,
            Event::Html(html) | Event::InlineHtml(html) => Event::Text(html.clone()),
            other => other.clone(),
        })
    }

    fn heading(&mut self, level: HeadingLevel) -> Event<'a> {
        let anchor = self.policy.headings.get(self.headings);
        self.headings += 1;
        Event::Start(Tag::Heading {
            level: self.shifted(level),
            id: anchor.map(|heading| CowStr::from(heading.anchor.as_str())),
            classes: Vec::new(),
            attrs: Vec::new(),
        })
    }

    /// The id of a footnote, unique on the page whatever its label.
    fn note(&mut self, label: &str) -> CowStr<'a> {
        let label = label.to_lowercase();
        let known = self.notes.iter().position(|one| *one == label);
        let index = known.unwrap_or_else(|| {
            self.notes.push(label);
            self.notes.len() - 1
        });
        CowStr::from(format!("page-note-{}", index + 1))
    }

    /// The only first-level heading of a page is its title, so headings of the body start at the second level.
    fn shifted(&self, level: HeadingLevel) -> HeadingLevel {
        let down = usize::from(shift(self.policy));
        HeadingLevel::try_from(level as usize + down).unwrap_or(HeadingLevel::H6)
    }
}

/// The number of levels that the headings of the body move down.
pub(crate) fn shift(policy: &Policy) -> u8 {
    u8::from(policy.headings.iter().any(|heading| heading.level == 1))
}

/// Replaces the style attributes of aligned cells with classes: the Content-Security-Policy forbids inline
/// styles. Text cannot contain such a tag.
fn aligned(mut html: String) -> String {
    for cell in ["td", "th"] {
        for side in ["left", "center", "right"] {
            let styled = format!("<{cell} style=\"text-align: {side}\">");
            html = html.replace(&styled, &format!("<{cell} class=\"to-{side}\">"));
        }
    }
    html
}

fn raw(html: String) -> Event<'static> {
    Event::InlineHtml(CowStr::from(html))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::project::policy::Extent;
    use crate::render::sample;
    use crate::render::sample::policies::{link as to, marked, text, within};

    fn html(pieces: Vec<Piece>) -> String {
        let mut policies = sample::project().policies;
        policies[1].pieces = pieces;
        let marker = |of: &Marked| format!("[{}]", id_of(of));
        let stretches = body(&policies[1], &policies, &Words::built_in("en"), &marker);
        let show = |stretch: &BodySection| match stretch.claims.as_slice() {
            [] => stretch.html.clone(),
            claims => format!("{}{{{}}}", stretch.html, claims.join(",")),
        };
        stretches.iter().map(show).collect()
    }

    fn claim(id: &str) -> Marked {
        Marked::Claim(id.into())
    }

    #[test]
    fn evidence_follows_the_paragraph_of_its_words() {
        let mut words = vec![text("We say: ")];
        words.extend(marked(claim("a"), Extent::Words, vec![text("it <is> so")]));
        insta::assert_snapshot!(html(within(Tag::Paragraph, words)), @r#"
        <p>We say: <span class="claim" id="claim-a">it &lt;is&gt; so</span>[claim-a]</p>
        {a}
        "#);
    }

    #[test]
    fn evidence_of_a_loose_item_precedes_nested_lists() {
        let paragraph = within(Tag::Paragraph, vec![text("outer")]);
        let mut item = marked(claim("a"), Extent::Item, paragraph);
        let inner = within(Tag::Item, marked(claim("b"), Extent::Item, vec![text("inner")]));
        item.extend(within(Tag::List(None), inner));
        insta::assert_snapshot!(html(within(Tag::List(None), within(Tag::Item, item))), @r#"
        <ul>
        <li>
        <p><span class="claim" id="claim-a">outer</span>[claim-a]</p>
        {a}
        <ul>
        <li><span class="claim" id="claim-b">inner</span>[claim-b]{b}</li>
        </ul>
        </li>
        </ul>
        "#);
    }

    #[test]
    fn a_row_is_marked_cell_by_cell_and_evidence_follows_the_table() {
        let mut row = within(Tag::TableCell, vec![text("one")]);
        row.extend(within(Tag::TableCell, vec![text("two")]));
        let mark = Mark { of: claim("a"), extent: Extent::Row };
        row.insert(1, Piece::Open(mark.clone()));
        row.insert(row.len() - 1, Piece::Close(mark));
        let table = within(Tag::Table(Vec::new()), within(Tag::TableRow, row));
        insta::assert_snapshot!(html(table), @r#"
        <table><tr><th><span class="claim" id="claim-a">one</span></th><th><span class="claim">two</span>[claim-a]</th></tr>
        </tbody></table>
        {a}
        "#);
    }

    #[test]
    fn the_alignment_of_a_table_is_a_class() {
        use pulldown_cmark::Alignment::{Center, Right};
        let cells = ["one", "<th style=\"text-align: right\">"].map(text);
        let cells = cells.map(|cell| within(Tag::TableCell, vec![cell])).concat();
        let table = within(Tag::Table(vec![Center, Right]), within(Tag::TableHead, cells));
        insta::assert_snapshot!(html(table), @r#"
        <table><thead><tr><th class="to-center">one</th><th class="to-right">&lt;th style="text-align: right"&gt;</th></tr></thead><tbody>
        </tbody></table>
        "#);
    }

    #[test]
    fn a_footnote_has_a_unique_id() {
        let note = |label: &str| Piece::Event(Event::FootnoteReference(label.to_owned().into()));
        let mut pieces = within(Tag::Paragraph, vec![note("Data backup"), note("a"), note("A")]);
        let label = CowStr::from("data backup");
        pieces.extend(within(Tag::FootnoteDefinition(label), vec![text("It.")]));
        insta::assert_snapshot!(html(pieces), @r##"
        <p><sup class="footnote-reference"><a href="#page-note-1">1</a></sup><sup class="footnote-reference"><a href="#page-note-2">2</a></sup><sup class="footnote-reference"><a href="#page-note-2">2</a></sup></p>
        <div class="footnote-definition" id="page-note-1"><sup class="footnote-definition-label">1</sup>It.</div>
        "##);
    }

    #[test]
    fn links_lead_to_pages_of_the_site() {
        let mut all = to("security.md#data", "ours");
        all.extend(to("https://example.com/?a=1&b=2", "theirs"));
        all.extend(to("#here", "here"));
        all.extend(to("javascript:alert(1)", "script"));
        insta::assert_snapshot!(html(within(Tag::Paragraph, all)), @r##"<p><a href="../security/index.html#data">ours</a><a href="https://example.com/?a=1&amp;b=2">theirs</a><a href="#here">here</a>script</p>"##);
    }

    #[test]
    fn raw_html_is_shown_as_text() {
        let raw = |html: &str| Piece::Event(Event::InlineHtml(CowStr::from(html.to_owned())));
        let pieces = vec![raw("<script>"), raw("<!-- note -->"), raw("<!--evidence--><b>")];
        insta::assert_snapshot!(html(within(Tag::Paragraph, pieces)), @r"<p>&lt;script&gt;&lt;!--evidence--&gt;&lt;b&gt;</p>");
    }
}
