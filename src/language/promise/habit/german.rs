//! German habits: `wir löschen`, `werden geprüft`, `Sitzungen enden`.

use crate::language::lexicon::{List, Phrases};
use crate::language::promise::clause::{CLAUSE_MAX, Clauses};

pub(super) fn is_stated(clauses: &Clauses, at: usize) -> bool {
    let is_possible =
        clauses.has_before(List::Possibility, at) || clauses.is(List::Possibility, at);
    if is_possible {
        return false;
    }
    clauses.phrase(Phrases::Receiving, at).is_some()
        || is_active(clauses, at)
        || is_passive(clauses, at)
        || is_third_person(clauses, at)
        || is_duty(clauses, at)
}

/// `wir löschen`, `löschen wir`: a verb next to its subject.
fn is_active(clauses: &Clauses, at: usize) -> bool {
    let is_after = clauses.before(at) == "wir";
    let is_before = clauses.word(at + 1) == "wir" && !clauses.breaks_behind(at);
    let perfect = clauses
        .clause(at)
        .iter()
        .chain(clauses.rest(at))
        .any(|token| matches!(token.word.as_str(), "haben" | "hatten"));
    (is_after || is_before)
        && is_verb(clauses, at)
        && clauses.word(at).ends_with('n')
        && !perfect
        && !clauses.is(List::IdleVerbs, at)
}

/// `werden geprüft`, `ist getrennt`; in a subordinate clause the verb is last.
fn is_passive(clauses: &Clauses, at: usize) -> bool {
    let is_auxiliary =
        matches!(clauses.word(at), "wird" | "werden" | "ist" | "sind" | "bleibt" | "bleiben");
    let last = clauses.rest(at).iter().rfind(|token| !token.is_capital);
    let is_done = |word: &str| {
        (is_participle(word) || clauses.is_in(List::States, word))
            && !clauses.is_in(List::IdleParticiples, word)
    };
    let is_future = |word: &str| {
        matches!(clauses.word(at), "wird" | "werden")
            && word.ends_with("en")
            && word.len() > 5
            && !clauses.is_in(List::IdleVerbs, word)
            && !clauses.is_in(List::IdleParticiples, word)
    };
    is_auxiliary && last.is_some_and(|token| is_done(&token.word) || is_future(&token.word))
}

/// Whether a word has the form of a past participle: `gelöscht`, `verschlüsselt`, `abgewiesen`.
fn is_participle(word: &str) -> bool {
    const PREFIXES: [&str; 8] = ["ge", "ver", "be", "ent", "er", "zer", "über", "unter"];
    const PARTS: [&str; 20] = [
        "ab", "an", "auf", "aus", "ein", "mit", "nach", "vor", "weg", "zu", "zurück", "frei",
        "fest", "durch", "um", "weiter", "her", "hin", "bei", "wieder",
    ];
    let is_plain = |word: &str| PREFIXES.iter().any(|prefix| word.starts_with(prefix));
    let is_joined = PARTS.iter().filter_map(|part| word.strip_prefix(part)).any(is_plain)
        || word.starts_with("wiederher");
    let ends = word.ends_with('t') || word.ends_with("en");
    word.chars().count() > 4 && ends && (is_plain(word) || is_joined || word.ends_with("iert"))
}

/// `Sitzungen enden`, `weist der Dienst ab`: the verb of a main clause.
fn is_third_person(clauses: &Clauses, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| clauses.tokens.get(before));
    let is_after_noun = before.is_some_and(|token| token.is_capital && token.word != "sie");
    let first_verb = !(0..at.min(CLAUSE_MAX))
        .any(|other| is_after_noun_verb(clauses, other) || clauses.is(List::IdleVerbs, other));
    at < CLAUSE_MAX
        && is_after_noun
        && is_verb(clauses, at)
        && clauses.tokens[at].clause == 0
        && first_verb
        && !clauses.is(List::IdleVerbs, at)
        && !clauses.tokens[..at]
            .iter()
            .take(CLAUSE_MAX)
            .any(|token| clauses.is_in(List::Topics, &token.word))
        && clauses.word(at + 1) != "sie"
        && clauses.word(at + 1) != "wir"
}

fn is_after_noun_verb(clauses: &Clauses, at: usize) -> bool {
    at > 0 && clauses.tokens[at - 1].is_capital && is_verb(clauses, at)
}

/// Whether a word may be a verb in the present tense.
fn is_verb(clauses: &Clauses, at: usize) -> bool {
    let Some(token) = clauses.tokens.get(at) else {
        return false;
    };
    let word = token.word.as_str();
    let is_ending = word.ends_with('t')
        || word.ends_with("en")
        || word.ends_with("ern")
        || word.ends_with("eln");
    (!token.is_capital || at == 0) && word.len() > 3 && is_ending && !clauses.is(List::NotVerbs, at)
}

/// `Unsere Mitarbeitenden müssen`.
fn is_duty(clauses: &Clauses, at: usize) -> bool {
    clauses.is(List::Obligations, at)
        && clauses.has_before(List::Us, at)
        && !clauses.has_before(List::Others, at)
}
