//! Tests of one value as authors write them: a bare value, or a mapping of tests.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Value, json};

use crate::language::period::Period;
use crate::language::quantity::side::Side;
use crate::model::plan::expect;
use crate::model::plan::expect::Test;
use crate::model::source::decode::Spanned;
use crate::model::written::unit::WrittenUnit;

/// Tests of one value, all of which must be met; a bare value must be equal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tests {
    /// The tests.
    pub(crate) all: Vec<Test>,
    /// The limits among them.
    pub(crate) limits: Vec<TestLimit>,
}

/// A limit among tests.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TestLimit {
    /// The JSON Pointer or directive that it limits; `None` for the tested value itself.
    pub(crate) of: Option<String>,
    /// The side of the limit on which the value must be.
    pub(crate) side: Side,
    /// The limit.
    pub(crate) operand: Operand,
    /// The unit that the author names.
    pub(crate) unit: Option<WrittenUnit>,
    /// Its bytes in the file.
    pub(crate) span: Range<usize>,
}

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operand {
    /// A number; the name of the tested value gives its unit.
    Number(f64),
    /// A length of time.
    Time(Period),
}

/// Tests by name.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Test")]
struct Named {
    /// It is this value.
    equals: Option<Spanned<Value>>,
    /// It is present, and is any other value.
    not_equals: Option<Value>,
    /// It is one of these values.
    one_of: Option<Vec<Value>>,
    /// It is present, and is not one of these values.
    not_one_of: Option<Vec<Value>>,
    /// It is a text that contains this, or a list with this item.
    contains: Option<String>,
    /// It is a text that does not contain this, or a list without this item.
    not_contains: Option<String>,
    /// It is a text that begins with this.
    starts_with: Option<String>,
    /// It is a text that ends with this.
    ends_with: Option<String>,
    /// `true`: it is present. `false`: it is not present.
    exists: Option<bool>,
    /// It is a number, at most this.
    at_most: Option<Spanned<f64>>,
    /// It is a number, at least this.
    at_least: Option<Spanned<f64>>,
    /// The unit of the number of `at_most`, `at_least` or `equals`, so that "5 minutes" in the claim's
    /// text corresponds to 300 `seconds`. The name of a field such as `/retention_days` gives its unit
    /// too.
    unit: Option<WrittenUnit>,
    /// It is a list of exactly these values, in any order.
    same_set: Option<Vec<Value>>,
    /// It is a time at most this long ago, and not in the future.
    not_older_than: Option<Spanned<Period>>,
    /// It is a time at least this far in the future.
    at_least_ahead: Option<Spanned<Period>>,
    /// It is a list with entries, each of which passes.
    every: Option<Within>,
    /// It is a list with an entry that passes.
    some: Option<Within>,
    /// It is a header field with these directives (`max-age`, `private`); `true` if the value does not
    /// matter, `false` if the directive must be missing. They are read by the grammar of the field: in
    /// `Set-Cookie`, every cookie must have the attribute.
    directives: Option<BTreeMap<String, Tests>>,
    /// The name of the cookie that `directives` or `exists` is about, in the header field `set-cookie`.
    /// Without it, `directives` is about every cookie. Alone, it means that the cookie is set.
    cookie: Option<String>,
}

const NAMED: &[&str] = &[
    "equals",
    "not_equals",
    "one_of",
    "not_one_of",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "exists",
    "at_most",
    "at_least",
    "unit",
    "same_set",
    "not_older_than",
    "at_least_ahead",
    "every",
    "some",
    "directives",
    "cookie",
];

/// A test of a value within an entry of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Entry")]
struct Within {
    /// JSON Pointer within the entry; the entry itself if left out.
    #[serde(default)]
    at: String,
    /// The test there.
    is: Tests,
}

impl Within {
    fn each(self, limits: &mut Vec<TestLimit>) -> impl Iterator<Item = Box<expect::Within>> {
        let at = self.at;
        let of = (!at.is_empty()).then(|| at.clone());
        limits.extend(
            self.is
                .limits
                .into_iter()
                .map(|limit| TestLimit { of: limit.of.or_else(|| of.clone()), ..limit }),
        );
        self.is.all.into_iter().map(move |is| Box::new(expect::Within { at: at.clone(), is }))
    }
}

impl Named {
    fn tests(self) -> Result<Tests, &'static str> {
        let mut limits = self.limits();
        let is_number = |limit: &TestLimit| matches!(limit.operand, Operand::Number(_));
        if self.unit.is_some() && !limits.iter().any(is_number) {
            return Err(
                "`unit` is the unit of a number after `at_most`, `at_least` or `equals`: write one of these too",
            );
        }
        let mut all = Vec::new();
        all.extend(self.equals.map(|wanted| Test::Equals(wanted.value)));
        all.extend(self.not_equals.map(Test::NotEquals));
        all.extend(self.one_of.map(Test::OneOf));
        all.extend(self.not_one_of.map(Test::NotOneOf));
        all.extend(self.contains.map(Test::Contains));
        all.extend(self.not_contains.map(Test::NotContains));
        all.extend(self.starts_with.map(Test::StartsWith));
        all.extend(self.ends_with.map(Test::EndsWith));
        all.extend(self.exists.map(Test::Exists));
        all.extend(self.at_most.map(|limit| Test::AtMost(limit.value)));
        all.extend(self.at_least.map(|limit| Test::AtLeast(limit.value)));
        all.extend(self.same_set.map(Test::SameSet));
        all.extend(self.not_older_than.map(|limit| Test::NotOlderThan(limit.value)));
        all.extend(self.at_least_ahead.map(|limit| Test::AtLeastAhead(limit.value)));
        if let Some(every) = self.every {
            all.extend(every.each(&mut limits).map(Test::Every));
        }
        if let Some(some) = self.some {
            if some.is.all.len() > 1 {
                return Err(
                    "`some` takes one test, because two might be met by different entries: write one test",
                );
            }
            all.extend(some.each(&mut limits).map(Test::Some));
        }
        for (name, tests) in self.directives.into_iter().flatten() {
            let of = |limit: TestLimit| TestLimit { of: Some(name.clone()), ..limit };
            limits.extend(tests.limits.into_iter().map(of));
            all.extend(tests.all.into_iter().map(|test| directive(&name, test)));
        }
        if let Some(name) = self.cookie {
            all = of_cookie(&name, all)?;
        }
        match all.is_empty() {
            true => Err(
                "there is no test here, so anything would pass: write one, such as `exists: true`",
            ),
            false => Ok(Tests { all, limits }),
        }
    }

    /// The limits among the tests of the value itself.
    fn limits(&self) -> Vec<TestLimit> {
        let numbers = [(Side::AtMost, &self.at_most), (Side::AtLeast, &self.at_least)];
        let times = [(Side::AtMost, &self.not_older_than), (Side::AtLeast, &self.at_least_ahead)];
        let number = |(side, setting): (Side, &Option<Spanned<f64>>)| {
            let one = setting.as_ref()?;
            Some(TestLimit { unit: self.unit, ..limit(one, side, Operand::Number(one.value)) })
        };
        let time = |(side, setting): (Side, &Option<Spanned<Period>>)| {
            setting.as_ref().map(|one| limit(one, side, Operand::Time(one.value)))
        };
        // A number that must be equal is a limit if the author names its unit.
        let equal = self.equals.as_ref().filter(|_| self.unit.is_some()).and_then(|one| {
            let limit = limit(one, Side::Exactly, Operand::Number(one.as_f64()?));
            Some(TestLimit { unit: self.unit, ..limit })
        });
        let all = numbers.into_iter().filter_map(number).chain(equal);
        all.chain(times.into_iter().filter_map(time)).collect()
    }
}

fn limit<T>(setting: &Spanned<T>, side: Side, operand: Operand) -> TestLimit {
    TestLimit { of: None, side, operand, unit: None, span: setting.span.clone() }
}

impl From<Value> for Tests {
    fn from(value: Value) -> Self {
        Self { all: vec![Test::Equals(value)], limits: Vec::new() }
    }
}

/// The same tests of one cookie.
fn of_cookie(name: &str, tests: Vec<Test>) -> Result<Vec<Test>, &'static str> {
    let fits = |test: &Test| matches!(test, Test::Directive(_) | Test::Exists(_));
    if !tests.iter().all(fits) {
        return Err(
            "`cookie` goes with `directives` or `exists`, because the value of a cookie is a secret: write \
             one of these",
        );
    }
    let tests = if tests.is_empty() { vec![Test::Exists(true)] } else { tests };
    let of = |is| Test::Cookie(Box::new(expect::OfCookie { name: name.to_owned(), is }));
    Ok(tests.into_iter().map(of).collect())
}

fn directive(name: &str, test: Test) -> Test {
    let is = match test {
        Test::Exists(true) | Test::Equals(Value::Bool(true)) => None,
        Test::Equals(Value::Bool(false)) => Some(Test::Exists(false)),
        test => Some(test),
    };
    let name = name.to_owned();
    Test::Directive(Box::new(expect::Directive { name, is }))
}

impl<'de> Deserialize<'de> for Tests {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TestsVisitor;
        impl<'de> Visitor<'de> for TestsVisitor {
            type Value = Tests;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value, or a mapping of tests")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Tests, E> {
                Ok(json!(value).into())
            }

            fn visit_i64<E>(self, value: i64) -> Result<Tests, E> {
                Ok(json!(value).into())
            }

            fn visit_f64<E>(self, value: f64) -> Result<Tests, E> {
                Ok(json!(value).into())
            }

            fn visit_str<E>(self, value: &str) -> Result<Tests, E> {
                Ok(json!(value).into())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Tests, A::Error> {
                let named = Named::deserialize(MapAccessDeserializer::new(map))?;
                named.tests().map_err(A::Error::custom)
            }
        }
        // With the list of names, an unknown name is reported with a suggestion.
        deserializer.deserialize_struct("Tests", NAMED, TestsVisitor)
    }
}

impl JsonSchema for Tests {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Tests".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let named = generator.subschema_for::<Named>();
        schemars::json_schema!({
            "description": "a value that the answer must equal, or tests that must all be met",
            "anyOf": [{"type": ["boolean", "number", "string"]}, named]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_test_is_on_the_list_that_unknown_names_are_compared_with() {
        let schema = schemars::schema_for!(Named).to_value();
        let properties = schema["properties"].as_object().unwrap().keys();
        assert_eq!(properties.collect::<Vec<_>>(), NAMED);
    }

    #[test]
    fn a_value_that_is_none_of_the_listed_ones_passes_not_one_of() {
        let yaml = "{kind: command, run: [a], json: {/state: {not_one_of: [failed, lost]}}}";
        let plan = crate::check::fixture::plan(yaml);
        let test = &plan.steps[1].expect[1].test;
        assert_eq!(*test, Test::NotOneOf(vec![json!("failed"), json!("lost")]));
        assert_eq!(test.counterexample(), Some(json!("failed")));
    }
}
