//! Whether a value is a secret, by itself or because a variable has the same value.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};
use indexmap::IndexMap;

use crate::load::literal::found::Literal;
use crate::model::project::actor::{Actor, Secret};
use crate::model::project::weak_secret::is_strong;

/// The minimum length of a token, in characters.
const TOKEN_CHARS_MIN: usize = 12;

/// How many different characters a token has at least.
const DIFFERENT_MIN: usize = 8;

/// Words of values that are made up, so that a service refuses them.
const MADE_UP: [&str; 32] = [
    "bad",
    "bogus",
    "changeme",
    "dummy",
    "example",
    "expired",
    "fake",
    "forged",
    "garbage",
    "guess",
    "guessed",
    "incorrect",
    "invalid",
    "malformed",
    "missing",
    "no",
    "nobody",
    "none",
    "nonexistent",
    "not",
    "placeholder",
    "redacted",
    "revoked",
    "sample",
    "stolen",
    "test",
    "unknown",
    "wrong",
    "xxx",
    "xxxx",
    "your",
    "abc",
];

/// The values of variables, to find where a file repeats one.
pub(super) struct Known {
    automaton: Option<AhoCorasick>,
    messages: Vec<String>,
}

impl Known {
    /// The values of these variables, and the secrets of the actors from the tenants' file.
    pub(super) fn new(
        secrets: &BTreeMap<String, Secret>,
        actors: Option<&IndexMap<String, Actor>>,
    ) -> Self {
        let of_variables = secrets.iter().map(|(name, secret)| {
            (secret.expose(), format!("the value of the variable `{name}` is written here"))
        });
        let actors = actors.into_iter().flatten();
        let of_actors = actors.filter_map(|(name, actor)| {
            let secret = actor.scheme.secret()?;
            Some((secret.expose(), format!("the secret of the actor `{name}` is written here")))
        });
        let all = of_variables.chain(of_actors);
        let (values, messages): (Vec<&str>, Vec<String>) =
            all.filter(|(value, _)| is_strong(value)).unzip();
        let automaton =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&values);
        Self { automaton: automaton.ok().filter(|_| !values.is_empty()), messages }
    }

    /// Where a text repeats one of them.
    pub(super) fn all(&self, text: &str) -> Vec<Literal> {
        let matches = self.automaton.iter().flat_map(|automaton| automaton.find_iter(text));
        matches
            .map(|one| Literal {
                span: one.range(),
                message: self.messages[one.pattern().as_usize()].clone(),
            })
            .collect()
    }
}

/// Whether a text in the place of a password is one that may work somewhere.
pub(super) fn is_password(value: &str) -> bool {
    is_strong(value) && different(value) >= 4 && is_literal(value) && !is_made_up(value)
}

/// Whether a text in the place of a token or a key is one that may work somewhere.
pub(super) fn is_token(value: &str) -> bool {
    let of_token = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '(' | ')');
    value.len() >= TOKEN_CHARS_MIN
        && value.chars().all(of_token)
        && value.contains(|c: char| c.is_ascii_digit())
        && value.contains(|c: char| c.is_ascii_alphabetic())
        && different(value) >= DIFFERENT_MIN
        && is_password(value)
}

/// How many different letters a value has.
fn different(value: &str) -> usize {
    value.to_lowercase().chars().collect::<BTreeSet<char>>().len()
}

/// Whether it has no placeholder, and is neither a path nor a JSON Pointer.
fn is_literal(value: &str) -> bool {
    !value.contains("${") && !value.starts_with(['/', '.', '~', '<', '[', '{'])
}

fn is_made_up(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    let is_word = |word: &str| {
        MADE_UP.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit())) && !word.is_empty()
    };
    let is_random = |word: &str| {
        let has = |is: fn(&char) -> bool| word.chars().any(|c| is(&c));
        word.len() >= TOKEN_CHARS_MIN && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic)
    };
    words.clone().any(is_word) && !words.any(is_random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_values_are_not_secrets() {
        for value in [
            "wrong-token",
            "Wrong-password-1",
            "invalid-0123456789",
            "test-key-1",
            "a-bogus-session-id-42",
            "not-a-real-token-1",
            "changeme123",
            "${TOKEN}",
            "/body/json/token1x",
            "xxxxxxxxxxxxxxxx",
            "0000000000000000",
        ] {
            assert!(!is_token(value), "{value}");
            assert!(!is_password(value), "{value}");
        }
        for value in ["k3Jd92lsQ0xAb", "acme-4f81c29d77ab", "test-9f8e7d6c5b4a3210"] {
            assert!(is_token(value), "{value}");
        }
        assert!(is_password("Sup3rGeheim!"));
        assert!(!is_token("quarterly rotation 2026"));
    }
}
