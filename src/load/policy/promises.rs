//! Promises without a claim: sentences of a policy that read like promises, and that neither a claim
//! nor a statement covers.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::language::promise::{Language, Setting, lead_in as leading, sign};
use crate::language::sentence::sentences;
use crate::load::file::reader::SourceFile;
use crate::load::policy::Rules;
use crate::load::policy::bound::Bound;
use crate::load::policy::markdown::{Index, Markdown};
use crate::model::project::policy::FrontMatter;
use crate::model::project::promises::PromiseSeverity;
use crate::model::source::Place;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::{Diagnostic, Severity};

/// Maximum number of promises that are reported of one policy.
const REPORTED_MAX: usize = 100;

/// Reports the promises of a policy that no check supports, with the severity that the project sets.
pub(crate) fn check(
    source: &SourceFile,
    front: &FrontMatter,
    markdown: &Markdown,
    bounds: &[Bound],
    rules: Rules<'_>,
) -> Vec<Diagnostic> {
    let Some(language) = Language::of(rules.language) else {
        return Vec::new();
    };
    let severity = match rules.promises {
        PromiseSeverity::Error => Severity::Error,
        PromiseSeverity::Warning => Severity::Warning,
        PromiseSeverity::Off => return Vec::new(),
    };
    if front.stated.is_some() {
        return Vec::new();
    }
    let report = |place, words: &str, message| Diagnostic {
        severity,
        ..Diagnostic::new(Code::UnboundPromise, place, message).with(Argument::Words, words)
    };
    let place = |span: Range<usize>| Place::new(source.file.clone(), span);
    let in_summary = of_summary(front, language).map(|word| {
        let help = "put it into a sentence that a claim covers; a summary cannot be checked";
        report(place(front.summary.span.clone()), word, reads_like(word)).help(help)
    });
    let mut loose = Loose::new(&source.text, markdown, covered(markdown, bounds), language);
    loose.read();
    let all = loose.found();
    let found = all.len();
    let in_body = all.into_iter().take(REPORTED_MAX).map(|one| {
        let help = "link the words to a check, `[the words](../checks/claim.yaml)`, or mark them as a \
                    plain statement, `[](stated: \"why nobody can test it\")`";
        let message = message(&one);
        report(place(one.span), &one.word, message).help(help)
    });
    let more = (found > REPORTED_MAX).then(|| {
        let message =
            format!("{} more sentences of this policy read like promises", found - REPORTED_MAX);
        report(Place::file(source.file.clone()), "…", message)
            .help("resolve those that are listed, and run this again")
    });
    in_summary.into_iter().chain(in_body).chain(more).collect()
}

fn message(found: &Found) -> String {
    match found.by {
        By::Itself => reads_like(&found.word),
        By::LeadIn => format!(
            "`{}` above this list makes its items read like promises, but no check supports this one",
            found.word
        ),
    }
}

fn reads_like(word: &str) -> String {
    format!("`{word}` makes this read like a promise, but no check supports it")
}

fn of_summary(front: &FrontMatter, language: Language) -> Option<&str> {
    let summary = &front.summary.value;
    let mut signs = sentences(summary).into_iter().filter_map(|span| {
        let sentence = &summary[span];
        sign(sentence, language, Setting::Text, &|_| true).map(|span| &sentence[span])
    });
    signs.next()
}

/// The events that a claim or statement covers: its own, the footnotes that they refer to, and the
/// lead-in of a list or table of which it covers every part.
fn covered(markdown: &Markdown, bounds: &[Bound]) -> Vec<bool> {
    let mut covered = vec![false; markdown.len()];
    let cover = |covered: &mut Vec<bool>, events: Range<Index>| {
        covered.get_mut(events).into_iter().flatten().for_each(|one| *one = true);
    };
    for bound in bounds {
        cover(&mut covered, bound.events.clone());
    }
    for index in 0..markdown.len() {
        if let Event::FootnoteReference(label) = markdown.event(index)
            && covered[index]
        {
            let note = markdown.footnote(label);
            note.into_iter().for_each(|start| cover(&mut covered, start..markdown.end(start)));
        }
    }
    let counts = counts(&covered);
    let is_list =
        |index: &Index| matches!(markdown.tag(*index), Some(Tag::List(_) | Tag::Table(_)));
    for list in (0..markdown.len()).filter(is_list) {
        let lead_in = lead_in(markdown, list).filter(|_| is_covered(markdown, list, &counts));
        lead_in.into_iter().for_each(|events| cover(&mut covered, events));
    }
    covered
}

/// How many of the events before each are covered.
fn counts(covered: &[bool]) -> Vec<usize> {
    let mut count = 0;
    let mut counts = vec![0];
    counts.extend(covered.iter().map(|one| {
        count += usize::from(*one);
        count
    }));
    counts
}

/// The events that lead into a list or table: the words of the item around it, or the paragraph above.
fn lead_in(markdown: &Markdown, list: Index) -> Option<Range<Index>> {
    let parent = markdown.ancestors(list).next();
    if let Some(item) = parent.filter(|parent| markdown.tag(*parent) == Some(&Tag::Item)) {
        return Some(item + 1..list);
    }
    let above = markdown.start(list.checked_sub(1)?)?;
    (markdown.tag(above) == Some(&Tag::Paragraph)).then_some(above..list)
}

/// Whether each item of a list, or row of a table below its head, is covered.
fn is_covered(markdown: &Markdown, list: Index, counts: &[usize]) -> bool {
    let is_head = |part: &Index| markdown.tag(*part) == Some(&Tag::TableHead);
    let mut parts = markdown.children(list).filter(|part| !is_head(part)).peekable();
    parts.peek().is_some() && parts.all(|part| counts[markdown.end(part)] > counts[part])
}

/// A sentence that reads like a promise.
struct Found {
    /// Its bytes in the file, without those that are covered.
    span: Range<usize>,
    /// The words that make it read like a promise.
    word: String,
    by: By,
}

/// Where the words are that make a sentence read like a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// In the sentence.
    Itself,
    /// Above the list that the sentence is in.
    LeadIn,
}

/// Reads the words of a body block by block, and which of them are covered.
struct Loose<'a> {
    text: &'a str,
    markdown: &'a Markdown,
    covered: Vec<bool>,
    /// The words of the block so far.
    words: String,
    /// For each byte of them, its position in the file, and whether it is loose.
    bytes: Vec<(usize, bool)>,
    setting: Setting,
    language: Language,
    /// The lead-ins of the lists around the block, and the one that a list may follow.
    leads: Vec<Option<Lead>>,
    above: Option<Lead>,
    found: Vec<Found>,
    /// The lead-ins in `found` that one of their items takes the place of.
    replaced: BTreeSet<usize>,
}

/// Words that make each item of a list a promise.
#[derive(Clone)]
struct Lead {
    words: String,
    /// Which promise was reported of these words themselves, until one of an item takes its place.
    reported: Option<usize>,
}

impl<'a> Loose<'a> {
    fn new(text: &'a str, markdown: &'a Markdown, covered: Vec<bool>, language: Language) -> Self {
        Self {
            text,
            markdown,
            covered,
            words: String::new(),
            bytes: Vec::new(),
            setting: Setting::Text,
            language,
            leads: Vec::new(),
            above: None,
            found: Vec::new(),
            replaced: BTreeSet::new(),
        }
    }

    fn read(&mut self) {
        let mut index = 0;
        while index < self.markdown.len() {
            index = self.event(index) + 1;
        }
        self.end_block();
    }

    /// Reads an event. Returns the last event that was read with it.
    fn event(&mut self, index: Index) -> Index {
        match self.markdown.event(index) {
            Event::Text(text) => self.push(index, text),
            // Code promises nothing: it is only a name here.
            Event::Code(_) => self.push(index, "x"),
            Event::SoftBreak | Event::HardBreak => self.push(index, " "),
            Event::Html(html) | Event::InlineHtml(html) => self.html(index, html),
            Event::Start(Tag::CodeBlock(_)) => return self.markdown.end(index),
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(*tag),
            _ => {}
        }
        index
    }

    fn start(&mut self, tag: &Tag<'_>) {
        if !is_inline(tag.to_end()) {
            self.end_block();
        }
        match tag {
            Tag::Heading { .. } | Tag::TableHead => self.setting = Setting::Heading,
            Tag::List(_) => {
                let lead = self.above.take();
                self.leads.push(lead);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        if !is_inline(tag) {
            self.end_block();
        }
        match tag {
            TagEnd::Heading(_) | TagEnd::TableHead => self.setting = Setting::Text,
            TagEnd::List(_) => {
                self.leads.pop();
                self.above = None;
            }
            _ => {}
        }
    }

    /// Adds words, each with its place.
    fn push(&mut self, index: Index, words: &str) {
        let is_loose = !self.covered[index];
        let span = self.markdown.span(index);
        let mut at = span.start;
        for c in words.chars() {
            // Escapes and entities are longer in the file than the characters that they mean.
            let written = self.text.get(at..span.end).unwrap_or_default();
            let ahead = written.char_indices().take(ENTITY_MAX).find(|(_, other)| *other == c);
            let place = at + ahead.map_or(0, |(ahead, _)| ahead);
            self.words.push(c);
            self.bytes.resize(self.words.len(), (place, is_loose));
            at = if ahead.is_some() { place + c.len_utf8() } else { at };
        }
    }

    /// Adds the words between tags; each tag ends a block.
    fn html(&mut self, index: Index, html: &str) {
        let start = self.markdown.span(index).start;
        let is_loose = !self.covered[index];
        let mut in_tag = false;
        for (at, c) in html.char_indices() {
            match c {
                '<' => {
                    self.end_block();
                    in_tag = true;
                }
                '>' if in_tag => in_tag = false,
                _ if in_tag => {}
                _ => {
                    self.words.push(c);
                    self.bytes.resize(self.words.len(), (start + at, is_loose));
                }
            }
        }
    }

    /// Looks for promises in the block that ends here.
    fn end_block(&mut self) {
        let words = std::mem::take(&mut self.words);
        let bytes = std::mem::take(&mut self.bytes);
        let before = self.found.len();
        for span in sentences(&words) {
            let loose = &bytes[span.clone()];
            if !loose.iter().any(|(_, is_loose)| *is_loose) {
                continue;
            }
            let is_loose =
                |sign: &Range<usize>| loose[sign.clone()].iter().all(|(_, is_loose)| *is_loose);
            let sentence = &words[span.clone()];
            if let Some(sign) = sign(sentence, self.language, self.setting, &is_loose) {
                let word = sentence[sign.clone()].to_owned();
                let span = self.span_around(&sign, loose);
                self.found.push(Found { span, word, by: By::Itself });
            }
        }
        if !words.trim().is_empty() {
            self.item(&words, &bytes, before);
            self.above = self.lead(&words, &bytes, before);
        }
    }

    /// Looks at a block that is an item of a list with a promise above it. `before` is the number of
    /// promises that were found before the block.
    fn item(&mut self, words: &str, bytes: &[(usize, bool)], before: usize) {
        let Some(Some(lead)) = self.leads.last().cloned() else {
            return;
        };
        let first = words.char_indices().position(|(at, c)| bytes[at].1 && !c.is_whitespace());
        let first = first.and_then(|index| words.char_indices().nth(index));
        let Some((at, c)) = first else {
            return;
        };
        if self.found.len() == before {
            let span = self.span_around(&(at..at + c.len_utf8()), bytes);
            self.found.push(Found { span, word: lead.words, by: By::LeadIn });
        }
        self.replaced.extend(lead.reported);
    }

    /// The words of a block that make a list after it a list of promises.
    fn lead(&self, words: &str, bytes: &[(usize, bool)], before: usize) -> Option<Lead> {
        let last = sentences(words).pop()?;
        let sentence = &words[last.clone()];
        let found = leading(sentence, self.language)?;
        let loose = &bytes[last];
        let is_loose = loose[found.clone()].iter().all(|(_, is_loose)| *is_loose);
        let reported = (self.found.len() > before).then(|| self.found.len() - 1);
        let words = sentence[found].to_owned();
        is_loose.then_some(Lead { words, reported })
    }

    /// The findings, without the lead-ins of items that are among them.
    fn found(self) -> Vec<Found> {
        let all = self.found.into_iter().enumerate();
        all.filter(|(at, _)| !self.replaced.contains(at)).map(|(_, one)| one).collect()
    }

    /// The bytes in the file of the loose part of a sentence around its sign.
    fn span_around(&self, sign: &Range<usize>, loose: &[(usize, bool)]) -> Range<usize> {
        let is_covered = |(_, is_loose): &(usize, bool)| !is_loose;
        let first = loose[..sign.start].iter().rposition(is_covered).map_or(0, |at| at + 1);
        let last = loose[sign.end..].iter().position(is_covered);
        let last = last.map_or(loose.len(), |at| sign.end + at) - 1;
        let (start, end) = (loose[first].0, loose[last].0);
        let length =
            self.text.get(end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let end = (end + length).max(start);
        let written = self.text.get(start..end).unwrap_or_default();
        let start = start + (written.len() - written.trim_start().len());
        start..(start + written.trim().len())
    }
}

/// The longest way of writing one character that is looked past.
const ENTITY_MAX: usize = 32;

fn is_inline(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;
    use crate::model::source::diagnostic::codes::Code;

    const FRONT: &str = "---\ntitle: A\nsummary: B\neffective: 2026-01-01\nowner: c\n---\n";

    /// A project that is reported of promises.
    fn strict() -> Fixture {
        Fixture::sound().replace("avouch.yaml", "promises: off", "promises: warning")
    }

    /// The diagnostics for a third policy with this body: the sign, and the underlined bytes.
    fn reported(body: &str) -> Vec<String> {
        with(strict(), &format!("{FRONT}{body}"))
    }

    fn with(fixture: Fixture, policy: &str) -> Vec<String> {
        let loaded = fixture.with("content/third.md", policy).load();
        let promises = loaded.diagnostics.iter().filter(|one| one.code == Code::UnboundPromise);
        let shown = |one: &crate::model::source::diagnostic::Diagnostic| {
            let sign = one.message.split('`').nth(1).unwrap_or(&one.message);
            format!("{sign}: {}", &policy[one.place.as_ref().unwrap().span()])
        };
        promises.map(shown).collect()
    }

    #[test]
    fn a_promise_outside_a_claim_is_reported_with_its_place_and_its_sign() {
        let fixture = strict().with(
            "content/third.md",
            format!("{FRONT}## Keeping\n\nHello. We keep logs for\n**30** days. Bye.\n"),
        );
        assert_eq!(
            fixture.reported(),
            [
                "content/third.md:9:8 unbound-promise: `30 days` makes this read like a promise, but no check supports it ? link the words to a check, `[the words](../checks/claim.yaml)`, or mark them as a plain statement, `[](stated: \"why nobody can test it\")`"
            ]
        );
        assert!(!fixture.load().diagnostics[0].is_error());
        assert_eq!(
            reported("Hello. We keep logs for\n**30** days. Bye.\n"),
            ["30 days: We keep logs for\n**30** days."]
        );
    }

    #[test]
    fn a_promise_within_a_claim_or_statement_is_not_reported() {
        assert_eq!(reported("We never look. [](stated: \"x\")\n"), Vec::<String>::new());
        assert_eq!(reported("[We never look](stated: \"x\").\n"), Vec::<String>::new());
        assert_eq!(
            reported("[We never look](stated: \"x\"), and keep it for 30 days.\n"),
            ["30 days: , and keep it for 30 days."]
        );
        assert_eq!(
            reported(
                "It is so[^1]. [](stated: \"x\")\n\n[^1]: For 30 days.\n[^2]: For 31 days.\n\nIt[^2].\n"
            ),
            ["31 days: For 31 days."]
        );
    }

    #[test]
    fn lists_and_tables_are_read_part_by_part() {
        assert_eq!(
            reported(
                "- We never look\n- Hello\n  - always\n\n> Daily.\n\n| Logs | 30 days |\n|---|---|\n| Mails | 31 days |\n| Bills | [for 32 days](stated: \"x\") |\n"
            ),
            ["never: We never look", "always: always", "Daily: Daily.", "31 days: 31 days"]
        );
    }

    #[test]
    fn what_leads_into_a_list_of_claims_is_part_of_them() {
        let list = "We never:\n\n- [sell it](stated: \"x\")\n- [show it](stated: \"y\")\n";
        assert_eq!(reported(list), Vec::<String>::new());
        let one_loose = list.replace("[show it](stated: \"y\")", "show it");
        assert_eq!(reported(&one_loose), ["We never: show it"]);
        let nested = "- We never\n  - [sell it](stated: \"x\")\n- We always\n  - do it\n";
        assert_eq!(reported(nested), ["We always: do it"]);
    }

    #[test]
    fn the_items_under_a_promise_are_promises() {
        let list = "You can expect us to:\n\n- answer\n- keep you informed\n\n  - in writing\n\nThanks.\n\n- Hello\n";
        assert_eq!(reported(list), ["expect us to: answer", "expect us to: keep you informed"]);
        assert_eq!(reported("We ask you to:\n\n- wait\n"), Vec::<String>::new());
        assert_eq!(reported("We promise to listen.\n\n- Hello\n").len(), 1);
        let settings = ("avouch.yaml", "language: en", "language: de");
        let german = strict().replace(settings.0, settings.1, settings.2);
        let policy = format!("{FRONT}Wir verpflichten uns:\n\n* Ihre Meldung zu prüfen\n");
        assert_eq!(with(german, &policy), ["Wir verpflichten uns: Ihre Meldung zu prüfen"]);
    }

    #[test]
    fn each_policy_is_read_by_the_rules_of_its_language() {
        let of = |language: &str, body: &str| {
            let settings = format!("language: {language}");
            let fixture = strict().replace("avouch.yaml", "language: en", &settings);
            with(fixture, &format!("{FRONT}{body}\n"))
        };
        assert_eq!(of("es", "Ciframos sus notas."), ["Ciframos: Ciframos sus notas."]);
        assert_eq!(of("fr-CH", "Nous chiffrons."), ["chiffrons: Nous chiffrons."]);
        assert_eq!(of("it", "We never sell it for 30 days."), Vec::<String>::new());
        assert_eq!(of("es", "No acceda a datos de otros."), Vec::<String>::new());
    }

    #[test]
    fn code_headings_and_addresses_promise_nothing() {
        assert_eq!(
            reported(
                "# Daily backups\n\n    never = always\n\n```\nnever\n```\n\nSee `never 30 days` and <https://a.test/never>, [here](https://a.test/30-days).\n"
            ),
            Vec::<String>::new()
        );
        assert_eq!(reported("## We never sell\n"), ["never: We never sell"]);
    }

    #[test]
    fn escapes_and_entities_keep_the_places_right() {
        assert_eq!(
            reported("A &amp; B \\* c&eacute;. W&eacute; never l&ouml;ve &lt;x&gt;. End.\n"),
            ["never: W&eacute; never l&ouml;ve &lt;x&gt;."]
        );
    }

    #[test]
    fn html_that_is_published_is_read_too() {
        let fixture =
            strict().replace("avouch.yaml", "language: en", "language: en, raw_html: sanitised");
        let policy =
            format!("{FRONT}<table><tr><td>Logs</td>\n<td>for 30 days</td></tr></table>\n");
        assert_eq!(with(fixture, &policy), ["30 days: for 30 days"]);
    }

    #[test]
    fn a_summary_is_read_and_the_reason_in_the_front_matter_excuses_all() {
        let loud = FRONT.replace("summary: B", "summary: We never look.");
        assert_eq!(with(strict(), &loud), ["never: We never look."]);
        let stated = loud.replace("owner", "stated: it tells how the law is read\nowner");
        assert_eq!(with(strict(), &format!("{stated}We always do.\n")), Vec::<String>::new());
        let empty = loud.replace("owner", "stated: ' '\nowner");
        let reported = strict().with("content/third.md", empty).reported();
        assert_eq!(
            reported,
            [
                "content/third.md:5:9 statement-without-reason: this gives no reason why the policy is not tested ? write it like `stated: this only describes how the law is read`"
            ]
        );
    }

    #[test]
    fn a_project_decides_how_bad_a_promise_is() {
        let severity = |promises: &str| {
            let promises = format!("promises: {promises}");
            let fixture = Fixture::sound().replace("avouch.yaml", "promises: off", &promises);
            let loaded =
                fixture.with("content/third.md", format!("{FRONT}We never look.\n")).load();
            loaded.diagnostics.first().map(|one| (one.code.name(), one.is_error()))
        };
        assert_eq!(severity("error"), Some(("unbound-promise", true)));
        assert_eq!(severity("warning"), Some(("unbound-promise", false)));
        assert_eq!(severity("off"), None);
        assert_eq!(severity("of"), Some(("unknown-value", true)));
    }

    #[test]
    fn at_most_a_hundred_promises_are_reported_at_a_time() {
        let reported = with(strict(), &format!("{FRONT}{}", "We never look. ".repeat(150)));
        assert_eq!(reported.len(), 101);
        assert!(reported.iter().any(|one| one.starts_with("50 more sentences")), "{reported:?}");
    }
}
