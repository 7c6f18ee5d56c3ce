//! The values of one attempt: canaries minted for it, and what its steps captured, as they are.
//!
//! They live here for as long as the attempt does; what leaves is redacted.

pub(crate) mod canary;
pub(crate) mod redact;

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::plan::template::Template;
use crate::model::plan::{Canary, Plan};
use crate::probe::values::canary::{Searcher, mint};
use crate::probe::values::redact::Redactor;

/// What fills the holes of a plan.
#[derive(Default)]
pub(crate) struct Values {
    /// In the order of the plan: the name of the hole, and the value.
    canaries: Vec<(String, String)>,
    by_hole: BTreeMap<String, usize>,
    /// Steps that are taken at the same time add to them; none is held while anything is awaited.
    captures: RefCell<BTreeMap<String, String>>,
}

impl Values {
    /// The values at the start of an attempt: each canary without a marker is minted.
    pub(crate) fn new(plan: &Plan) -> Self {
        let value = |canary: &Canary| {
            let value = canary.marker.clone().unwrap_or_else(mint);
            (canary.hole(), value)
        };
        let canaries: Vec<_> = plan.canaries.iter().map(value).collect();
        // Of two marks of one owner, the first one fills its hole.
        let holes = canaries.iter().enumerate().rev();
        let by_hole = holes.map(|(index, (hole, _))| (hole.clone(), index)).collect();
        Self { canaries, by_hole, captures: RefCell::default() }
    }

    /// Keeps a capture for later steps.
    pub(crate) fn capture(&self, name: &str, value: &Value) {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.captures.borrow_mut().insert(name.to_owned(), text);
    }

    /// The value of a hole.
    pub(crate) fn get(&self, hole: &str) -> Option<String> {
        match self.by_hole.get(hole) {
            Some(index) => self.canaries.get(*index).map(|(_, value)| value.clone()),
            None => self.captures.borrow().get(hole).cloned(),
        }
    }

    /// The text, or what is missing, in words.
    pub(crate) fn fill(&self, template: &Template) -> Result<String, String> {
        template.fill(|hole| self.get(hole)).map_err(missing)
    }

    /// The document with every text in it filled, or what is missing.
    pub(crate) fn fill_value(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::String(text) => self.fill(&Template::new(text.as_str())).map(Value::from),
            Value::Array(items) => items.iter().map(|item| self.fill_value(item)).collect(),
            Value::Object(fields) => {
                let field =
                    |(name, value): (&String, &Value)| Ok((name.clone(), self.fill_value(value)?));
                fields.iter().map(field).collect()
            }
            other => Ok(other.clone()),
        }
    }

    /// A search for these canaries.
    pub(crate) fn searcher(&self) -> Searcher {
        let values = self.canaries.iter().map(|(_, value)| value.as_str());
        Searcher::new(values.enumerate())
    }

    /// Puts these canaries back to their placeholders.
    pub(crate) fn redactor(&self) -> Redactor {
        let canaries = self.canaries.iter();
        Redactor::new(canaries.map(|(hole, value)| (value.as_str(), format!("${{{hole}}}"))))
    }
}

/// Says that a hole has no value.
pub(crate) fn missing(hole: String) -> String {
    format!("`${{{hole}}}` has no value: the step that captures it did not find it")
}
