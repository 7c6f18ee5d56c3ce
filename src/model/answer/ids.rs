//! Identifiers of steps and canaries within a plan.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// The index of a step in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub usize);

impl StepId {
    /// The items of a list that has one item for each step, with their steps' identifiers.
    pub fn enumerate<T>(
        list: &[T],
    ) -> impl DoubleEndedIterator<Item = (Self, &T)> + ExactSizeIterator {
        list.iter().enumerate().map(|(index, item)| (Self(index), item))
    }

    /// The identifiers of the first `count` steps.
    pub fn first(count: usize) -> impl DoubleEndedIterator<Item = Self> + Clone {
        (0..count).map(Self)
    }
}

impl From<usize> for StepId {
    fn from(index: usize) -> Self {
        Self(index)
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Indexing by step of lists of this type, which have one item for each step of a plan.
macro_rules! index_by_step {
    ($item:ty) => {
        index_by_step!($item, [$item]);
        index_by_step!($item, Vec<$item>);
    };
    ($item:ty, $list:ty) => {
        impl std::ops::Index<StepId> for $list {
            type Output = $item;

            fn index(&self, step: StepId) -> &$item {
                &self[step.0]
            }
        }

        impl std::ops::IndexMut<StepId> for $list {
            fn index_mut(&mut self, step: StepId) -> &mut $item {
                &mut self[step.0]
            }
        }
    };
}

pub(crate) use index_by_step;

/// The index of a canary in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CanaryId(pub usize);

impl From<usize> for CanaryId {
    fn from(index: usize) -> Self {
        Self(index)
    }
}

impl fmt::Display for CanaryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for CanaryId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        usize::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        usize::json_schema(generator)
    }
}
