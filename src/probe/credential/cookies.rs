//! Sessions in a `Cookie` field: its secrets, and a field with the same names and invalid values.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::model::plan::credential::Forgery;
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
    values(field).filter(|value| is_secret(value)).map(str::to_owned)
}

fn is_secret(value: &str) -> bool {
    let has_digit = value.contains(|c: char| c.is_ascii_digit());
    value.len() >= if has_digit { SECRET_LENGTH_MIN } else { WORD_CHARS_MAX }
}

/// The value of a cookie with this defect. A value that is not a secret stays; `None` if it cannot have the defect.
pub(crate) fn with_defect(value: &str, forgery: &Forgery) -> Option<String> {
    match forgery {
        Forgery::Garbage | Forgery::WrongSecret => Some(random::hex::<24>()),
        Forgery::ChangedSignature | Forgery::ChangedClaims if !is_secret(value) => {
            Some(value.to_owned())
        }
        Forgery::ChangedSignature => Some(with_other_end(value)),
        Forgery::ChangedClaims => Some(with_other_beginning(value)),
        _ => None,
    }
}

/// The same cookies with one defect in each value that is a secret; `None` if they cannot have it.
pub(crate) fn forged(field: &Secret, forgery: &Forgery) -> Option<String> {
    let pair = |(name, value)| Some(format!("{name}={}", with_defect(value, forgery)?));
    Some(pairs(field).map(pair).collect::<Option<Vec<_>>>()?.join("; "))
}

/// What sets the parts of a signed cookie apart: `.` (RFC 7515, Django, Flask, Express), `|` (Tornado), `:` (Django)
/// and `&` (Play).
const SEPARATORS: [char; 4] = ['.', '|', ':', '&'];

/// The same in Rails.
const DASHES: &str = "--";

/// The minimum length of a part that is a secret alone, in characters.
const PART_CHARS_MIN: usize = 16;

/// The minimum length of a signature, in characters.
const SIGNATURE_CHARS_MIN: usize = 8;

/// The parts of the values that are secrets, as far as they are long enough to be one: a forged session contains one of
/// them.
pub(crate) fn parts(field: &Secret) -> impl Iterator<Item = &str> {
    let secrets = values(field).filter(|value| is_secret(value));
    let parts = secrets.flat_map(|value| {
        let (start, end) = split(value);
        [payload(start), end]
    });
    parts.filter(|part| part.len() >= PART_CHARS_MIN && part.contains(|c: char| c.is_ascii_digit()))
}

/// A value with random characters in place of its last part, or of its second half if it has no parts.
fn with_other_end(value: &str) -> String {
    let (start, end) = split(value);
    format!("{start}{}", random_like(end))
}

/// A value with other characters in place of the one before its last part: a service that does not verify the
/// signature reads another session.
fn with_other_beginning(value: &str) -> String {
    let (start, end) = split(value);
    let payload = payload(start);
    let separators = start.strip_prefix(payload).unwrap_or_default();
    format!("{}{separators}{end}", changed(payload))
}

/// A value before its last part, with the separator, and its last part.
fn split(value: &str) -> (&str, &str) {
    let after = value.rfind(DASHES).map(|at| at + DASHES.len());
    let after = after.or_else(|| value.rfind(SEPARATORS).map(|at| at + 1));
    let after = after.filter(|at| value.len() - at >= SIGNATURE_CHARS_MIN);
    let middle = || (0..=value.len() / 2).rev().find(|at| value.is_char_boundary(*at));
    value.split_at(after.or_else(middle).unwrap_or(0))
}

/// A payload without the separator after it.
fn payload(start: &str) -> &str {
    start.trim_end_matches(SEPARATORS).trim_end_matches(DASHES)
}

/// A payload that was changed: an object in JSON gets a further member, so that it can still be read.
fn changed(payload: &str) -> String {
    let mut parts: Vec<String> = payload.split('.').map(str::to_owned).collect();
    match parts.iter_mut().find_map(|part| Some((with_member(part)?, part))) {
        Some((object, part)) => *part = object,
        None => return random_like(payload),
    }
    parts.join(".")
}

/// An encoded object in JSON with a further member; `None` if it is not one.
fn with_member(part: &str) -> Option<String> {
    let with = |engine: &GeneralPurpose| {
        let mut object: Value = serde_json::from_slice(&engine.decode(part).ok()?).ok()?;
        object.as_object_mut()?.insert("changed".into(), true.into());
        Some(engine.encode(object.to_string()))
    };
    with(&URL_SAFE_NO_PAD).or_else(|| with(&STANDARD))
}

/// Random letters and digits where a text has some.
fn random_like(text: &str) -> String {
    let random = random::hex::<64>();
    let random = random.chars().cycle();
    let one = |(own, random): (char, char)| match own {
        own if !own.is_ascii_alphanumeric() => own,
        own if own == random => 'x',
        _ => random,
    };
    text.chars().zip(random).map(one).collect()
}

/// Names and values (RFC 6265, section 4.2.1).
fn pairs(field: &Secret) -> impl Iterator<Item = (&str, &str)> {
    let pairs = field.expose().split(';').map(str::trim);
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(value: &str, forgery: &Forgery) -> String {
        let field = Secret::new(format!("theme=dark; sid={value}"));
        let made = forged(&field, forgery).unwrap();
        let made = made.strip_prefix("theme=dark; sid=").unwrap().to_owned();
        assert_ne!(made, value);
        assert_eq!(made.matches(SEPARATORS).count(), value.matches(SEPARATORS).count(), "{made}");
        made
    }

    #[test]
    fn the_end_of_a_session_changes_and_its_beginning_stays() {
        for (value, start) in [
            ("eyJ1IjoxfQ.aZ3k9.sIgNaTuRe0123456789", "eyJ1IjoxfQ.aZ3k9."),
            ("BAh7B0kiD3Nlc3Npb25--0123456789abcdef0123", "BAh7B0kiD3Nlc3Npb25--"),
            ("s%3Aabcdefgh12.0123456789abcdef", "s%3Aabcdefgh12."),
            ("0123456789abcdef", "01234567"),
        ] {
            let made = changed(value, &Forgery::ChangedSignature);
            assert!(made.starts_with(start), "{made}");
            assert_eq!(made.len(), value.len());
            assert!(!made.contains(&value[start.len()..]), "{made}");
        }
    }

    #[test]
    fn the_beginning_of_a_session_changes_under_the_same_signature() {
        let value = "eyJ1IjoxfQ.sIgNaTuRe0123456789";
        let made = changed(value, &Forgery::ChangedClaims);
        let (payload, signature) = made.split_once('.').unwrap();
        let payload: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        assert_eq!(payload, serde_json::json!({ "u": 1, "changed": true }));
        assert_eq!(signature, "sIgNaTuRe0123456789");
        let opaque = changed("0123456789abcdef", &Forgery::ChangedClaims);
        assert!(opaque.ends_with("89abcdef") && !opaque.starts_with("01234567"), "{opaque}");
        let timed = changed("eyJ1IjoxfQ.aZ3k9.sIgNaTuRe0123456789", &Forgery::ChangedClaims);
        assert!(timed.ends_with(".sIgNaTuRe0123456789"), "{timed}");
    }
}
