//! Texts that are secrets by their shape, wherever they are.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::load::literal::found::Literal;
use crate::load::literal::values::is_password;
use crate::model::project::token_shape;

/// How many characters of base64 follow the first line of a private key at least.
const KEY_CHARS_MIN: usize = 40;

/// The minimum length of the signature of a token; a shorter one is made up.
const SIGNATURE_CHARS_MIN: usize = 20;

/// The length of a secret access key of Amazon.
const AWS_SECRET_CHARS: usize = 40;

/// The names before which such a key is written, without case and separators.
const AWS_NAMES: [&str; 2] = ["secretaccesskey", "awssecretkey"];

/// Every secret in a text that has a known shape.
pub(super) fn all(text: &str) -> Vec<Literal> {
    let mut all = Vec::new();
    let mut add = |message: &str, found: Vec<Range<usize>>| {
        all.extend(found.into_iter().map(|span| Literal { span, message: message.to_owned() }));
    };
    add("a token of a well-known issuer is written here", tokens(text));
    add("a private key is written here", private_keys(text));
    add("a signed token is written here", signed_tokens(text));
    add("a secret access key is written here", aws_secrets(text));
    add("an address with a password is written here", passwords_in_addresses(text));
    all
}

fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(token_shape::find) {
        let span = at + found.start..at + found.end;
        at = span.end;
        all.push(span);
    }
    all
}

/// The bodies of private keys in PEM (RFC 7468).
fn private_keys(text: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    for (start, _) in text.match_indices("-----BEGIN ") {
        let rest = &text[start..];
        let Some(label) = rest.get(11..).and_then(|label| label.split_once("-----")) else {
            continue;
        };
        if !label.0.ends_with("PRIVATE KEY") || label.0.len() > 40 {
            continue;
        }
        let body = 11 + label.0.len() + 5;
        let end = rest[body..].find("-----END").map_or(rest.len(), |end| body + end);
        let of_key = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        if rest[body..end].chars().filter(of_key).count() >= KEY_CHARS_MIN {
            all.push(start + body..start + end);
        }
    }
    all
}

/// Signed JSON Web Tokens (RFC 7519), except those that are made up: without a signature, or well known from
/// documentation.
fn signed_tokens(text: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("eyJ") {
        let start = at + found;
        let in_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let length = text[start..].find(|c| !in_token(c)).unwrap_or(text.len() - start);
        at = start + length;
        if is_signed(&text[start..at]) {
            all.push(start..at);
        }
    }
    all
}

fn is_signed(token: &str) -> bool {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else { return false };
    let read = |part: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    let is_sample = |claims: Value| claims["name"] == "John Doe" || claims["sub"] == "1234567890";
    signature.len() >= SIGNATURE_CHARS_MIN
        && read(header).is_some_and(|header| header["alg"].is_string())
        && read(claims).is_some_and(|claims| claims.is_object() && !is_sample(claims))
}

/// Secret access keys of Amazon, which have no prefix: 40 characters after their name.
fn aws_secrets(text: &str) -> Vec<Range<usize>> {
    let in_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    let mut all = Vec::new();
    let mut at = 0;
    for word in text.split(|c| !in_key(c)) {
        let span = at..at + word.len();
        at = span.end + text[span.end..].chars().next().map_or(0, char::len_utf8);
        let is_key = word.len() == AWS_SECRET_CHARS
            && word.contains(|c: char| c.is_ascii_digit())
            && word.contains(|c: char| c.is_ascii_uppercase())
            && word.contains(|c: char| c.is_ascii_lowercase());
        if is_key && !word.contains("EXAMPLE") && is_named(&text[..span.start]) {
            all.push(span);
        }
    }
    all
}

/// Whether a text ends with one of the names and what may separate it from its value.
fn is_named(before: &str) -> bool {
    let start = before.char_indices().rev().take(40).last().map_or(0, |(at, _)| at);
    let name: String = before[start..].chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    AWS_NAMES.iter().any(|known| name.ends_with(known))
}

/// Passwords in addresses such as `https://user:password@example.com`.
fn passwords_in_addresses(text: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let rest = &text[start..];
        let ends = |c: char| c.is_whitespace() || "/?#\"'`<>()[]{}$\\".contains(c);
        let authority = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let Some((user, _)) = authority.rsplit_once('@') else { continue };
        let Some((name, password)) = user.split_once(':') else { continue };
        if is_password(password) {
            all.push(start + name.len() + 1..start + user.len());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        all(text).into_iter().map(|one| &text[one.span]).collect()
    }

    fn jwt(header: &str, claims: &str, signature: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{signature}", encode(header), encode(claims))
    }

    #[test]
    fn keys_and_tokens_are_found_by_their_shape() {
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB";
        let key =
            format!("a\n-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----");
        assert_eq!(found(&key), [format!("\n{body}\n")]);
        let token = jwt("{\"alg\":\"HS256\"}", "{\"iss\":\"a\"}", "q7Htx2Mzw4kD5bvn3rJc6sgPy2fA");
        assert_eq!(found(&format!("x {token}.")), Vec::<&str>::new());
        assert_eq!(found(&format!("x '{token}'")), [token.as_str()]);
        let aws = "q7Htx2Mzw4kD5bvn3rJc6sgPy2fA1b9Z8uEo/+aB";
        assert_eq!(found(&format!("aws_secret_access_key = \"{aws}\"")), [aws]);
        assert_eq!(found("postgres://app:k3Jd92ls@db.example.com/app"), ["k3Jd92ls"]);
    }

    #[test]
    fn samples_and_made_up_values_are_not_secrets() {
        let long = "q7Htx2Mzw4kD5bvn3rJc6sgPy2fA";
        for text in [
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----".to_owned(),
            "-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB"
                .to_owned(),
            jwt("{\"alg\":\"none\"}", "{\"iss\":\"a\"}", ""),
            jwt("{\"alg\":\"HS256\"}", "{\"sub\":\"1234567890\",\"name\":\"John Doe\"}", long),
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            "sha1 q7Htx2Mzw4kD5bvn3rJc6sgPy2fA1b9Z8uEoaB12".to_owned(),
            "https://user:password@example.com https://${USER}:${PASSWORD}@a.test".to_owned(),
            "see https://example.com/@user:name and a:b@c".to_owned(),
        ] {
            assert_eq!(found(&text), Vec::<&str>::new(), "{text}");
        }
    }
}
