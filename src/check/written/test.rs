//! Tests of one value as authors write them: a bare value, or a mapping of tests.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Value, json};

use crate::language::period::Period;
use crate::model::plan::expect;
use crate::model::plan::expect::Test;

/// Tests of one value, all of which must be met; a bare value must be equalled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tests(pub Vec<Test>);

/// Tests by name.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Test")]
struct Named {
    /// Is this value.
    equals: Option<Value>,
    /// Is there, and is any other value.
    not_equals: Option<Value>,
    /// Is one of these values.
    one_of: Option<Vec<Value>>,
    /// Is text with this in it, or a list with this among its items.
    contains: Option<String>,
    /// Is text without this in it, or a list without it.
    not_contains: Option<String>,
    /// Is text that begins so.
    starts_with: Option<String>,
    /// Is text that ends so.
    ends_with: Option<String>,
    /// `true`: is there. `false`: is not there.
    exists: Option<bool>,
    /// Is a number, at most this.
    at_most: Option<f64>,
    /// Is a number, at least this.
    at_least: Option<f64>,
    /// Is a list of these values, in any order, no more and no fewer.
    same_set: Option<Vec<Value>>,
    /// Is a time at most so long ago, and not in the future.
    not_older_than: Option<Period>,
    /// Is a time at least so far ahead.
    at_least_ahead: Option<Period>,
    /// Is a list that has entries, each of which passes.
    every: Option<Within>,
    /// Is a list with an entry that passes.
    some: Option<Within>,
    /// Is a header field with these directives (`max-age`, `private`); `exists: true` if the
    /// directive must only be there.
    directives: Option<BTreeMap<String, Tests>>,
}

const NAMED: &[&str] = &[
    "equals",
    "not_equals",
    "one_of",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "exists",
    "at_most",
    "at_least",
    "same_set",
    "not_older_than",
    "at_least_ahead",
    "every",
    "some",
    "directives",
];

/// A test of something within a list's entry.
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
    fn each(self) -> impl Iterator<Item = Box<expect::Within>> {
        let at = self.at;
        self.is.0.into_iter().map(move |is| {
            let at = at.clone();
            Box::new(expect::Within { at, is })
        })
    }
}

impl Named {
    fn tests(self) -> Result<Vec<Test>, &'static str> {
        let mut all = Vec::new();
        all.extend(self.equals.map(Test::Equals));
        all.extend(self.not_equals.map(Test::NotEquals));
        all.extend(self.one_of.map(Test::OneOf));
        all.extend(self.contains.map(Test::Contains));
        all.extend(self.not_contains.map(Test::NotContains));
        all.extend(self.starts_with.map(Test::StartsWith));
        all.extend(self.ends_with.map(Test::EndsWith));
        all.extend(self.exists.map(Test::Exists));
        all.extend(self.at_most.map(Test::AtMost));
        all.extend(self.at_least.map(Test::AtLeast));
        all.extend(self.same_set.map(Test::SameSet));
        all.extend(self.not_older_than.map(Test::NotOlderThan));
        all.extend(self.at_least_ahead.map(Test::AtLeastAhead));
        all.extend(self.every.into_iter().flat_map(Within::each).map(Test::Every));
        if let Some(some) = self.some {
            if some.is.0.len() > 1 {
                return Err("`some` takes one test: two might be met by different entries");
            }
            all.extend(some.each().map(Test::Some));
        }
        for (name, tests) in self.directives.into_iter().flatten() {
            all.extend(tests.0.into_iter().map(|test| directive(&name, test)));
        }
        match all.is_empty() {
            true => Err("there is no test here, and anything would do"),
            false => Ok(all),
        }
    }
}

fn directive(name: &str, test: Test) -> Test {
    let is = (test != Test::Exists(true) && test != Test::Equals(json!(true))).then_some(test);
    let name = name.to_owned();
    Test::Directive(Box::new(expect::Directive { name, is }))
}

impl<'de> Deserialize<'de> for Tests {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TestsVisitor;
        impl<'de> Visitor<'de> for TestsVisitor {
            type Value = Tests;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value to be equalled, or a mapping of tests")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Tests, E> {
                Ok(Tests(vec![Test::Equals(json!(value))]))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Tests, E> {
                Ok(Tests(vec![Test::Equals(json!(value))]))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Tests, E> {
                Ok(Tests(vec![Test::Equals(json!(value))]))
            }

            fn visit_str<E>(self, value: &str) -> Result<Tests, E> {
                Ok(Tests(vec![Test::Equals(json!(value))]))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Tests, A::Error> {
                let named = Named::deserialize(MapAccessDeserializer::new(map))?;
                named.tests().map(Tests).map_err(A::Error::custom)
            }
        }
        // The names are given so that an unknown one is told with its likely meaning.
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
            "description": "a value to be equalled, or tests that must all be met",
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
}
