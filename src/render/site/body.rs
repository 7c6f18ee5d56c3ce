//! A policy's body as HTML, with its claims and statements marked, cut where their evidence is shown.
//!
//! Nothing that an author wrote becomes an element by itself: HTML that was not made safe is shown as
//! text, and only addresses that can be followed safely become links.

use std::collections::BTreeSet;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Tag, TagEnd};

use crate::model::project::i18n::Words;
use crate::model::project::policy::{Mark, Marked, Piece, Policy};
use crate::model::source::claim_id::ClaimId;
use crate::render::site::link::id_of;
use crate::render::site::{link, sub_processors};

/// Stands in the HTML where evidence is to be shown. Text cannot contain it: `<` is escaped there.
const CUT: &str = "<!--evidence-->";

/// What stands behind a marked passage, as HTML.
pub(crate) type Marker<'a> = dyn Fn(&Marked) -> String + 'a;

/// A stretch of the body's HTML, and the claims whose evidence is shown at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) html: String,
    pub(crate) claims: Vec<ClaimId>,
}

/// The body of `policy`; `policies` are all that a link may lead to, `words` those of the interface.
pub(crate) fn body(
    policy: &Policy,
    policies: &[Policy],
    words: &Words,
    marker: &Marker<'_>,
) -> Vec<Stretch> {
    let mut writer = Writer {
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
        // A mark that ends right behind a paragraph ends within it: its marker belongs to the words.
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
        .map(|html| Stretch { html: html.to_owned(), claims: cuts.next().unwrap_or_default() })
        .collect()
}

struct Writer<'a> {
    policy: &'a Policy,
    policies: &'a [Policy],
    words: &'a Words,
    marker: &'a Marker<'a>,
    events: Vec<Event<'a>>,
    open: Vec<Open<'a>>,
    ids: BTreeSet<String>,
    shown: BTreeSet<&'a str>,
    due: Vec<ClaimId>,
    cuts: Vec<Vec<ClaimId>>,
    headings: usize,
    items: usize,
    in_table: bool,
    unlinked: usize,
    /// The labels of the footnotes, in the order in which they are first met.
    notes: Vec<String>,
}

/// A mark that has begun, and whether a `span` for it is open at this point.
struct Open<'a> {
    mark: &'a Mark,
    in_span: bool,
}

impl<'a> Writer<'a> {
    fn piece(&mut self, piece: &'a Piece) {
        match piece {
            Piece::Event(event) => self.event(event),
            Piece::Open(mark) => self.open.push(Open { mark, in_span: false }),
            Piece::Close(mark) => self.close(mark),
            Piece::Html(html) => self.events.push(raw(html.clone())),
            Piece::SubProcessors(table) => {
                self.events.push(raw(sub_processors::html(table, self.words)))
            }
        }
    }

    /// A mark may reach over several blocks, but a `span` may not: it ends and begins again there.
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
                true => format!(" id=\"{}\"", link::escaped(&id)),
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
        // A claim that stands on the page twice has its evidence at the first place.
        if let Marked::Claim(id) = &mark.of
            && self.shown.insert(id)
        {
            self.due.push(id.clone());
        }
    }

    /// Evidence is shown at the end of a list item, or before the lists within it.
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

    /// And behind a paragraph, a heading and a table.
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

    /// The event as it is written: anchors given, links led to where the site has their targets.
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

    /// A footnote's id, which nothing else on the page has, whatever the author called the footnote.
    fn note(&mut self, label: &str) -> CowStr<'a> {
        let label = label.to_lowercase();
        let known = self.notes.iter().position(|one| *one == label);
        let index = known.unwrap_or_else(|| {
            self.notes.push(label);
            self.notes.len() - 1
        });
        CowStr::from(format!("page-note-{}", index + 1))
    }

    /// The page's one first-level heading is its title, so the body's begin at the second level.
    fn shifted(&self, level: HeadingLevel) -> HeadingLevel {
        let down = usize::from(shift(self.policy));
        HeadingLevel::try_from(level as usize + down).unwrap_or(HeadingLevel::H6)
    }
}

/// How many levels the body's headings are moved down.
pub(crate) fn shift(policy: &Policy) -> u8 {
    u8::from(policy.headings.iter().any(|heading| heading.level == 1))
}

/// Cells with a class for the side that their column is aligned to: a page may carry no style of its
/// own. Text cannot contain such a tag.
fn aligned(mut html: String) -> String {
    for cell in ["td", "th"] {
        for side in ["left", "center", "right"] {
            let styled = format!("<{cell} style=\"text-align: {side}\">");
            html = html.replace(&styled, &format!("<{cell} class=\"to-{side}\">"));
        }
    }
    html
}

fn ends_paragraph(piece: &Piece) -> bool {
    matches!(piece, Piece::Event(Event::End(TagEnd::Paragraph)))
}

fn raw(html: String) -> Event<'static> {
    Event::InlineHtml(CowStr::from(html))
}

fn is_comment(html: &str) -> bool {
    let html = html.trim();
    html.starts_with("<!--") && html.find("-->").is_some_and(|end| end + 3 == html.len())
}

fn is_block(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => !is_inline(&tag.to_end()),
        Event::End(tag) => !is_inline(tag),
        Event::Rule | Event::Html(_) => true,
        _ => false,
    }
}

fn begins_inline(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => is_inline(&tag.to_end()),
        Event::End(_) | Event::SoftBreak | Event::HardBreak => false,
        _ => true,
    }
}

fn is_inline(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::project::policy::Extent;
    use crate::render::sample;
    use crate::render::sample::{link as to, marked, text, within};

    fn html(pieces: Vec<Piece>) -> String {
        let mut policies = sample::project().policies;
        policies[1].pieces = pieces;
        let marker = |of: &Marked| format!("[{}]", id_of(of));
        let stretches = body(&policies[1], &policies, &Words::built_in("en"), &marker);
        let show = |stretch: &Stretch| match stretch.claims.as_slice() {
            [] => stretch.html.clone(),
            claims => format!("{}{{{}}}", stretch.html, claims.join(",")),
        };
        stretches.iter().map(show).collect()
    }

    fn claim(id: &str) -> Marked {
        Marked::Claim(id.into())
    }

    #[test]
    fn words_within_a_paragraph_are_marked_and_their_evidence_follows_it() {
        let mut words = vec![text("We say: ")];
        words.extend(marked(claim("a"), Extent::Words, vec![text("it <is> so")]));
        insta::assert_snapshot!(html(within(Tag::Paragraph, words)), @r#"
        <p>We say: <span class="claim" id="claim-a">it &lt;is&gt; so</span>[claim-a]</p>
        {a}
        "#);
    }

    #[test]
    fn a_loose_item_is_marked_within_its_paragraph_and_has_its_evidence_before_nested_lists() {
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
    fn a_row_is_marked_cell_by_cell_and_its_evidence_follows_the_table() {
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
    fn a_table_s_alignment_is_a_class_as_a_page_carries_no_style() {
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
    fn a_footnote_has_an_id_that_nothing_else_has() {
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
    fn links_lead_to_where_the_site_has_their_targets() {
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
