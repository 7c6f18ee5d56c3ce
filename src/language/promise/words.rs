//! The words that promises are recognised by, and the words that rule a promise out.

use crate::language::lexicon::List;

/// Signs wherever they stand.
pub(crate) fn is_absolute(word: &str) -> bool {
    List::Absolutes.has(word)
}

/// What is done to data, so that a sentence that says so promises it.
pub(crate) fn is_deed(word: &str) -> bool {
    is_participle(word) || List::Deeds.has(word)
}

/// The same as a participle: `is deleted`.
pub(crate) fn is_participle(word: &str) -> bool {
    is_bare_deed(word) || List::Participles.has(word)
}

/// Standards that one is held to by others; a promise where we say so of ourselves.
pub(crate) fn is_standard(word: &str) -> bool {
    List::Standards.has(word)
}

/// Words before "in" where a country behind it tells where data is.
pub(crate) fn is_held(word: &str) -> bool {
    List::Held.has(word)
}

/// What is done to data, in German.
pub(crate) fn is_done_in_german(word: &str) -> bool {
    List::GermanDeeds.has(word)
}

/// Those that are a promise without any verb: `Encrypted backups`.
pub(crate) fn is_bare_deed(word: &str) -> bool {
    List::BareDeeds.has(word)
}

/// What something is said to be.
pub(crate) fn is_state(word: &str) -> bool {
    List::States.has(word)
}

/// How something is done; a promise where we do it.
pub(crate) fn is_adverb(word: &str) -> bool {
    List::Adverbs.has(word)
}

/// Words by which something could be and need not.
pub(crate) fn is_possible(word: &str) -> bool {
    List::Possibility.has(word)
}

/// Verbs of opinion: what "we do not" think is no promise.
pub(crate) fn is_opinion(word: &str) -> bool {
    List::Opinions.has(word)
}

/// Parts of the world that data may stay within.
pub(crate) fn is_region(word: &str) -> bool {
    List::Regions.has(word)
}

/// Words behind "within" that promise to be quick.
pub(crate) fn is_soon(word: &str) -> bool {
    List::Soon.has(word)
}

/// Words for ourselves.
pub(crate) fn is_us(word: &str) -> bool {
    List::Us.has(word)
}

/// Words for what we run.
pub(crate) fn is_service(word: &str) -> bool {
    List::Services.has(word)
}

/// Words by which a heading speaks rather than names.
pub(crate) fn speaks(word: &str) -> bool {
    is_us(word) || List::Speaking.has(word)
}

/// Words for those who are not us, and whom we tell what to do.
pub(crate) fn is_other(word: &str) -> bool {
    List::Others.has(word)
}

/// Words before "you" where you are the one to whom something is done.
pub(crate) fn is_before_object(word: &str) -> bool {
    List::BeforeObject.has(word)
}

/// Words that set a condition, or ask without a question mark.
pub(crate) fn is_condition(word: &str) -> bool {
    List::Conditions.has(word)
}

/// Verbs that ask something of the reader where a sentence begins with them.
pub(crate) fn is_request(word: &str) -> bool {
    List::Requests.has(word)
}

/// Words behind "no" where it denies nothing.
pub(crate) fn is_idle_after_no(word: &str) -> bool {
    List::IdleAfterNo.has(word)
}

/// Words before "all" where it means nothing.
pub(crate) fn is_idle_before_all(word: &str) -> bool {
    List::IdleBeforeAll.has(word)
}

/// Words behind "all" where it means nothing.
pub(crate) fn is_idle_after_all(word: &str) -> bool {
    List::IdleAfterAll.has(word)
}

/// Words behind a number that tells of the past.
pub(crate) fn is_past(word: &str) -> bool {
    List::Past.has(word)
}

/// Words before a number that tells of a time that is over or to come anyway.
pub(crate) fn is_span(word: &str) -> bool {
    List::Spans.has(word)
}

/// Words behind a share that tells who somebody is.
pub(crate) fn is_public(word: &str) -> bool {
    List::Public.has(word)
}

/// Words behind "annual" and the like that name something and no deed.
pub(crate) fn is_no_deed(word: &str) -> bool {
    List::NoDeeds.has(word)
}
