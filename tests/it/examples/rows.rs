//! What the services of the examples store: rows with an owner and a text.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

/// Rows by their ids.
pub(crate) struct Rows {
    rows: Mutex<BTreeMap<u64, (String, String)>>,
    /// The name of the text in JSON.
    field: &'static str,
    /// Whether every caller reads every row.
    leaks: bool,
}

impl Rows {
    /// No rows.
    pub(crate) fn new(field: &'static str, leaks: bool) -> Self {
        Self { rows: Mutex::default(), field, leaks }
    }

    /// Creates a row.
    pub(crate) fn create(&self, owner: &str, text: &str) -> Value {
        let mut rows = self.rows.lock().unwrap();
        let id = 1000 + rows.last_key_value().map_or(0, |(id, _)| id - 999);
        rows.insert(id, (owner.to_owned(), text.to_owned()));
        self.json(id, text)
    }

    /// The row, if the caller may read it.
    pub(crate) fn read(&self, caller: &str, id: &str) -> Option<Value> {
        let id: u64 = id.parse().ok()?;
        let rows = self.rows.lock().unwrap();
        let (owner, text) = rows.get(&id)?;
        (self.leaks || owner == caller).then(|| self.json(id, text))
    }

    /// The rows that the caller may list.
    pub(crate) fn list(&self, caller: &str) -> Vec<Value> {
        let rows = self.rows.lock().unwrap();
        let own = rows.iter().filter(|(_, (owner, _))| owner == caller);
        own.map(|(id, (_, text))| self.json(*id, text)).collect()
    }

    /// Changes a row, if it is the caller's.
    pub(crate) fn change(&self, caller: &str, id: &str, text: &str) -> Option<Value> {
        let id: u64 = id.parse().ok()?;
        let mut rows = self.rows.lock().unwrap();
        let row = rows.get_mut(&id).filter(|(owner, _)| owner == caller)?;
        text.clone_into(&mut row.1);
        Some(self.json(id, text))
    }

    /// Deletes a row, if it is the caller's.
    pub(crate) fn delete(&self, caller: &str, id: &str) -> Option<Value> {
        let number: u64 = id.parse().ok()?;
        let mut rows = self.rows.lock().unwrap();
        rows.get(&number).filter(|(owner, _)| owner == caller)?;
        rows.remove(&number).map(|(_, text)| self.json(number, &text))
    }

    fn json(&self, id: u64, text: &str) -> Value {
        json!({ "id": id.to_string(), (self.field): text })
    }
}

/// The text that a body in JSON has at a pointer.
pub(crate) fn text_at(body: &str, pointer: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
