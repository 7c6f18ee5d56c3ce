//! The English words that promises are recognised by, and the words that rule a promise out.

use crate::language::lexicon::{Language, List};

/// Words that are a sign of a promise anywhere in a sentence.
pub(crate) fn is_absolute(word: &str) -> bool {
    List::Absolutes.has_in(Language::English, word)
}

/// Verbs for something that is done to data: a sentence with one is a promise.
pub(crate) fn is_deed(word: &str) -> bool {
    is_participle(word) || List::Deeds.has_in(Language::English, word)
}

/// The same verbs as participles: `is deleted`.
pub(crate) fn is_participle(word: &str) -> bool {
    is_bare_deed(word) || List::Participles.has_in(Language::English, word)
}

/// Standards that are certified by others; a promise if a sentence is about us.
pub(crate) fn is_standard(word: &str) -> bool {
    List::Standards.has_in(Language::English, word)
}

/// Words before "in", if a country after it is the location of data.
pub(crate) fn is_held(word: &str) -> bool {
    List::Held.has_in(Language::English, word)
}

/// Participles that are a promise without a verb: `Encrypted backups`.
pub(crate) fn is_bare_deed(word: &str) -> bool {
    List::BareDeeds.has_in(Language::English, word)
}

/// Adjectives that promise a property.
pub(crate) fn is_state(word: &str) -> bool {
    List::States.has_in(Language::English, word)
}

/// Adverbs that are a promise if a sentence is about us.
pub(crate) fn is_adverb(word: &str) -> bool {
    List::Adverbs.has_in(Language::English, word)
}

/// Words that make something possible, not certain.
pub(crate) fn is_possible(word: &str) -> bool {
    List::Possibility.has_in(Language::English, word)
}

/// Verbs after "we do not" that do not make a promise.
pub(crate) fn is_opinion(word: &str) -> bool {
    List::Opinions.has_in(Language::English, word)
}

/// Regions that data may be promised to stay in.
pub(crate) fn is_region(word: &str) -> bool {
    List::Regions.has_in(Language::English, word)
}

/// Words after "within" that promise to be quick.
pub(crate) fn is_soon(word: &str) -> bool {
    List::Soon.has_in(Language::English, word)
}

/// Words for ourselves.
pub(crate) fn is_us(word: &str) -> bool {
    List::Us.has_in(Language::English, word)
}

/// Words for our services, staff and data.
pub(crate) fn is_service(word: &str) -> bool {
    List::Services.has_in(Language::English, word)
}

/// Words for other parties, whose duties are not our promises.
pub(crate) fn is_other(word: &str) -> bool {
    List::Others.has_in(Language::English, word)
}

/// Words before "you" if "you" is the object of a sentence.
pub(crate) fn is_before_object(word: &str) -> bool {
    List::BeforeObject.has_in(Language::English, word)
}

/// Words that begin a condition, or a question without a question mark.
pub(crate) fn is_condition(word: &str) -> bool {
    List::Conditions.has_in(Language::English, word)
}

/// Verbs that begin a request to the reader.
pub(crate) fn is_request(word: &str) -> bool {
    List::Requests.has_in(Language::English, word)
}

/// Words after "no" that make an idiom of it.
pub(crate) fn is_idle_after_no(word: &str) -> bool {
    List::IdleAfterNo.has_in(Language::English, word)
}

/// Words before "all" that make an idiom of it.
pub(crate) fn is_idle_before_all(word: &str) -> bool {
    List::IdleBeforeAll.has_in(Language::English, word)
}

/// Words after "all" that make an idiom of it.
pub(crate) fn is_idle_after_all(word: &str) -> bool {
    List::IdleAfterAll.has_in(Language::English, word)
}

/// Words after a number that describes the past.
pub(crate) fn is_past(word: &str) -> bool {
    List::Past.has_in(Language::English, word)
}

/// Words before a number that describes a period in the past or future.
pub(crate) fn is_span(word: &str) -> bool {
    List::Spans.has_in(Language::English, word)
}

/// Words near a percentage that describes customers or prices.
pub(crate) fn is_public(word: &str) -> bool {
    List::Public.has_in(Language::English, word)
}

/// Words after "annual" and similar words that form a name instead of an interval.
pub(crate) fn is_no_deed(word: &str) -> bool {
    List::NoDeeds.has_in(Language::English, word)
}
