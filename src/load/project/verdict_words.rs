//! The interface's texts about verdicts: no verdict has the words of another one, and none is without words.

use crate::language::verdict::{Labels, is_blank, same_label, same_sentence};
use crate::model::project::i18n::Words;
use crate::model::project::verdict_labels::{GOOD, labels, verdict_of};

/// Texts that warn readers, besides those about verdicts.
const WARNINGS: [&str; 5] = ["draft", "draft-means", "demo", "expired", "publisher-table"];

/// The texts of a language, and those that are built in, with which a project's own are compared.
pub(crate) struct VerdictWords<'a> {
    words: &'a Words,
    built_in: &'static [Words],
    labels: Labels,
}

impl<'a> VerdictWords<'a> {
    /// All texts of a language.
    pub(crate) fn new(words: &'a Words) -> Self {
        Self { words, built_in: Words::all_built_in(), labels: labels(&[]) }
    }

    /// What is wrong with a project's own text: a message, and its remedy.
    pub(crate) fn mistake(&self, key: &str, phrase: &str) -> Option<(String, String)> {
        let verdict = verdict_of(key);
        if is_blank(phrase) && (verdict.is_some() || WARNINGS.contains(&key)) {
            return Some(("readers see nothing here".to_owned(), "write a text".to_owned()));
        }
        if let Some(other) = verdict.and_then(|verdict| self.another(verdict, phrase)) {
            let help = format!("use other words: `{other}` means another verdict");
            return Some((format!("this verdict has the words of `{other}`"), help));
        }
        let english = self.built_in.first()?;
        let may = english.get(key).is_some_and(|text| self.labels.is_good(text));
        let message = format!("this reads like `{}`, which it does not mean", english.say(GOOD[0]));
        let help = "use words that do not confirm a claim".to_owned();
        (!may && self.labels.is_good(phrase)).then_some((message, help))
    }

    /// The key of another verdict that has the same words, in this language or in one that is built in.
    fn another(&self, verdict: (&str, &str), phrase: &str) -> Option<String> {
        let is_sentence = is_sentence_key(verdict);
        let is_same = |other: &str| match is_sentence {
            true => same_sentence(phrase, other),
            false => same_label(phrase, other),
        };
        let is_other =
            |one: (&str, &str)| one.1 != verdict.1 && is_sentence == is_sentence_key(one);
        let mut all = self.built_in.iter().chain([self.words]).flat_map(Words::iter);
        let found =
            all.find(|(key, other)| verdict_of(key).is_some_and(is_other) && is_same(other));
        found.map(|(key, _)| key.to_owned())
    }
}

fn is_sentence_key((family, _): (&str, &str)) -> bool {
    matches!(family, "standing" | "means")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(key: &str, phrase: &str) -> Option<String> {
        let own = [(key.to_owned(), phrase.to_owned())].into();
        let words = Words::built_in("en").with(own);
        VerdictWords::new(&words).mistake(key, phrase).map(|(message, _)| message)
    }

    #[test]
    fn no_verdict_has_the_words_of_another() {
        for (key, phrase) in [
            ("word-violated", "Verified"),
            ("word-violated", "✓ verified today"),
            ("word-violated", "Verifiziert"),
            ("word-violated", "Tested"),
            ("word-expired", "V\u{435}rified"),
            ("word-holds", "Failed"),
            ("word-not-tested", "Expired"),
            ("word-violated", "Confirmed by a named role"),
            ("count-violated.other", "{n} verified"),
            ("count-expired.one", "{n} failed"),
            ("standing-violated", "Tests confirm this claim."),
            ("basis-reported", "Tested publicly: anyone can repeat it"),
            ("draft", "Verified"),
            ("expired", "Verified"),
            ("word-violated", " \u{200b}"),
            ("draft", "·"),
            ("own-note", "✓ Verified"),
        ] {
            assert!(wrong(key, phrase).is_some(), "{key}: {phrase}");
        }
    }

    #[test]
    fn other_words_of_the_same_verdict_are_free() {
        for (key, phrase) in [
            ("word-holds", "Checked and true"),
            ("word-holds", "Verified"),
            ("word-violated", "Not true"),
            ("count-holds.other", "{n} checked"),
            ("word-waived-until", "Accepted until {day}"),
            ("when", "Tested on"),
            ("because", "Why we say so"),
            ("checked", "Last tested {time} against {target}."),
            ("own-greeting", "Good day, {name}"),
        ] {
            assert_eq!(wrong(key, phrase), None, "{key}: {phrase}");
        }
    }

    #[test]
    fn the_built_in_texts_have_no_mistake() {
        for tag in Words::languages() {
            let words = Words::built_in(tag);
            let known = VerdictWords::new(&words);
            for (key, phrase) in words.iter() {
                assert_eq!(known.mistake(key, phrase), None, "{tag}: {key}");
            }
        }
    }
}
