//! Content security policies (Content Security Policy Level 3).

use serde_json::Value;

use crate::model::plan::expect::header::grammar::Found;
use crate::model::plan::expect::{Directive, JudgeContext, Test, TestOutcome};

/// The directives whose values are not lists of sources.
const WITHOUT_SOURCES: [&str; 7] = [
    "block-all-mixed-content",
    "report-to",
    "report-uri",
    "require-trusted-types-for",
    "sandbox",
    "trusted-types",
    "upgrade-insecure-requests",
];

/// The directives that apply where a policy does not have this one (section 6.8.4).
fn instead(name: &str) -> &'static [&'static str] {
    match name {
        "script-src-elem" | "script-src-attr" => &["script-src", "default-src"],
        "style-src-elem" | "style-src-attr" => &["style-src", "default-src"],
        "frame-src" => &["child-src", "default-src"],
        "worker-src" => &["child-src", "script-src", "default-src"],
        "child-src" | "connect-src" | "font-src" | "img-src" | "manifest-src" | "media-src"
        | "object-src" | "prefetch-src" | "script-src" | "style-src" => &["default-src"],
        _ => &[],
    }
}

/// The directives of a policy: names and values are separated by space.
fn of_policy(policy: &str) -> Vec<Found> {
    let all = policy.split(';').map(str::trim).filter(|one| !one.is_empty());
    all.map(|one| Found::new(one, one.split_once(|c: char| c.is_ascii_whitespace()))).collect()
}

/// The policies of all lines, without empty ones.
fn policies(lines: &[&str]) -> Vec<Vec<Found>> {
    let all = lines.iter().flat_map(|line| line.split(',')).map(of_policy);
    all.filter(|policy| !policy.is_empty()).collect()
}

/// Of a directive that a policy repeats only the first counts (section 2.2.1).
fn first<'p>(policy: &'p [Found], name: &str) -> Option<&'p Found> {
    policy.iter().find(|one| one.name == name)
}

/// A browser enforces every policy (section 4.2), so one that meets a demand is enough. A directive that
/// must be missing must be missing in each of them.
pub(super) fn decide(
    directive: &Directive,
    lines: &[&str],
    context: &JudgeContext<'_>,
) -> Result<TestOutcome, String> {
    let (all, name) = (policies(lines), directive.name.to_lowercase());
    if directive.is == Some(Test::Exists(false)) {
        return Ok(all.iter().all(|policy| first(policy, &name).is_none()).into());
    }
    let effective = |policy: &Vec<Found>| {
        let names = [&*name].into_iter().chain(instead(&name).iter().copied());
        names.into_iter().find_map(|one| first(policy, one)).cloned()
    };
    let spell = spelling(directive.is.as_ref());
    let read = |found: Found| {
        let value = spell(&name, found.value.as_deref().unwrap_or_default());
        Found { value: Some(value), ..found }
    };
    let is = directive.is.as_ref().map(|is| same(is, |operand| spell(&name, operand)));
    let wanted = Directive { name: name.clone(), is };
    let found = all.iter().filter_map(effective).map(read);
    let outcomes: Vec<_> = found.map(|one| wanted.of_found(Some(&one), context)).collect();
    let met = outcomes.contains(&Ok(TestOutcome::Met));
    match outcomes.iter().find(|one| !matches!(one, Ok(TestOutcome::NotMet))) {
        _ if met => Ok(TestOutcome::Met),
        Some(unclear) => unclear.clone(),
        None => Ok(TestOutcome::NotMet),
    }
}

/// How sources are written where a test compares them. Their order has no meaning, so a test of the whole
/// list compares them in alphabetical order.
fn spelling(test: Option<&Test>) -> fn(&str, &str) -> String {
    match test {
        Some(Test::Equals(_) | Test::NotEquals(_) | Test::OneOf(_) | Test::NotOneOf(_)) => sorted,
        _ => sources,
    }
}

fn sorted(name: &str, value: &str) -> String {
    let all = sources(name, value);
    let mut all: Vec<&str> = all.split(' ').collect();
    all.sort_unstable();
    all.dedup();
    all.join(" ")
}

/// The sources of a list, in the spelling in which they are compared. An empty list is that of `'none'`,
/// which has no effect next to other sources (section 2.3.1).
fn sources(name: &str, value: &str) -> String {
    if WITHOUT_SOURCES.contains(&name) {
        return value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    }
    let all = value.split_ascii_whitespace().map(source).filter(|one| one != "'none'");
    let all: Vec<String> = all.collect();
    if all.is_empty() { "'none'".to_owned() } else { all.join(" ") }
}

/// Keywords, schemes and hosts have no case; nonces, hashes and paths have one.
fn source(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower.starts_with("'nonce-") || lower.starts_with("'sha") {
        return text.to_owned();
    }
    let host = text.find("://").map_or(0, |at| at + 3);
    let path = text[host..].find('/').map_or(text.len(), |at| host + at);
    format!("{}{}", text[..path].to_lowercase(), &text[path..])
}

/// The same test, with its operands in this spelling.
fn same(test: &Test, spell: impl Fn(&str) -> String) -> Test {
    let value = |value: &Value| match value {
        Value::String(one) => Value::from(spell(one)),
        other => other.clone(),
    };
    let values = |all: &[Value]| all.iter().map(value).collect();
    // A part of a list may begin or end within a source.
    let part = |part: &str| part.to_lowercase();
    match test {
        Test::Equals(one) => Test::Equals(value(one)),
        Test::NotEquals(one) => Test::NotEquals(value(one)),
        Test::OneOf(all) => Test::OneOf(values(all)),
        Test::NotOneOf(all) => Test::NotOneOf(values(all)),
        Test::Contains(one) if !has_case(one) => Test::Contains(part(one)),
        Test::NotContains(one) if !has_case(one) => Test::NotContains(part(one)),
        other => other.clone(),
    }
}

/// Whether a part of a list may be within a nonce, a hash or a path.
fn has_case(part: &str) -> bool {
    part.contains('/') || part.contains("nonce-") || part.contains("sha") || part.len() > 30
}

/// The sources of `frame-ancestors` in the strictest of some policies: `'none'`, or those of the only
/// policy that has the directive; an empty text where several differ.
pub(super) fn frame_ancestors(lines: &[&str]) -> Option<String> {
    let all = policies(lines);
    let all = all.iter().filter_map(|policy| first(policy, "frame-ancestors"));
    let mut all: Vec<String> = all
        .map(|one| sorted("frame-ancestors", one.value.as_deref().unwrap_or_default()))
        .collect();
    all.sort();
    all.dedup();
    match all.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        several if several.iter().any(|one| one == "'none'") => Some("'none'".into()),
        _ => Some(String::new()),
    }
}
