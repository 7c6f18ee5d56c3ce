//! Spanish habits: `ciframos`, `se borran`, `están aislados`, `las sesiones caducan`.

use crate::language::lexicon::{List, Phrases};
use crate::language::promise::clause::Clauses;

pub(super) fn is_stated(clauses: &Clauses, at: usize) -> bool {
    if clauses.has_before(List::Possibility, at) || clauses.is(List::Possibility, at) {
        return false;
    }
    if clauses.phrase(Phrases::Receiving, at).is_some() {
        return true;
    }
    !clauses.is_about_reader_abroad(at)
        && !is_relative(clauses, at)
        && (is_active(clauses, at)
            || is_passive(clauses, at)
            || is_reflexive(clauses, at)
            || is_future(clauses, at)
            || is_third_person(clauses, at)
            || is_duty(clauses, at))
}

/// `ciframos`: the ending says "we".
fn is_active(clauses: &Clauses, at: usize) -> bool {
    let word = clauses.word(at);
    let is_ending = ["amos", "emos", "imos"].iter().any(|ending| word.ends_with(ending));
    is_ending
        && word.len() > 5
        && !clauses.is(List::NotVerbs, at)
        && !clauses.is(List::IdleVerbs, at)
}

/// `los avisos que recibimos`: the clause describes a noun.
fn is_relative(clauses: &Clauses, at: usize) -> bool {
    let near = clauses.clause(at).iter().rev().take(3);
    let words: Vec<&str> = near.map(|token| token.word.as_str()).collect();
    words.iter().any(|word| matches!(*word, "que" | "quien" | "cuyo" | "cuya"))
        && !words.iter().any(|word| matches!(*word, "de" | "asegura" | "garantiza"))
}

/// `están aislados`, `son analizados`, `están en Madrid`.
fn is_passive(clauses: &Clauses, at: usize) -> bool {
    let word = clauses.word(at);
    let is_auxiliary = matches!(
        word,
        "es" | "son" | "está" | "están" | "será" | "serán" | "queda" | "quedan" | "permanecen"
    );
    let is_done = |word: &str| {
        let stem = word.trim_end_matches('s');
        (stem.ends_with("ado")
            || stem.ends_with("ada")
            || stem.ends_with("ido")
            || stem.ends_with("ida")
            || clauses.is_in(List::Irregular, word)
            || clauses.is_in(List::States, word))
            && !clauses.is_in(List::IdleParticiples, word)
    };
    let mut near = clauses.rest(at).iter().take(3).take_while(|token| !is_article(&token.word));
    let is_there = matches!(word, "está" | "están")
        && clauses.word(at + 1) == "en"
        && clauses.has_before(List::Us, at);
    is_auxiliary && (near.any(|token| is_done(&token.word)) || is_there)
}

fn is_article(word: &str) -> bool {
    matches!(word, "un" | "una" | "el" | "la" | "los" | "las" | "de" | "toda" | "todo" | "por")
}

/// `se borran`: something is done, by whomever.
fn is_reflexive(clauses: &Clauses, at: usize) -> bool {
    let word = clauses.word(at);
    let is_finite = ["a", "e", "an", "en", "á", "án"].iter().any(|ending| word.ends_with(ending));
    clauses.before(at) == "se" && is_finite && !clauses.is(List::IdleVerbs, at)
}

/// `recibirá`, `serán`, in the future tense.
fn is_future(clauses: &Clauses, at: usize) -> bool {
    let word = clauses.word(at);
    (word.ends_with("rá") || word.ends_with("rán"))
        && word.chars().count() > 4
        && !clauses.is(List::IdleVerbs, at)
        && !clauses.has_before(List::Others, at)
}

/// `las sesiones caducan`: a noun before a verb.
fn is_third_person(clauses: &Clauses, at: usize) -> bool {
    let before = clauses.before(at);
    let is_subject = !before.is_empty()
        && !is_article(before)
        && !matches!(
            before,
            "su" | "sus"
                | "nuestra"
                | "nuestro"
                | "esta"
                | "este"
                | "una"
                | "cada"
                | "en"
                | "por"
                | "para"
                | "con"
                | "sin"
                | "y"
                | "o"
                | "al"
                | "del"
                | "que"
                | "a"
                | "se"
        );
    let has_verb = clauses
        .clause(at)
        .iter()
        .any(|token| matches!(token.word.as_str(), "que" | "es" | "son" | "está" | "están"));
    clauses.is(List::Habits, at)
        && is_subject
        && !has_verb
        && (!clauses.has_before(List::Others, at) || clauses.has_before(List::Us, at))
}

/// `nuestros empleados deben`.
fn is_duty(clauses: &Clauses, at: usize) -> bool {
    clauses.is(List::Obligations, at)
        && clauses.has_before(List::Us, at)
        && !clauses.has_before(List::Others, at)
}
