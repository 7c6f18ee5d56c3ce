//! A policy: front matter, then Markdown with claims in it.

pub(crate) mod around;
pub mod blocks;
pub(crate) mod bound;
pub(crate) mod heading;
pub(crate) mod html;
pub(crate) mod link;
pub(crate) mod markdown;
pub(crate) mod passage;
pub(crate) mod pieces;
pub(crate) mod promises;
pub(crate) mod prose;
pub(crate) mod sentence;
pub mod sub_processors;
pub(crate) mod unit;
pub(crate) mod verdict;
pub(crate) mod words;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use crate::load::file::document::Document;
use crate::load::file::reader::SourceFile;
use crate::load::file::{day, document};
use crate::load::policy::bound::{Bound, Of};
use crate::load::policy::link::{Link, LinkTarget};
use crate::load::policy::markdown::Markdown;
use crate::load::policy::passage::Body;
use crate::load::policy::verdict::Rule;
use crate::load::policy::words::Words;
use crate::model::project::RawHtml;
use crate::model::project::policy::{FrontMatter, Policy, Statement};
use crate::model::project::promises::PromiseSeverity;
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The folder of policies.
pub(crate) const FOLDER: &str = "content";

/// Maximum number of claims and statements in one policy.
const BOUNDS_MAX: usize = 2000;

/// Maximum number of events that they cover together, each counted for every claim that covers it.
const EVENTS_MAX: usize = 1_000_000;

/// A policy, with the parts that must be compared with other files.
pub(crate) struct PolicyFile {
    pub(crate) policy: Policy,
    /// Claims and statements, in order.
    pub(crate) bounds: Vec<Bound>,
    /// The targets of its links, with their bytes.
    pub(crate) targets: Vec<(LinkTarget, Range<usize>)>,
    /// The anchors of its headings.
    pub(crate) anchors: BTreeSet<String>,
    /// Whether its front matter could be read.
    pub(crate) is_read: bool,
}

/// What the project says about the reading of its policies.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    /// The tag of the policy's language.
    pub(crate) language: &'a str,
    /// How HTML is treated.
    pub(crate) html: RawHtml,
    /// How promises without a claim are treated.
    pub(crate) promises: PromiseSeverity,
    /// How imitations of verdicts are treated.
    pub(crate) rule: Rule<'a>,
}

/// Reads one policy.
pub(crate) fn read(source: &SourceFile, rules: Rules<'_>, diagnostics: &mut Report) -> PolicyFile {
    let mark = diagnostics.mark();
    let (front, start) = front_matter(source, diagnostics);
    let is_read = !diagnostics.has_errors_since(mark);
    let file = &source.file;
    let markdown = Markdown::parse(&source.text, start);
    if markdown.is_too_long {
        let message = "this has more paragraphs, cells and marks than can be read";
        let error = Diagnostic::new(Code::TooLong, Place::file(file.clone()), message);
        diagnostics.push(error.help("split it"));
    }
    let headings = heading::all(&markdown, file, diagnostics);
    let links = link::all(&markdown, file);
    prose::check(source, &markdown, &links, diagnostics);
    let bounds = bounds(source, &markdown, &links, &headings, diagnostics);
    diagnostics.extend(promises::check(source, &front, &markdown, &bounds, rules));
    diagnostics.extend(verdict::check(source, &front, &markdown, &bounds, rules.rule));
    let html = match rules.html {
        RawHtml::Refused => html::refused(source, &markdown, diagnostics),
        RawHtml::Sanitised => html::kept(source, &markdown, &bounds, diagnostics),
    };
    let statements = bounds.iter().filter_map(|bound| match &bound.of {
        Of::Claim(_) => None,
        Of::Statement(reason) => {
            Some(Statement { reason: reason.clone(), passage: bound.passage.clone() })
        }
    });
    let policy = Policy {
        file: file.clone(),
        slug: slug(file).to_owned(),
        language: rules.language.to_owned(),
        front,
        markdown: html.within(&source.text, start),
        pieces: pieces::of(&markdown, &bounds, &html),
        statements: statements.collect(),
        headings: headings.into_iter().map(|(_, heading)| heading).collect(),
    };
    PolicyFile {
        anchors: policy.headings.iter().map(|one| one.anchor.clone()).collect(),
        policy,
        bounds,
        targets: links.into_iter().map(|link| (link.target, link.span)).collect(),
        is_read,
    }
}

fn bounds(
    source: &SourceFile,
    markdown: &Markdown,
    links: &[Link],
    headings: &[(usize, crate::model::project::policy::Heading)],
    diagnostics: &mut Report,
) -> Vec<Bound> {
    let binds =
        |link: &&Link| matches!(link.target, LinkTarget::Check(_) | LinkTarget::Statement(_));
    let binding = links.iter().filter(binds);
    let words = Words::new(markdown, binding.clone().map(|link| link.start).collect());
    let body = Body { file: &source.file, markdown, headings, words: &words };
    let mut bounds: Vec<Bound> = Vec::new();
    let mut events = 0;
    for link in binding.clone().take(BOUNDS_MAX) {
        bounds.extend(body.bound(link));
        events += bounds.last().map_or(0, |bound| bound.events.len());
        if events > EVENTS_MAX {
            break;
        }
    }
    for bound in &mut bounds {
        trim(&mut bound.passage.place, &source.text);
        prose::check_bound(bound, markdown, diagnostics);
    }
    for bound in &bounds {
        diagnostics.extend(around::check(bound, &bounds, markdown));
    }
    if words.are_too_many() || binding.count() > bounds.len() {
        let place = Place::file(source.file.clone());
        let message = "there are more claims and words in this policy than can be read";
        diagnostics.push(Diagnostic::new(Code::TooLong, place, message).help("split it"));
    }
    bounds
}

/// Removes white space from the end of a place.
fn trim(place: &mut Place, text: &str) {
    let written = text.get(place.span()).unwrap_or_default();
    place.end = place.start + written.trim_end().len();
}

/// The address of a policy below the site's root.
fn slug(file: &str) -> &str {
    let below = file.strip_prefix(FOLDER).unwrap_or(file).trim_start_matches('/');
    below.rsplit_once('.').map_or(below, |(stem, _)| stem)
}

/// Reads the front matter and reports its mistakes. Returns the byte at which the body begins, too.
fn front_matter(source: &SourceFile, diagnostics: &mut Report) -> (FrontMatter, usize) {
    let file = &source.file;
    let (front, body) = match split(&source.text) {
        Ok(split) => split,
        Err((span, message)) => {
            let error =
                Diagnostic::new(Code::NoFrontMatter, Place::new(file.clone(), span), message);
            let help = "begin with a line `---`, then `title:`, `summary:`, `effective:` and `owner:`, \
                        then a line `---`";
            diagnostics.push(error.help(help));
            return (no_front_matter(), 0);
        }
    };
    let mark = diagnostics.mark();
    let document: Option<Document<FrontMatter>> =
        document::read(&source.text, front, file, diagnostics);
    let value = document.and_then(|document| {
        day::check(document.node.get("effective"), file, diagnostics, mark);
        let stated = document.node.get("stated").filter(|one| one.as_str().is_some_and(is_blank));
        diagnostics.extend(stated.map(|stated| no_reason(file, stated.span.clone())));
        document.value
    });
    (value.unwrap_or_else(no_front_matter), body)
}

/// The byte at which the body of a policy with this text begins.
pub(crate) fn body_start(text: &str) -> usize {
    split(text).map_or(0, |(_, body)| body)
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn no_reason(file: &Arc<str>, span: Range<usize>) -> Diagnostic {
    let message = "this gives no reason why the policy is not tested";
    let error =
        Diagnostic::new(Code::StatementWithoutReason, Place::new(file.clone(), span), message);
    error.help("write it like `stated: this only describes how the law is read`")
}

/// Why there is no front matter, and where.
type Unsplit = (Range<usize>, &'static str);

/// The bytes of the front matter between its two lines, and the byte at which the body begins.
fn split(text: &str) -> Result<(Range<usize>, usize), Unsplit> {
    let whole = document::whole(text);
    let mut lines = Lines { text, at: whole.start };
    match lines.next() {
        Some((line, _)) if text[line.clone()].trim_end() == "---" => {}
        first => {
            let span = first.map_or(0..0, |(line, _)| line.start..line.start);
            return Err((span, "this policy has no front matter"));
        }
    }
    let start = lines.at;
    let opening = whole.start..whole.start + "---".len();
    let closing = lines.find(|(line, _)| text[line.clone()].trim_end() == "---");
    match closing {
        Some((line, next)) => Ok((start..line.start, next)),
        None => Err((opening, "the front matter has no closing line `---`")),
    }
}

/// Lines as ranges, each with the byte at which the next begins.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = (Range<usize>, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let line = self.at..self.at + length;
        let end = if rest[length..].starts_with("\r\n") { 2 } else { 1 };
        self.at = (line.end + end).min(self.text.len());
        Some((line, self.at))
    }
}

/// A stand-in for front matter that could not be read, so that the body can be.
fn no_front_matter() -> FrontMatter {
    fn nothing<T>(value: T) -> Spanned<T> {
        Spanned { value, span: 0..0 }
    }
    FrontMatter {
        title: nothing(String::new()),
        summary: nothing(String::new()),
        effective: nothing(Date::ZERO),
        owner: nothing(String::new()),
        products: Vec::new(),
        stated: None,
        order: 0,
    }
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    const FRONT: &str = "---\ntitle: A\nsummary: B\neffective: 2026-01-01\nowner: c\n---\n";

    /// The diagnostics for a third policy with this body; lines are counted from the body's first.
    fn reported(body: &str) -> Vec<String> {
        let reported =
            Fixture::sound().with("content/third.md", format!("{FRONT}{body}")).reported();
        let relative = |line: String| {
            let rest = line.strip_prefix("content/third.md:").unwrap().to_owned();
            let (number, rest) = rest.split_once(':').unwrap();
            format!("{}:{rest}", number.parse::<usize>().unwrap() - 6)
        };
        reported.into_iter().map(relative).collect()
    }

    fn front(text: &str) -> Vec<String> {
        Fixture::sound().with("content/third.md", text).reported()
    }

    #[test]
    fn front_matter_is_read_as_strictly_as_any_yaml() {
        assert_eq!(
            front(
                "---\r\ntitel: A\r\nsummary: 5\r\neffective: 2026-02-30\r\nproducts: [clod]\r\n---\r\nText\r\n"
            ),
            [
                "content/third.md:2:1 unknown-key: unknown key `titel` ? did you mean `title`?",
                "content/third.md:2:1 missing-key: the key `owner` is missing ? add `owner:`",
                "content/third.md:3:10 wrong-type: expected a string, found a number ? put it in quotes",
                "content/third.md:4:12 impossible-date: `2026-02-30` is not a day in the calendar ? write it like `2026-11-22`",
            ]
        );
        assert_eq!(
            front(&FRONT.replace("owner: c", "owner: c\nproducts: [clod]")),
            [
                "content/third.md:6:12 unknown-product: there is no product `clod` ? did you mean `cloud`?"
            ]
        );
    }

    #[test]
    fn a_policy_without_front_matter_is_reported() {
        const HELP: &str = "begin with a line `---`, then `title:`, `summary:`, `effective:` and `owner:`, then a line `---`";
        assert_eq!(
            front("Text\n"),
            [format!(
                "content/third.md:1:1 no-front-matter: this policy has no front matter ? {HELP}"
            )]
        );
        assert_eq!(
            front("---\ntitle: A\n"),
            [format!(
                "content/third.md:1:1 no-front-matter: the front matter has no closing line `---` ? {HELP}"
            )]
        );
        assert_eq!(
            front("---\ntitle: [\n---\n"),
            [
                "content/third.md:3:1 not-yaml: this is not valid YAML: while parsing a node, did not find expected node content ? correct the YAML here or just before; the rest was not read"
            ]
        );
    }

    #[test]
    fn two_pages_never_have_one_address() {
        let reported = Fixture::sound()
            .with("content/Security.MD", FRONT)
            .with("content/index.md", FRONT)
            .with("content/sub/security.md", FRONT)
            .with("content/a b.md", FRONT)
            .reported();
        assert_eq!(
            reported,
            [
                "content/a b.md:1:1 bad-file-name: `a b` cannot be the address of a page ? name the file with letters, digits, `-`, `_` and `.`",
                "content/index.md:1:1 same-address: this page would have the address of the site's own index ? give the file another name",
                "content/security.md:1:1 same-address: this page would have the same address as `content/Security.MD` ? give one of the two files another name",
            ]
        );
    }

    #[test]
    fn html_is_refused_anywhere() {
        const REST: &str = "raw-html: this policy contains HTML ? write it in Markdown, or put it in back-ticks if readers should see it";
        assert_eq!(
            reported("Some <b>bold</b> text, `<i>` aside.\n\n<div>\nx\n</div>\n\n<!-- note -->\n"),
            [format!("1:6 {REST}"), format!("3:1 {REST}"), format!("7:1 {REST}")]
        );
    }

    #[test]
    fn text_that_looks_like_a_link_to_a_check_is_reported() {
        let reported = reported(
            "[We use [our host](https://a.test) well](../checks/backup-daily.yaml).\n\n`](../checks/x.yaml)`\n\n    [](../checks/x.yaml)\n\nNever. [](stated: no quotes)\n",
        );
        let short: Vec<&str> =
            reported.iter().map(|one| one.split(" ? ").next().unwrap()).collect();
        assert_eq!(
            short,
            [
                "1:36 looks-like-a-claim: this looks like a link to a check, but is plain text",
                "7:8 looks-like-a-claim: this looks like a link to a check, but is plain text",
            ]
        );
    }

    #[test]
    fn text_that_looks_like_a_link_is_reported() {
        let reported = reported(
            "Read [our paper](Our paper.pdf) or [our key][../key.pub] (yes).\n\n\\[sic](see *there*), [1], [x] (y), `[a][b]`, \\[a\\]\\[b\\].\n",
        );
        let short: Vec<&str> =
            reported.iter().map(|one| one.split(" ? ").next().unwrap()).collect();
        assert_eq!(
            short,
            ["1:6", "1:36"].map(|place| format!(
                "{place} looks-like-a-link: this looks like a link, but is plain text"
            ))
        );
    }

    #[test]
    fn a_missing_footnote_is_reported_and_a_comment_is_not_read() {
        let reported = reported(
            "One[^1], two[^two], `[^3]` and \\[^4], [^not one].\n\n[^1]: Yes.\n\n```\n[^5]\n```\n",
        );
        assert_eq!(
            reported,
            [
                "1:13 missing-footnote: there is no footnote `two` ? write it in a paragraph of its own, as `[^two]: its words`",
            ]
        );
        let reported = super::tests::reported("<!-- was [it](../checks/backup-daily.yaml) -->\n");
        assert!(reported.iter().all(|one| one.contains(" raw-html: ")), "{reported:?}");
    }

    #[test]
    fn asterisks_that_make_nothing_bold_are_reported() {
        let reported = reported(
            "**\u{201c}Customer\u{201d}**means you. **So ** it is.\n\n**Well** `**` \\*\\* 2 ** 3, [**].\n",
        );
        let short: Vec<&str> =
            reported.iter().map(|one| one.split(" ? ").next().unwrap()).collect();
        assert_eq!(short, ["1:1 looks-like-bold: readers see these stars: nothing is bold here"]);
    }

    #[test]
    fn a_second_footnote_with_the_same_name_is_reported() {
        assert_eq!(
            reported("One[^a] and two[^A].\n\n[^a]: Yes.\n\n[^A]: No.\n"),
            [
                "5:1 duplicate-footnote: another footnote has the name `A` ? give one of them another name: every reference to it leads to the first",
            ]
        );
    }

    #[test]
    fn links_that_bind_nothing_or_are_broken_are_reported() {
        let reported = reported(
            "[](https://a.test)\n[ ](disclosure.md)\n[x](javascript:alert(1)) ![y](data:image/png,z)\n[](stated:)\n[z](checks/a.yaml)\n",
        );
        assert_eq!(
            reported,
            [
                "1:1 empty-link: this link has no words, and does not lead to a check ? put words between the brackets, or link a check or `stated:`",
                "2:1 empty-link: this link has no words, and does not lead to a check ? put words between the brackets, or link a check or `stated:`",
                "3:1 unsafe-link: this leads to a `javascript:` address ? use `https:`, `mailto:` or `tel:`",
                "3:26 unsafe-link: this leads to a `data:` address ? use `https:`, `mailto:` or `tel:`",
                "4:1 statement-without-reason: this statement gives no reason why it is not tested ? write it like `[](stated: \"nobody can test the future\")`",
                "5:1 claim-without-file: this leads to `content/checks/a.yaml`, where no check file can be ? check files belong in `checks/` at the project's root",
            ]
        );
    }

    #[test]
    fn a_claim_is_neither_empty_nor_struck_through() {
        let reported = reported(
            "[](stated: \"x\")\n\n~~[struck](stated: \"x\")~~ and [a ~~b~~ c](stated: \"x\")\n\n~~Old.~~ New. [](stated: \"x\")\n",
        );
        let short: Vec<&str> =
            reported.iter().map(|one| one.split(" ? ").next().unwrap()).collect();
        assert_eq!(
            short,
            [
                "1:1 empty-claim: this covers no words",
                "3:1 strike-through: words of a claim are struck through",
                "3:34 strike-through: words of a claim are struck through",
                "5:1 strike-through: words of a claim are struck through",
            ]
        );
    }

    #[test]
    fn a_struck_sentence_next_to_a_claim_is_not_reported() {
        assert_eq!(reported("~~Old.~~ [New.](stated: \"x\")\n"), Vec::<String>::new());
    }

    #[test]
    fn a_policy_has_a_bound_on_its_marks() {
        for marks in [">".repeat(400_000), "|a".repeat(200_000), "*a* ".repeat(200_000)] {
            let table = format!("|a{}\n|-{}\n{marks}\n", "|a".repeat(10), "|-".repeat(10));
            let text = if marks.starts_with('|') { table + &"|b\n".repeat(40_000) } else { marks };
            let reported =
                Fixture::sound().with("content/third.md", format!("{FRONT}{text}")).reported();
            assert_eq!(
                reported,
                [
                    "content/third.md:1:1 too-long: this has more paragraphs, cells and marks than can be read ? split it"
                ],
                "{}",
                &text[..4]
            );
        }
    }

    #[test]
    fn a_policy_has_a_bound_on_its_claims() {
        assert_eq!(
            Fixture::sound()
                .with(
                    "content/third.md",
                    format!("{FRONT}{}", "x [](stated: \"x\")\n\n".repeat(2001))
                )
                .reported(),
            [
                "content/third.md:1:1 too-long: there are more claims and words in this policy than can be read ? split it"
            ]
        );
    }
}
