//! HTTP requests, and programs to run.

use serde::{Deserialize, Serialize};

use crate::language::period::Period;
use crate::model::plan::template::Template;

/// The exit code of a program that could not find out.
pub const UNDETERMINED: u8 = 3;

/// A program that is run without a shell, in the project's folder, with the named environment
/// variables only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The program and its arguments. A program with a `/` in its name is a path relative to the
    /// project's folder; any other is searched for in the system's usual places.
    pub line: Vec<String>,
    /// The environment variables that it gets, with their values in Avouch's own environment.
    pub env: Vec<String>,
    /// The maximum duration.
    pub timeout: Period,
    /// Whether exit code 3 is a result like any other, because the check expects it; otherwise it means
    /// that the program could not find out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_exit_3: bool,
}

/// One HTTP request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: String,
    /// Where it is sent.
    pub to: Destination,
    /// Further header fields.
    pub headers: Vec<(String, Template)>,
    /// The body, if any.
    pub body: Option<Body>,
    /// How many redirects are followed at most; with 0, the redirect itself is the answer.
    pub redirects_max: u8,
}

/// Where a request is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    /// A path and query on the target.
    Target(Template),
    /// A path and query on another host, given by its role in `hosts:`.
    Host(String, Template),
    /// A complete URL.
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
    /// One file in a form, as browsers upload it.
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
    /// The path and query, or the complete URL.
    pub fn template(&self) -> &Template {
        match self {
            Self::Target(path) | Self::Host(_, path) | Self::PlainTarget(path) => path,
            Self::Address(address) => address,
        }
    }
}
