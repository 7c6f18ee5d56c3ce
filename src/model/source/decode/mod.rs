//! Decodes a tree of YAML into a typed value and reports all mistakes at once.
//!
//! serde stops at its first error. Here each refused value is reported with its place and left out,
//! and decoding starts again until it finds nothing new: an author can correct a file in one go.

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

/// Maximum number of times that a document is decoded; each finds one more mistake.
const MISTAKES_MAX: usize = 200;

/// Bytes that are decoded for the mistakes of one document, all times together: in a long document, fewer mistakes
/// are reported at once.
const DECODED_MAX: usize = 8 * 1024 * 1024;

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
/// Every mistake is added to `diagnostics`. Returns a value if enough of it could be read to look for
/// further mistakes; it is complete only if nothing was added.
pub fn decode<T: DeserializeOwned>(node: &Node, file: &str, diagnostics: &mut Report) -> Option<T> {
    let state = State::default();
    let mut value = None;
    let times = DECODED_MAX / node.span.len().max(1);
    for _ in 0..times.clamp(4, MISTAKES_MAX) {
        match T::deserialize(De { node, state: &state }) {
            Ok(read) => {
                value = Some(read).filter(|_| state.stand_ins.borrow().is_empty());
                break;
            }
            Err(error) => {
                if !state.can_continue(error, node) {
                    break;
                }
            }
        }
    }
    diagnostics.extend(state.into_diagnostics(file));
    value
}

/// Maximum number of mistakes that are reported of one document.
const REPORTED_MAX: usize = 300;

/// The mistakes of a document that are known so far.
#[derive(Default)]
struct State {
    errors: RefCell<Vec<Error>>,
    left_out: RefCell<BTreeSet<(usize, usize)>>,
    /// Missing keys, each with the index in [`STAND_INS`] of the text that is read instead.
    stand_ins: RefCell<BTreeMap<Missing, usize>>,
}

impl State {
    fn is_left_out(&self, span: &Range<usize>) -> bool {
        self.left_out.borrow().contains(&(span.start, span.end))
    }

    fn is_refused(&self, entry: &Entry) -> bool {
        self.is_left_out(&entry.value.span) || self.is_left_out(&entry.key_span)
    }

    /// Stores an error and leaves out its cause. `false` if decoding cannot get beyond it.
    fn can_continue(&self, error: Error, root: &Node) -> bool {
        if let Some(missing) = error.stand_in {
            return self.try_next(*missing);
        }
        let span = error.span.clone().unwrap_or_else(|| root.span.clone());
        let missing = error.missing.map(|key| (span.start, span.end, key));
        if !error.consequence {
            self.report_once(error);
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

    /// The stand-ins for the keys that the mapping at `span` lacks.
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

    /// Whether the maximum is reached. Each mistake is compared with all others, in quadratic time.
    fn has_reported_enough(&self) -> bool {
        self.errors.borrow().len() >= REPORTED_MAX
    }

    fn report_once(&self, error: Error) {
        if self.has_reported_enough() {
            return;
        }
        let mut errors = self.errors.borrow_mut();
        let misspelt = error.missing.is_some_and(|key| {
            errors.iter().any(|one| one.is_misspelling_of(key) && one.lies_in(&error))
        });
        if !misspelt && !errors.contains(&error) {
            errors.push(error);
        }
    }

    fn into_diagnostics(self, file: &str) -> Vec<Diagnostic> {
        let to_diagnostic = |error: Error| Diagnostic {
            help: error.help.map(Into::into),
            arguments: error.argument.map(|argument| *argument).into_iter().collect(),
            ..Diagnostic::new(
                error.code,
                Place::new(file, error.span.unwrap_or(0..0)),
                error.message,
            )
        };
        self.errors.into_inner().into_iter().map(to_diagnostic).collect()
    }
}
