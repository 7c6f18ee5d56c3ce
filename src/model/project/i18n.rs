//! The languages of a site: the project's titles in each, and the words of the interface.
//!
//! The words are in `templates/i18n/`, one file a language: a mapping of keys to phrases. `{name}` in a
//! phrase is a placeholder. A phrase with a number has a key for each plural form of its language:
//! `claims.one`, `claims.other`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use icu_locale_core::LanguageIdentifier;
use icu_locale_core::subtags::Language as Subtag;
use icu_plurals::{PluralCategory, PluralRules};
use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The languages whose words are built in. The first one determines the keys.
const BUILT_IN: [(&str, &str); 2] = [
    ("en", include_str!("../../../templates/i18n/en.yaml")),
    ("de", include_str!("../../../templates/i18n/de.yaml")),
];

/// The language of texts for engineers: requests, answers and the texts of kinds.
pub const TECHNICAL: &str = "en";

/// Plural forms (Unicode CLDR).
pub const FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// Languages that are written from right to left, and scripts.
const RIGHT_TO_LEFT: [&str; 12] =
    ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi", "arab", "hebr"];

/// A language of the site.
#[derive(Clone, Debug, PartialEq)]
pub struct Language {
    /// A BCP 47 tag.
    pub tag: String,
    /// The folder of its policies in `content/` and of its pages in the site's root, with a `/` at the
    /// end; empty for the site's own language.
    pub folder: String,
    /// The site's title.
    pub title: String,
    /// Products, by the name that other files use.
    pub products: IndexMap<String, String>,
    /// Roles, by the name that other files use.
    pub roles: IndexMap<String, String>,
    /// The interface's words.
    pub words: Words,
}

impl Language {
    /// The direction in which it is written: `ltr` or `rtl`.
    pub fn direction(&self) -> &'static str {
        direction(&self.tag)
    }

    /// The title of a product, or its name if it has none.
    pub fn product(&self, name: &str) -> String {
        self.products.get(name).map_or(name, String::as_str).to_owned()
    }

    /// The title of a role, or its name if it has none.
    pub fn role(&self, name: &str) -> String {
        self.roles.get(name).map_or(name, String::as_str).to_owned()
    }
}

/// The direction in which a language is written, `ltr` or `rtl`: of its script if the tag names one,
/// otherwise of the language.
pub fn direction(tag: &str) -> &'static str {
    let mut parts = tag.split('-').map(str::to_ascii_lowercase);
    let first = parts.next().unwrap_or_default();
    let decides = parts.find(|part| part.len() == 4).unwrap_or(first);
    if RIGHT_TO_LEFT.contains(&decides.as_str()) { "rtl" } else { "ltr" }
}

/// The interface's words in one language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    /// Its primary subtag.
    language: String,
    phrases: BTreeMap<String, String>,
}

impl Words {
    /// The words for a language: these phrases, by their keys.
    pub fn new(tag: &str, phrases: BTreeMap<String, String>) -> Self {
        Self { language: primary(tag), phrases }
    }

    /// The YAML of the words that come with Avouch for a language: a mapping of keys to phrases; empty
    /// where it has none.
    pub fn built_in_text(tag: &str) -> &'static str {
        let language = primary(tag);
        BUILT_IN.iter().find(|(one, _)| *one == language).map_or("", |(_, text)| text)
    }

    /// The words that come with Avouch, in every language.
    pub fn all_built_in() -> &'static [Self] {
        static ALL: LazyLock<Vec<Words>> =
            LazyLock::new(|| Words::languages().map(Words::built_in).collect());
        &ALL
    }

    /// The words that come with Avouch for a language; none where it has none.
    pub fn built_in(tag: &str) -> Self {
        Self::new(tag, serde_yaml::from_str(Self::built_in_text(tag)).unwrap_or_default())
    }

    /// The same words with some phrases replaced.
    #[must_use]
    pub fn with(mut self, own: BTreeMap<String, String>) -> Self {
        self.phrases.extend(own);
        self
    }

    /// The languages whose words are built in.
    pub fn languages() -> impl Iterator<Item = &'static str> + Clone {
        BUILT_IN.iter().map(|(language, _)| *language)
    }

    /// Whether there is a phrase with this key.
    pub fn has(&self, key: &str) -> bool {
        self.phrases.contains_key(key)
    }

    /// Every key with its phrase.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.phrases.iter().map(|(key, phrase)| (key.as_str(), phrase.as_str()))
    }

    /// The phrase of a key, if there is one.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.phrases.get(key).map(String::as_str)
    }

    /// The phrase of a key; if there is none, the key in brackets that no phrase contains.
    pub fn say(&self, key: &str) -> String {
        self.phrases.get(key).cloned().unwrap_or_else(|| format!("⟦{key}⟧"))
    }

    /// A phrase with its placeholders filled in.
    pub fn fill(&self, key: &str, holes: &[(&str, &str)]) -> String {
        filled(&self.say(key), |name| {
            holes.iter().find(|(hole, _)| *hole == name).map(|(_, text)| (*text).to_owned())
        })
    }

    /// A phrase with a number, in the plural form for it; the number fills the placeholder `{n}`.
    pub fn count(&self, key: &str, number: usize) -> String {
        self.fill(&self.form(key, number), &[("n", &number.to_string())])
    }

    /// The key of a phrase with a number, in the plural form for it.
    pub fn form(&self, key: &str, number: usize) -> String {
        let form = format!("{key}.{}", form(&self.language, number));
        if self.has(&form) { form } else { format!("{key}.other") }
    }

    /// A day for a reader.
    pub fn day(&self, day: Date) -> String {
        let months = self.say("months");
        let month = months.split(',').nth(usize::from(day.month().unsigned_abs()) - 1);
        let (number, year) = (day.day().to_string(), day.year().to_string());
        let month = month.unwrap_or_default().trim();
        self.fill("day", &[("day", &number), ("month", month), ("year", &year)])
    }

    /// An instant for a reader, in UTC.
    pub fn time(&self, instant: Timestamp) -> String {
        let zoned = instant.to_zoned(TimeZone::UTC);
        let clock = zoned.strftime("%H:%M").to_string();
        self.fill("time", &[("day", &self.day(zoned.date())), ("clock", &clock)])
    }

    /// Some words in a row: `a, b and c`.
    pub fn list<T: AsRef<str>>(&self, words: &[T]) -> String {
        match words {
            [] => String::new(),
            [one] => one.as_ref().to_owned(),
            [first @ .., last] => {
                let comma = self.say("list-comma");
                let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
                let first = first.join(&comma);
                self.fill("list-end", &[("first", &first), ("last", last.as_ref())])
            }
        }
    }
}

/// The first part of a tag, which names the language itself.
pub fn primary(tag: &str) -> String {
    tag.split('-').next().unwrap_or_default().to_ascii_lowercase()
}

/// A phrase with each `{name}` replaced by what `fill` returns for it, if anything.
pub fn filled(phrase: &str, fill: impl Fn(&str) -> Option<String>) -> String {
    let (mut text, mut rest) = (String::with_capacity(phrase.len()), phrase);
    while let Some((before, hole, behind)) = next_hole(rest) {
        text.push_str(before);
        text.push_str(&fill(hole).unwrap_or_else(|| format!("{{{hole}}}")));
        rest = behind;
    }
    text + rest
}

/// The names of a phrase's placeholders.
pub fn holes(phrase: &str) -> impl Iterator<Item = &str> {
    let mut rest = phrase;
    std::iter::from_fn(move || {
        let (_, hole, behind) = next_hole(rest)?;
        rest = behind;
        Some(hole)
    })
}

fn next_hole(phrase: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = phrase.split_once('{')?;
    let (hole, behind) = rest.split_once('}')?;
    Some((before, hole, behind))
}

/// The plural form for a whole number (Unicode CLDR, "Language Plural Rules"); `other` for a language
/// that CLDR does not know.
fn form(language: &str, n: usize) -> &'static str {
    let rules = Subtag::try_from_str(language).ok().and_then(|language| {
        let locale = LanguageIdentifier::from((language, None, None));
        PluralRules::try_new_cardinal(locale.into()).ok()
    });
    match rules.map_or(PluralCategory::Other, |rules| rules.category_for(n)) {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_that_comes_with_avouch_says_the_same_things() {
        let english = Words::built_in("en");
        assert!(english.iter().count() > 100);
        for language in Words::languages() {
            let words = Words::built_in(language);
            let keys = |words: &Words| words.phrases.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(&words), keys(&english), "{language}");
            for (key, phrase) in words.iter() {
                let sorted = |phrase| {
                    let mut all: Vec<String> = holes(phrase).map(str::to_owned).collect();
                    all.sort();
                    all
                };
                assert_eq!(sorted(phrase), sorted(&english.phrases[key]), "{language}: {key}");
                assert!(!phrase.trim().is_empty(), "{language}: {key}");
            }
        }
    }

    #[test]
    fn a_phrase_is_filled_and_a_missing_one_can_be_seen() {
        let own = [("a".to_owned(), "{x} of {y} {z".to_owned())];
        let words = Words::built_in("en-GB").with(own.into());
        assert_eq!(words.fill("a", &[("y", "{x}"), ("x", "1")]), "1 of {x} {z");
        assert_eq!(words.fill("a", &[]), "{x} of {y} {z");
        assert_eq!(words.say("nothing of the sort"), "⟦nothing of the sort⟧");
    }

    #[test]
    fn plural_forms_are_those_of_the_language() {
        for (language, forms) in [
            ("en", "other one other other other other other other"),
            ("fr", "one one other other other other other other"),
            ("ja", "other other other other other other other other"),
            ("ru", "many one few many many one few many"),
            ("pl", "many one few many many many few many"),
            ("cs", "other one few other other other other other"),
            ("ar", "zero one two few many many many other"),
            ("lt", "other one few few other one few other"),
            ("sl", "other one two other other other other other"),
            ("cy", "zero one two other other other other other"),
            ("xx", "other other other other other other other other"),
        ] {
            let told = [0, 1, 2, 5, 11, 21, 22, 100].map(|n| form(language, n));
            assert_eq!(told.join(" "), forms, "{language}");
        }
    }

    #[test]
    fn dates_are_those_of_the_language() {
        let then = "2026-03-02T09:05:00Z".parse().unwrap();
        assert_eq!(Words::built_in("en").time(then), "2 Mar 2026, 09:05 UTC");
        assert_eq!(Words::built_in("de").time(then), "2. März 2026, 09:05 UTC");
    }

    #[test]
    fn a_language_knows_its_direction() {
        assert_eq!(["ar-EG", "he", "az-Arab", "ku-Hebr"].map(direction), ["rtl"; 4]);
        assert_eq!(["en", "de-AT", "ar-Latn", "sr-Cyrl-RS"].map(direction), ["ltr"; 4]);
    }
}
