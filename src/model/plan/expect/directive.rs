//! The directives of a header field, such as `max-age=3600` in `Cache-Control`, read by the grammar of
//! the field.
//!
//! A directive within a quoted string is not a directive, nor is the name of a cookie.

use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::compare::{lowered, number, worst};
use crate::model::plan::expect::{Directive, JudgeContext, Test, TestOutcome};

const UNCLEAR: TestOutcome = TestOutcome::Unknown(Reason::Unparsable);

/// The names of a cookie's attributes.
const OF_COOKIES: [&str; 8] =
    ["domain", "expires", "httponly", "max-age", "partitioned", "path", "samesite", "secure"];

/// The directives of an answer's `Cache-Control` (RFC 9111, section 5.2.2, and RFC 8246).
const OF_CACHES: [&str; 11] = [
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

/// A directive as a field has it: its name in lower case, and its value.
struct Found {
    name: String,
    value: Option<String>,
}

/// Whether a text is the name of a directive of this field, so that a search for the text means the
/// directive.
pub(super) fn is_directive(field: &str, text: &str) -> bool {
    let text = text.trim().to_lowercase();
    match field {
        "set-cookie" => OF_COOKIES.contains(&&*text),
        "cache-control" => OF_CACHES.contains(&&*text),
        _ => false,
    }
}

/// The sources of `frame-ancestors` in the strictest of some policies: `'none'`, or those of the only
/// policy that has the directive; an empty text where several differ.
pub(super) fn frame_ancestors(policies: &[&str]) -> Option<String> {
    let all = policies.iter().flat_map(|line| line.split(',')).flat_map(of_policy);
    let mut sources: Vec<String> = all
        .filter(|one| one.name == "frame-ancestors")
        .map(|one| one.value.unwrap_or_else(|| "'none'".into()).to_lowercase())
        .collect();
    sources.sort();
    sources.dedup();
    match sources.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        several if several.iter().any(|one| one == "'none'") => Some("'none'".into()),
        _ => Some(String::new()),
    }
}

impl Directive {
    /// Judges the lines of a field; an empty name for a field that is not known.
    pub(super) fn judge(
        &self,
        field: &str,
        lines: &[&str],
        context: &JudgeContext<'_>,
    ) -> TestOutcome {
        let of = |all: &[Found]| self.of(all, context);
        match field {
            // Each line sets a cookie of its own, and of an attribute that is repeated the last one
            // counts (RFC 6265, sections 3 and 5.3).
            "set-cookie" if lines.is_empty() => self.of_nothing(),
            "set-cookie" => worst(lines.iter().map(|line| {
                let all = of_cookie(line).into_iter().rev();
                of(&all.filter(|one| self.is_named(one)).take(1).collect::<Vec<_>>())
            })),
            "content-security-policy" | "content-security-policy-report-only" => {
                self.of_policies(lines, context)
            }
            "strict-transport-security" => self.of_transport_security(lines, context),
            "cache-control" => self.of_caching(lines, context),
            _ => parsed(lines, &[',', ';']).map_or(UNCLEAR, |all| of(&all)),
        }
    }

    /// The outcome where the directive is missing.
    pub(super) fn of_nothing(&self) -> TestOutcome {
        (self.is == Some(Test::Exists(false))).into()
    }

    fn is_named(&self, found: &Found) -> bool {
        found.name == self.name.to_lowercase()
    }

    /// Directives of one name decide if they agree.
    fn of(&self, all: &[Found], context: &JudgeContext<'_>) -> TestOutcome {
        let outcomes: Vec<TestOutcome> = all
            .iter()
            .filter(|found| self.is_named(found))
            .map(|found| self.of_value(found.value.as_deref(), context))
            .collect();
        match outcomes.split_first() {
            None => self.of_nothing(),
            Some((first, rest)) if rest.iter().all(|one| one == first) => *first,
            Some(_) => UNCLEAR,
        }
    }

    fn of_value(&self, found: Option<&str>, context: &JudgeContext<'_>) -> TestOutcome {
        let Some(test) = &self.is else {
            return TestOutcome::Met;
        };
        let text = found.unwrap_or_default();
        let value = number(text).unwrap_or_else(|| Value::from(text));
        let test = match (test, &value) {
            (Test::Equals(Value::Bool(wanted)), _) => Test::Equals(wanted.to_string().into()),
            (Test::Equals(Value::String(wanted)), Value::Number(_)) => {
                Test::Equals(number(wanted).unwrap_or_else(|| wanted.clone().into()))
            }
            // Browsers compare `SameSite` without regard to case.
            _ if self.name.eq_ignore_ascii_case("samesite") => {
                return lowered(test).judge(&text.to_lowercase().into(), &nothing(), context);
            }
            (test, _) => test.clone(),
        };
        test.judge(&value, &nothing(), context)
    }

    /// A browser enforces every policy, and of a directive that a policy repeats only the first
    /// (Content Security Policy Level 3, sections 2.2.1 and 4.2).
    fn of_policies(&self, lines: &[&str], context: &JudgeContext<'_>) -> TestOutcome {
        let policies = lines.iter().flat_map(|line| line.split(','));
        let first = |policy: &str| of_policy(policy).into_iter().find(|one| self.is_named(one));
        let all: Vec<Found> = policies.filter_map(first).collect();
        self.of(&all, context)
    }

    /// A browser processes the first field only (RFC 6797, section 8.1). A directive may not be
    /// repeated, and the field has no effect without a `max-age` (section 6.1).
    fn of_transport_security(&self, lines: &[&str], context: &JudgeContext<'_>) -> TestOutcome {
        let Some(all) = parsed(&lines[..lines.len().min(1)], &[';']) else {
            return UNCLEAR;
        };
        if all.iter().filter(|one| self.is_named(one)).count() > 1 {
            return UNCLEAR;
        }
        let age = all.iter().find(|one| one.name == "max-age").and_then(|one| one.value.as_deref());
        let has_effect = age.and_then(number).is_some_and(|age| age.as_f64() > Some(0.0));
        let is_age = self.name.eq_ignore_ascii_case("max-age");
        if is_age || has_effect { self.of(&all, context) } else { self.of_nothing() }
    }

    /// `private="field"` and `no-cache="field"` are about that field only, and the other directive of a
    /// contradicting pair leaves open which of them a cache follows (RFC 9111, sections 4.2.1 and 5.2.2).
    fn of_caching(&self, lines: &[&str], context: &JudgeContext<'_>) -> TestOutcome {
        let Some(mut all) = parsed(lines, &[',']) else {
            return UNCLEAR;
        };
        let is_qualified =
            |one: &Found| matches!(&*one.name, "private" | "no-cache") && one.value.is_some();
        all.retain(|one| !is_qualified(one));
        let has = |name: &str| all.iter().any(|one| one.name == name);
        let name = self.name.to_lowercase();
        let contradicts = matches!(&*name, "private" | "public") && has("private") && has("public");
        if contradicts { UNCLEAR } else { self.of(&all, context) }
    }
}

fn nothing() -> Facts {
    Facts(Value::Null)
}

/// The attributes of a cookie, after its name and value. Quotation marks have no meaning here (RFC 6265,
/// section 5.2).
fn of_cookie(line: &str) -> Vec<Found> {
    line.split(';').skip(1).map(|one| found(one, one.split_once('='))).collect()
}

/// The directives of a policy: names and values are separated by space.
fn of_policy(policy: &str) -> Vec<Found> {
    let all = policy.split(';').map(str::trim);
    all.map(|one| found(one, one.split_once(|c: char| c.is_ascii_whitespace()))).collect()
}

fn found(whole: &str, parts: Option<(&str, &str)>) -> Found {
    let (name, value) = parts.map_or((whole, None), |(name, value)| (name, Some(value)));
    Found { name: name.trim().to_lowercase(), value: value.map(|value| value.trim().to_owned()) }
}

/// The directives of all lines; `None` if a quoted string does not end.
fn parsed(lines: &[&str], separators: &[char]) -> Option<Vec<Found>> {
    let mut all = Vec::new();
    for line in lines {
        for one in members(line, separators)? {
            let Found { name, value } = found(one, one.split_once('='));
            all.push(Found { name, value: value.map(|value| unquoted(&value)) });
        }
    }
    Some(all)
}

/// The parts of a line between separators outside quoted strings (RFC 9110, section 5.6.4).
fn members<'a>(line: &'a str, separators: &[char]) -> Option<Vec<&'a str>> {
    let (mut all, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (index, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if !quoted && separators.contains(&c) => {
                all.push(&line[start..index]);
                start = index + c.len_utf8();
            }
            _ => {}
        }
    }
    all.push(&line[start..]);
    (!quoted).then_some(all)
}

fn unquoted(value: &str) -> String {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let Some(inner) = inner else {
        return value.to_owned();
    };
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        text.extend(if c == '\\' { characters.next() } else { Some(c) });
    }
    text
}
