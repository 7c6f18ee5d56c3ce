//! What is around a claim: the rest of its sentence, the sentences next to it, and a quotation or footnote that it is
//! in. No check tests any of that.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use crate::language::outside::{Effect, denial, effect};
use crate::language::sentence::sentences;
use crate::load::policy::bound::{Bound, Of};
use crate::load::policy::markdown::{Index, Markdown};
use crate::load::policy::sentence::{ENDS, ends};
use crate::model::project::policy::Extent;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;

/// How to resolve it.
const HELP: &str =
    "link the whole sentence: words around the claim can change its meaning, and are not compared";

/// Reports a claim that is in a quotation or footnote, that words around it deny or limit, or that is only a part
/// of its sentence. `bounds` are all claims and statements of the policy.
pub(crate) fn check(bound: &Bound, bounds: &[Bound], markdown: &Markdown) -> Vec<Diagnostic> {
    let Of::Claim(id) = &bound.of else { return Vec::new() };
    let claim = Around { id, bound, bounds, markdown };
    let changed = claim.words_around();
    let changed = if changed.is_none() { claim.part_of_a_sentence() } else { changed };
    // The marks of a quotation are not a part of its sentence.
    match claim.quoted() {
        Some(quoted) => vec![quoted],
        None => changed.into_iter().collect(),
    }
}

/// Quotation marks before the words of somebody else, and after them.
const OPENING_QUOTES: [char; 7] = ['"', '“', '„', '‘', '‚', '«', '»'];
const CLOSING_QUOTES: [char; 6] = ['"', '”', '“', '’', '»', '«'];

struct Around<'a> {
    id: &'a ClaimId,
    bound: &'a Bound,
    bounds: &'a [Bound],
    markdown: &'a Markdown,
}

impl Around<'_> {
    fn diagnostic(&self, code: Code, message: String) -> Diagnostic {
        Diagnostic::new(code, self.bound.passage.place.clone(), message)
            .with(Argument::Claim, self.id)
            .help(HELP)
    }

    /// A claim in a quotation, where somebody else speaks, or in a footnote, which few people read.
    fn quoted(&self) -> Option<Diagnostic> {
        let place = |at: Index| match self.markdown.tag(at) {
            Some(Tag::BlockQuote(_)) => Some("a quotation"),
            Some(Tag::FootnoteDefinition(_)) => Some("a footnote"),
            _ => None,
        };
        let place = self.markdown.ancestors(self.bound.link.start).find_map(place);
        let place = place.or_else(|| self.is_in_marks().then_some("quotation marks"))?;
        let error =
            self.diagnostic(Code::QuotedClaim, format!("the claim `{}` is in {place}", self.id));
        Some(error.help("move it into the text, in a sentence of its own"))
    }

    /// Whether quotation marks are directly around the claim.
    fn is_in_marks(&self) -> bool {
        let (before, after) = self.text_beside(&|_| true);
        self.bound.extent == Extent::Words
            && before.ends_with(OPENING_QUOTES)
            && after.starts_with(CLOSING_QUOTES)
    }

    /// Words that deny or limit the claim: in its sentence, in a sentence next to it, or above its list.
    fn words_around(&self) -> Option<Diagnostic> {
        let (before, after) = self.beside();
        let (before, previous) = last_sentence(&before);
        let (after, next) = first_sentence(&after, ends(&self.bound.passage.words));
        let of_sentence = || effect(&before).or_else(|| effect(&after));
        let above = self.bound.passage.under.split(" / ");
        let is_apart = || [&*previous, &*next].into_iter().chain(above).find_map(denial);
        let is_part = self.bound.extent == Extent::Words;
        let (verb, words) = match is_part.then(of_sentence).flatten() {
            Some(Effect::Limits(words)) => ("limits", words),
            Some(Effect::Denies(words)) => ("denies", words),
            None => ("denies", is_apart()?),
        };
        let message = format!("outside the claim `{}`, `{words}` {verb} it", self.id);
        Some(self.diagnostic(Code::WordsAround, message).with(Argument::Words, words))
    }

    /// A claim that is a part of a sentence: changes of the rest would not be noticed.
    fn part_of_a_sentence(&self) -> Option<Diagnostic> {
        if self.bound.extent != Extent::Words || self.is_whole() {
            return None;
        }
        let message = format!("the claim `{}` is only a part of its sentence", self.id);
        Some(self.diagnostic(Code::PartOfASentence, message))
    }

    fn is_whole(&self) -> bool {
        let (before, after) = self.text_beside(&|_| true);
        let before_ends = before.trim().is_empty() || ends(&before);
        let after = after.trim_start();
        let only_marks = !after.contains(char::is_alphanumeric);
        before_ends && (ends(&self.bound.passage.words) || only_marks || after.starts_with(ENDS))
    }

    /// The text before and after a claim, without other claims and statements, which have words of their own: in its
    /// block, or before it in a paragraph that leads into it. Another paragraph has a subject of its own.
    fn beside(&self) -> (String, String) {
        let others = || self.bounds.iter().filter(|one| one.link != self.bound.link);
        let is_free = |index: Index| !others().any(|one| one.events.contains(&index));
        let (before, after) = self.text_beside(&is_free);
        let block = self.block();
        let paragraph = |at: Option<Index>| {
            let at = at.filter(|at| self.markdown.tag(*at) == Some(&Tag::Paragraph))?;
            let within = at + 1..self.markdown.end(at);
            Some(self.text(within.filter(|index| is_free(*index))))
        };
        let earlier = || {
            let end = block.start.checked_sub(1)?;
            paragraph(self.markdown.start(end.checked_sub(1)?))
        };
        let before = match before.trim().is_empty() {
            true => earlier().filter(|one| leads_in(one)).unwrap_or_default(),
            false => before,
        };
        (before, after)
    }

    /// The events within the block around the claim.
    fn block(&self) -> Range<Index> {
        let is_block = |index: &Index| is_block(self.markdown, *index);
        let around = self.markdown.ancestors(self.bound.link.start).find(is_block);
        around.map_or(self.bound.link.clone(), |block| block + 1..self.markdown.end(block))
    }

    fn text_beside(&self, counts: &dyn Fn(Index) -> bool) -> (String, String) {
        let whole = self.block();
        let (before, after) = match self.bound.extent {
            Extent::Words => (whole.start..self.bound.link.start, self.bound.link.end..whole.end),
            // An empty link takes in its whole block.
            _ => (whole.start..whole.start, whole.end..whole.end),
        };
        let after = after.take_while(|index| !is_block(self.markdown, *index));
        (
            self.text(before.filter(|index| counts(*index))),
            self.text(after.filter(|index| counts(*index))),
        )
    }

    fn text(&self, events: impl Iterator<Item = Index>) -> String {
        events.fold(String::new(), |mut text, index| {
            match self.markdown.event(index) {
                Event::Text(part) | Event::Code(part) => text.push_str(part),
                Event::SoftBreak | Event::HardBreak => text.push(' '),
                _ => {}
            }
            text
        })
    }
}

fn is_block(markdown: &Markdown, index: Index) -> bool {
    let inline = [Tag::Emphasis, Tag::Strong, Tag::Strikethrough];
    markdown.tag(index).is_some_and(|tag| {
        !inline.contains(tag) && !matches!(tag, Tag::Link { .. } | Tag::Image { .. })
    })
}

/// The part of a text that belongs to the sentence after it, and the whole sentence before that.
fn last_sentence(text: &str) -> (String, String) {
    let all: Vec<&str> = sentences(text).into_iter().map(|span| &text[span]).collect();
    let nth = |back: usize| all.len().checked_sub(back).map_or("", |at| all[at]).to_owned();
    if ends(text) { (String::new(), nth(1)) } else { (nth(1), nth(2)) }
}

/// Whether a paragraph leads into what follows it.
fn leads_in(paragraph: &str) -> bool {
    paragraph.trim_end().ends_with([':', '：'])
}

/// Whether a text goes on with the sentence before it, although that has a full stop: `(planned)`, `– except …`.
fn goes_on(text: &str) -> bool {
    let words = text.trim_start().trim_start_matches(['(', '[', '–', '—', '-', ',', ';', ' ']);
    words.starts_with(char::is_lowercase)
}

/// The part of a text that belongs to the sentence before it, and the sentence after that.
fn first_sentence(text: &str, has_ended: bool) -> (String, String) {
    let has_ended = has_ended && !goes_on(text);
    let begins_anew = has_ended || text.trim_start().starts_with(ENDS);
    let text = text.trim_start().trim_start_matches(ENDS);
    let all: Vec<&str> = sentences(text).into_iter().map(|span| &text[span]).collect();
    let nth = |at: usize| all.get(at).copied().unwrap_or_default().to_owned();
    if begins_anew { (String::new(), nth(0)) } else { (nth(0), nth(1)) }
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    fn reported(line: &str) -> Vec<String> {
        let claim = "[Customer data is backed up *every* day.](../checks/backup-daily.yaml)";
        let line = line.replace(
            "CLAIM",
            "[Customer data is backed up *every* day.](../checks/backup-daily.yaml)",
        );
        Fixture::sound().replace("content/security.md", claim, &line).reported()
    }

    #[test]
    fn a_claim_that_is_a_part_of_its_sentence_is_reported() {
        for line in [
            "In addition, CLAIM",
            "We say: *CLAIM*",
            "- Note: CLAIM\n  - x",
            "Without exception, CLAIM",
            "Whether you use the free plan or not, CLAIM",
            "Not only that: CLAIM",
        ] {
            let reported = reported(line);
            assert!(reported[0].contains(" part-of-a-sentence: "), "{line}: {reported:?}");
            assert_eq!(reported.len(), 1, "{reported:?}");
        }
    }

    #[test]
    fn words_around_a_claim_that_deny_or_limit_it_are_an_error() {
        for (line, words) in [
            ("Except on Sundays, CLAIM", "`except` limits"),
            ("We do not say: *CLAIM*", "`not` denies"),
            ("- Never: CLAIM\n  - x", "`never` denies"),
            ("The following is wrong: CLAIM", "`the following is wrong` denies"),
            ("The following is wrong. CLAIM", "`the following is wrong` denies"),
            ("The following is wrong:\n\nCLAIM", "`the following is wrong` denies"),
            ("None of the following:\n\n- CLAIM", "`none of the following` denies"),
            ("CLAIM This is not true.", "`this is not true` denies"),
            ("CLAIM Not.", "`not` denies"),
            ("CLAIM Just kidding.", "`just kidding` denies"),
            ("CLAIM (planned)", "`planned` limits"),
            ("CLAIM with some exceptions.", "`some exceptions` limits"),
            ("CLAIM – with some exceptions.", "`some exceptions` limits"),
            ("CLAIM is what we would like to say.", "`would like` limits"),
            ("We used to say: CLAIM", "`we used to` limits"),
            ("Our competitors claim that CLAIM", "`competitors claim` limits"),
            ("Früher galt: CLAIM", "`früher galt` limits"),
            ("Is it true that CLAIM", "`is it true` limits"),
            ("- Wrong:\n  - CLAIM", "`wrong` denies"),
            ("## Myths\n\nCLAIM", "`myths` denies"),
            ("## What we do not promise\n\nCLAIM", "`what we do not promise` denies"),
            ("It is not true that CLAIM", "`it is not true` denies"),
            ("Hopefully, CLAIM", "`hopefully` limits"),
            ("We aim that CLAIM", "`aim` limits"),
            ("Das ist falsch: CLAIM", "`das ist falsch` denies"),
        ] {
            let reported = reported(line);
            let around: Vec<&String> =
                reported.iter().filter(|one| one.contains(" words-around: ")).collect();
            assert_eq!(around.len(), 1, "{line}: {reported:?}");
            assert!(around[0].contains(words), "{line}: {reported:?}");
        }
        let claim = "[Customer data is backed up *every* day.](../checks/backup-daily.yaml)";
        let within = "[Customer data is backed up *every* day](../checks/backup-daily.yaml) except on Sundays.";
        let fixture = Fixture::sound().replace("content/security.md", claim, within);
        let fixture = fixture.replace("checks/backup-daily.yaml", "every day.", "every day");
        let reported = fixture.reported();
        assert!(reported.iter().any(|one| one.contains("`except` limits")), "{reported:?}");
    }

    #[test]
    fn a_claim_in_a_quotation_or_a_footnote_is_an_error() {
        for (line, place) in [
            ("> CLAIM", "a quotation"),
            ("Yes[^1].\n\n[^1]: CLAIM", "a footnote"),
            ("> - CLAIM", "a quotation"),
            ("“CLAIM”", "quotation marks"),
            ("\"CLAIM\"", "quotation marks"),
            ("„CLAIM“", "quotation marks"),
        ] {
            let reported = reported(line);
            let message = format!("the claim `backup-daily` is in {place}");
            assert!(reported[0].contains(&message), "{line}: {reported:?}");
            assert_eq!(reported.len(), 1, "{reported:?}");
        }
    }

    #[test]
    fn a_whole_sentence_is_not() {
        for line in [
            "CLAIM",
            "So it is. CLAIM Always.",
            "(So \"it is.\") **CLAIM**",
            "Really? CLAIM",
            "No system is impenetrable. CLAIM We never look.",
            "If a page is wrong, tell us.\n\nCLAIM\n\nExcept for that, ask us.",
            "CLAIM\n\nThis is not legal advice.",
            "This is not legal advice.\n\nCLAIM",
            "CLAIM This is not a feature that you need to enable.",
            "CLAIM This does not apply to resellers.",
            "CLAIM You do not have to do anything for it.",
            "The following is wrong in many apps: passwords in plain text.\n\nCLAIM",
            "CLAIM\n\nThe following is wrong in many apps: passwords in plain text.",
            "[We never look, except once.](stated: \"x\") CLAIM",
        ] {
            assert_eq!(reported(line), Vec::<String>::new(), "{line}");
        }
    }
}
