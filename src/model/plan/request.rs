//! A request, and a program to run.

use serde::{Deserialize, Serialize};

use crate::language::period::Period;
use crate::model::plan::template::Template;

/// A program, run without a shell, in the project's folder, in an environment of what is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The program, and what it is given. A program with a `/` in it is found from the project's
    /// folder, any other where the system has its programs.
    pub line: Vec<String>,
    /// The variables that it gets, with the values that they have where Avouch runs.
    pub env: Vec<String>,
    /// How long it may take.
    pub timeout: Period,
}

/// One HTTP request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: String,
    /// Whom it is sent to.
    pub to: Destination,
    /// Further header fields.
    pub headers: Vec<(String, Template)>,
    /// The body, if any.
    pub body: Option<Body>,
    /// How many redirects are followed at the most; none leaves the redirect as the answer.
    pub redirects_max: u8,
}

/// Whom a request is sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    /// A path and query on the target.
    Target(Template),
    /// A path and query on another host, by its role in `hosts:`.
    Host(String, Template),
    /// A whole address.
    Address(Template),
    /// The target by plain HTTP on port 80, path and query.
    PlainTarget(Template),
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// JSON; every string in it is a template.
    Json(serde_json::Value),
    /// Text with its media type.
    Text(String, Template),
    /// One file in a form, as browsers upload it: field, file name, media type, content in base64.
    Upload {
        /// Name of the form field.
        field: String,
        /// Name of the file.
        file_name: String,
        /// Media type.
        media_type: String,
        /// Content, base64.
        base64: String,
    },
}

impl Request {
    /// A `GET` of a path on the target, without redirects.
    pub fn get(path: impl Into<Template>) -> Self {
        Self::to_target("GET", path)
    }

    /// A request to a path on the target, without redirects or body.
    pub fn to_target(method: impl Into<String>, path: impl Into<Template>) -> Self {
        Self {
            method: method.into(),
            to: Destination::Target(path.into()),
            headers: Vec::new(),
            body: None,
            redirects_max: 0,
        }
    }

    /// Whether its method is meant to change something on the server (RFC 9110, section 9.2.1).
    pub fn writes(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }
}

impl Destination {
    /// The path, or the whole address.
    pub fn template(&self) -> &Template {
        match self {
            Self::Target(path) | Self::Host(_, path) | Self::PlainTarget(path) => path,
            Self::Address(address) => address,
        }
    }
}
