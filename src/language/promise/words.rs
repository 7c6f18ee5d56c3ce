//! The words that promises are recognised by, and the words that rule a promise out.

use crate::language::lexicon::List;

/// Words that are a sign of a promise anywhere in a sentence.
pub(crate) fn is_absolute(word: &str) -> bool {
    List::Absolutes.has(word)
}

/// Verbs for something that is done to data: a sentence with one is a promise.
pub(crate) fn is_deed(word: &str) -> bool {
    is_participle(word) || List::Deeds.has(word)
}

/// The same verbs as participles: `is deleted`.
pub(crate) fn is_participle(word: &str) -> bool {
    is_bare_deed(word) || List::Participles.has(word)
}

/// Standards that are certified by others; a promise if a sentence is about us.
pub(crate) fn is_standard(word: &str) -> bool {
    List::Standards.has(word)
}

/// Words before "in", if a country after it is the location of data.
pub(crate) fn is_held(word: &str) -> bool {
    List::Held.has(word)
}

/// German participles for something that is done to data.
pub(crate) fn is_done_in_german(word: &str) -> bool {
    List::GermanDeeds.has(word)
}

/// Participles that are a promise without a verb: `Encrypted backups`.
pub(crate) fn is_bare_deed(word: &str) -> bool {
    List::BareDeeds.has(word)
}

/// Adjectives that promise a property.
pub(crate) fn is_state(word: &str) -> bool {
    List::States.has(word)
}

/// Adverbs that are a promise if a sentence is about us.
pub(crate) fn is_adverb(word: &str) -> bool {
    List::Adverbs.has(word)
}

/// Words that make something possible, not certain.
pub(crate) fn is_possible(word: &str) -> bool {
    List::Possibility.has(word)
}

/// Verbs after "we do not" that do not make a promise.
pub(crate) fn is_opinion(word: &str) -> bool {
    List::Opinions.has(word)
}

/// Regions that data may be promised to stay in.
pub(crate) fn is_region(word: &str) -> bool {
    List::Regions.has(word)
}

/// Words after "within" that promise to be quick.
pub(crate) fn is_soon(word: &str) -> bool {
    List::Soon.has(word)
}

/// Words for ourselves.
pub(crate) fn is_us(word: &str) -> bool {
    List::Us.has(word)
}

/// Words for our services, staff and data.
pub(crate) fn is_service(word: &str) -> bool {
    List::Services.has(word)
}

/// Words by which a heading makes a statement instead of naming a subject.
pub(crate) fn speaks(word: &str) -> bool {
    is_us(word) || List::Speaking.has(word)
}

/// Words for other parties, whose duties are not our promises.
pub(crate) fn is_other(word: &str) -> bool {
    List::Others.has(word)
}

/// Words before "you" if "you" is the object of a sentence.
pub(crate) fn is_before_object(word: &str) -> bool {
    List::BeforeObject.has(word)
}

/// Words that begin a condition, or a question without a question mark.
pub(crate) fn is_condition(word: &str) -> bool {
    List::Conditions.has(word)
}

/// Verbs that begin a request to the reader.
pub(crate) fn is_request(word: &str) -> bool {
    List::Requests.has(word)
}

/// Words after "no" that make an idiom of it.
pub(crate) fn is_idle_after_no(word: &str) -> bool {
    List::IdleAfterNo.has(word)
}

/// Words before "all" that make an idiom of it.
pub(crate) fn is_idle_before_all(word: &str) -> bool {
    List::IdleBeforeAll.has(word)
}

/// Words after "all" that make an idiom of it.
pub(crate) fn is_idle_after_all(word: &str) -> bool {
    List::IdleAfterAll.has(word)
}

/// Words after a number that describes the past.
pub(crate) fn is_past(word: &str) -> bool {
    List::Past.has(word)
}

/// Words before a number that describes a period in the past or future.
pub(crate) fn is_span(word: &str) -> bool {
    List::Spans.has(word)
}

/// Words near a percentage that describes customers or prices.
pub(crate) fn is_public(word: &str) -> bool {
    List::Public.has(word)
}

/// Words after "annual" and similar words that form a name instead of an interval.
pub(crate) fn is_no_deed(word: &str) -> bool {
    List::NoDeeds.has(word)
}
