//! The labels of verdicts in every language, from the texts of the interface. Nobody's words may look like one.

use crate::language::verdict::Labels;
use crate::model::project::i18n::{Language, Words};

/// The keys of labels that confirm a claim: its status, and the basis of its evidence.
pub const GOOD: [&str; 7] = [
    "word-holds",
    "word-attested",
    "basis-probed",
    "basis-probed-with-access",
    "basis-reported",
    "basis-attested",
    "basis-inherited",
];

/// The keys of the labels of other verdicts. Nobody pretends that a check is weak.
const OTHER: [&str; 6] = [
    "word-violated",
    "word-inconclusive",
    "word-expired",
    "word-waived",
    "word-waived-until",
    "word-not-tested",
];

/// The beginnings of the keys of sentences about a verdict.
const SENTENCES: [&str; 2] = ["standing-", "means-"];

/// The labels in the languages that are built in, and in those of a site.
pub fn labels(languages: &[Language]) -> Labels {
    let built_in = Words::all_built_in();
    let all: Vec<&Words> =
        built_in.iter().chain(languages.iter().map(|language| &language.words)).collect();
    let of = |keys: &'static [&'static str]| {
        all.iter().flat_map(move |words| keys.iter().filter_map(|key| words.get(key)))
    };
    let phrases = || all.iter().flat_map(|words| words.iter());
    let is_sentence = |key: &str| SENTENCES.iter().any(|start| key.starts_with(start));
    let sentences = phrases().filter(|(key, _)| is_sentence(key)).map(|(_, phrase)| phrase);
    Labels::new(of(&GOOD), of(&OTHER)).with_sentences(sentences)
}

/// The verdict that a key of the interface's texts is about: `violated` for `count-violated.one`. None for
/// texts that are not about one verdict.
pub fn verdict_of(key: &str) -> Option<(&str, &str)> {
    let (family, verdict) = key.split_once('-')?;
    let is_family = matches!(family, "word" | "count" | "standing" | "basis" | "means");
    let verdict = verdict.split('.').next().unwrap_or(verdict);
    let is_verdict = !matches!(verdict, "since" | "changes" | "none");
    let verdict = verdict.strip_suffix("-until").unwrap_or(verdict);
    (is_family && is_verdict).then_some((family, verdict))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_labels_of_every_built_in_language_are_known() {
        let labels = labels(&[]);
        for words in Words::languages().map(Words::built_in) {
            for key in GOOD.iter().chain(&OTHER) {
                let label = words.say(key).replace("{day}", "3 May 2026");
                assert!(labels.imitation(&label).is_some(), "{key}: {label}");
            }
        }
        assert!(labels.imitation("Tests confirm this claim.").is_some());
    }

    #[test]
    fn keys_name_their_verdict() {
        assert_eq!(verdict_of("count-violated.one"), Some(("count", "violated")));
        assert_eq!(verdict_of("word-waived-until"), Some(("word", "waived")));
        assert_eq!(verdict_of("word-since"), None);
        assert_eq!(verdict_of("draft"), None);
    }
}
