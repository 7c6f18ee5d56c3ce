//! `Cache-Control` (RFC 9111).

use crate::model::plan::expect::header::grammar::{Found, in_seconds, is_token, parsed};
use crate::model::plan::expect::{Directive, JudgeContext, TestOutcome};

/// The directives of an answer (section 5.2.2, and RFC 8246).
const NAMES: [&str; 11] = [
    "immutable",
    "max-age",
    "must-revalidate",
    "must-understand",
    "no-cache",
    "no-store",
    "no-transform",
    "private",
    "proxy-revalidate",
    "public",
    "s-maxage",
];

/// The directives whose values are seconds.
const SECONDS: [&str; 4] = ["max-age", "s-maxage", "stale-if-error", "stale-while-revalidate"];

/// Whether this is the name of a directive of caches, in lower case.
pub(super) fn is_directive(name: &str) -> bool {
    NAMES.contains(&name)
}

/// `private="field"` and `no-cache="field"` are about that field only, and the other directive of a
/// contradicting pair leaves open which of them a cache follows (sections 4.2.1 and 5.2.2).
pub(super) fn decide(
    directive: &Directive,
    lines: &[&str],
    context: &JudgeContext<'_>,
) -> Result<TestOutcome, String> {
    let mut all = parsed(lines, &[','])?;
    let name = directive.name.to_lowercase();
    let may_be_it = |one: &&Found| is_odd(one) && one.shown().contains(&*name);
    if let Some(odd) = all.iter().find(may_be_it) {
        let shown = odd.shown();
        return Err(format!("has {shown}, and its directives must be separated by commas"));
    }
    if SECONDS.contains(&&*name) {
        all.iter().filter(|one| one.name == name).try_for_each(in_seconds)?;
    }
    let is_qualified =
        |one: &Found| matches!(&*one.name, "private" | "no-cache") && one.value.is_some();
    all.retain(|one| !is_qualified(one));
    let has = |name: &str| all.iter().any(|one| one.name == name);
    match &*name {
        "private" | "public" if has("private") && has("public") => {
            Err("has both `private` and `public`, which contradict each other".to_owned())
        }
        _ => directive.of(&all, context),
    }
}

/// Whether a member cannot be a directive, as where a semicolon separates two of them.
fn is_odd(one: &Found) -> bool {
    let is_two = |value: &String| value.contains([';', ' ']) && !one.is_quoted;
    !is_token(&one.name) || one.value.as_ref().is_some_and(is_two)
}
