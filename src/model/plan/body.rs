//! The bodies of requests.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::model::plan::template::Template;

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// JSON; every string in it is a template.
    Json(Value),
    /// Text with its media type.
    Text(String, Template),
    /// The fields of a form (`application/x-www-form-urlencoded`; WHATWG URL, section 5).
    Form(Vec<(String, Template)>),
    /// The parts of a form with files (`multipart/form-data`; RFC 7578).
    Multipart(Vec<FormPart>),
    /// A GraphQL operation, sent as JSON (GraphQL over HTTP, section 5).
    Graphql(Operation),
}

/// One part of a form with files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormPart {
    /// The name of the form's field.
    pub name: String,
    /// The name of the file, if it is one.
    pub file_name: Option<Template>,
    /// Its media type, if it has one.
    pub media_type: Option<String>,
    /// Its content.
    pub content: Content,
}

/// The content of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// A text.
    Text(Template),
    /// Bytes, in base64.
    Base64(String),
}

/// A GraphQL operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The document.
    pub query: Template,
    /// The variables; every string in them is a template.
    pub variables: Map<String, Value>,
    /// The name of the operation in the document that is carried out, if there are several.
    pub name: Option<String>,
}

impl Body {
    /// The texts in it that may contain placeholders.
    pub fn templates(&self) -> Vec<Template> {
        match self {
            Self::Json(value) => vec![Template(value.to_string())],
            Self::Text(_, text) => vec![text.clone()],
            Self::Form(fields) => fields.iter().map(|(_, value)| value.clone()).collect(),
            Self::Multipart(parts) => parts.iter().flat_map(FormPart::templates).collect(),
            Self::Graphql(operation) => vec![Template(operation.json().to_string())],
        }
    }

    /// The same with every text replaced.
    #[must_use]
    pub fn map(&self, change: &dyn Fn(&Template) -> Template) -> Self {
        match self {
            Self::Json(value) => Self::Json(mapped(value, change)),
            Self::Text(media_type, text) => Self::Text(media_type.clone(), change(text)),
            Self::Form(fields) => {
                let field = |(name, value): &(String, Template)| (name.clone(), change(value));
                Self::Form(fields.iter().map(field).collect())
            }
            Self::Multipart(parts) => {
                Self::Multipart(parts.iter().map(|part| part.map(change)).collect())
            }
            Self::Graphql(operation) => Self::Graphql(operation.map(change)),
        }
    }
}

impl FormPart {
    fn templates(&self) -> Vec<Template> {
        let content = match &self.content {
            Content::Text(text) => Some(text.clone()),
            Content::Base64(_) => None,
        };
        self.file_name.iter().cloned().chain(content).collect()
    }

    fn map(&self, change: &dyn Fn(&Template) -> Template) -> Self {
        let content = match &self.content {
            Content::Text(text) => Content::Text(change(text)),
            Content::Base64(bytes) => Content::Base64(bytes.clone()),
        };
        Self { file_name: self.file_name.as_ref().map(change), content, ..self.clone() }
    }
}

impl Operation {
    /// The JSON that is sent.
    pub fn json(&self) -> Value {
        let mut sent = json!({ "query": self.query.0 });
        if !self.variables.is_empty() {
            sent["variables"] = Value::Object(self.variables.clone());
        }
        if let Some(name) = &self.name {
            sent["operationName"] = json!(name);
        }
        sent
    }

    fn map(&self, change: &dyn Fn(&Template) -> Template) -> Self {
        let variables = self.variables.iter();
        Self {
            query: change(&self.query),
            variables: variables.map(|(name, one)| (name.clone(), mapped(one, change))).collect(),
            name: self.name.clone(),
        }
    }
}

/// A document in which every string is replaced.
fn mapped(value: &Value, change: &dyn Fn(&Template) -> Template) -> Value {
    match value {
        Value::String(text) => Value::String(change(&Template::new(text.as_str())).0),
        Value::Array(items) => items.iter().map(|item| mapped(item, change)).collect(),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| (name.clone(), mapped(value, change));
            Value::Object(fields.iter().map(field).collect())
        }
        other => other.clone(),
    }
}
