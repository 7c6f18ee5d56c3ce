//! Letters that look like letters of another script.

use unicode_script::{Script, UnicodeScript as _};
use unicode_security::{GeneralSecurityProfile as _, skeleton};

use crate::language::disguise::{Disguise, Reason, words};

/// Scripts that are mixed within words, and whose signs look like each other's only by their nature.
const EAST_ASIAN: [Script; 5] =
    [Script::Han, Script::Hiragana, Script::Katakana, Script::Hangul, Script::Bopomofo];

/// The words of a line with letters that look like others.
pub(crate) fn of_line(line: &str) -> Vec<Disguise> {
    let words: Vec<_> = words(line).into_iter().map(|span| (span.clone(), &line[span])).collect();
    let mut genuine: Vec<Script> = Vec::new();
    for script in words.iter().filter_map(|(_, word)| genuine_script(word)) {
        if !genuine.contains(&script) {
            genuine.push(script);
        }
    }
    let has_latin = genuine.contains(&Script::Latin);
    let disguised = |word: &str| {
        let whole =
            || whole_word(word).filter(|(script, _)| has_latin && !genuine.contains(script));
        mixed(word).or_else(|| unusual(word)).or_else(|| whole().map(|(_, letter)| letter))
    };
    let found = words.into_iter().filter(|(_, word)| !word.is_ascii());
    found
        .filter_map(|(span, word)| {
            Some(Disguise { span, reason: Reason::LookAlike(disguised(word)?) })
        })
        .collect()
}

/// The script of a letter; none for digits, marks and signs that all scripts share.
fn script(c: char) -> Option<Script> {
    let script = c.script();
    let is_shared = matches!(script, Script::Common | Script::Inherited | Script::Unknown);
    (c.is_alphabetic() && !is_shared).then_some(script)
}

/// The letter of a word that looks like a letter of one of the word's other scripts.
fn mixed(word: &str) -> Option<char> {
    let mut scripts: Vec<Script> = Vec::new();
    for script in word.chars().filter_map(script) {
        if !scripts.contains(&script) {
            scripts.push(script);
        }
    }
    if scripts.len() < 2 {
        return None;
    }
    let looks_like_another = |c: &char| {
        let own = script(*c).filter(|own| !EAST_ASIAN.contains(own));
        let Some(own) = own else { return false };
        let letter = c.to_string();
        skeleton(&letter)
            .filter_map(script)
            .any(|other| other != own && !EAST_ASIAN.contains(&other) && scripts.contains(&other))
    };
    word.chars().find(looks_like_another)
}

/// A letter that no language writes, and that looks like a plain one, such as a mathematical bold letter.
fn unusual(word: &str) -> Option<char> {
    if word.chars().filter(|c| c.is_alphabetic()).count() < 2 {
        return None;
    }
    let is_unusual = |c: &char| {
        // Ordinal signs, and full-width letters, which Japanese writes.
        let is_written = matches!(c, 'ª' | 'º' | '\u{ff00}'..='\u{ffef}');
        let is_of_latin = matches!(c.script(), Script::Latin | Script::Common);
        let looks_plain = || plain(*c).is_some();
        !c.is_ascii()
            && c.is_alphabetic()
            && !is_written
            && is_of_latin
            && !c.identifier_allowed()
            && looks_plain()
    };
    word.chars().find(is_unusual)
}

/// The script of a word that consists of letters of one other script that all look like Latin ones, and one
/// of its letters.
fn whole_word(word: &str) -> Option<(Script, char)> {
    let mut letters = word.chars().filter(|c| script(*c).is_some());
    let first = letters.next()?;
    let of = script(first).filter(|of| *of != Script::Latin && !EAST_ASIAN.contains(of))?;
    let looks_latin = |c: char| script(c) == Some(of) && plain(c).is_some();
    (looks_latin(first) && letters.all(looks_latin)).then_some((of, first))
}

/// The script of a word that cannot be taken for a word of another script.
fn genuine_script(word: &str) -> Option<Script> {
    let first = word.chars().find_map(script)?;
    let is_of_one = word.chars().filter_map(script).all(|one| one == first);
    (is_of_one && whole_word(word).is_none()).then_some(first)
}

/// The letter from `a` to `z`, or `A` to `Z`, that a character looks like.
fn plain(c: char) -> Option<char> {
    let letter = c.to_string();
    let mut looks = skeleton(&letter);
    let first = looks.next().filter(char::is_ascii_alphabetic)?;
    looks.next().is_none().then_some(first)
}

/// A character as the plain lower-case letters that readers take it for, or as it is.
pub(crate) fn plain_letters(c: char) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let base: String = c.nfkd().filter(|c| c.is_alphanumeric()).collect();
    let lower = |text: &str| text.to_lowercase();
    if base.is_ascii() {
        return lower(&base);
    }
    let seen: String = skeleton(&base).filter(|c| c.is_alphanumeric()).collect();
    let low = lower(&base);
    let seen_low: String = skeleton(&low).filter(|c| c.is_alphanumeric()).collect();
    [seen, seen_low].into_iter().find(|seen| seen.is_ascii()).map_or(low, |seen| lower(&seen))
}
