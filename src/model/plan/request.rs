//! HTTP requests, and programs to run.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::language::period::Period;
use crate::model::plan::body::Body;
use crate::model::plan::graphql;
use crate::model::plan::template::{SECRET, Template, is_random};

/// Methods that change nothing on the server: the safe ones of RFC 9110 (section 9.2.1), `PROPFIND` (RFC 4918,
/// section 9.1), `REPORT` (RFC 3253, section 3.6), `SEARCH` (RFC 5323, section 2) and `QUERY` (IANA, "HTTP Method
/// Registry").
const SAFE: [&str; 8] =
    ["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY"];

/// Methods that always change something (RFC 9110, 5789, 4918, 3744, 3253, 4791, 5842, 2068).
const CHANGING: [&str; 26] = [
    "PUT",
    "PATCH",
    "DELETE",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "ACL",
    "BASELINE-CONTROL",
    "CHECKIN",
    "CHECKOUT",
    "LABEL",
    "MERGE",
    "MKACTIVITY",
    "MKWORKSPACE",
    "UNCHECKOUT",
    "UPDATE",
    "VERSION-CONTROL",
    "MKCALENDAR",
    "BIND",
    "REBIND",
    "UNBIND",
    "LINK",
    "UNLINK",
];
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
    /// Whether it only reads although its method may change something: a search by `POST`, or a query in
    /// GraphQL.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reads: bool,
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
            reads: false,
        }
    }

    /// Whether it is meant to change something on the server.
    pub fn writes(&self) -> bool {
        self.overrides_method() || (!self.reads && !is_safe(&self.method))
    }

    /// Whether it may change something, although the sources state that it only reads. Only the document of a
    /// query in GraphQL shows that it does.
    pub fn may_change(&self) -> bool {
        let is_query = matches!(&self.body, Some(Body::Graphql(operation))
            if !graphql::changes(&operation.query.0, operation.name.as_deref()));
        self.overrides_method() || (!is_safe(&self.method) && !is_query)
    }

    /// Whether a header field names another method, which many servers take in place of that of the request.
    fn overrides_method(&self) -> bool {
        let overrides = ["x-http-method-override", "x-http-method", "x-method-override"];
        let is_one = |name: &str| overrides.iter().any(|one| name.eq_ignore_ascii_case(one));
        self.headers.iter().any(|(name, _)| is_one(name))
    }

    /// The GraphQL operation that it sends, if it sends one: `query notes`.
    pub fn operation(&self) -> Option<String> {
        match &self.body {
            Some(Body::Graphql(operation)) => {
                Some(graphql::label(&operation.query.0, operation.name.as_deref()))
            }
            _ => None,
        }
    }

    /// The texts in it that may contain placeholders: address, header fields and body.
    pub fn templates(&self) -> Vec<Template> {
        let fields = self.headers.iter().map(|(_, value)| value.clone());
        let body = self.body.iter().flat_map(Body::templates);
        [self.to.template().clone()].into_iter().chain(fields).chain(body).collect()
    }

    /// Whether its header fields or its body may contain a credential: a field has the name of one, or a text
    /// has a secret or a value that an earlier answer contained, which may be a session. Neither is sent
    /// anywhere by a redirect.
    pub fn may_have_credential(&self) -> bool {
        let fields = self.headers.iter().map(|(_, value)| value.clone());
        let texts: Vec<Template> =
            fields.chain(self.body.iter().flat_map(Body::templates)).collect();
        let secret = |hole: &str| hole.starts_with(SECRET);
        self.headers.iter().any(|(name, _)| is_credential_field(name))
            || texts.iter().any(|text| text.holes().any(is_captured))
            || self.to.template().holes().any(secret)
    }

    /// Whether it sends the value of a placeholder as a credential: in a header field with the name of one. A
    /// token against cross-site requests is not a credential.
    pub fn sends_as_credential(&self, hole: &str) -> bool {
        self.headers.iter().any(|(name, value)| {
            let is_session =
                is_credential_field(name) && !name.contains("csrf") && !name.contains("xsrf");
            is_session && value.holes().any(|one| one == hole)
        })
    }

    /// The actors whose secrets are in it.
    pub fn secrets(&self) -> BTreeSet<String> {
        let texts = self.templates();
        let holes = texts.iter().flat_map(Template::holes);
        holes.filter_map(|hole| hole.strip_prefix(SECRET)).map(str::to_owned).collect()
    }

    /// Whether one of its texts has a placeholder with such a name.
    pub fn has_hole(&self, is_it: impl Fn(&str) -> bool) -> bool {
        self.templates().iter().any(|text| text.holes().any(&is_it))
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

/// Whether a placeholder is for a secret or a captured value, and not for a value that this run made up.
fn is_captured(hole: &str) -> bool {
    let made = ["canary:", "tenant:", "host:", "now:"].iter().any(|start| hole.starts_with(start));
    !made && hole != "now" && !is_random(hole)
}

/// Whether a header field with this name carries a credential, by the words in it.
pub fn is_credential_field(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends = ["token", "key", "secret", "password", "session", "credential", "credentials"];
    let words = ["auth", "authorization", "authentication", "cookie", "signature", "jwt", "sid"];
    name.split(['-', '_', '.'])
        .any(|word| words.contains(&word) || ends.iter().any(|end| word.ends_with(end)))
}

/// Whether a method changes nothing on the server.
pub fn is_safe(method: &str) -> bool {
    SAFE.contains(&method)
}

/// Whether a method changes something whatever it is sent for, so that such a request never only reads.
pub fn always_changes(method: &str) -> bool {
    CHANGING.contains(&method)
}
