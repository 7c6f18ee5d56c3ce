//! A YAML document as a tree in which every value knows its place.

use std::ops::Range;

/// One value and the bytes that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The bytes of the value in its file.
    pub span: Range<usize>,
    /// The value.
    pub value: Value,
}

/// What a node holds; scalars are resolved by YAML's core schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string, quoted or plain.
    String(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file; its keys are distinct strings.
    Map(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The bytes of the key.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value of `key`, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The entries of a mapping; none for any other value.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none for any other value.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a string; `None` for any other value.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// This mapping without one of its keys.
    #[must_use]
    pub fn without(&self, key: &str) -> Node {
        let kept = self.entries().iter().filter(|entry| entry.key != key).cloned().collect();
        Node { span: self.span.clone(), value: Value::Map(kept) }
    }
}

impl Value {
    /// The name of the type with its article, such as `a list`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "`true` or `false`",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}
