//! Secrets that cannot be recognised in an answer, because they occur in ordinary texts.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::model::project::actor::{Scheme, Secret};

/// The minimum length of a secret, in characters.
const CHARS_MIN: usize = 8;

/// How many different characters a short secret has at least.
const DIFFERENT_MIN: usize = 4;

/// The length from which a secret may consist of fewer, in characters.
const LONG_CHARS: usize = 16;

/// Common passwords and the words that are put in place of one, one on each line.
static COMMON: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("weak_secrets.txt").lines().collect());

/// Why an actor's secret is too weak, as the end of a sentence that begins with "the secret"; `None` if it
/// is not. A secret that could not be read is not judged.
pub fn weakness(scheme: &Scheme) -> Option<String> {
    let secret = match scheme {
        Scheme::Login(login) => {
            return login.secrets().find_map(|one| of_text(one.expose()));
        }
        // A key is long, and its form is checked when it is used.
        Scheme::Signed(_) => return None,
        Scheme::Header { name, value } if name.eq_ignore_ascii_case("cookie") => longest(value),
        other => other.secret()?.expose(),
    };
    of_text(secret)
}

fn of_text(secret: &str) -> Option<String> {
    if secret.is_empty() {
        return None;
    }
    if secret.chars().count() < CHARS_MIN {
        return Some(format!("is shorter than {CHARS_MIN} characters"));
    }
    is_common(secret).then(|| "is a common word or pattern".to_owned())
}

/// Whether a value is long and uncommon enough to be recognised wherever it appears.
pub fn is_strong(value: &str) -> bool {
    !value.is_empty() && weakness(&Scheme::Bearer(Secret::new(value))).is_none()
}

/// The longest value of a cookie field.
fn longest(field: &Secret) -> &str {
    let values =
        field.expose().split(';').map(|pair| pair.split_once('=').map_or(pair, |(_, one)| one));
    values.map(str::trim).max_by_key(|value| value.len()).unwrap_or_default()
}

fn is_common(secret: &str) -> bool {
    let lower = secret.to_lowercase();
    let different: BTreeSet<char> = lower.chars().collect();
    // `Password123!` is as common as `password`.
    let bare = lower.trim_end_matches(|c: char| !c.is_alphabetic());
    let is_repeated = different.len() < DIFFERENT_MIN && lower.chars().count() < LONG_CHARS;
    is_repeated || COMMON.contains(lower.as_str()) || COMMON.contains(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(secret: &str) -> bool {
        weakness(&Scheme::Bearer(Secret::new(secret))).is_some()
    }

    #[test]
    fn short_and_common_secrets_are_weak() {
        for weak in [
            "hunter2",
            "password",
            "Password123!",
            "test1234",
            "changeme",
            "letmein1",
            "admin2026!",
            "12345678",
            "aaaaaaaa",
            "abababab",
            "SECRET-TOKEN",
        ] {
            assert!(of(weak), "{weak}");
        }
        for strong in ["acme-token-0123456789", "k3Jd92ls", "correct horse battery"] {
            assert!(!of(strong), "{strong}");
        }
        assert!(!of(""));
    }

    #[test]
    fn one_long_cookie_is_enough() {
        let cookies =
            |value: &str| Scheme::Header { name: "Cookie".into(), value: Secret::new(value) };
        assert_eq!(weakness(&cookies("theme=dark; sid=k3Jd92lsQ0")), None);
        assert!(weakness(&cookies("theme=dark; sid=abc")).is_some());
    }
}
