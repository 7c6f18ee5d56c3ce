//! Sessions in a `Cookie` field: what in it is secret, and a strange one of the same name.

use crate::model::project::actor::Secret;
use crate::probe::random;
use crate::probe::values::redact::SECRET_LENGTH_MIN;

/// Whether a header field of this name carries cookies.
pub(crate) fn is_cookie(field: &str) -> bool {
    field.eq_ignore_ascii_case("cookie")
}

/// The values of the cookies, each of which is as secret as the whole field.
pub(crate) fn secrets(field: &Secret) -> impl Iterator<Item = String> {
    let values = pairs(field).map(|(_, value)| value);
    values.filter(|value| value.len() >= SECRET_LENGTH_MIN).map(str::to_owned)
}

/// The same cookies with other values: without its name, no session would be looked up.
pub(crate) fn strange(field: &Secret) -> String {
    let strange = |(name, _)| format!("{name}={}", random::hex::<24>());
    pairs(field).map(strange).collect::<Vec<_>>().join("; ")
}

/// Names and values (RFC 6265, section 4.2.1).
fn pairs(field: &Secret) -> impl Iterator<Item = (&str, &str)> {
    let pairs = field.expose().split(';').map(str::trim);
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}
