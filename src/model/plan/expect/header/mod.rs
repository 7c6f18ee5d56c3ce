//! Tests of a header field with all its values, as browsers and caches read them.
//!
//! A field may occur on several lines (RFC 9110, section 5.3). A field for which browsers have a rule is
//! judged by that rule, in a file of its own where the rule is long. For every other field, lines that lead
//! to different outcomes decide nothing.

mod caching;
mod cookie;
mod directive;
mod features;
mod grammar;
mod items;
mod policy;
mod transport;

use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::compare::{best, lowered, number, worst};
use crate::model::plan::expect::header::cookie::Cookie;
use crate::model::plan::expect::header::directive::is_directive;
use crate::model::plan::expect::header::policy::frame_ancestors;
use crate::model::plan::expect::{Directive, JudgeContext, OfCookie, Test, TestOutcome};

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
    let field = Field { name, facts, context };
    field.decide(value, test).unwrap_or(TestOutcome::Unknown(Reason::Unparsable))
}

/// Why a test of a field cannot be decided, as a clause that follows the name of the field, if so.
pub(super) fn doubt(
    name: &str,
    value: &Value,
    test: &Test,
    facts: &Facts,
    context: &JudgeContext<'_>,
) -> Option<String> {
    Field { name, facts, context }.decide(value, test).err().filter(|why| !why.is_empty())
}

/// A field of an answer.
struct Field<'a> {
    name: &'a str,
    facts: &'a Facts,
    context: &'a JudgeContext<'a>,
}

/// The outcome of a test, or a clause: why it cannot be decided.
type Decided = Result<TestOutcome, String>;

impl Field<'_> {
    fn decide(&self, value: &Value, test: &Test) -> Decided {
        let lines = lines(value);
        let outcome = self.of_lines(value, &lines, test)?;
        let is_cut = lines.len() >= LINES_MAX
            || lines.iter().any(|line| line.ends_with('…') && line.chars().count() > CHARS_MAX);
        match outcome {
            TestOutcome::Met if is_cut => Ok(TestOutcome::Unknown(Reason::Budget)),
            TestOutcome::Met if !matches!(test, Test::Exists(_)) => {
                self.understood(&lines).map(|()| outcome)
            }
            outcome => Ok(outcome),
        }
    }

    /// The error of a field that browsers ignore because of its form: nothing in it has an effect.
    fn understood(&self, lines: &[&str]) -> Result<(), String> {
        match self.name {
            "strict-transport-security" => transport::read(lines).map(drop),
            "permissions-policy" => features::read(lines).map(drop),
            _ => Ok(()),
        }
    }

    fn of_lines(&self, value: &Value, lines: &[&str], test: &Test) -> Decided {
        let (name, context) = (self.name, self.context);
        match test {
            Test::Exists(_) | Test::Every(_) | Test::Some(_) | Test::SameSet(_) | Test::All(_) => {
                let number = |line: &&str| number(line).unwrap_or_else(|| (*line).into());
                let numbers = || lines.iter().map(number).collect::<Value>();
                let numbers = test.is_of_number().then(numbers);
                Ok(test.judge(numbers.as_ref().unwrap_or(value), self.facts, context))
            }
            Test::IfThere(test) => self.decide(value, test),
            Test::Cookie(cookie) => self.of_cookie(cookie, lines),
            Test::Directive(directive) => directive.decide(name, lines, context),
            Test::Contains(part) if is_directive(name, part) => {
                alone(part).decide(name, lines, context)
            }
            Test::NotContains(part) if is_directive(name, part) => {
                alone(part).decide(name, lines, context).map(TestOutcome::inverse)
            }
            test => self.of_text(lines, test),
        }
    }

    /// Judges the lines that set the cookie. A line that removes it does not set it.
    fn of_cookie(&self, of: &OfCookie, lines: &[&str]) -> Decided {
        let sets = |line: &&str| {
            let cookie = Cookie::read(line);
            cookie.name == of.name && !cookie.is_removed(self.context.observed)
        };
        let lines: Vec<&str> = lines.iter().copied().filter(sets).collect();
        if lines.is_empty() {
            return Ok((of.is == Test::Exists(false)).into());
        }
        let value: Value = lines.iter().copied().map(Value::from).collect();
        self.of_lines(&value, &lines, &of.is)
    }

    fn of_text(&self, lines: &[&str], test: &Test) -> Decided {
        if let Some(decided) = items::judge(self.name, lines, test) {
            return decided;
        }
        let of = |text: &str, test: &Test| of_line(text, test, self.facts, self.context);
        match read(self.name, lines, self.facts) {
            Read::As(text) => {
                Ok(of(&text.to_lowercase(), &of_whole_policy(self.name, lowered(test))))
            }
            Read::Exactly(text) => Ok(of(&text, test)),
            Read::Each => {
                let outcomes = lines.iter().map(|line| of(line, test));
                // Any of the cookies may be the one that is searched for.
                let is_search = matches!(test, Test::Contains(_));
                Ok(if is_search { best(outcomes) } else { worst(outcomes) })
            }
            Read::Unclear(why) => Err(why),
            Read::Lines => of_lines(lines, lines.iter().map(|line| of(line, test)).collect(), test),
        }
    }
}

/// A search for a known policy in `Referrer-Policy` is for all of it: `no-referrer` is also the beginning of
/// another policy. `test` is in lower case.
fn of_whole_policy(name: &str, test: Test) -> Test {
    let is_policy = |part: &str| name == "referrer-policy" && REFERRER_POLICIES.contains(&part);
    match test {
        Test::Contains(part) if is_policy(part.trim()) => Test::Equals(part.trim().into()),
        Test::NotContains(part) if is_policy(part.trim()) => Test::NotEquals(part.trim().into()),
        other => other,
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
    /// They have no rule, or none by which this answer can be judged: why, as a clause.
    Unclear(String),
    /// There is no rule for this field.
    Lines,
}

fn of_line(line: &str, test: &Test, facts: &Facts, context: &JudgeContext<'_>) -> TestOutcome {
    match (test, number(line)) {
        (Test::AtMost(_) | Test::AtLeast(_), Some(number)) => test.judge(&number, facts, context),
        _ => test.judge(&Value::from(line), facts, context),
    }
}

/// Lines that agree decide. A text that must be there may be on any line of a list (RFC 9110, section
/// 5.3); one that must not be there may be on none.
fn of_lines(lines: &[&str], outcomes: Vec<TestOutcome>, test: &Test) -> Decided {
    let any = |outcome: TestOutcome| outcomes.contains(&outcome);
    let all = |outcome: TestOutcome| outcomes.iter().all(|one| *one == outcome);
    match test {
        Test::Contains(_) if any(TestOutcome::Met) => Ok(TestOutcome::Met),
        Test::NotContains(_) | Test::NotEquals(_) | Test::NotOneOf(_)
            if any(TestOutcome::NotMet) =>
        {
            Ok(TestOutcome::NotMet)
        }
        _ if outcomes.is_empty() => Ok(TestOutcome::NotMet),
        _ if all(TestOutcome::Met) => Ok(TestOutcome::Met),
        _ if all(TestOutcome::NotMet) => Ok(TestOutcome::NotMet),
        _ => match outcomes.iter().find(|one| matches!(one, TestOutcome::Unknown(_))) {
            Some(unknown) => Ok(*unknown),
            None => Err(format!(
                "has {} lines that contradict each other: {}",
                lines.len(),
                quoted(lines)
            )),
        },
    }
}

/// Texts in quotation marks, for people.
fn quoted(texts: &[&str]) -> String {
    texts.iter().map(|one| format!("“{one}”")).collect::<Vec<_>>().join(" and ")
}

fn read(name: &str, lines: &[&str], facts: &Facts) -> Read {
    let members: Vec<&str> = lines.iter().flat_map(|line| line.split(',')).map(str::trim).collect();
    match name {
        // Every line sets a cookie of its own (RFC 6265, section 3).
        "set-cookie" => Read::Each,
        // Only the first field is processed (RFC 6797, section 8.1).
        "strict-transport-security" => Read::As(lines.first().copied().unwrap_or("").to_owned()),
        // Media types have no case (RFC 9110, section 8.3.1).
        "content-type" if lines.len() == 1 => Read::As(lines[0].to_owned()),
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
        "access-control-allow-origin" | "access-control-allow-credentials" => {
            cors(name, &members, facts)
        }
        _ => Read::Lines,
    }
}

/// The combined value must be one origin, and browsers compare it as it is (WHATWG Fetch, "CORS check").
/// Where there are two, browsers let nobody read, and what the service means is unclear.
fn cors(name: &str, members: &[&str], facts: &Facts) -> Read {
    let origin = facts.at("/headers/access-control-allow-origin").map(lines).unwrap_or_default();
    match members {
        [] => Read::Exactly(String::new()),
        ["null"] if name == "access-control-allow-origin" => Read::Unclear(
            "is “null”, which lets a sandboxed document of any site read the answer".into(),
        ),
        ["true"] if name == "access-control-allow-credentials" && origin == ["*"] => Read::Unclear(
            "is “true” while Access-Control-Allow-Origin is “*”, and browsers refuse that".into(),
        ),
        [only] => Read::Exactly((*only).to_owned()),
        several => Read::Unclear(format!(
            "has {} values, and browsers accept only one: {}",
            several.len(),
            quoted(several)
        )),
    }
}

/// Contradicting values forbid framing, and unknown ones allow it (WHATWG HTML, "check a navigation
/// response's adherence to `X-Frame-Options`"), but older browsers obey the first. A policy with
/// `frame-ancestors` replaces the field.
fn frame_options(members: &[&str], facts: &Facts) -> Read {
    let policies = facts.at("/headers/content-security-policy").map(lines).unwrap_or_default();
    match frame_ancestors(&policies).as_deref() {
        Some("'none'") => return Read::As("DENY".into()),
        Some("'self'") => return Read::As("SAMEORIGIN".into()),
        Some(_) => {
            return Read::Unclear(
                "has no effect, because Content-Security-Policy has frame-ancestors".into(),
            );
        }
        None => {}
    }
    let mut values: Vec<String> = members.iter().map(|one| one.to_lowercase()).collect();
    values.sort();
    values.dedup();
    match values.as_slice() {
        [] => Read::As(String::new()),
        [only] => Read::As(only.clone()),
        _ => Read::Unclear(format!("has values that contradict each other: {}", quoted(members))),
    }
}
