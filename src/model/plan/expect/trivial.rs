//! Expectations that any answer meets, or that no answer can meet. They are found by judging the test
//! against a few arbitrary values of the type that the answer can have at that place.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::model::answer::facts::Facts;
use crate::model::plan::expect::compare::number;
use crate::model::plan::expect::{Expectation, JudgeContext, Test, TestOutcome, Within};

/// Why an expectation shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Triviality {
    /// Any answer meets it.
    Always,
    /// No answer can meet it.
    Never,
}

impl Expectation {
    /// Why the expectation shows nothing, if so.
    pub fn triviality(&self) -> Option<Triviality> {
        if self.at.is_empty() && !matches!(self.test, Test::NotAll(_)) {
            return None;
        }
        if has_null(&self.test) {
            return Some(Triviality::Never);
        }
        of_test(&self.test, &Place::of(&self.at))
    }
}

/// When the made-up answers came: 2026-11-22T10:00:00Z.
const OBSERVED_S: i64 = 1_795_341_600;

/// The values that an answer can have at a place.
struct Place {
    /// Arbitrary values, in groups of one type.
    groups: Vec<Vec<Value>>,
    /// Whether an answer can have nothing there.
    may_be_absent: bool,
    /// Whether it can have this value, so that values near the operand of a test are tried too.
    fits: fn(&Value) -> bool,
    /// Whether it can only have texts, so that numbers are written as text there.
    is_text: bool,
    /// Whether it has too many values for the listed ones to be all that are usual.
    is_open: bool,
}

impl Place {
    fn of(at: &str) -> Self {
        let of = |values: Value, fits| Self {
            groups: vec![values.as_array().cloned().unwrap_or_default()],
            may_be_absent: false,
            fits,
            is_text: false,
            is_open: true,
        };
        match at {
            // A test that all of these pass passes whatever a service usually answers.
            "/status" => Self {
                is_open: false,
                ..of(json!([200, 204, 301, 302, 400, 401, 403, 404]), is_status)
            },
            "/body/bytes" | "/stdout/bytes" => {
                of(json!([0, 1, 2, 1000, 1_000_000, 1_000_000_000]), is_length)
            }
            "/exit" => Self { may_be_absent: true, ..of(json!([0, 1, 2, 127]), is_exit) },
            "/body/text" | "/body/title" | "/stdout/text" => Self::text(),
            _ if at.starts_with("/headers/") => Self::text(),
            _ => Self::anything(),
        }
    }

    fn text() -> Self {
        let (groups, fits) = (vec![texts()], Value::is_string);
        Self { groups, may_be_absent: true, fits, is_text: true, is_open: true }
    }

    fn anything() -> Self {
        Self {
            groups: vec![
                texts(),
                numbers(),
                [
                    lists_of(texts()),
                    lists_of(vec![json!(1), json!({}), json!({"a": 1}), json!([])]),
                ]
                .concat(),
                vec![json!(true), json!(false)],
                vec![json!({}), json!({"a": 1})],
            ],
            may_be_absent: true,
            fits: |_| true,
            is_text: false,
            is_open: true,
        }
    }
}

fn is_status(value: &Value) -> bool {
    value.as_f64().is_some_and(|status| (100.0..500.0).contains(&status))
}

fn is_length(value: &Value) -> bool {
    value.as_f64().is_some_and(|length| (0.0..=1e9).contains(&length))
}

fn is_exit(value: &Value) -> bool {
    value.as_f64().is_some_and(|exit| (0.0..256.0).contains(&exit))
}

/// Ordinary numbers, and those that are a time: long ago, now, and far ahead.
fn numbers() -> Vec<Value> {
    let numbers = [-1e12, 0.0, 2.5, 1e12].into_iter().map(Value::from);
    numbers.chain([-1, 1, OBSERVED_S, 99_999_999_999].map(Value::from)).collect()
}

/// Ordinary texts, and those that are a number or a time.
fn texts() -> Vec<Value> {
    let texts = ["", "a", "Hello, world.", "<h1>Not found</h1>", "0", "12", "1000000000000"];
    let times = ["1970-01-01T00:00:00Z", "2026-11-22T10:00:00Z"];
    texts.into_iter().chain(times).map(Value::from).collect()
}

fn lists_of(items: Vec<Value>) -> Vec<Value> {
    [json!([])].into_iter().chain(items.into_iter().map(|item| json!([item]))).collect()
}

fn of_test(test: &Test, place: &Place) -> Option<Triviality> {
    match test {
        Test::IfThere(test) => return of_test(test, place),
        Test::Every(within) | Test::Some(within) => {
            let in_list = matches!(test, Test::Some(_)) || !within.at.is_empty();
            return of_test(&within.is, &Place { may_be_absent: in_list, ..Place::anything() });
        }
        Test::Directive(directive) => {
            return of_test(directive.is.as_ref()?, &Place::text());
        }
        Test::Cookie(cookie) => return of_test(&cookie.is, place),
        Test::All(all) | Test::NotAll(all) => return of_all(all),
        Test::Exists(_) if place.may_be_absent => return None,
        _ => {}
    }
    outcomes(test, place).iter().find_map(|group| of_group(group))
}

/// Why these outcomes, for values of one type, show nothing. A test of another type decides none.
fn of_group(outcomes: &[TestOutcome]) -> Option<Triviality> {
    let (met, not_met) = (TestOutcome::Met, TestOutcome::NotMet);
    match (outcomes.contains(&met), outcomes.contains(&not_met)) {
        (true, false) => Some(Triviality::Always),
        (false, true) => Some(Triviality::Never),
        _ => None,
    }
}

/// Several tests show nothing if one of them does not: it could be left out.
fn of_all(all: &[Within]) -> Option<Triviality> {
    match all {
        [] => Some(Triviality::Always),
        // A status that must not be answered may be one that shows a failure.
        all => all
            .iter()
            .filter(|one| one.at != "/status")
            .find_map(|one| of_test(&one.is, &Place::of(&one.at))),
    }
}

/// The outcomes for arbitrary values, for values near the operand, and for the test's own examples, in
/// groups of one type.
fn outcomes(test: &Test, place: &Place) -> Vec<Vec<TestOutcome>> {
    let observed = Timestamp::from_second(OBSERVED_S).unwrap_or(Timestamp::UNIX_EPOCH);
    let context =
        JudgeContext { observed, capture: &|_| None, sees: &[], control: None, before: Vec::new() };
    let nothing = Facts(Value::Null);
    let other = test.counterexample().filter(|_| place.is_open);
    let own = other.into_iter().chain([test.example(observed)]);
    let written = |value: Value| match value {
        Value::Number(number) if place.is_text => Value::from(number.to_string()),
        other => other,
    };
    let own = own.chain(near(test)).map(written).filter(|value| (place.fits)(value));
    let own: Vec<Value> = own.filter(|value| !place.is_text || !is_negative(value)).collect();
    let of_group = |group: &Vec<Value>| {
        let like = |value: &&Value| {
            let first = group.first().map(std::mem::discriminant);
            first == Some(std::mem::discriminant(*value))
        };
        let all = group.iter().chain(own.iter().filter(like));
        all.map(|value| {
            let value = if place.is_text && is_numeric(test) { read(value) } else { value.clone() };
            test.judge(&value, &nothing, &context)
        })
        .collect()
    };
    place.groups.iter().map(of_group).collect()
}

/// Header fields and texts count things: a number in them is not below 0.
fn is_negative(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with('-'))
}

fn is_numeric(test: &Test) -> bool {
    match test {
        Test::AtMost(_) | Test::AtLeast(_) => true,
        Test::Equals(value) | Test::NotEquals(value) => value.is_number(),
        Test::OneOf(values) | Test::NotOneOf(values) => values.iter().any(Value::is_number),
        _ => false,
    }
}

fn read(value: &Value) -> Value {
    value.as_str().and_then(number).unwrap_or_else(|| value.clone())
}

/// Texts, and lists of them, that contain the operand and more.
fn near(test: &Test) -> Vec<Value> {
    let part = match test {
        Test::Contains(part)
        | Test::NotContains(part)
        | Test::StartsWith(part)
        | Test::EndsWith(part) => part.as_str(),
        Test::SameSet(values) => return vec![json!(values)],
        Test::Equals(value) | Test::NotEquals(value) => return vec![value.clone()],
        Test::OneOf(values) | Test::NotOneOf(values) => return values.clone(),
        _ => return Vec::new(),
    };
    vec![json!(format!("{part} more")), json!(format!("more {part}")), json!([part])]
}

/// Whether a value is compared with `null`, which counts as absent.
fn has_null(test: &Test) -> bool {
    match test {
        Test::Equals(value) | Test::NotEquals(value) => value.is_null(),
        Test::OneOf(values) | Test::NotOneOf(values) | Test::SameSet(values) => {
            values.iter().any(Value::is_null)
        }
        Test::Every(within) | Test::Some(within) => has_null(&within.is),
        Test::All(all) | Test::NotAll(all) => all.iter().any(|one| has_null(&one.is)),
        Test::IfThere(test) => has_null(test),
        Test::Cookie(cookie) => has_null(&cookie.is),
        Test::Directive(directive) => directive.is.as_ref().is_some_and(has_null),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::period::Period;
    use crate::model::plan::expect::Directive;

    fn why(at: &str, test: Test) -> Option<Triviality> {
        Expectation::new(at, test).triviality()
    }

    fn within(at: &str, is: Test) -> Box<Within> {
        Box::new(Within { at: at.into(), is })
    }

    fn directive(is: Test) -> Test {
        Test::Directive(Box::new(Directive { name: "max-age".into(), is: Some(is) }))
    }

    #[test]
    fn a_test_that_any_answer_meets_is_found() {
        let empty = String::new;
        let all: Vec<Value> = (100..500).map(Value::from).collect();
        for (at, test) in [
            ("/body/bytes", Test::AtLeast(0.0)),
            ("/body/bytes", Test::AtLeast(-3.0)),
            ("/body/bytes", Test::AtMost(1e15)),
            ("/body/bytes", Test::Exists(true)),
            ("/status", Test::OneOf(all)),
            ("/body/text", Test::StartsWith(empty())),
            ("/body/text", Test::EndsWith(empty())),
            ("/body/title", Test::Contains(empty())),
            ("/headers/via", Test::Contains(empty())),
            ("/headers/content-length", Test::AtLeast(0.0)),
            ("/headers/cache-control", directive(Test::AtLeast(0.0))),
            ("/body/json/a", Test::StartsWith(empty())),
            ("/body/json/a", Test::Contains(empty())),
            ("/body/json/a", Test::OneOf(vec![json!(true), json!(false)])),
            ("/body/json/a", Test::NotOneOf(Vec::new())),
            ("/body/json", Test::Every(within("", Test::Exists(true)))),
            ("/body/json", Test::Every(within("/id", Test::StartsWith(empty())))),
            ("/body/json", Test::Some(within("/id", Test::StartsWith(empty())))),
            ("/body/json/a", Test::IfThere(Box::new(Test::StartsWith(empty())))),
            ("/body/json/a", Test::All(Vec::new())),
            ("", Test::NotAll(vec![*within("/body/text", Test::Contains(empty()))])),
        ] {
            assert_eq!(why(at, test.clone()), Some(Triviality::Always), "{at} {test:?}");
        }
    }

    #[test]
    fn a_test_that_no_answer_can_meet_is_found() {
        for (at, test) in [
            ("/body/bytes", Test::AtMost(-1.0)),
            ("/body/bytes", Test::Exists(false)),
            ("/body/text", Test::NotContains(String::new())),
            ("/body/json/a", Test::NotContains(String::new())),
            ("/body/json/a", Test::OneOf(Vec::new())),
            ("/body/json/a", Test::Equals(Value::Null)),
            ("/body/json/a", Test::NotEquals(Value::Null)),
            ("/body/json/a", Test::OneOf(vec![json!("a"), Value::Null])),
            ("/body/json", Test::Every(within("/a", Test::Equals(Value::Null)))),
        ] {
            assert_eq!(why(at, test.clone()), Some(Triviality::Never), "{at} {test:?}");
        }
    }

    #[test]
    fn ordinary_tests_show_something() {
        let text = |text: &str| text.to_owned();
        for (at, test) in [
            ("/status", Test::Equals(json!(200))),
            ("/status", Test::OneOf(vec![json!(200), json!(404), json!(410)])),
            ("/status", Test::OneOf(vec![json!(401), json!(403), json!(429)])),
            ("/body/bytes", Test::AtLeast(1.0)),
            ("/body/bytes", Test::AtMost(2048.0)),
            ("/body/bytes", Test::Equals(json!(69))),
            ("/body/text", Test::Contains(text("a"))),
            ("/body/text", Test::NotContains(text("root:"))),
            ("/headers/x", Test::Exists(true)),
            ("/headers/x", Test::Exists(false)),
            ("/headers/x", Test::Equals(json!("0"))),
            ("/headers/x", Test::AtMost(5e15)),
            ("/headers/x", Test::NotOneOf(vec![json!("a"), json!("b")])),
            ("/headers/cache-control", directive(Test::AtMost(3600.0))),
            ("/headers/cache-control", directive(Test::AtLeast(31_536_000.0))),
            ("/headers/cache-control", directive(Test::Equals(json!(0)))),
            ("/headers/cache-control", directive(Test::Exists(false))),
            ("/exit", Test::Equals(json!(3))),
            ("/body/json", Test::Exists(true)),
            ("/body/json/a", Test::Equals(json!("${captured}"))),
            ("/body/json/a", Test::Equals(json!(true))),
            ("/body/json/a", Test::Equals(json!(["a", 1]))),
            ("/body/json/a", Test::NotEquals(json!("admin"))),
            ("/body/json/a", Test::OneOf(vec![json!("a"), json!(1), json!(true)])),
            ("/body/json/a", Test::AtLeast(0.0)),
            ("/body/json/a", Test::AtMost(-5.0)),
            ("/body/json/a", Test::AtMost(0.0)),
            ("/body/json/a", Test::SameSet(Vec::new())),
            ("/body/json/a", Test::SameSet(vec![json!("read"), json!("write")])),
            ("/body/json/a", Test::StartsWith(text("https://${host:media}/"))),
            ("/body/json/a", Test::NotOlderThan(Period::hours(24))),
            ("/body/json/a", Test::AtLeastAhead(Period::days(14))),
            ("/body/json", Test::Some(within("", Test::Exists(true)))),
            ("/body/json", Test::Every(within("/id", Test::Exists(true)))),
            ("/body/json", Test::Every(within("/at", Test::NotOlderThan(Period::days(1))))),
            ("/body/json", Test::Some(within("/id", Test::Equals(json!("${entry}"))))),
            ("", Test::NotAll(vec![*within("/status", Test::Equals(json!(503)))])),
        ] {
            assert_eq!(why(at, test.clone()), None, "{at} {test:?}");
        }
    }
}
