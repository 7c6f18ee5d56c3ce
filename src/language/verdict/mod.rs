//! Words and marks that look like a verdict: the labels of the page in every language, and what readers take
//! for one, such as `✓ Verified`, `verified on 3 May` or `Tested publicly`.

mod token;

use std::collections::BTreeSet;

use crate::language::lexicon::{List, Phrases};
use crate::language::verdict::token::{Token, tokens};

/// The labels of verdicts, as readers see them.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// The labels of every verdict, as the words that matter.
    all: BTreeSet<Vec<String>>,
    /// Those of the good ones, and their imitations.
    good: BTreeSet<Vec<String>>,
    /// Sentences of the page about a verdict.
    sentences: BTreeSet<Vec<String>>,
}

/// What a text is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imitation {
    /// A mark, such as ✓, and nothing else.
    Mark,
    /// A mark at the begin or end of other words.
    Marked,
    /// A label.
    Label,
}

impl Labels {
    /// The labels of good verdicts and of the others. `{placeholders}` in them can be any date or name.
    pub fn new<'a>(
        good: impl IntoIterator<Item = &'a str>,
        bad: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut labels = Self::default();
        for phrase in Phrases::Verdicts.all() {
            labels.good.insert(phrase.iter().map(|word| token::folded(word)).collect());
        }
        labels.good.extend(good.into_iter().map(words_that_matter));
        labels.all.extend(bad.into_iter().map(words_that_matter));
        labels.good.retain(|words| !words.is_empty());
        labels.all.retain(|words| !words.is_empty());
        labels.all.extend(labels.good.iter().cloned());
        labels
    }

    /// The same labels with sentences of the page that say what a verdict means.
    #[must_use]
    pub fn with_sentences<'a>(mut self, sentences: impl IntoIterator<Item = &'a str>) -> Self {
        let words = |sentence: &str| all_words(&tokens(sentence));
        self.sentences.extend(sentences.into_iter().map(words).filter(|words| words.len() > 1));
        self
    }

    /// What readers take a text for, if they take it for a verdict: a link, a cell, a heading, a list item or a
    /// sentence.
    pub fn imitation(&self, text: &str) -> Option<Imitation> {
        let tokens = tokens(text);
        if !tokens.iter().any(|token| matches!(token, Token::Word(_))) {
            let is_mark = tokens.iter().any(|token| matches!(token, Token::Mark { .. }));
            return is_mark.then_some(Imitation::Mark);
        }
        let is_label = is_made_of(&significant(&tokens), &self.all) || self.has_good_end(&tokens);
        if is_label || self.sentences.contains(&all_words(&tokens)) {
            return Some(Imitation::Label);
        }
        is_marked(&tokens).then_some(Imitation::Marked)
    }

    /// Whether readers take a text for a verdict that confirms a claim.
    pub fn is_good(&self, text: &str) -> bool {
        let tokens = tokens(text);
        is_made_of(&significant(&tokens), &self.good) || self.has_good_end(&tokens)
    }

    /// Whether the words before the first break, or after the last one, confirm what is next to them:
    /// `Encrypted at rest (verified)`, `Verified: encrypted at rest`, `Encrypted at rest Verified`.
    fn has_good_end(&self, tokens: &[Token]) -> bool {
        let parts = tokens.split(|token| matches!(token, Token::Break | Token::Mark { .. }));
        let parts: Vec<&[Token]> = parts.filter(|part| !part.is_empty()).collect();
        let is_good = |part: &&[Token]| is_made_of(&significant(part), &self.good);
        let is_apart = match parts.as_slice() {
            [first, second, ..] if is_good(first) && !repeats(first, second) => true,
            [.., before, last] if is_good(last) && !is_passed(before, last) => true,
            _ => false,
        };
        is_apart || self.ends_in_a_label(tokens)
    }

    /// Whether the last word is a label for its capital letter: `Data is encrypted Verified`.
    fn ends_in_a_label(&self, tokens: &[Token]) -> bool {
        let words: Vec<_> = tokens.iter().filter_map(Token::word).collect();
        let Some((last, before)) = words.split_last() else { return false };
        let is_apart = before.last().is_some_and(|word| !word.has_capital);
        // "The status is Verified", which speaks of a word.
        let is_spoken_of = before.last().is_some_and(|word| List::VerdictFillers.has(&word.plain));
        is_apart
            && !is_spoken_of
            && last.has_capital
            && self.good.contains(&vec![last.folded.clone()])
    }
}

/// Whether a text consists of marks such as ✓, or begins or ends with one.
pub fn has_mark(text: &str) -> bool {
    matches!(Labels::default().imitation(text), Some(Imitation::Mark | Imitation::Marked))
}

/// Whether readers take two labels for the same. Dates and `{placeholders}` do not count.
pub fn same_label(a: &str, b: &str) -> bool {
    let (a, b) = (words_that_matter(a), words_that_matter(b));
    !a.is_empty() && a == b
}

/// Whether readers take two sentences for the same, apart from their `{placeholders}`.
pub fn same_sentence(a: &str, b: &str) -> bool {
    let words = |text: &str| all_words(&tokens(&without_placeholders(text)));
    words(a) == words(b)
}

/// Whether a text has neither a letter nor a digit.
pub fn is_blank(text: &str) -> bool {
    all_words(&tokens(&without_placeholders(text))).is_empty()
}

/// The folded words of a label, without those that add nothing.
fn words_that_matter(label: &str) -> Vec<String> {
    significant(&tokens(&without_placeholders(label)))
}

fn without_placeholders(label: &str) -> String {
    let mut text = String::new();
    for (index, part) in label.split('{').enumerate() {
        let behind = part.split_once('}').map_or(part, |(_, behind)| behind);
        text.push_str(if index == 0 { part } else { behind });
        text.push(' ');
    }
    text
}

fn all_words(tokens: &[Token]) -> Vec<String> {
    tokens.iter().filter_map(Token::word).map(|word| word.folded.clone()).collect()
}

/// The words of a text that are neither dates nor fillers.
fn significant(tokens: &[Token]) -> Vec<String> {
    let words = tokens.iter().filter_map(Token::word);
    words.filter(|word| !word.is_filler()).map(|word| word.folded.clone()).collect()
}

/// Whether some words consist of labels alone.
fn is_made_of(words: &[String], labels: &BTreeSet<Vec<String>>) -> bool {
    let mut reached = vec![false; words.len() + 1];
    reached[0] = true;
    for end in 1..=words.len() {
        reached[end] = (end.saturating_sub(LABEL_MAX)..end)
            .any(|start| reached[start] && labels.contains(&words[start..end]));
    }
    !words.is_empty() && reached[words.len()]
}

/// The number of words of the longest label.
const LABEL_MAX: usize = 24;

/// Whether some words explain the label before them: `Tested: we test every release`.
fn repeats(label: &[Token], words: &[Token]) -> bool {
    let stem = |word: &str| word.trim_start_matches("ge").chars().take(4).collect::<String>();
    let labels: Vec<String> =
        label.iter().filter_map(Token::word).map(|word| stem(&word.plain)).collect();
    let mut words = words.iter().filter_map(Token::word);
    let is_ours = words.next().is_some_and(|word| List::Us.has(&word.plain));
    is_ours && words.next().is_some_and(|word| labels.contains(&stem(&word.plain)))
}

/// Whether some words report the end of a test or audit: `Penetration tests: passed in 2025`.
fn is_passed(before: &[Token], words: &[Token]) -> bool {
    let last = before.iter().rev().find_map(Token::word);
    let first = words.iter().find_map(Token::word);
    last.is_some_and(|word| List::Passable.has(&word.plain))
        && first.is_some_and(|word| List::Passing.has(&word.plain))
}

/// Whether a good mark begins or ends a text, as the page puts one next to a claim. `✓ means yes` explains one.
fn is_marked(tokens: &[Token]) -> bool {
    let is_good = |token: Option<&Token>| matches!(token, Some(Token::Mark { is_good: true }));
    let mut rest = tokens.iter().skip_while(|token| matches!(token, Token::Mark { .. }));
    let next = rest.next();
    let explains = match next {
        Some(Token::Break) => !is_good(tokens.last()),
        Some(Token::Word(word)) => List::Explaining.has(&word.plain),
        _ => false,
    };
    is_good(tokens.last()) || is_good(tokens.first()) && !explains
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        let good = [
            "Verified",
            "Confirmed by a named role",
            "Tested publicly: anyone can repeat it",
            "Geprüft",
        ];
        let bad = ["Failed", "Exception until {day}", "Could not verify", "Expired", "Not tested"];
        Labels::new(good, bad).with_sentences(["Tests confirm this claim."])
    }

    #[test]
    fn labels_and_their_imitations_are_noticed() {
        for text in [
            "Verified",
            "verified",
            "VERIFIED!",
            "✓ Verified",
            "✔️ verified",
            "✅",
            "☑",
            "✓",
            "✗",
            "Verified ✓",
            "verified on 3 May",
            "Verified 2026-05-03",
            "Verified since 3 May 2026, 10:00 UTC",
            "Tested publicly",
            "Tested publicly: anyone can repeat it",
            "Confirmed by a named role",
            "This claim is verified.",
            "It has been successfully verified by Avouch.",
            "All claims verified",
            "V\u{435}rified",
            "Ver1fied",
            "VeriFled",
            "Vérified",
            "Veri\u{200b}fied",
            "𝐕𝐞𝐫𝐢𝐟𝐢𝐞𝐝",
            "Ｖｅｒｉｆｉｅｄ",
            "Geprüft",
            "geprueft am 3. Mai",
            "Status: verified",
            "Encrypted at rest (verified)",
            "Encrypted at rest – verified on 3 May",
            "Verified: encrypted at rest",
            "Customer data is encrypted ✓ Verified",
            "Customer data is encrypted Verified",
            "Customer data is encrypted ✓",
            "✅ Customer data is encrypted",
            "Customer data is encrypted. verified",
            "Exception until 3 May",
            "Could not verify",
            "Not tested",
            "failed",
            "Tests confirm this claim.",
            "vérifié le 3 mai",
            "Last verified: 3 May 2026",
            "Tested: customer data is encrypted",
            "Verified: We encrypt customer data",
            "Encryption: passed",
        ] {
            assert!(labels().imitation(text).is_some(), "{text}");
        }
    }

    #[test]
    fn ordinary_words_are_free() {
        for text in [
            "We log failed log-ins.",
            "An expired token is refused.",
            "Verified by Visa is supported.",
            "Verified by Visa",
            "The backup is verified every day.",
            "We have verified that backups can be restored.",
            "Tokens that are old (expired) are refused",
            "A green ✓ means that a claim is verified.",
            "✓ means yes.",
            "✓: included",
            "Testing",
            "Tested regularly",
            "Regelmäßig geprüft",
            "Penetration tests: passed in 2025.",
            "Tested: We test every release.",
            "Geprüft: Wir prüfen jede Version.",
            "Verification of backups",
            "Evidence",
            "Exceptions",
            "3 May 2026",
            "Daily",
            "Yes",
            "Security",
            "Tests",
            "Claims",
            "How we test",
            "Is it safe?",
            "-",
            "",
            "ISO 27001",
            "the status of an account is Verified",
            "Penetration tests are carried out by an independent third party.",
        ] {
            assert_eq!(labels().imitation(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_good_label_is_good() {
        assert!(labels().is_good("{n} verified"));
        assert!(labels().is_good("Verified"));
        assert!(!labels().is_good("Failed"));
        assert!(!labels().is_good("Could not verify"));
    }
}
