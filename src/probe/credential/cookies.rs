//! Sessions in a `Cookie` field: its secrets, and a field with the same names and invalid values.

use crate::model::project::actor::Secret;
use crate::probe::random;
use crate::probe::values::redact::SECRET_LENGTH_MIN;

/// The length from which a value without a digit is a secret, in characters.
const WORD_CHARS_MAX: usize = 12;

/// Whether a header field of this name carries cookies.
pub(crate) fn is_cookie(field: &str) -> bool {
    field.eq_ignore_ascii_case("cookie")
}

/// The values of the cookies.
pub(crate) fn values(field: &Secret) -> impl Iterator<Item = &str> {
    pairs(field).map(|(_, value)| value)
}

/// The values of the cookies that are secrets: a short one without a digit is a setting, such as a language.
pub(crate) fn secrets(field: &Secret) -> impl Iterator<Item = String> {
    let is_secret = |value: &&str| {
        let has_digit = value.contains(|c: char| c.is_ascii_digit());
        value.len() >= if has_digit { SECRET_LENGTH_MIN } else { WORD_CHARS_MAX }
    };
    values(field).filter(is_secret).map(str::to_owned)
}

/// The same cookies with random values. The names stay, so that the service looks the session up.
pub(crate) fn with_random_values(field: &Secret) -> String {
    let pair = |(name, _)| format!("{name}={}", random::hex::<24>());
    pairs(field).map(pair).collect::<Vec<_>>().join("; ")
}

/// Names and values (RFC 6265, section 4.2.1).
fn pairs(field: &Secret) -> impl Iterator<Item = (&str, &str)> {
    let pairs = field.expose().split(';').map(str::trim);
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}
