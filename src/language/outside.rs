//! Words around a claim, in its sentence or next to it, that deny or limit it: `the following is wrong: …`,
//! `… except on Sundays`, `we aim that …`. Ordinary introductions, such as `In addition,`, do neither.

use crate::language::lexicon::{List, Phrases};
use crate::language::words::normalise;

/// How words change the meaning of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// They deny it.
    Denies(String),
    /// They limit it.
    Limits(String),
}

/// The effect of the rest of a sentence on the words of a claim in it.
pub fn effect(rest: &str) -> Option<Effect> {
    let words = words(rest);
    denial_in(&words)
        .or_else(|| word_in(List::Denying, &words))
        .map(Effect::Denies)
        .or_else(|| phrase_in(Phrases::Limits, &words).map(Effect::Limits))
        .or_else(|| word_in(List::Limiting, &words).map(Effect::Limits))
}

/// The words of a sentence that deny another sentence next to it.
pub fn denial(sentence: &str) -> Option<String> {
    denial_in(&words(sentence))
}

fn denial_in(words: &[String]) -> Option<String> {
    phrase_in(Phrases::Denials, words)
}

fn phrase_in(list: Phrases, words: &[String]) -> Option<String> {
    let is_in = |phrase: &&Vec<&str>| {
        words.windows(phrase.len()).any(|part| part.iter().zip(phrase.iter()).all(|(a, b)| a == b))
    };
    list.all().iter().find(is_in).map(|phrase| phrase.join(" "))
}

fn word_in(list: List, words: &[String]) -> Option<String> {
    words.iter().find(|word| list.has(word)).cloned()
}

/// The words in lower case. `May` with a capital letter is left out, as it is a month.
fn words(text: &str) -> Vec<String> {
    let plain = normalise(text);
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '-');
    let words = plain.split(|c: char| !is_part(c)).map(|word| word.trim_matches(['\'', '-']));
    words.filter(|word| !word.is_empty() && *word != "May").map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_deny_or_limit_a_claim_are_noticed() {
        for rest in [
            "The following is wrong: ",
            "It is not true that ",
            "We do not say: ",
            "Nobody should believe that ",
            "We don\u{2019}t ",
            "Never: ",
            " is a myth.",
            "Das ist falsch: ",
            "Wir sagen nicht: ",
            "Il est faux que ",
        ] {
            assert!(matches!(effect(rest), Some(Effect::Denies(_))), "{rest}");
        }
        for rest in [
            " except on Sundays.",
            "Hopefully, ",
            "We aim that ",
            "Usually ",
            "In most cases, ",
            " , on working days.",
            " unless we are busy",
            "If you pay for it, ",
            "Hoffentlich: ",
            " , außer sonntags.",
            "In der Regel gilt: ",
            " sauf le dimanche.",
        ] {
            assert!(matches!(effect(rest), Some(Effect::Limits(_))), "{rest}");
        }
    }

    #[test]
    fn ordinary_introductions_are_free() {
        for rest in [
            "In addition, ",
            "We say: ",
            "As the law requires, ",
            "For our cloud add-ons: ",
            "Since May 2026, ",
            "For example, ",
            "When an add-on is installed, ",
            "However, ",
            "Please note that ",
            ", and we are proud of it",
            "Außerdem gilt: ",
            "Zudem: ",
            "En outre, ",
            "",
        ] {
            assert_eq!(effect(rest), None, "{rest}");
        }
    }

    #[test]
    fn a_sentence_denies_its_neighbour_only_if_it_says_so() {
        for sentence in
            ["The following is wrong.", "This is not true on Sundays.", "This no longer applies."]
        {
            assert!(denial(sentence).is_some(), "{sentence}");
        }
        for sentence in
            ["If a page is wrong, tell us.", "No system is impenetrable.", "We never look."]
        {
            assert_eq!(denial(sentence), None, "{sentence}");
        }
    }
}
