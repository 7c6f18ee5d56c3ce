//! The end points that files of the project list: an OpenAPI description, a GraphQL schema, the descriptor of a Connect
//! app, the manifest of a Forge app.

pub mod connect;
pub mod coverage;
pub mod forge;
pub mod graphql;
pub mod openapi;
pub mod path;

use std::ops::Range;
use std::sync::Arc;

use crate::model::project::endpoints::path::PathPattern;
use crate::model::source::decode::Spanned;
use crate::model::source::node::Node;

/// Maximum number of end points in a list. The largest public descriptions have a fifth of this.
pub const ENDPOINTS_MAX: usize = 5000;

/// The form of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// OpenAPI 3.
    OpenApi,
    /// The schema of a GraphQL API.
    Graphql,
    /// The descriptor of an Atlassian Connect app.
    Connect,
    /// The manifest of an Atlassian Forge app.
    Forge,
}

impl Format {
    /// Its name in the files that Avouch reads and writes.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenApi => "openapi",
            Self::Graphql => "graphql",
            Self::Connect => "connect",
            Self::Forge => "forge",
        }
    }
}

/// A list of end points.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointList {
    /// Its form.
    pub format: Format,
    /// Its file.
    pub file: Arc<str>,
    /// The end points, each once, in the order of the file.
    pub endpoints: Vec<Endpoint>,
    /// Those that no check has to test.
    pub exceptions: Vec<Exception>,
}

/// An end point.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Its name in messages and on the page: `GET /v1/notes/{id}`, or `query notes`.
    pub name: String,
    /// Its bytes in the file.
    pub span: Range<usize>,
    /// The requests that are sent to it.
    pub at: At,
}

/// The requests that are sent to an end point.
#[derive(Clone, Debug, PartialEq)]
pub enum At {
    /// Those with a method and a path.
    Path {
        /// The method; `None` if any will do.
        method: Option<String>,
        /// The path, with each of the bases at which the API is served.
        paths: Vec<PathPattern>,
    },
    /// Those with a field in the outermost selection of a GraphQL operation.
    Field {
        /// The path of the API.
        api: PathPattern,
        /// `query`, `mutation` or `subscription`.
        operation: &'static str,
        /// The name of the field.
        field: String,
    },
}

/// An end point that no check has to test.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// The name of the end point, as it is written in `avouch.yaml`.
    pub endpoint: Spanned<String>,
    /// The reason, which the page shows.
    pub because: String,
}

/// A part of a list that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// Its bytes in the file.
    pub span: Range<usize>,
    /// The problem.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

impl Unusable {
    pub(crate) fn new(span: &Range<usize>, message: impl Into<String>, help: &'static str) -> Self {
        Self { span: span.clone(), message: message.into(), help }
    }
}

/// The end points of a file that were read so far.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) unusable: Vec<Unusable>,
}

impl Listing {
    /// Adds a path with a method; `None` for any method. The first of several bases is part of its name.
    pub(crate) fn path(
        &mut self,
        method: Option<&str>,
        bases: &[String],
        (path, span): (&str, &Range<usize>),
    ) {
        let at: Vec<String> = bases.iter().map(|base| path::join(base, path)).collect();
        let Some(first) = at.first() else { return };
        if let Some(odd) = at.iter().find(|path| !path::is_path(path)) {
            let help = "write a path of letters, digits and the characters of addresses (RFC 3986), with parameters in \
                        braces, such as `/notes/{id}`";
            let shown: String = odd.chars().take(path::SHOWN_MAX).collect();
            self.unusable.push(Unusable::new(span, format!("`{shown}` is not a path"), help));
            return;
        }
        let name = method.map_or_else(|| first.clone(), |method| format!("{method} {first}"));
        let paths = at.iter().map(|path| PathPattern::new(path)).collect();
        self.add(Endpoint {
            name,
            span: span.clone(),
            at: At::Path { method: method.map(str::to_owned), paths },
        });
    }

    /// Adds an end point, unless requests to it are requests to an earlier one.
    pub(crate) fn add(&mut self, endpoint: Endpoint) {
        if self.endpoints.len() == ENDPOINTS_MAX {
            if !self.unusable.iter().any(|one| one.message.starts_with("there are more")) {
                let message = format!("there are more than {ENDPOINTS_MAX} end points");
                let help = "split the file, and list both parts under `endpoints:`";
                self.unusable.push(Unusable::new(&endpoint.span, message, help));
            }
            return;
        }
        self.endpoints.push(endpoint);
    }

    /// The end points without those that are listed twice.
    pub(crate) fn finished(mut self) -> (Vec<Endpoint>, Vec<Unusable>) {
        let mut seen = std::collections::BTreeSet::new();
        self.endpoints.retain(|one| seen.insert(one.at.identity()));
        (self.endpoints, self.unusable)
    }
}

impl At {
    /// Equal for end points that no request tells apart.
    fn identity(&self) -> (String, String) {
        match self {
            Self::Path { method, paths } => {
                let paths: Vec<String> = paths.iter().map(PathPattern::identity).collect();
                (method.clone().unwrap_or_default(), paths.join(" "))
            }
            Self::Field { operation, field, .. } => ((*operation).to_owned(), field.clone()),
        }
    }
}

/// The value that a JSON Pointer within the document leads to (RFC 6901, as the fragment of an address).
pub(crate) fn pointed<'n>(root: &'n Node, reference: &str) -> Option<&'n Node> {
    let pointer = reference.strip_prefix("#/")?;
    pointer.split('/').try_fold(root, |node, part| {
        let key = path::decoded(part).replace("~1", "/").replace("~0", "~");
        node.get(&key)
    })
}
