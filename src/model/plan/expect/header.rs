//! Tests of a header field with all its values, as browsers and caches read them.
//!
//! A field may occur on several lines (RFC 9110, section 5.3). A field for which browsers have a rule is
//! judged by that rule. For every other field, lines that lead to different outcomes decide nothing.

use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::compare::{lowered, number, worst};
use crate::model::plan::expect::directive::{frame_ancestors, is_directive};
use crate::model::plan::expect::{Directive, JudgeContext, Test, TestOutcome};

/// The most lines of one field, and the most characters of one line, that an observation has.
const LINES_MAX: usize = 64;
const CHARS_MAX: usize = 8192;

/// The policies that browsers know (W3C Referrer Policy, section 3).
const REFERRER_POLICIES: [&str; 8] = [
    "no-referrer",
    "no-referrer-when-downgrade",
    "same-origin",
    "origin",
    "strict-origin",
    "origin-when-cross-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
];

/// The name of the header field to all of whose values a pointer leads.
pub(super) fn name(at: &str) -> Option<String> {
    let name = at.strip_prefix("/headers/").filter(|name| !name.contains('/'))?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

/// The lines of a field.
pub(super) fn lines(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        Value::String(line) => vec![line],
        _ => Vec::new(),
    }
}

/// Judges a test of a field.
pub(super) fn judge(
    name: &str,
    value: &Value,
    test: &Test,
    facts: &Facts,
    context: &JudgeContext<'_>,
) -> TestOutcome {
    let lines = lines(value);
    let outcome = match test {
        Test::Exists(_) | Test::Every(_) | Test::Some(_) | Test::SameSet(_) | Test::All(_) => {
            let numbers = lines.iter().map(|line| number(line).unwrap_or_else(|| (*line).into()));
            let numbers = test.is_of_number().then(|| numbers.collect::<Value>());
            test.judge(numbers.as_ref().unwrap_or(value), facts, context)
        }
        Test::IfThere(test) => judge(name, value, test, facts, context),
        Test::Directive(directive) => directive.judge(name, &lines, context),
        Test::Contains(part) if is_directive(name, part) => {
            alone(part).judge(name, &lines, context)
        }
        Test::NotContains(part) if is_directive(name, part) => {
            alone(part).judge(name, &lines, context).inverse()
        }
        test => of_text(name, &lines, test, facts, context),
    };
    let is_cut = lines.len() >= LINES_MAX
        || lines.iter().any(|line| line.ends_with('…') && line.chars().count() > CHARS_MAX);
    match outcome {
        TestOutcome::Met if is_cut => TestOutcome::Unknown(Reason::Budget),
        outcome => outcome,
    }
}

fn alone(name: &str) -> Directive {
    Directive { name: name.trim().to_owned(), is: None }
}

/// What browsers make of the lines of a field.
enum Read {
    /// They act on this text, which they compare without regard to case.
    As(String),
    /// They act on this text, and compare it as it is.
    Exactly(String),
    /// They act on each line by itself.
    Each,
    /// They have no rule, or none by which this answer can be judged.
    Unclear,
    /// There is no rule for this field.
    Lines,
}

fn of_text(
    name: &str,
    lines: &[&str],
    test: &Test,
    facts: &Facts,
    context: &JudgeContext<'_>,
) -> TestOutcome {
    let of = |text: &str, test: &Test| of_line(text, test, facts, context);
    match read(name, lines, facts) {
        Read::As(text) => of(&text.to_lowercase(), &lowered(test)),
        Read::Exactly(text) => of(&text, test),
        Read::Each => worst(lines.iter().map(|line| of(line, test))),
        Read::Unclear => TestOutcome::Unknown(Reason::Unparsable),
        Read::Lines => of_lines(lines.iter().map(|line| of(line, test)).collect(), test),
    }
}

fn of_line(line: &str, test: &Test, facts: &Facts, context: &JudgeContext<'_>) -> TestOutcome {
    match (test, number(line)) {
        (Test::AtMost(_) | Test::AtLeast(_), Some(number)) => test.judge(&number, facts, context),
        _ => test.judge(&Value::from(line), facts, context),
    }
}

/// Lines that agree decide. A text that must be there may be on any line of a list (RFC 9110, section
/// 5.3); one that must not be there may be on none.
fn of_lines(outcomes: Vec<TestOutcome>, test: &Test) -> TestOutcome {
    let any = |outcome: TestOutcome| outcomes.contains(&outcome);
    let all = |outcome: TestOutcome| outcomes.iter().all(|one| *one == outcome);
    match test {
        Test::Contains(_) if any(TestOutcome::Met) => TestOutcome::Met,
        Test::NotContains(_) | Test::NotEquals(_) | Test::NotOneOf(_)
            if any(TestOutcome::NotMet) =>
        {
            TestOutcome::NotMet
        }
        _ if outcomes.is_empty() => TestOutcome::NotMet,
        _ if all(TestOutcome::Met) => TestOutcome::Met,
        _ if all(TestOutcome::NotMet) => TestOutcome::NotMet,
        _ => TestOutcome::Unknown(Reason::Unparsable),
    }
}

fn read(name: &str, lines: &[&str], facts: &Facts) -> Read {
    let members: Vec<&str> = lines.iter().flat_map(|line| line.split(',')).map(str::trim).collect();
    match name {
        // Every line sets a cookie of its own (RFC 6265, section 3).
        "set-cookie" => Read::Each,
        // Only the first field is processed (RFC 6797, section 8.1).
        "strict-transport-security" => Read::As(lines.first().copied().unwrap_or("").to_owned()),
        // Only the first value counts (WHATWG Fetch, "determine nosniff").
        "x-content-type-options" => Read::As(members.first().copied().unwrap_or("").to_owned()),
        // The last known policy counts (W3C Referrer Policy, section 8.1).
        "referrer-policy" => {
            let known = |one: &&&str| REFERRER_POLICIES.contains(&&*one.to_lowercase());
            Read::As(
                members.iter().rev().find(known).map_or(String::new(), |one| (*one).to_owned()),
            )
        }
        "x-frame-options" => frame_options(&members, facts),
        // The combined value must be one origin (WHATWG Fetch, "CORS check"), so browsers let nobody
        // read where there are two. What the service meant is unclear.
        "access-control-allow-origin" | "access-control-allow-credentials" if members.len() > 1 => {
            Read::Unclear
        }
        "access-control-allow-origin" | "access-control-allow-credentials" => {
            Read::Exactly(members.first().copied().unwrap_or("").to_owned())
        }
        _ => Read::Lines,
    }
}

/// Contradicting values forbid framing, and unknown ones allow it (WHATWG HTML, "check a navigation
/// response's adherence to `X-Frame-Options`"). A policy with `frame-ancestors` replaces the field.
fn frame_options(members: &[&str], facts: &Facts) -> Read {
    let policies = facts.at("/headers/content-security-policy").map(lines).unwrap_or_default();
    match frame_ancestors(&policies).as_deref() {
        Some("'none'") => return Read::As("DENY".into()),
        Some("'self'") => return Read::As("SAMEORIGIN".into()),
        Some(_) => return Read::Unclear,
        None => {}
    }
    let mut values: Vec<String> = members.iter().map(|one| one.to_lowercase()).collect();
    values.sort();
    values.dedup();
    let forbids = |one: &String| matches!(one.as_str(), "deny" | "sameorigin" | "allowall");
    match values.as_slice() {
        [only] => Read::As(only.clone()),
        several if several.iter().any(forbids) => Read::As("DENY".into()),
        several => Read::As(several.join(", ")),
    }
}
