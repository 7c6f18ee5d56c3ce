//! Words, and the sides of their quantities.

use proptest::prelude::*;

use crate::language::quantity::find::find;
use crate::language::quantity::side::Side;

/// The side of the only quantity: `most`, `least`, `exact`, or `open`.
fn side(words: &str) -> &'static str {
    let found = find(words);
    assert_eq!(found.len(), 1, "{words}: {found:?}");
    match found[0].side {
        Some(Side::AtMost) => "most",
        Some(Side::AtLeast) => "least",
        Some(Side::Exactly) => "exact",
        None => "open",
    }
}

fn all_are(expected: &str, all: &[&str]) {
    for words in all {
        assert_eq!(side(words), expected, "{words}");
    }
}

#[test]
fn an_upper_limit_is_known_by_its_words() {
    all_are(
        "most",
        &[
            "kept for at most 30 days",
            "kept for at most about 30 days",
            "kept for up to 30 days",
            "deleted within 30 days",
            "never kept for more than 30 days",
            "no backup is older than 24 hours",
            "is not older than 24 hours",
            "not kept longer than 30 days",
            "we don’t keep data for more than 30 days",
            "does not exceed 30 days",
            "the maximum retention of logs is 30 days",
            "a maximum of 30 days",
            "less than 24 hours old",
            "24 hours or less",
            "30 days at most",
            "30 days maximum",
            "a 30-day maximum",
            "no later than 72 hours",
            "≤ 30 days",
            "<= 30 days",
            "≤30 days",
            "<30 days",
            "kept for less than a month",
            "24 hours old or less",
        ],
    );
}

#[test]
fn a_lower_limit_is_known_by_its_words() {
    all_are(
        "least",
        &[
            "backups aren’t kept for less than 30 days",
            "kept for 30 days at the very least",
            "kept for 30 days and longer",
            "deleted only after 30 days",
            "erst nach 30 Tagen gelöscht",
            "30 Tage und länger",
            "frühestens nach 30 Tagen",
            "conservées 30 jours et plus",
            "kept for at least 30 days",
            "for at least a year",
            "kept for more than 30 days",
            "kept for over 30 days",
            "never kept for less than 30 days",
            "no fewer than 3 regions",
            "no sooner than 30 days",
            "a minimum of 30 days",
            "a minimum retention of 30 days",
            "30 days or more",
            "30+ days",
            "30 days minimum",
            ">= 30 days",
            "speaks TLS 1.2 or newer",
            "TLS 1.2+",
            "at least TLS 1.2",
            "no version older than TLS 1.2",
            "99.9 % or higher",
        ],
    );
}

#[test]
fn a_condition_and_a_bare_number_have_no_side() {
    all_are(
        "open",
        &[
            "kept for 30 days",
            "deleted after 30 days",
            "Backups are 24 hours old",
            "data older than 30 days is deleted",
            "requests larger than 10 MB are refused",
            "if it is older than 30 days, we delete it",
            "in 3 regions",
            "within 3 regions",
            "dans 3 régions",
            "speaks TLS 1.2",
        ],
    );
    all_are("exact", &["exactly 30 days", "kept for exactly 30 days", "genau 30 Tage"]);
}

#[test]
fn how_often_is_an_upper_limit_of_the_time_between() {
    all_are(
        "most",
        &[
            "every 24 hours",
            "daily",
            "twice a day",
            "at least twice a day",
            "at least daily",
            "at least every 24 hours",
            "more than once a day",
            "once a day or more",
            "every 24 hours at the latest",
            "alle 24 Stunden",
            "mindestens alle 24 Stunden",
            "toutes les 24 heures",
            "au moins une fois par jour",
        ],
    );
    all_are(
        "least",
        &["at most twice a day", "no more than once a day", "höchstens einmal pro Tag"],
    );
}

#[test]
fn german_and_french_have_sides_too() {
    all_are(
        "most",
        &[
            "höchstens 30 Tage",
            "bis zu 30 Tage",
            "innerhalb von 24 Stunden",
            "nicht länger als 30 Tage",
            "nie älter als 24 Stunden",
            "maximal 30 Tage",
            "eine Höchstdauer von 30 Tagen",
            "au plus 30 jours",
            "au maximum 30 jours",
            "jusqu'à 30 jours",
            "dans un délai de 72 heures",
            "jamais plus de 30 jours",
            "pas plus d'un mois",
            "moins de 30 jours",
            "30 jours au plus",
        ],
    );
    all_are(
        "least",
        &[
            "mindestens 30 Tage",
            "nicht weniger als 30 Tage",
            "mehr als 30 Tage",
            "30 Tage oder länger",
            "eine Mindestdauer von 30 Tagen",
            "TLS 1.2 oder neuer",
            "au moins 30 jours",
            "au minimum 30 jours",
            "plus de 30 jours",
            "plus d'un mois",
            "TLS 1.2 ou plus récent",
        ],
    );
}

#[test]
fn the_ends_of_a_range_are_limits() {
    let sides = |words: &str| find(words).into_iter().map(|one| one.side).collect::<Vec<_>>();
    for words in ["24 to 48 hours", "2-3 days", "zwei bis drei Tage"] {
        assert_eq!(sides(words), [Some(Side::AtLeast), Some(Side::AtMost)], "{words}");
    }
    assert_eq!(sides("TLS 1.2 or 1.3"), [None, None]);
}

/// A unit's words in a language, and a limit's before the number.
const LANGUAGES: [([&str; 4], &[&str], &[&str]); 3] = [
    (
        ["minutes", "hours", "days", "weeks"],
        &["at most", "no more than", "up to", "not longer than"],
        &["at least", "no less than", "more than", "a minimum of"],
    ),
    (
        ["Minuten", "Stunden", "Tage", "Wochen"],
        &["höchstens", "nicht mehr als", "bis zu", "maximal"],
        &["mindestens", "nicht weniger als", "mehr als", "wenigstens"],
    ),
    (
        ["minutes", "heures", "jours", "semaines"],
        &["au plus", "pas plus de", "jusqu'à", "au maximum"],
        &["au moins", "pas moins de", "plus de", "au minimum"],
    ),
];

proptest! {
    #[test]
    fn every_limit_in_words_has_its_side(
        number in 2u32..5000,
        unit in 0usize..4,
        cue in 0usize..4,
        language in 0usize..3,
        is_least: bool,
    ) {
        let (units, most, least) = LANGUAGES[language];
        let phrase = if is_least { least[cue] } else { most[cue] };
        let words = format!("X {phrase} {number} {}", units[unit]);
        let found = find(&words);
        prop_assert_eq!(found.len(), 1, "{}", &words);
        let side = if is_least { Side::AtLeast } else { Side::AtMost };
        prop_assert_eq!(found[0].side, Some(side), "{}", &words);
        prop_assert_eq!(found[0].number, f64::from(number), "{}", &words);
    }
}
