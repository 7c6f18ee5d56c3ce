//! HTML in a policy, where the project allows it: sanitising, and diagnostics about dropped parts.
//!
//! `ammonia` keeps a short list of elements and attributes and drops everything else. The tags are
//! read here too, but only to show the author what will be dropped.
//! HTML is not allowed in or around the words of claims: struck through or folded away, they would
//! have another meaning than the checked words.

mod tags;

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Event, Tag as Element};
use tags::{ENDS_BY_ITSELF, Tag, VOID};

use crate::load::file::reader::SourceFile;
use crate::load::policy::bound::Bound;
use crate::load::policy::link::{LinkTarget, target};
use crate::load::policy::markdown::{Index, Markdown};
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// Maximum number of elements that are open at once in a block. Browsers repeat some of those in every paragraph after
/// them.
const OPEN_MAX: usize = 200;

/// Elements that are allowed within a line.
const INLINE: [&str; 27] = [
    "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "q",
    "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var",
];

/// Elements that are allowed in a block of HTML. Headings are not: the
/// contents and the anchors are made from those in Markdown.
const BLOCK: [&str; 24] = [
    "a",
    "blockquote",
    "caption",
    "col",
    "colgroup",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Attributes that any element may have. No `id`, `class` or `style`: anchors, marks and looks are ours.
const ANYWHERE: [&str; 3] = ["dir", "lang", "title"];

/// And those of one element.
const ATTRIBUTES: [(&str, &[&str]); 8] = [
    ("a", &["href"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("li", &["value"]),
    ("ol", &["reversed", "start", "type"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan", "scope"]),
    ("time", &["datetime"]),
];

/// Elements that are dropped together with their text.
const WITH_THEIR_TEXT: [&str; 14] = [
    "iframe",
    "math",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "plaintext",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "xmp",
];

/// Schemes that a link may have, as those in Markdown.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// The HTML of a policy as it is published.
#[derive(Default)]
pub(crate) struct Kept {
    /// By the event that it begins at. Of a block, the events within it have none.
    pub(crate) by_event: BTreeMap<Index, String>,
    /// By its bytes in the file.
    spans: Vec<(Range<usize>, String)>,
}

impl Kept {
    fn keep(&mut self, event: Index, span: Range<usize>, html: String) {
        self.spans.push((span, html.clone()));
        self.by_event.insert(event, html);
    }

    /// A text from its byte `start` on, with the HTML in it as it is published.
    pub(crate) fn within(&self, text: &str, start: usize) -> String {
        let (mut all, mut done) = (String::new(), start);
        for (span, html) in &self.spans {
            all.push_str(text.get(done..span.start).unwrap_or_default());
            all.push_str(html);
            done = span.end;
        }
        all + text.get(done..).unwrap_or_default()
    }
}

/// The sanitised HTML of a policy. Mistakes and dropped parts are reported.
pub(crate) fn kept(
    source: &SourceFile,
    markdown: &Markdown,
    bounds: &[Bound],
    diagnostics: &mut Report,
) -> Kept {
    let (file, text) = (&source.file, &*source.text);
    let mut reading = Reading { file, text, markdown, bounds, diagnostics, open: Vec::new() };
    let mut kept = Kept::default();
    for index in 0..markdown.len() {
        match markdown.event(index) {
            Event::Start(Element::HtmlBlock) => {
                let span = markdown.span(index);
                kept.keep(index, span.clone(), reading.block(index, span));
            }
            Event::InlineHtml(_) => {
                let span = markdown.span(index);
                kept.keep(index, span.clone(), reading.inline(index, span));
            }
            _ => {}
        }
    }
    reading.unclosed();
    kept
}

/// Reports all HTML of a policy as a mistake; nothing of it is kept.
pub(crate) fn refused(source: &SourceFile, markdown: &Markdown, diagnostics: &mut Report) -> Kept {
    for index in 0..markdown.len() {
        let is_html = match markdown.event(index) {
            Event::InlineHtml(html) => !html.starts_with("</"),
            Event::Start(Element::HtmlBlock) => true,
            _ => false,
        };
        if is_html {
            let span = markdown.span(index);
            let written = source.text.get(span.clone()).unwrap_or_default().trim_end();
            let place = Place::new(&*source.file, span.start..span.start + written.len());
            let error = Diagnostic::new(Code::RawHtml, place, "this policy contains HTML");
            let help = "write it in Markdown, or put it in back-ticks if readers should see it";
            diagnostics.push(error.help(help));
        }
    }
    Kept::default()
}

/// HTML with only the elements, attributes and addresses listed above.
fn sanitised(html: &str) -> String {
    let attributes = ATTRIBUTES.iter().map(|(tag, all)| (*tag, all.iter().copied().collect()));
    ammonia::Builder::empty()
        .tags(INLINE.iter().chain(&BLOCK).copied().chain(["wbr"]).collect())
        .clean_content_tags(WITH_THEIR_TEXT.into_iter().collect())
        .generic_attributes(ANYWHERE.into_iter().collect())
        .tag_attributes(attributes.collect())
        .url_schemes(SCHEMES.into_iter().collect())
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(None)
        .clean(html)
        .to_string()
}

/// The position of an element of HTML.
#[derive(Clone, Copy, PartialEq)]
enum Position {
    /// In a block of HTML.
    Block,
    /// Within a line of Markdown.
    Line,
}

/// An element within a line that has not ended yet.
struct Open {
    name: String,
    index: Index,
    /// The element directly around it.
    within: Option<Index>,
}

struct Reading<'a> {
    file: &'a str,
    text: &'a str,
    markdown: &'a Markdown,
    bounds: &'a [Bound],
    diagnostics: &'a mut Report,
    open: Vec<Open>,
}

impl Reading<'_> {
    fn report(&mut self, code: Code, span: Range<usize>, message: impl Into<String>, help: &str) {
        let error = Diagnostic::new(code, Place::new(self.file, span), message);
        self.diagnostics.push(error.help(help));
    }

    /// A block of HTML. Its elements end with it, so that none can affect what follows.
    fn block(&mut self, index: Index, span: Range<usize>) -> String {
        let html = self.text.get(span.clone()).unwrap_or_default();
        self.refuse_in_claims(index..index + 1, &span);
        let mut open: Vec<Tag> = Vec::new();
        for tag in tags::all(html, span.start) {
            self.report_what_is_left_out(&tag, Position::Block);
            if VOID.contains(&tag.name.as_str()) || ENDS_BY_ITSELF.contains(&tag.name.as_str()) {
                continue;
            }
            match open.iter().rposition(|one| one.name == tag.name) {
                Some(at) if tag.ends => open.truncate(at),
                None if tag.ends => {}
                _ => open.push(tag),
            }
            if open.len() > OPEN_MAX {
                let message = "too many elements of HTML are within each other";
                self.report(Code::TooDeep, span, message, "end each element that begins");
                return String::new();
            }
        }
        let unclosed = open.into_iter().find(|tag| is_kept(&tag.name, Position::Block));
        if let Some(tag) = unclosed {
            let message = format!("`<{}>` does not end in this block of HTML", tag.name);
            let help = "a blank line ends a block of HTML: end the element before it, or write \
                        what is within it as HTML too";
            self.unclosed_element(&tag.name, tag.span, message, help);
        }
        let kept = sanitised(html);
        if kept.ends_with('\n') || kept.is_empty() { kept } else { kept + "\n" }
    }

    /// One tag within a line.
    fn inline(&mut self, index: Index, span: Range<usize>) -> String {
        self.refuse_in_claims(index..index + 1, &span);
        let html = self.text.get(span.clone()).unwrap_or_default();
        let Some(tag) = tags::all(html, span.start).next() else {
            return String::new();
        };
        self.report_what_is_left_out(&tag, Position::Line);
        if !is_kept(&tag.name, Position::Line) {
            return String::new();
        }
        if VOID.contains(&tag.name.as_str()) {
            return if tag.ends { String::new() } else { sanitised(html) };
        }
        let within = self.markdown.ancestors(index).next();
        if !tag.ends {
            self.open.push(Open { name: tag.name.clone(), index, within });
            let both = sanitised(html);
            let end = format!("</{}>", tag.name);
            return both.strip_suffix(&end).unwrap_or_default().to_owned();
        }
        let begun = self.open.pop_if(|open| open.name == tag.name && open.within == within);
        match begun {
            Some(open) => {
                self.refuse_in_claims(open.index..index + 1, &self.markdown.span(open.index));
            }
            None => self.unpaired(&tag.name, span),
        }
        format!("</{}>", tag.name)
    }

    /// Reports elements that begin within a line and do not end.
    fn unclosed(&mut self) {
        for open in std::mem::take(&mut self.open) {
            self.unpaired(&open.name, self.markdown.span(open.index));
        }
    }

    fn unpaired(&mut self, name: &str, span: Range<usize>) {
        let message = format!("`<{name}>` and `</{name}>` do not enclose the same words");
        let help = "begin and end it within one paragraph, and within the same emphasis or link";
        self.unclosed_element(name, span, message, help);
    }

    fn unclosed_element(&mut self, name: &str, span: Range<usize>, message: String, help: &str) {
        let error = Diagnostic::new(Code::HtmlUnclosed, Place::new(self.file, span), message);
        self.diagnostics.push(error.with(Argument::Html, format!("<{name}>")).help(help));
    }

    /// Reports HTML in or around the words of a claim or statement, or around words that are quoted.
    fn refuse_in_claims(&mut self, events: Range<Index>, span: &Range<usize>) {
        let meets = |bound: &Bound| {
            let of = bound.link.start.min(bound.events.start)..bound.link.end.max(bound.events.end);
            of.start < events.end && events.start < of.end
        };
        let quoted = |at: Index| {
            matches!(
                self.markdown.tag(at),
                Some(
                    Element::Heading { .. }
                        | Element::TableHead
                        | Element::FootnoteDefinition(_)
                        | Element::Image { .. }
                )
            )
        };
        if self.bounds.iter().any(meets) || self.markdown.ancestors(events.start).any(quoted) {
            let message = "HTML is not allowed where a claim's words are read";
            let help = "in a claim or statement, a heading, a table's head and a footnote, and \
                        around a claim, write in Markdown";
            self.report(Code::RawHtml, span.clone(), message, help);
        }
    }

    fn report_what_is_left_out(&mut self, tag: &Tag, position: Position) {
        let name = &tag.name;
        if name == "a" && tag.attributes.iter().any(|(attribute, _)| attribute == "href") {
            return self.link(tag, position);
        }
        let attributes = tag.attributes.iter().map(|(attribute, _)| attribute);
        let unknown = attributes.clone().find(|one| !is_attribute(name, one));
        let (html, message) = match unknown {
            _ if !is_kept(name, position) && !tag.ends => {
                (format!("<{name}>"), format!("`<{name}>` is left out"))
            }
            Some(attribute) => {
                (attribute.clone(), format!("`{attribute}` of `<{name}>` is left out"))
            }
            None => return,
        };
        let place = Place::new(self.file, tag.span.clone());
        let warning = Diagnostic::new(Code::HtmlLeftOut, place, message).with(Argument::Html, html);
        self.diagnostics.push(warning.help(match position {
            _ if name == "a" => "write an anchor after a heading: `## Heading {#anchor}`",
            Position::Block => {
                "of HTML, only text, lists and tables are published, without styles and scripts"
            }
            Position::Line => "within a line, only elements of text are published, such as `<sub>`",
        }));
    }

    /// Reports a link whose target is not a whole address. Markdown has a syntax for all other links.
    fn link(&mut self, tag: &Tag, position: Position) {
        let to = tag.attributes.iter().find(|(name, _)| name == "href");
        match to.map(|(_, to)| target(to, "", self.file)) {
            Some(LinkTarget::Scheme(scheme)) => {
                let place = Place::new(self.file, tag.span.clone());
                self.diagnostics.push(Diagnostic::unsafe_link(place, &scheme));
            }
            Some(LinkTarget::Web) if position == Position::Block => {}
            _ => {
                let message = "this link can be written in Markdown";
                let help = "write `[words](address)`; in a block of HTML, a link leads to a whole \
                            address, such as `https://example.com/`";
                self.report(Code::HtmlLink, tag.span.clone(), message, help);
            }
        }
    }
}

fn is_kept(name: &str, position: Position) -> bool {
    INLINE.contains(&name) || name == "wbr" || position == Position::Block && BLOCK.contains(&name)
}

fn is_attribute(tag: &str, attribute: &str) -> bool {
    let of_tag = ATTRIBUTES.iter().find(|(name, _)| *name == tag);
    ANYWHERE.contains(&attribute) || of_tag.is_some_and(|(_, all)| all.contains(&attribute))
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;
    use crate::model::project::policy::Piece;

    const FRONT: &str = "---\ntitle: A\nsummary: B\neffective: 2026-01-01\nowner: c\n---\n";

    fn project(body: &str) -> Fixture {
        Fixture::sound()
            .replace("avouch.yaml", "language: en", "language: en, raw_html: sanitised")
            .with("content/third.md", format!("{FRONT}{body}"))
    }

    /// The diagnostics for a policy with this body: `line:column code: message`.
    fn reported(body: &str) -> Vec<String> {
        let short = |line: String| {
            let rest = line.strip_prefix("content/third.md:").unwrap().to_owned();
            let (number, rest) = rest.split_once(':').unwrap();
            let line = number.parse::<usize>().unwrap() - 6;
            format!("{line}:{}", rest.split(" ? ").next().unwrap())
        };
        project(body).reported().into_iter().map(short).collect()
    }

    /// The HTML that is published of a body, a `|` between its pieces.
    fn html(body: &str) -> String {
        let project = project(body).load().project.unwrap();
        let policy = project.policies.iter().find(|one| one.slug == "third").unwrap();
        let html = policy.pieces.iter().filter_map(|piece| match piece {
            Piece::Html(html) => Some(html.trim_end()),
            _ => None,
        });
        html.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn nothing_hostile_is_left_of_a_block() {
        for (hostile, left) in [
            ("<script>alert(1)</script>", ""),
            (
                "<div onclick='alert(1)' style='x' class='mark holds' id='claim-a'>x</div>",
                "<div>x</div>",
            ),
            ("<div><img src=x onerror=alert(1)>x</div>", "<div>x</div>"),
            ("<iframe src='https://evil.test'>x</iframe>", ""),
            ("<div><svg><script>alert(1)</script></svg>x</div>", "<div>x</div>"),
            (
                "<div><math><mtext><style><img src=x onerror=alert(1)></style></math>x</div>",
                "<div>x</div>",
            ),
            ("<div><a href='java&#115;cript:alert(1)'>x</a></div>", "<div><a>x</a></div>"),
            ("<div><a href='\u{1}javascript:alert(1)'>x</a></div>", "<div><a>x</a></div>"),
            ("<div><a href='data:text/html,x'>x</a></div>", "<div><a>x</a></div>"),
            ("<div><a href='privacy.md'>x</a></div>", "<div><a>x</a></div>"),
            ("<form action='https://evil.test'><input name=a><button>x</button></form>", "x"),
            ("<style>.violated { display: none }</style>", ""),
            ("<link rel=stylesheet href='https://evil.test'>", ""),
            ("<meta http-equiv=refresh content='0;url=https://evil.test'>", ""),
            ("<base href='https://evil.test'>", ""),
            ("<h1>Title</h1>", "Title"),
            ("<div data-until='2000-01-01' data-then='x' hidden>x</div>", "<div>x</div>"),
            ("<div><!--evidence-->x<!-- y --></div>", "<div>x</div>"),
            ("<div></div></div></article></main>x", "<div></div>x"),
            ("<div>\n<details class='about holds'>x", "<div>\n<details>x</details></div>"),
            (
                "<div><noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript></div>",
                "<div>'&gt;</div>",
            ),
            (
                "<div lang=\"de\" title='a\"b'>x</div>",
                "<div lang=\"de\" title=\"a&quot;b\">x</div>",
            ),
        ] {
            assert_eq!(html(hostile), left, "{hostile}");
        }
    }

    #[test]
    fn no_attribute_can_look_like_the_place_of_evidence() {
        for body in ["<div title='<!--evidence-->'>x</div>", "a <b title='<!--evidence-->'>x</b>"] {
            assert!(!html(body).contains("<!--"), "{}", html(body));
        }
    }

    #[test]
    fn nothing_hostile_is_left_within_a_line() {
        for (hostile, left) in [
            ("a <b onclick=alert(1) class=mark>x</b>", "<b>|</b>"),
            ("a <script>alert(1)</script>", "|"),
            ("a <img src=x onerror=alert(1)>", ""),
            ("a <div>x</div>", "|"),
            ("a <a href='javascript:alert(1)'>x</a>", "|"),
            ("a <!--evidence--> <?php x ?> <!X> <![CDATA[<b>]]>", "|||"),
            ("a H<sub>2</sub>O<br>b", "<sub>|</sub>|<br>"),
        ] {
            assert_eq!(html(hostile), left, "{hostile}");
        }
    }

    #[test]
    fn parts_that_are_left_out_are_reported() {
        assert_eq!(
            reported("a <blink>x</blink> <b STYLE=x>y</b>\n\n<div id=a>\n<h2>x</h2></div>\n"),
            [
                "1:3 html-left-out: `<blink>` is left out",
                "1:20 html-left-out: `style` of `<b>` is left out",
                "3:1 html-left-out: `id` of `<div>` is left out",
                "4:1 html-left-out: `<h2>` is left out",
            ]
        );
    }

    #[test]
    fn an_anchor_in_html_is_left_out_and_no_link() {
        assert_eq!(
            reported("a <a name='x'></a>b\n\n<a id='y'></a>\n"),
            ["1:3 html-left-out: `<a>` is left out", "3:1 html-left-out: `<a>` is left out"]
        );
    }

    #[test]
    fn a_link_in_html_is_checked_as_any_other() {
        assert_eq!(
            reported(
                "<p><a href='javascript:x'>a</a> <a href=data:x>b</a> <a href=privacy.md>c</a>\n<a href='https://a.test'>d</a></p>\n\ne <a href='https://a.test'>f</a>\n"
            ),
            [
                "1:4 unsafe-link: this leads to a `javascript:` address",
                "1:33 unsafe-link: this leads to a `data:` address",
                "1:54 html-link: this link can be written in Markdown",
                "4:3 html-link: this link can be written in Markdown",
            ]
        );
    }

    #[test]
    fn html_is_refused_in_and_around_a_claim() {
        for body in [
            "[a <b>x</b>](stated: \"y\")\n",
            "a <s>b [x](stated: \"y\") c</s>\n",
            "a <b>x</b> [](stated: \"y\")\n",
            "- a [](stated: \"y\")\n  <div>\n  x\n  </div>\n",
            "## A <s>b</s>\n",
            "a[^1]\n\n[^1]: <s>x</s>\n",
            "| a <s>b</s> |\n|---|\n| c |\n",
        ] {
            let reported = reported(body);
            let is_reported =
                reported.iter().any(|one| one.contains(" raw-html: HTML is not allowed where"));
            assert!(is_reported, "{body}: {reported:?}");
        }
        assert_eq!(reported("a <b>x</b> [x](stated: \"y\")\n"), Vec::<String>::new());
    }

    #[test]
    fn an_element_ends_where_it_began() {
        assert_eq!(
            reported("a <b>b *c</b>* <i>d\n\ne</u> <s>f <q>g</s></q>\n\n<div>\n\nx\n\n</div>\n"),
            [
                "1:3 html-unclosed: `<b>` and `</b>` do not enclose the same words",
                "1:10 html-unclosed: `<b>` and `</b>` do not enclose the same words",
                "1:16 html-unclosed: `<i>` and `</i>` do not enclose the same words",
                "3:2 html-unclosed: `<u>` and `</u>` do not enclose the same words",
                "3:7 html-unclosed: `<s>` and `</s>` do not enclose the same words",
                "3:16 html-unclosed: `<s>` and `</s>` do not enclose the same words",
                "5:1 html-unclosed: `<div>` does not end in this block of HTML",
            ]
        );
    }

    #[test]
    fn the_markdown_file_of_a_page_has_the_same_html() {
        let loaded = project("a <b onclick=x>b</b>\n\n<script>x</script>\n\nc\n").load();
        let project = loaded.project.unwrap();
        let policy = project.policies.iter().find(|one| one.slug == "third").unwrap();
        assert_eq!(policy.markdown.trim(), "a <b>b</b>\n\n\n\nc");
    }
}
