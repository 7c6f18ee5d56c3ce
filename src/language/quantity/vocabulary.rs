//! The words that quantities are written with: English, and what is common in German and French.

use crate::language::quantity::{Amount, Unit};

const DAY_S: f64 = 86_400.0;

/// So many of what a word names: `hours`, `%`, `GiB`, `mois`.
pub(crate) fn of_unit(number: f64, word: &str) -> Option<Amount> {
    if let Some(seconds) = seconds(word) {
        return Some(Amount::new(number * seconds, Unit::Seconds));
    }
    if let Some(bytes) = bytes(word) {
        return Some(Amount::new(number * bytes, Unit::Bytes));
    }
    match word {
        "month" | "months" | "monat" | "monate" | "monaten" | "mois" => {
            Some(Amount::months(number))
        }
        "year" | "years" | "yr" | "yrs" | "jahr" | "jahre" | "jahren" | "an" | "ans" | "année"
        | "années" => Some(Amount::months(number * 12.0)),
        "%" | "percent" | "prozent" => Some(Amount::new(number, Unit::Percent)),
        "bit" | "bits" => Some(Amount::new(number, Unit::Bits)),
        _ => None,
    }
}

fn seconds(word: &str) -> Option<f64> {
    Some(match word {
        "second" | "seconds" | "sec" | "secs" | "sekunde" | "sekunden" | "seconde" | "secondes" => {
            1.0
        }
        "minute" | "minutes" | "min" | "mins" | "minuten" => 60.0,
        "hour" | "hours" | "hr" | "hrs" | "h" | "stunde" | "stunden" | "heure" | "heures" => 3600.0,
        "day" | "days" | "d" | "tag" | "tage" | "tagen" | "tages" | "jour" | "jours" => DAY_S,
        "week" | "weeks" | "woche" | "wochen" | "semaine" | "semaines" => 7.0 * DAY_S,
        "fortnight" | "fortnights" => 14.0 * DAY_S,
        _ => return None,
    })
}

fn bytes(word: &str) -> Option<f64> {
    Some(match word {
        "byte" | "bytes" => 1.0,
        "kb" | "kilobyte" | "kilobytes" => 1e3,
        "mb" | "megabyte" | "megabytes" => 1e6,
        "gb" | "gigabyte" | "gigabytes" => 1e9,
        "tb" | "terabyte" | "terabytes" => 1e12,
        "kib" => 1024.0,
        "mib" => 1_048_576.0,
        "gib" => 1_073_741_824.0,
        "tib" => 1_099_511_627_776.0,
        _ => return None,
    })
}

/// Whether a word is a unit that digits may be written without a space before: `24h`, `5GB`.
pub(crate) fn is_suffix(word: &str) -> bool {
    matches!(word, "%" | "h" | "hr" | "hrs" | "d" | "min" | "mins" | "sec" | "secs")
        || bytes(word).is_some()
}

/// How often something is done: the time from once to the next.
pub(crate) fn interval(word: &str) -> Option<Amount> {
    let time = |seconds| Amount::new(seconds, Unit::Seconds);
    // Endings of German and French adjectives and adverbs.
    let stem = ["ement", "ment", "es", "er", "en", "em", "e", "s"]
        .into_iter()
        .find_map(|ending| word.strip_suffix(ending).filter(|stem| is_foreign_interval(stem)));
    Some(match stem.unwrap_or(word) {
        "hourly" | "stündlich" => time(3600.0),
        "daily" | "nightly" | "täglich" | "quotidien" | "quotidienn" => time(DAY_S),
        "weekly" | "wöchentlich" | "hebdomadair" => time(7.0 * DAY_S),
        "fortnightly" => time(14.0 * DAY_S),
        "monthly" | "monatlich" | "mensuel" | "mensuell" => Amount::months(1.0),
        "quarterly" | "vierteljährlich" | "trimestriel" | "trimestriell" => Amount::months(3.0),
        "semi-annual" | "semi-annually" | "half-yearly" | "halbjährlich" => Amount::months(6.0),
        "yearly" | "annual" | "annually" | "jährlich" | "annuel" | "annuell" => {
            Amount::months(12.0)
        }
        _ => return None,
    })
}

fn is_foreign_interval(stem: &str) -> bool {
    const STEMS: [&str; 15] = [
        "stündlich",
        "täglich",
        "wöchentlich",
        "monatlich",
        "vierteljährlich",
        "halbjährlich",
        "jährlich",
        "quotidien",
        "quotidienn",
        "hebdomadair",
        "mensuel",
        "mensuell",
        "trimestriel",
        "annuel",
        "annuell",
    ];
    STEMS.contains(&stem)
}

/// "Every night" is every day.
pub(crate) fn interval_of_night(word: &str) -> Option<Amount> {
    matches!(word, "night" | "nacht" | "nuit").then(|| Amount::new(DAY_S, Unit::Seconds))
}

/// How often within an interval: `once`, `twice`.
pub(crate) fn times(word: &str) -> Option<f64> {
    match word {
        "once" | "einmal" => Some(1.0),
        "twice" | "zweimal" => Some(2.0),
        "thrice" | "dreimal" => Some(3.0),
        _ => None,
    }
}

/// Words between how often and the unit: `a` in `once a day`.
pub(crate) fn is_per(word: &str) -> bool {
    matches!(
        word,
        "a" | "an" | "per" | "each" | "every" | "pro" | "am" | "par" | "jede" | "jeden" | "chaque"
    )
}

/// Words that make a unit an interval: `every` in `every day`.
pub(crate) fn is_every(word: &str) -> bool {
    matches!(word, "every" | "each" | "jede" | "jeden" | "jedes" | "jeder" | "chaque")
}

/// Words after which `a day` is a length of time and no figure of speech.
pub(crate) fn is_cue(word: &str) -> bool {
    matches!(word, "within" | "than" | "least" | "most" | "for" | "to" | "after" | "over" | "half")
}

/// Words that may stand between a number and its unit.
pub(crate) fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "full" | "consecutive" | "calendar" | "whole" | "more" | "further" | "additional"
    )
}

/// Words that make days of a week in which nobody works no days.
pub(crate) fn is_working(word: &str) -> bool {
    matches!(
        word,
        "business"
            | "working"
            | "workday"
            | "workdays"
            | "weekdays"
            | "werktage"
            | "werktagen"
            | "arbeitstage"
            | "arbeitstagen"
            | "ouvré"
            | "ouvrés"
            | "ouvrable"
            | "ouvrables"
    )
}

/// A quarter of a year, where it stands behind "every" or "per".
pub(crate) fn is_quarter(word: &str) -> bool {
    matches!(word, "quarter" | "quartal" | "trimestre")
}

/// "24 hours a day" and the like mean always.
pub(crate) fn is_always(unit: &str, per: &str) -> bool {
    let is = |word: &str, of: f64| seconds(word) == Some(of);
    is(unit, 3600.0) && is(per, DAY_S)
        || is(unit, DAY_S) && (is(per, 7.0 * DAY_S) || matches!(per, "year" | "jahr" | "an"))
}

/// What is paid or counted by the month or year, so that "monthly" tells how often nothing.
pub(crate) fn is_priced(word: &str) -> bool {
    matches!(
        word,
        "fee"
            | "fees"
            | "price"
            | "prices"
            | "charge"
            | "charges"
            | "payment"
            | "payments"
            | "billing"
            | "subscription"
            | "subscriptions"
            | "plan"
            | "plans"
            | "invoice"
            | "invoices"
            | "revenue"
            | "turnover"
            | "uptime"
    )
}

/// Words for money, beside its number.
pub(crate) fn is_money(word: &str) -> bool {
    matches!(
        word,
        "€" | "$"
            | "£"
            | "eur"
            | "usd"
            | "gbp"
            | "chf"
            | "sek"
            | "euro"
            | "euros"
            | "dollars"
            | "pounds"
            | "franken"
            | "francs"
            | "cents"
    )
}

/// Protocols that are spoken in versions, as checks measure them.
pub(crate) fn is_protocol(name: &str) -> bool {
    matches!(name, "TLS" | "SSL" | "DTLS" | "SSH")
}

/// Abbreviations that are written with a full stop before a number that names something.
pub(crate) fn is_short_reference(word: &str) -> bool {
    matches!(
        word,
        "art" | "no" | "nr" | "sec" | "para" | "rev" | "ziff" | "abs" | "s" | "p" | "pp" | "kap"
    )
}

/// Words between the two ends of a range.
pub(crate) fn is_range(word: &str) -> bool {
    matches!(word, "to" | "and" | "or" | "bis" | "und" | "oder" | "à" | "et" | "ou")
}

/// Words before a number that names something and counts nothing: `Article 32`.
pub(crate) fn is_reference(word: &str) -> bool {
    matches!(
        word,
        "article"
            | "articles"
            | "art"
            | "section"
            | "sections"
            | "clause"
            | "chapter"
            | "annex"
            | "appendix"
            | "schedule"
            | "part"
            | "paragraph"
            | "recital"
            | "figure"
            | "table"
            | "page"
            | "step"
            | "level"
            | "tier"
            | "type"
            | "class"
            | "phase"
            | "version"
            | "port"
            | "no"
            | "number"
            | "nr"
            | "room"
            | "top"
            | "§"
            | "§§"
            | "item"
            | "items"
            | "exhibit"
            | "exhibits"
            | "para"
            | "paras"
            | "paragraphs"
            | "clauses"
            | "recitals"
            | "annexes"
            | "schedules"
            | "chapters"
            | "sec"
            | "rev"
            | "revision"
            | "question"
            | "priority"
            | "severity"
            | "suite"
            | "ziff"
            | "absätze"
            | "artikel"
            | "abschnitt"
            | "absatz"
            | "kapitel"
            | "seite"
            | "numéro"
            | "chapitre"
    )
}

/// Words before a number that make it a year.
pub(crate) fn is_before_year(word: &str) -> bool {
    matches!(
        word,
        "in" | "since"
            | "from"
            | "until"
            | "by"
            | "during"
            | "before"
            | "after"
            | "of"
            | "im"
            | "seit"
            | "ab"
            | "bis"
            | "en"
            | "depuis"
            | "spring"
            | "summer"
            | "autumn"
            | "winter"
    )
}

/// Words before which a number is a time of the day.
pub(crate) fn is_clock(word: &str) -> bool {
    matches!(word, "am" | "pm" | "a.m" | "p.m" | "uhr" | "o'clock" | "utc" | "cet" | "gmt")
}

/// The number of a month, by its name or the beginning of it.
pub(crate) fn month(word: &str) -> Option<i8> {
    const MONTHS: [&[&str]; 12] = [
        &["january", "jan", "januar", "janvier"],
        &["february", "feb", "februar", "février"],
        &["march", "mar", "märz", "mars"],
        &["april", "apr", "avril"],
        &["may", "mai"],
        &["june", "jun", "juni", "juin"],
        &["july", "jul", "juli", "juillet"],
        &["august", "aug", "août"],
        &["september", "sep", "sept", "septembre"],
        &["october", "oct", "oktober", "octobre"],
        &["november", "nov", "novembre"],
        &["december", "dec", "dezember", "décembre"],
    ];
    let found = MONTHS.iter().position(|names| names.contains(&word))?;
    i8::try_from(found + 1).ok()
}
