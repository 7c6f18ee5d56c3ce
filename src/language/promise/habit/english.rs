//! English habits: `we answer`, `passwords are hashed`, `sessions expire`.

use crate::language::lexicon::{List, Phrases};
use crate::language::promise::clause::{CLAUSE_MAX, Clauses};

pub(super) fn is_stated(clauses: &Clauses, at: usize) -> bool {
    if clauses.phrase(Phrases::Receiving, at).is_some() {
        return true;
    }
    if clauses.is_excused(at) {
        return false;
    }
    is_active(clauses, at)
        || is_passive(clauses, at)
        || is_denial(clauses, at)
        || is_third_person(clauses, at)
}

/// `we also encrypt`, in the present tense.
fn is_active(clauses: &Clauses, at: usize) -> bool {
    let is_adverb = |word: &str| word.ends_with("ly") || matches!(word, "also" | "then" | "still");
    let mut before = at;
    while before > 0 && before + 3 > at && is_adverb(clauses.word(before - 1)) {
        before -= 1;
    }
    let word = clauses.word(at);
    let is_past = word.ends_with("ed") && !matches!(word, "feed" | "embed" | "proceed" | "shed");
    before > 0
        && clauses.word(before - 1) == "we"
        && !is_adverb(word)
        && !word.is_empty()
        && !is_past
        && !clauses.is(List::IdleVerbs, at)
        && !is_relative(clauses, before - 1)
}

/// `notes that we receive`: the clause describes a noun.
fn is_relative(clauses: &Clauses, at: usize) -> bool {
    matches!(clauses.before(at), "that" | "which" | "what" | "who" | "because" | "as")
}

/// `are hashed`, but not `were hashed`, and not `is called`.
fn is_passive(clauses: &Clauses, at: usize) -> bool {
    let word = clauses.word(at);
    let is_participle = word.ends_with("ed") && word.len() > 4 || clauses.is(List::Irregular, at);
    let near: Vec<&str> =
        clauses.clause(at).iter().rev().take(3).map(|t| t.word.as_str()).collect();
    let auxiliary = near.iter().position(|word| {
        matches!(
            *word,
            "is" | "are" | "gets" | "get" | "be" | "remain" | "remains" | "stay" | "stays"
        )
    });
    let is_plain = auxiliary.is_some_and(|auxiliary| {
        near[..auxiliary]
            .iter()
            .all(|word| word.ends_with("ly") || matches!(*word, "also" | "then" | "not"))
    });
    let is_denied = near.contains(&"not");
    is_participle
        && is_plain
        && (is_denied || !clauses.is(List::IdleParticiples, at))
        && !near.iter().any(|word| clauses.is_in(List::Possibility, word))
        && !clauses.is_relative(at.saturating_sub(1))
}

/// `third parties do not get`, `the add-on does not store`.
fn is_denial(clauses: &Clauses, at: usize) -> bool {
    let is_denied = clauses.word(at) == "not" && matches!(clauses.before(at), "do" | "does");
    let auxiliary = at.saturating_sub(usize::from(is_denied));
    (is_denied || matches!(clauses.word(at), "don't" | "doesn't"))
        && auxiliary > clauses.tokens[at].clause
        && clauses.is(List::Habits, at + 1)
        && !clauses.is_relative(auxiliary)
}

/// `sessions expire`, `our engineers review`: a noun before a verb.
fn is_third_person(clauses: &Clauses, at: usize) -> bool {
    let before = clauses.before(at);
    let is_noun = !before.is_empty()
        && !clauses.is_in(List::NotVerbs, before)
        && !is_function_word(before)
        && !before.ends_with("ing");
    let start = clauses.clause(at);
    let has_verb = start.iter().any(|token| {
        clauses.is_in(List::Possibility, &token.word)
            || matches!(
                token.word.as_str(),
                "is" | "are"
                    | "to"
                    | "be"
                    | "that"
                    | "which"
                    | "who"
                    | "do"
                    | "does"
                    | "you"
                    | "we"
                    | "will"
                    | "must"
            )
    });
    let has_others = start.iter().any(|token| clauses.is_in(List::Others, &token.word));
    clauses.is(List::Habits, at)
        && is_noun
        && !has_verb
        && (!has_others || clauses.is_ours(at))
        && (!is_vague(clauses, at) || clauses.is_ours(at))
        && is_followed(clauses, at)
        && clauses.tokens[at].clause == main_clause(clauses)
}

/// Whether a verb or its subject alone does not show what is done: `it runs`, `teams use`.
fn is_vague(clauses: &Clauses, at: usize) -> bool {
    let first = clauses.clause(at).first().map_or("", |token| token.word.as_str());
    matches!(first, "it" | "this" | "that" | "they" | "there")
        || matches!(
            clauses.word(at),
            "use"
                | "uses"
                | "read"
                | "reads"
                | "work"
                | "works"
                | "run"
                | "runs"
                | "take"
                | "takes"
                | "get"
                | "gets"
                | "go"
                | "goes"
                | "see"
                | "sees"
                | "need"
                | "needs"
                | "come"
                | "comes"
                | "change"
                | "changes"
                | "meet"
                | "meets"
        )
}

/// The first clause that is not a condition.
fn main_clause(clauses: &Clauses) -> usize {
    let mut starts = clauses.tokens.iter().take(CLAUSE_MAX).map(|token| token.clause);
    starts.find(|start| !clauses.is(List::Conditions, *start)).unwrap_or_default()
}

/// Whether the words after a verb are not those after a noun: `access to`, `requests are`.
fn is_followed(clauses: &Clauses, at: usize) -> bool {
    let next = clauses.word(at + 1);
    // "The list ends here": about the text.
    if matches!(next, "here" | "there" | "below" | "above") {
        return false;
    }
    let is_noun = matches!(
        next,
        "of" | "is"
            | "are"
            | "was"
            | "were"
            | "can"
            | "may"
            | "has"
            | "have"
            | "must"
            | "and"
            | "or"
            | "to"
            | "will"
            | ""
            | "/"
    );
    !is_noun
        || matches!(clauses.word(at), "expire" | "expires" | "connect" | "applies" | "apply")
            && next != "to"
}

fn is_function_word(word: &str) -> bool {
    matches!(
        word,
        "a" | "an"
            | "the"
            | "of"
            | "for"
            | "to"
            | "in"
            | "on"
            | "at"
            | "by"
            | "with"
            | "from"
            | "and"
            | "or"
            | "your"
            | "our"
            | "their"
            | "its"
            | "his"
            | "her"
            | "this"
            | "that"
            | "these"
            | "those"
            | "any"
            | "each"
            | "every"
            | "no"
            | "all"
            | "some"
            | "new"
            | "as"
            | "about"
            | "my"
            | "per"
            | "under"
            | "without"
            | "than"
            | "personal"
            | "other"
            | "first"
            | "last"
            | "open"
            | "more"
            | "safe"
            | "secure"
            | "public"
            | "free"
            | "which"
            | "who"
            | "what"
            | "i"
    )
}
