//! `Strict-Transport-Security` (RFC 6797).

use crate::model::plan::expect::compare::number;
use crate::model::plan::expect::header::grammar::{Found, in_seconds, is_token, parsed};
use crate::model::plan::expect::{Directive, JudgeContext, TestOutcome};

/// Reads the field: browsers process the first line only (section 8.1), and must ignore one that does
/// not have the form that section 6.1 defines. The error is a clause that names what is wrong.
pub(super) fn read(lines: &[&str]) -> Result<Vec<Found>, String> {
    let all = parsed(&lines[..lines.len().min(1)], &[';'])?;
    for (index, one) in all.iter().enumerate() {
        form(one)?;
        if all[..index].iter().any(|earlier| earlier.name == one.name) {
            return Err(ignored(&format!("has the directive {} twice", one.name)));
        }
    }
    Ok(all)
}

fn form(one: &Found) -> Result<(), String> {
    let has_separator = |text: &str| text.contains([',', ' ', '\t']);
    let value = one.value.as_deref().unwrap_or_default();
    if (has_separator(value) && !one.is_quoted) || has_separator(&one.name) {
        let why = format!("has {}, and its directives must be separated by `;`", one.shown());
        return Err(ignored(&why));
    }
    if !is_token(&one.name) {
        return Err(ignored(&format!("has {}, which is not a directive", one.shown())));
    }
    match one.name.as_str() {
        "max-age" => in_seconds(one).map_err(|why| ignored(&why)),
        "includesubdomains" if one.value.is_some() => {
            Err(ignored(&format!("has {}, a directive that takes no value", one.shown())))
        }
        _ => Ok(()),
    }
}

fn ignored(why: &str) -> String {
    format!("{why}: browsers ignore such a field (RFC 6797, section 6.1)")
}

/// A field without a `max-age`, or with 0, has no effect.
pub(super) fn decide(
    directive: &Directive,
    lines: &[&str],
    context: &JudgeContext<'_>,
) -> Result<TestOutcome, String> {
    let all = read(lines)?;
    let age = all.iter().find(|one| one.name == "max-age").and_then(|one| one.value.as_deref());
    let has_effect = age.and_then(number).is_some_and(|age| age.as_f64() > Some(0.0));
    let is_age = directive.name.eq_ignore_ascii_case("max-age");
    if is_age || has_effect { directive.of(&all, context) } else { Ok(directive.of_nothing()) }
}
