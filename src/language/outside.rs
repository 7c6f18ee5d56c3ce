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
    let words = without_strengthening(&words(rest));
    (0..words.len())
        .find_map(|start| denial_of_another(&words[start..]))
        .map(|count| count.0)
        .or_else(|| word_in(List::Denying, &words))
        .map(Effect::Denies)
        .or_else(|| phrase_in(Phrases::Limits, &words).map(Effect::Limits))
        .or_else(|| word_in(List::Limiting, &words).map(Effect::Limits))
}

/// The words of a sentence, lead-in or heading that is nothing but a denial of what is next to it. A longer
/// sentence has a subject of its own: `This is not legal advice.`
pub fn denial(sentence: &str) -> Option<String> {
    let all = words(sentence);
    let is_opener = |word: &&String| List::DenialOpeners.has(word);
    let words = &all[all.iter().take_while(is_opener).count()..];
    let whole = || {
        let phrase = Phrases::FlatDenials.all().iter().find(|one| begins(words, one))?;
        Some((phrase.join(" "), &words[phrase.len()..]))
    };
    let longest = Phrases::FlatDenials
        .all()
        .iter()
        .find(|one| one.len() == words.len() && begins(words, one));
    if let Some(phrase) = longest {
        return Some(phrase.join(" "));
    }
    let (denial, tail) = denial_of_another(words).or_else(whole)?;
    tail.first().is_none_or(|word| List::DenialTails.has(word)).then_some(denial)
}

/// A phrase at the begin of some words that points at another sentence and denies it, and the words after it.
fn denial_of_another(words: &[String]) -> Option<(String, &[String])> {
    Phrases::Pointing.all().iter().filter(|one| begins(words, one)).find_map(|pointing| {
        let rest = &words[pointing.len()..];
        // The longest: "gilt nicht mehr" before "gilt nicht".
        let denials = Phrases::Denials.all().iter().filter(|one| begins(rest, one));
        let denial = denials.max_by_key(|one| one.len())?;
        let count = pointing.len() + denial.len();
        Some((words[..count].join(" "), &words[count..]))
    })
}

fn begins(words: &[String], phrase: &[&str]) -> bool {
    words.len() >= phrase.len() && words.iter().zip(phrase).all(|(a, b)| a == b)
}

/// The words without phrases such as `without exception`, and `whether … or not`.
fn without_strengthening(words: &[String]) -> Vec<String> {
    let mut left = Vec::new();
    let mut rest = words;
    let mut is_either = false;
    while let Some((word, next)) = rest.split_first() {
        is_either |= matches!(word.as_str(), "whether" | "ob");
        let all = Phrases::Strengthening.all().iter();
        let phrase = all.filter(|one| begins(rest, one)).map(Vec::len).max();
        let alternative = [["or", "not"], ["oder", "nicht"]];
        let is_alternative = is_either && alternative.iter().any(|one| begins(rest, one));
        rest = match phrase.or(is_alternative.then_some(2)) {
            Some(count) => &rest[count..],
            None => {
                left.push(word.clone());
                next
            }
        };
    }
    left
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
            "We used to say: ",
            "Our competitors claim that ",
            "Is it true that ",
            "Früher galt: ",
            " (planned)",
            " with some exceptions.",
            " is what we would like to say.",
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
            "Without exception, ",
            "No matter which plan you use: ",
            "Whether you use the free plan or not, ",
            "No exceptions: ",
            "Never forget: ",
            "Not only that: ",
            "To protect you from an attack that is still common and often wrongly ignored, ",
            "Ohne Ausnahme gilt: ",
            "Nicht nur das: ",
            "Ob mit Vertrag oder nicht: ",
            "Sans exception, ",
            "",
        ] {
            assert_eq!(effect(rest), None, "{rest}");
        }
    }

    #[test]
    fn a_sentence_denies_its_neighbour_only_if_it_says_so() {
        for sentence in [
            "The following is wrong.",
            "This is not true on Sundays.",
            "This no longer applies.",
            "But that is wrong.",
            "The opposite is true.",
            "Not.",
            "Not on Sundays.",
            "Just kidding.",
            "This was a lie.",
            "Wrong:",
            "Myths",
            "What we do not promise",
            "What we don\u{2019}t promise",
            "None of the following:",
            "Das stimmt nicht mehr.",
            "Das Gegenteil ist wahr.",
            "Cela n'est plus vrai.",
        ] {
            assert!(denial(sentence).is_some(), "{sentence}");
        }
        for sentence in [
            "If a page is wrong, tell us.",
            "No system is impenetrable.",
            "We never look.",
            "We never:",
            "This is not legal advice.",
            "This is not a feature that you need to enable.",
            "This does not apply to resellers.",
            "The following is wrong in many apps: passwords in plain text.",
            "Not everybody knows this.",
            "Common mistakes that we avoid",
            "Wrong passwords",
            "It is not possible to switch this off.",
            "Dies ist nicht Teil des Vertrags.",
            "Ce n'est pas un conseil juridique.",
        ] {
            assert_eq!(denial(sentence), None, "{sentence}");
        }
    }
}
