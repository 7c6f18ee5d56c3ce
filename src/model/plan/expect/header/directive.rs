//! The directives of a header field, such as `max-age=3600` in `Cache-Control`, read by the grammar of
//! the field.
//!
//! A directive within a quoted string is not a directive, nor is the name of a cookie.

use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::compare::{lowered, number};
use crate::model::plan::expect::header::grammar::{Found, parsed};
use crate::model::plan::expect::header::{caching, cookie, features, policy, transport};
use crate::model::plan::expect::mismatch;
use crate::model::plan::expect::{Directive, JudgeContext, Test, TestOutcome};

/// The names of a cookie's attributes.
const OF_COOKIES: [&str; 8] =
    ["domain", "expires", "httponly", "max-age", "partitioned", "path", "samesite", "secure"];

/// Whether a text is the name of a directive of this field, so that a search for the text means the
/// directive.
pub(super) fn is_directive(field: &str, text: &str) -> bool {
    let text = text.trim().to_lowercase();
    match field {
        "set-cookie" => OF_COOKIES.contains(&&*text),
        "cache-control" => caching::is_directive(&text),
        _ => false,
    }
}

impl Directive {
    /// Judges the lines of a field; an empty name for a field that is not known. The error is a clause
    /// that follows the name of the field: why this cannot be decided.
    pub(super) fn decide(
        &self,
        field: &str,
        lines: &[&str],
        context: &JudgeContext<'_>,
    ) -> Result<TestOutcome, String> {
        match field {
            "set-cookie" => cookie::decide(self, lines, context),
            "content-security-policy" | "content-security-policy-report-only" => {
                policy::decide(self, lines, context)
            }
            "strict-transport-security" => transport::decide(self, lines, context),
            "cache-control" => caching::decide(self, lines, context),
            "permissions-policy" => features::decide(self, lines, context),
            _ => self.of(&parsed(lines, &[',', ';'])?, context),
        }
    }

    /// The outcome where the directive is missing.
    pub(in crate::model::plan::expect) fn of_nothing(&self) -> TestOutcome {
        (self.is == Some(Test::Exists(false))).into()
    }

    /// Directives of one name decide if they agree.
    pub(super) fn of(
        &self,
        all: &[Found],
        context: &JudgeContext<'_>,
    ) -> Result<TestOutcome, String> {
        let name = self.name.to_lowercase();
        let named: Vec<&Found> = all.iter().filter(|found| found.name == name).collect();
        let Some((first, rest)) = named.split_first() else {
            return Ok(self.of_nothing());
        };
        let outcome = self.of_found(Some(first), context)?;
        for one in rest {
            if self.of_found(Some(one), context)? != outcome {
                let (first, one) = (first.shown(), one.shown());
                return Err(format!("has both {first} and {one}, which contradict each other"));
            }
        }
        Ok(outcome)
    }

    /// Judges one directive, or that there is none.
    pub(super) fn of_found(
        &self,
        found: Option<&Found>,
        context: &JudgeContext<'_>,
    ) -> Result<TestOutcome, String> {
        let (Some(found), Some(test)) = (found, &self.is) else {
            let missing = || self.of_nothing();
            return Ok(found.map_or_else(missing, |_| TestOutcome::Met));
        };
        let text = found.value.as_deref().unwrap_or_default();
        let (value, test) = self.compared(text, test);
        match test.judge(&value, &Facts(Value::Null), context) {
            TestOutcome::Unknown(Reason::Unparsable) => {
                let why = mismatch::of_value(&test, &value).unwrap_or_default();
                Err(format!("has the directive {}, which {why}", found.shown()))
            }
            outcome => Ok(outcome),
        }
    }

    /// The value and the test as they are compared: numbers as numbers, `SameSite` without its case.
    fn compared(&self, text: &str, test: &Test) -> (Value, Test) {
        if self.name.eq_ignore_ascii_case("samesite") {
            return (text.to_lowercase().into(), lowered(test));
        }
        let value = number(text).unwrap_or_else(|| Value::from(text));
        let test = match (test, &value) {
            (Test::Equals(Value::Bool(wanted)), _) => Test::Equals(wanted.to_string().into()),
            (Test::Equals(Value::String(wanted)), Value::Number(_)) => {
                Test::Equals(number(wanted).unwrap_or_else(|| wanted.clone().into()))
            }
            (test, _) => test.clone(),
        };
        (value, test)
    }
}
