//! From a tree of YAML to a typed value, telling everything that is wrong with it at once.
//!
//! serde stops at its first error. Here each value that is refused is reported with its place, left
//! out, and the reading begun again, until nothing new is found: an author mends a file in one go.

mod error;
mod stand_in;
mod tree;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use serde::de::{self, DeserializeOwned, Visitor};

use crate::model::source::Place;
use crate::model::source::decode::error::Error;
use crate::model::source::decode::stand_in::{Missing, STAND_INS, StandIn};
use crate::model::source::decode::tree::De;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::{Entry, Node};

/// How often one document is read again at the most; each time finds one more mistake.
const MISTAKES_MAX: usize = 200;

const SPANNED: &str = "$avouch::Spanned";
const SPANNED_FIELDS: &[&str] = &["start", "end", "value"];

/// A value together with the bytes that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its bytes in the file.
    pub span: Range<usize>,
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Spanned<T> {
    /// The value's place in `file`.
    pub fn place(&self, file: &std::sync::Arc<str>) -> Place {
        Place::new(file.clone(), self.span.clone())
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

impl<'de, T: de::Deserialize<'de>> de::Deserialize<'de> for Spanned<T> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SpannedVisitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: de::Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
            type Value = Spanned<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value with its place")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Spanned<T>, A::Error> {
                let mut next = || -> Result<usize, A::Error> {
                    map.next_key::<de::IgnoredAny>()?;
                    map.next_value()
                };
                let (start, end) = (next()?, next()?);
                map.next_key::<de::IgnoredAny>()?;
                Ok(Spanned { value: map.next_value()?, span: start..end })
            }
        }
        deserializer.deserialize_struct(
            SPANNED,
            SPANNED_FIELDS,
            SpannedVisitor(std::marker::PhantomData),
        )
    }
}

/// Reads a typed value from `node`, which was read from `file`.
///
/// Every mistake is added to `diagnostics`. A value comes back where enough of it could be read to
/// look for further mistakes with; it is whole only if nothing was added.
pub fn decode<T: DeserializeOwned>(node: &Node, file: &str, diagnostics: &mut Report) -> Option<T> {
    let state = State::default();
    let mut value = None;
    for _ in 0..MISTAKES_MAX {
        match T::deserialize(De { node, state: &state }) {
            Ok(read) => {
                value = Some(read).filter(|_| state.stand_ins.borrow().is_empty());
                break;
            }
            Err(error) => {
                if !state.can_go_on(error, node) {
                    break;
                }
            }
        }
    }
    diagnostics.extend(state.into_diagnostics(file));
    value
}

/// Mistakes that are told of one document.
const TOLD_MAX: usize = 300;

/// What is known so far of one document's mistakes.
#[derive(Default)]
struct State {
    told: RefCell<Vec<Error>>,
    left_out: RefCell<BTreeSet<(usize, usize)>>,
    /// What is missing, with the index in [`STAND_INS`] of what is read in its place.
    stand_ins: RefCell<BTreeMap<Missing, usize>>,
}

impl State {
    fn is_left_out(&self, span: &Range<usize>) -> bool {
        self.left_out.borrow().contains(&(span.start, span.end))
    }

    fn is_refused(&self, entry: &Entry) -> bool {
        self.is_left_out(&entry.value.span) || self.is_left_out(&entry.key_span)
    }

    /// Keeps an error, and sees to it that the next reading gets beyond it, if that can be done.
    fn can_go_on(&self, error: Error, root: &Node) -> bool {
        if let Some(missing) = error.stand_in {
            return self.try_next(*missing);
        }
        let span = error.span.clone().unwrap_or_else(|| root.span.clone());
        let missing = error.missing.map(|key| (span.start, span.end, key));
        if !error.consequence {
            self.tell_once(error);
        }
        match missing {
            Some(missing) => self.stand_ins.borrow_mut().insert(missing, 0).is_none(),
            None if span == root.span => false,
            None => self.left_out.borrow_mut().insert((span.start, span.end)),
        }
    }

    fn try_next(&self, missing: Missing) -> bool {
        let mut stand_ins = self.stand_ins.borrow_mut();
        let index = stand_ins.entry(missing).or_default();
        *index += 1;
        *index < STAND_INS.len()
    }

    /// What is to be read in place of the keys that the mapping at `span` lacks.
    fn stand_ins_of(&self, span: &Range<usize>) -> Vec<StandIn> {
        let to_stand_in = |(missing, index): (&Missing, &usize)| StandIn {
            missing: *missing,
            text: STAND_INS.get(*index).copied().unwrap_or_default(),
        };
        self.stand_ins
            .borrow()
            .iter()
            .filter(|((start, end, _), _)| (*start, *end) == (span.start, span.end))
            .map(to_stand_in)
            .collect()
    }

    /// Whether enough was told: comparing each mistake with all others takes the square of them.
    fn has_told_enough(&self) -> bool {
        self.told.borrow().len() >= TOLD_MAX
    }

    fn tell_once(&self, error: Error) {
        if self.has_told_enough() {
            return;
        }
        let mut told = self.told.borrow_mut();
        let misspelt = error.missing.is_some_and(|key| {
            told.iter().any(|one| one.is_misspelling_of(key) && one.lies_in(&error))
        });
        if !misspelt && !told.contains(&error) {
            told.push(error);
        }
    }

    fn into_diagnostics(self, file: &str) -> Vec<Diagnostic> {
        let to_diagnostic = |error: Error| Diagnostic {
            help: error.help.map(Into::into),
            arguments: error
                .argument
                .map(|(name, value)| (name, value.into()))
                .into_iter()
                .collect(),
            ..Diagnostic::new(
                error.code,
                Place::new(file, error.span.unwrap_or(0..0)),
                error.message,
            )
        };
        self.told.into_inner().into_iter().map(to_diagnostic).collect()
    }
}
