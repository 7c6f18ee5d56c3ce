//! Mistakes in a policy's text: broken links and footnotes, stray marks, struck claims.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use crate::language::words::runs;
use crate::load::file::hidden;
use crate::load::file::reader::SourceFile;
use crate::load::policy::bound::{Bound, Of};
use crate::load::policy::link::{Link, LinkTarget};
use crate::load::policy::markdown::{Index, Markdown};
use crate::model::project::policy::Extent;
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// How a claim or statement is written.
const HOW: &str = "write `[the words](../checks/claim.yaml)`, or `[](../checks/claim.yaml)` at the end \
                   of a paragraph that has links or footnotes of its own; Markdown does not nest \
                   links";

/// Reports mistakes in the text of `file`.
pub(crate) fn check(
    source: &SourceFile,
    markdown: &Markdown,
    links: &[Link],
    diagnostics: &mut Report,
) {
    let (file, text) = (&source.file, &*source.text);
    let prose = Prose { file, text };
    for index in 0..markdown.len() {
        diagnostics.extend(prose.broken_links(markdown, index));
        diagnostics.extend(
            shown(markdown.event(index))
                .into_iter()
                .filter_map(|shown| hidden::in_value(file, text, markdown.span(index), shown)),
        );
    }
    diagnostics.extend(links.iter().filter_map(|link| prose.link(link)));
}

/// The texts of an event that a reader is shown.
fn shown<'a>(event: &'a Event<'_>) -> Vec<&'a str> {
    match event {
        Event::Text(text) | Event::Code(text) => vec![text],
        Event::Start(Tag::Link { dest_url, title, .. } | Tag::Image { dest_url, title, .. }) => {
            vec![dest_url, title]
        }
        _ => Vec::new(),
    }
}

/// Reports mistakes in the words of a claim or statement.
pub(crate) fn check_bound(bound: &Bound, markdown: &Markdown, diagnostics: &mut Report) {
    let file = bound.passage.policy.clone();
    let place = Place::new(file.clone(), bound.link_span.clone());
    if bound.passage.words.is_empty() {
        let error = Diagnostic::new(Code::EmptyClaim, place.clone(), "this covers no words");
        diagnostics.push(error.help(HOW));
    }
    if let Of::Statement(reason) = &bound.of
        && reason.is_empty()
    {
        let message = "this statement gives no reason why it is not tested";
        let error = Diagnostic::new(Code::StatementWithoutReason, place, message);
        diagnostics.push(error.help("write it like `[](stated: \"nobody can test the future\")`"));
    }
    let is_struck = |index: &Index| markdown.tag(*index) == Some(&Tag::Strikethrough);
    let around = markdown.ancestors(bound.events.start).find(is_struck);
    let around = around.filter(|_| bound.extent == Extent::Words);
    if let Some(struck) = around.or_else(|| bound.events.clone().find(is_struck)) {
        let place = Place::new(file, markdown.span(struck));
        let message = "words of a claim are struck through";
        let help = "remove them: what is struck through is still read as part of the claim";
        diagnostics.push(Diagnostic::new(Code::StrikeThrough, place, message).help(help));
    }
}

struct Prose<'a> {
    file: &'a str,
    text: &'a str,
}

impl Prose<'_> {
    fn error(&self, code: Code, span: Range<usize>, message: &str) -> Diagnostic {
        Diagnostic::new(code, self.place(span), message)
    }

    /// The bytes `span` without the white space at their end.
    fn place(&self, span: Range<usize>) -> Place {
        let written = self.text.get(span.clone()).unwrap_or_default().trim_end();
        Place::new(self.file, span.start..span.start + written.len())
    }

    /// Links and footnotes that the parser read as text or, within HTML, does not read at all.
    fn broken_links(&self, markdown: &Markdown, index: Index) -> Vec<Diagnostic> {
        let in_code = |at: Index| matches!(markdown.tag(at), Some(Tag::CodeBlock(_)));
        let span = markdown.span(index);
        match markdown.event(index) {
            Event::Text(words) if !markdown.ancestors(index).any(in_code) => {
                let footnotes = self.missing_footnotes(span.clone());
                let stars = self.stray_stars(span.clone());
                let links = self.broken_links_of(words, span);
                footnotes.into_iter().chain(stars).chain(links).collect()
            }
            Event::Start(Tag::FootnoteDefinition(label)) => {
                let is_second = markdown.footnote(label) != Some(index);
                is_second.then(|| self.second_footnote(label, span)).into_iter().collect()
            }
            Event::Start(Tag::HtmlBlock) => {
                let html = self.text.get(span.clone()).unwrap_or_default();
                let lines = shown_lines(html).into_iter();
                let whole = |at: Range<usize>| span.start + at.start..span.start + at.end;
                lines.flat_map(|at| self.broken_links_of(&html[at.clone()], whole(at))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// `[^1]` in plain text: there is no footnote of that name.
    fn missing_footnotes(&self, span: Range<usize>) -> Vec<Diagnostic> {
        let written = self.text.get(span.clone()).unwrap_or_default();
        let marks = written.match_indices("[^").filter_map(|(at, _)| {
            let label = written[at + 2..].split(']').next()?;
            let is_label = !label.is_empty()
                && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
            let end = at + 2 + label.len() + 1;
            (is_label && end <= written.len() && !written[..at].ends_with('\\'))
                .then_some((at..end, label))
        });
        let report = |(at, label): (Range<usize>, &str)| {
            let place = Place::new(self.file, span.start + at.start..span.start + at.end);
            let message = format!("there is no footnote `{label}`");
            let help = format!("write it in a paragraph of its own, as `[^{label}]: its words`");
            Diagnostic::new(Code::MissingFootnote, place, message)
                .with(Argument::Footnote, label)
                .help(help)
        };
        marks.map(report).collect()
    }

    /// `**` in plain text next to a word, where something should have been bold.
    fn stray_stars(&self, span: Range<usize>) -> Option<Diagnostic> {
        let written = self.text.get(span.clone()).unwrap_or_default();
        let is_stray = |at: &usize| {
            let before = written[..*at].chars().next_back();
            let behind = written[*at + 2..].chars().next();
            let is_apart =
                |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "[]()".contains(c));
            before != Some('\\') && !(is_apart(before) && is_apart(behind))
        };
        let at = written.match_indices("**").map(|(at, _)| at).find(is_stray)?;
        let place = Place::new(self.file, span.start + at..span.start + at + 2);
        let message = "readers see these stars: nothing is bold here";
        let help = "write `**word**` without a space within the stars, put a space after them where \
                    the bold words end with a punctuation mark, or write literal stars as `\\*`";
        Some(Diagnostic::new(Code::LooksLikeBold, place, message).help(help))
    }

    fn second_footnote(&self, label: &str, span: Range<usize>) -> Diagnostic {
        let message = format!("another footnote has the name `{label}`");
        let help = "give one of them another name: every reference to it leads to the first";
        self.error(Code::DuplicateFootnote, span, &message)
            .with(Argument::Footnote, label)
            .help(help)
    }

    fn broken_links_of(&self, words: &str, span: Range<usize>) -> Vec<Diagnostic> {
        let written = self.text.get(span.clone()).unwrap_or_default();
        let Some(broken) = broken_link_in(words) else {
            let place = |at: Range<usize>| span.start + at.start..span.start + at.end;
            return like_links(written).map(|at| self.like_a_link(place(at))).collect();
        };
        let found = written.find(broken).map(|at| span.start + at);
        let span = found.map_or(span, |start| start..start + broken.len());
        let message = "this looks like a link to a check, but is plain text";
        vec![self.error(Code::LooksLikeAClaim, span, message).help(HOW)]
    }

    fn like_a_link(&self, span: Range<usize>) -> Diagnostic {
        let message = "this looks like a link, but is plain text";
        let help = "an address has no spaces, `[words][name]` needs a line `[name]: address`, and \
                    literal brackets are written `\\[`";
        Diagnostic::new(Code::LooksLikeALink, Place::new(self.file, span), message).help(help)
    }

    fn link(&self, link: &Link) -> Option<Diagnostic> {
        let error = |code, message: String| self.error(code, link.span.clone(), &message);
        if let LinkTarget::Scheme(scheme) = &link.target {
            return Some(Diagnostic::unsafe_link(self.place(link.span.clone()), scheme));
        }
        if let LinkTarget::Misplaced(path) = &link.target {
            let message = format!("this leads to `{path}`, where no check file can be");
            let help = "check files belong in `checks/` at the project's root";
            return Some(error(Code::ClaimWithoutFile, message).help(help));
        }
        let binds = matches!(link.target, LinkTarget::Check(_) | LinkTarget::Statement(_));
        let message = || "this link has no words, and does not lead to a check".to_owned();
        let help = "put words between the brackets, or link a check or `stated:`";
        (link.is_empty && !binds).then(|| error(Code::EmptyLink, message()).help(help))
    }
}

/// The bytes of each line of some HTML, without comments.
fn shown_lines(html: &str) -> Vec<Range<usize>> {
    let mut shown = Vec::new();
    let mut at = 0;
    while at < html.len() {
        let rest = &html[at..];
        let begin = rest.find("<!--").unwrap_or(rest.len());
        for line in rest[..begin].split_inclusive('\n') {
            shown.push(at..at + line.len());
            at += line.len();
        }
        let comment = &html[at..];
        at += comment.find("-->").map_or(comment.len(), |end| end + "-->".len());
    }
    shown
}

/// The parts of a text, as it is written, that were probably meant to be links: `[words](address)` or
/// `[words][name]`, including their mistakes.
fn like_links(written: &str) -> impl Iterator<Item = Range<usize>> {
    written.match_indices(']').filter_map(|(joint, _)| {
        let closing = match written[joint + 1..].chars().next()? {
            '(' => ')',
            '[' => ']',
            _ => return None,
        };
        let is_bare = |at: &usize| !written[..*at].ends_with('\\');
        let start = written[..joint].rfind('[').filter(is_bare)?;
        let end = written[joint + 1..].find(closing).filter(|_| is_bare(&joint))?;
        Some(start..joint + 1 + end + 1)
    })
}

/// The part of a text that was probably meant to be a link to a check.
fn broken_link_in(words: &str) -> Option<&str> {
    let mut before = 0..0;
    for run in runs(words) {
        let word = &words[run.clone()];
        // `[words] (address)`: a space too many.
        let is_apart = word.starts_with('(') && words[before.clone()].ends_with(']');
        let names_file = word.contains(".yaml") || word.contains(".yml");
        let is_broken = word.contains("](")
            || is_apart
            || names_file && (word.contains("][") || word.starts_with(['(', '<', '[']));
        if is_broken && ["checks/", "stated:"].iter().any(|needle| word.contains(needle)) {
            let start = if is_apart { before.end - 1 } else { run.start };
            return Some(&words[start..run.end]);
        }
        before = run;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_to_be_a_link_to_a_check_is_noticed() {
        for (text, found) in [
            (" more](../checks/a.yaml).", "more](../checks/a.yaml)."),
            ("[words] (../checks/a.yaml)", "] (../checks/a.yaml)"),
            ("[words](../checks/a b.yaml)", "[words](../checks/a"),
            ("[words][../checks/a.yaml] x", "[words][../checks/a.yaml]"),
            ("see <../checks/a.yml>", "<../checks/a.yml>"),
            ("(../checks/a.yaml)", "(../checks/a.yaml)"),
            ("é[](stated: reason)", "é[](stated:"),
        ] {
            assert_eq!(broken_link_in(text), Some(found));
        }
        for text in
            ["our checks/balances", "in checks/a.yaml it says", "as stated: yes", "(stated: x)", ""]
        {
            assert_eq!(broken_link_in(text), None);
        }
    }
}
