//! The Markdown version of a policy: the author's text, with links to the site's pages. Comments and link
//! definitions, which the page does not show, are left out.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use crate::language::verdict::has_mark;
use crate::model::project::i18n::{Language, Words};
use crate::model::project::policy::Policy;
use crate::model::project::sub_processor::Table;
use crate::render::site::edition::Edition;
use crate::render::site::link::{plain, root};
use crate::render::site::{link, sub_processors, view};

/// The path of a policy's Markdown file.
pub(crate) fn path(policy: &Policy) -> String {
    format!("{}/index.md", policy.slug)
}

/// The content of a policy's Markdown file.
pub(crate) fn file(policy: &Policy, edition: &Edition<'_>, site: &view::SiteView) -> String {
    let (front, words) = (&policy.front, edition.words());
    let day = words.day(front.effective.value);
    let from =
        MarkdownSource { policy, policies: &edition.project.policies, language: edition.language };
    format!(
        "# {}\n\n> {}\n\n{} {}\n\n{}\n",
        plain(&front.title.value),
        plain(&front.summary.value),
        words.fill("in-force", &[("day", &day)]),
        dates(site, words),
        from.body().trim(),
    )
}

/// When the site was checked, and until when the result is valid.
pub(crate) fn dates(site: &view::SiteView, words: &Words) -> String {
    let (time, target) = (&site.checked.words, &plain(&site.target));
    let mut text = words.fill("checked", &[("time", time), ("target", target)]);
    if let Some(until) = &site.summary.until {
        text.push(' ');
        text.push_str(&words.fill("unverified-after", &[("time", &until.words)]));
    }
    let text = match site.draft {
        true => format!("**{}.** {} {text}", words.say("draft"), words.say("draft-means")),
        false => text,
    };
    site.warnings.iter().fold(text, |text, warning| format!("{text} {}", plain(warning)))
}

/// A range of the source, and its replacement.
type TextEdit = (Range<usize>, String);

/// A link or image whose end has not been reached.
struct OpenLink {
    link_type: LinkType,
    to: String,
    title: String,
    image: bool,
    /// The range of its text so far.
    text: Option<Range<usize>>,
}

/// Whether the cells of a table have marks such as ✓, which are its author's own.
#[derive(Default)]
struct MarkedTable {
    cell: String,
    has_marks: bool,
}

impl MarkedTable {
    /// Reads an event. Returns whether it ends a table with marks.
    fn ends_with_marks(&mut self, event: &Event<'_>) -> bool {
        match event {
            Event::Start(Tag::Table(_)) => self.has_marks = false,
            Event::Start(Tag::TableCell) => self.cell.clear(),
            Event::Text(text) | Event::Code(text) => self.cell.push_str(text),
            Event::End(TagEnd::TableCell) => self.has_marks |= has_mark(&self.cell),
            Event::End(TagEnd::Table) => return self.has_marks,
            _ => {}
        }
        false
    }
}

/// A policy with the policies that it may link to.
struct MarkdownSource<'a> {
    policy: &'a Policy,
    policies: &'a [Policy],
    language: &'a Language,
}

impl MarkdownSource<'_> {
    fn body(&self) -> String {
        let source = self.policy.markdown.as_str();
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_HEADING_ATTRIBUTES;
        let parser = Parser::new_ext(source, options);
        let definitions = parser.reference_definitions().iter();
        let mut edits: Vec<TextEdit> =
            definitions.map(|(_, one)| (one.span.clone(), String::new())).collect();
        let mut open: Vec<OpenLink> = Vec::new();
        let mut table = MarkedTable::default();
        for (event, range) in parser.into_offset_iter() {
            if table.ends_with_marks(&event) {
                let note = format!("{}\n\n", self.language.words.say("publisher-table"));
                edits.push((range.start..range.start, note));
            }
            let ends = matches!(event, Event::End(TagEnd::Link | TagEnd::Image));
            let closed = if ends { open.pop() } else { None };
            if let Some(link) = &closed {
                edits.extend(self.edit(link, range.clone()));
            }
            for outer in &mut open {
                let seen = outer.text.get_or_insert(range.clone());
                *seen = seen.start.min(range.start)..seen.end.max(range.end);
            }
            match event {
                Event::Start(Tag::Link { link_type, dest_url, title, .. }) => {
                    open.push(OpenLink::new(link_type, &dest_url, &title));
                }
                Event::Start(Tag::Image { link_type, dest_url, title, .. }) => {
                    let image = OpenLink::new(link_type, &dest_url, &title);
                    open.push(OpenLink { image: true, ..image });
                }
                Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_)
                    if source.get(range.clone()).is_some_and(|html| html.contains("<!--")) =>
                {
                    edits.push((range, String::new()));
                }
                _ => {}
            }
        }
        edited(source, edits)
    }

    /// The edit for a link: of its end, or of the whole link if it has no text.
    fn edit(&self, open: &OpenLink, range: Range<usize>) -> Option<TextEdit> {
        if matches!(open.link_type, LinkType::Autolink | LinkType::Email) {
            return None;
        }
        let words = &self.language.words;
        if let Some(table) = table(&open.to, self.policy) {
            return Some((range, sub_processors::markdown(table, words)));
        }
        let check = check(&open.to, self.policy);
        let Some(text) = &open.text else {
            return match check {
                Some(id) => {
                    Some((range, format!("[{}](<{}>)", words.say("evidence"), self.evidence(&id))))
                }
                None if open.to == "stated:" => Some((
                    range,
                    format!(
                        "({})",
                        words.fill("not-tested-because", &[("reason", &plain(&open.title))])
                    ),
                )),
                None => None,
            };
        };
        let to = match check {
            Some(id) => self.evidence(&id),
            None if open.image => open.to.clone(),
            None => link::address(&open.to, self.policy, self.policies).unwrap_or_default(),
        };
        Some((text.end..range.end, format!("](<{}>)", to.replace(['<', '>'], ""))))
    }

    fn evidence(&self, id: &str) -> String {
        let root = root(&path(self.policy));
        format!("{root}{}evidence/{id}/index.html", self.language.folder)
    }
}

impl OpenLink {
    fn new(link_type: LinkType, to: &str, title: &str) -> Self {
        let (to, title) = (to.to_owned(), title.to_owned());
        Self { link_type, to, title, image: false, text: None }
    }
}

/// The table of sub-processors, if the link is its placeholder.
fn table<'a>(to: &str, policy: &'a Policy) -> Option<&'a Table> {
    policy.tables().next().filter(|_| to.ends_with("sub-processors.yaml"))
}

/// The claim whose check file a link points to.
fn check(to: &str, policy: &Policy) -> Option<String> {
    let file = link::resolved(&policy.file, to)?;
    let name = file.strip_prefix("checks/")?;
    name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).map(str::to_owned)
}

/// Applies the edits to the source. An edit inside another one is ignored.
fn edited(source: &str, mut edits: Vec<TextEdit>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let (mut text, mut done) = (String::with_capacity(source.len()), 0);
    for (range, new) in edits.into_iter() {
        if range.start >= done {
            text.push_str(source.get(done..range.start).unwrap_or_default());
            text.push_str(&new);
            done = range.end;
        }
    }
    text.push_str(source.get(done..).unwrap_or_default());
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    fn of(markdown: &str) -> String {
        let mut project = sample::project();
        project.policies[0].markdown = markdown.into();
        let (policies, language) = (&project.policies, &project.languages[0]);
        MarkdownSource { policy: &policies[0], policies, language }.body()
    }

    #[test]
    fn claims_link_to_their_evidence_and_policies_to_their_pages() {
        assert_eq!(
            of("[It *is* so.](../checks/a.yaml) See [there](privacy.md#b).\n"),
            "[It *is* so.](<../evidence/a/index.html>) See [there](<../privacy/index.html#b>).\n"
        );
    }

    #[test]
    fn a_link_without_text_is_given_words() {
        assert_eq!(
            of("So. [](../checks/a.yaml)\n\nNever. [](stated: \"it *cannot* be\")\n"),
            "So. [Evidence](<../evidence/a/index.html>)\n\nNever. (not tested: it \\*cannot\\* be)\n"
        );
    }

    #[test]
    fn comments_and_link_definitions_are_left_out() {
        let source = "A <!-- ask\nlegal --> b [c].\n\n<!-- todo -->\n\n[c]: https://c.test \"d\"\n[//]: # (e)\n";
        let told = of(source);
        for never in ["legal", "todo", "(e)", "!--"] {
            assert!(!told.contains(never), "{never}: {told}");
        }
        assert!(told.contains("[c](<https://c.test>)"), "{told}");
    }

    #[test]
    fn addresses_that_run_scripts_are_removed() {
        assert_eq!(of("[x](javascript:y) <https://a.test>"), "[x](<>) <https://a.test>");
    }
}
