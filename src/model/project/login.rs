//! A log-in: the requests that give an actor its session, and what the actor then sends with each of its own
//! requests. An actor that only has fixed header fields is a log-in without requests.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::model::plan::request::{Destination, Request, is_credential_field};
use crate::model::plan::template::Template;
use crate::model::project::actor::Secret;

/// How an actor gets its session, and what it sends.
#[derive(Clone, Debug, PartialEq)]
pub struct Login {
    /// The key of `avouch.yaml` that describes it.
    pub method: Method,
    /// The requests, in order.
    pub steps: Vec<LoginStep>,
    /// The header fields of each request of the actor.
    pub headers: Vec<(String, Template)>,
    /// The parameters that are added to the address of each request of the actor.
    pub query: Vec<(String, Template)>,
    /// The value of the placeholder `signed_token`.
    pub assertion: Option<Assertion>,
    /// The key that signs each request of the actor.
    pub aws: Option<AwsKey>,
    /// What the actor shows when a connection begins.
    pub certificate: Option<ClientCertificate>,
    /// The values of the variables in all of these, by placeholder.
    pub variables: BTreeMap<String, Variable>,
    /// What the actor received by logging in.
    pub received: Received,
}

/// The key of `avouch.yaml` that describes how an actor logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Requests.
    Login,
    /// A token of OAuth 2.0 (RFC 6749).
    Oauth2,
    /// Fixed header fields.
    Headers,
    /// Fixed parameters of the address.
    Query,
    /// Requests that are signed with an access key.
    Aws,
    /// A client certificate.
    Certificate,
}

impl Method {
    /// The key.
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Oauth2 => "oauth2",
            Self::Headers => "headers",
            Self::Query => "query",
            Self::Aws => "aws",
            Self::Certificate => "certificate",
        }
    }
}

/// One request of a log-in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoginStep {
    /// The request.
    pub request: Request,
    /// The user and the password that it sends as `Authorization: Basic`.
    pub basic: Option<(Template, Template)>,
    /// The values that are read from its answer.
    pub captures: Vec<LoginCapture>,
    /// What its answer must be.
    pub expect: LoginExpect,
}

/// A value that is read from the answer to a log-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoginCapture {
    /// The name of its placeholder.
    pub name: String,
    /// Where it is.
    pub from: Source,
    /// Whether the log-in goes on without it.
    pub optional: bool,
}

/// Where a captured value is in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// At this JSON Pointer into the body (RFC 6901).
    Json(String),
    /// In the header field with this name.
    Header(String),
    /// In the cookie with this name.
    Cookie(String),
    /// In the first element that this CSS selector matches: in this attribute, or else where such an element has its
    /// value.
    Css(String, Option<String>),
    /// In the first group of this regular expression, in the body as text.
    Text(String),
}

/// A JSON Web Token that shows who the client is (RFC 7523, section 3), signed with RS256.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assertion {
    /// The private key, PEM.
    pub key: Template,
    /// The name of the key: `kid`.
    pub key_id: Option<Template>,
    /// The client.
    pub issuer: Template,
    /// The client, or the user for whom it acts.
    pub subject: Template,
    /// Whom it is meant for; the address of the token end point if there is none.
    pub audience: Option<Template>,
    /// The token end point.
    pub to: Destination,
}

/// An access key, with which each request is signed (AWS Signature Version 4).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AwsKey {
    /// Its name.
    pub id: Template,
    /// The secret.
    pub secret: Template,
    /// The token that belongs to a temporary key.
    pub session_token: Option<Template>,
    /// The region, such as `eu-central-1`.
    pub region: Template,
    /// The service, such as `s3`.
    pub service: Template,
}

/// A certificate that a client shows in the TLS handshake (RFC 8446, section 4.4.2).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClientCertificate {
    /// The certificate and those between it and its root, PEM.
    pub chain: Template,
    /// The private key, PEM.
    pub key: Template,
}

/// What the answer to a log-in must be.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LoginExpect {
    /// One of these statuses; any from 200 to 399 if there is none.
    pub statuses: BTreeSet<u16>,
    /// The beginning of the path that it redirects to.
    pub location: Option<String>,
    /// A text in its body.
    pub text: Option<String>,
    /// The values at these JSON Pointers.
    pub json: Vec<(String, Value)>,
}

impl LoginExpect {
    /// Whether the author states nothing about the answer.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The value of a variable in a log-in.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// The value.
    pub value: Secret,
    /// Whether it is a secret, and not the name of an account.
    pub is_secret: bool,
}

impl Login {
    /// A log-in that sends nothing.
    pub fn empty() -> Self {
        Self {
            method: Method::Query,
            steps: Vec::new(),
            headers: Vec::new(),
            query: Vec::new(),
            assertion: None,
            aws: None,
            certificate: None,
            variables: BTreeMap::new(),
            received: Received::default(),
        }
    }

    /// Whether its cookies alone show who it is.
    pub fn has_only_cookies(&self) -> bool {
        !self.steps.is_empty() && !self.sends_value() && self.certificate.is_none()
    }

    /// Whether its certificate alone shows who it is.
    pub fn has_only_certificate(&self) -> bool {
        self.certificate.is_some() && self.steps.is_empty() && !self.sends_value()
    }

    /// Whether its requests contain a value of a variable or of a log-in, cookies apart.
    fn sends_value(&self) -> bool {
        let has_hole = |one: &(String, Template)| one.1.holes().next().is_some();
        self.aws.is_some() || self.headers.iter().chain(&self.query).any(has_hole)
    }

    /// The value of a variable, by its placeholder.
    pub fn value(&self, hole: &str) -> Option<String> {
        self.variables.get(hole).map(|one| one.value.expose().to_owned())
    }

    /// The values of the variables that are secrets.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.variables.values().filter(|one| one.is_secret).map(|one| &one.value)
    }

    /// All of it without a value of a variable, so that evidence can be bound to it.
    pub fn description(&self) -> Value {
        json!({
            "method": self.method,
            "steps": self.steps,
            "headers": self.headers,
            "query": self.query,
            "signed_token": self.assertion,
            "aws": self.aws,
            "certificate": self.certificate,
        })
    }
}

/// Whether a field of a form or of JSON has a name of an account, which is not a secret.
pub fn names_an_account(field: &str) -> bool {
    let field = field.to_ascii_lowercase();
    let names = ["user", "mail", "login", "account", "tenant", "org", "realm", "client_id", "name"];
    !is_credential_field(&field)
        && !field.contains("pass")
        && names.iter().any(|name| field.contains(name))
}

/// What an actor received by logging in: the run adds to it, and everything that removes secrets reads it. The
/// copies of an actor share it, and it is never compared, shown or written.
#[derive(Clone, Default)]
pub struct Received(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    secrets: Vec<Secret>,
    outcome: Option<Result<Option<Duration>, String>>,
}

impl Received {
    /// Adds values that count as secrets from now on.
    pub fn add(&self, values: impl IntoIterator<Item = String>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for value in values {
            if !state.secrets.iter().any(|known| known.expose() == value) {
                state.secrets.push(Secret::new(value));
            }
        }
    }

    /// All values that were added, the oldest first.
    pub fn all(&self) -> Vec<String> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.secrets.iter().map(|one| one.expose().to_owned()).collect()
    }

    /// Records the result of a log-in: how long the session lasts, if that is known, or why there is none.
    pub fn conclude(&self, outcome: Result<Option<Duration>, String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).outcome = Some(outcome);
    }

    /// The result of the last log-in, if there was one.
    pub fn outcome(&self) -> Option<Result<Option<Duration>, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).outcome.clone()
    }
}

impl PartialEq for Received {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[received]")
    }
}
