//! French habits: `nous chiffrons`, `sont effacés`, `se font`, `les sessions expirent`.

use crate::language::lexicon::{List, Phrases};
use crate::language::promise::abroad::bare;
use crate::language::promise::clause::Clauses;

pub(super) fn is_stated(clauses: &Clauses, at: usize) -> bool {
    if clauses.has_before(List::Possibility, at) || clauses.is(List::Possibility, at) {
        return false;
    }
    if clauses.phrase(Phrases::Receiving, at).is_some() {
        return true;
    }
    let is_reader = clauses.is_about_reader_abroad(at);
    !is_reader
        && (is_active(clauses, at)
            || is_passive(clauses, at)
            || is_pronominal(clauses, at)
            || is_third_person(clauses, at)
            || is_duty(clauses, at))
}

/// `nous chiffrons`, `nous vous informons`.
fn is_active(clauses: &Clauses, at: usize) -> bool {
    let word = bare(clauses.word(at));
    let near = clauses.clause(at).iter().rev().take(4);
    let mut near = near.map(|token| token.word.as_str());
    word.ends_with("ons")
        && word.len() > 4
        && near.any(|word| word == "nous")
        && !clauses.is_in(List::IdleVerbs, word)
        && !matches!(clauses.before(at), "des" | "les" | "nos" | "de" | "mes" | "ses")
        && !is_relative(clauses, at)
}

/// `que nous recevons`: the clause describes a noun.
fn is_relative(clauses: &Clauses, at: usize) -> bool {
    let near = clauses.clause(at).iter().rev().take(3);
    let mut words = near.map(|token| token.word.as_str());
    words.any(|word| matches!(word, "que" | "qui" | "dont" | "dès") || word.starts_with("qu'"))
}

/// `sont effacés`, `est limité`.
fn is_passive(clauses: &Clauses, at: usize) -> bool {
    let is_auxiliary = matches!(
        bare(clauses.word(at)),
        "est"
            | "sont"
            | "sera"
            | "seront"
            | "reste"
            | "restent"
            | "demeure"
            | "demeurent"
            | "soient"
    );
    let is_done = |word: &str| {
        (is_participle(word) && !clauses.is_in(List::NotVerbs, word)
            || clauses.is_in(List::States, word)
            || clauses.is_in(List::Irregular, word))
            && !clauses.is_in(List::IdleParticiples, word)
    };
    let mut near = clauses.rest(at).iter().take(3).take_while(|token| !is_article(&token.word));
    is_auxiliary && near.any(|token| is_done(&token.word)) && !is_relative(clauses, at)
}

fn is_article(word: &str) -> bool {
    matches!(
        word,
        "un" | "une" | "des" | "le" | "la" | "les" | "de" | "du" | "à" | "toute" | "tout"
    )
}

/// Whether a word has the ending of a past participle.
fn is_participle(word: &str) -> bool {
    let stem = word.trim_end_matches('s');
    let stem =
        stem.strip_suffix('e').filter(|stem| stem.ends_with(['é', 'i', 'u', 't'])).unwrap_or(stem);
    let is_ending = stem.ends_with('é')
        || stem.ends_with('i')
        || stem.ends_with('u')
        || stem.ends_with("it")
        || stem.ends_with("int")
        || stem.ends_with("ert");
    is_ending && stem.chars().count() > 3
}

/// `se font`, `s'effectue`.
fn is_pronominal(clauses: &Clauses, at: usize) -> bool {
    let word = clauses.word(at);
    let verb = match word.strip_prefix("s'") {
        Some(verb) => verb,
        None if clauses.before(at) == "se" => word,
        None => return false,
    };
    let is_finite = verb.ends_with('e') || verb.ends_with("ent") || verb.ends_with('t');
    is_finite && !clauses.is_in(List::IdleVerbs, verb) && !is_relative(clauses, at)
}

/// `les sessions expirent`: a noun before a verb.
fn is_third_person(clauses: &Clauses, at: usize) -> bool {
    let before = clauses.before(at);
    let is_subject = !before.is_empty()
        && !is_article(before)
        && !matches!(
            before,
            "nos"
                | "notre"
                | "vos"
                | "votre"
                | "son"
                | "sa"
                | "ses"
                | "leur"
                | "leurs"
                | "ce"
                | "cette"
                | "en"
                | "par"
                | "pour"
                | "sur"
                | "sans"
                | "et"
                | "ou"
                | "avec"
                | "aux"
                | "au"
                | "que"
                | "chaque"
                | "toutes"
                | "tous"
                | "aucun"
                | "aucune"
                | "dans"
                | "sous"
        );
    let has_verb = clauses
        .clause(at)
        .iter()
        .any(|token| matches!(token.word.as_str(), "qui" | "que" | "est" | "sont" | "dont"));
    clauses.is_in(List::Habits, bare(clauses.word(at)))
        && is_subject
        && !has_verb
        && (!clauses.has_before(List::Others, at) || clauses.has_before(List::Us, at))
}

/// `nos employés doivent`.
fn is_duty(clauses: &Clauses, at: usize) -> bool {
    clauses.is(List::Obligations, at)
        && clauses.has_before(List::Us, at)
        && !clauses.has_before(List::Others, at)
}
