//! The parts in which a request differs on purpose from that of its control: exactly what is tested.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::model::plan::body::{Body, Content, FormPart};
use crate::model::plan::request::{Destination, Request};

/// A part of a request, in which two requests differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// The method.
    Method,
    /// The host.
    Host,
    /// The path.
    Path,
    /// The parameter of the query with this name.
    Query(String),
    /// The header field with this name, in lower case.
    Header(String),
    /// The value at this JSON Pointer in the body, or all of the body if it is empty: in its JSON, in a GraphQL
    /// request, or in a form by the name of the field.
    Body(String),
    /// The actor or its credential.
    Credential,
    /// How redirects are followed, or whether the request only reads.
    Handling,
}

/// How the differences that an author names compare with those that there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// The parts in which the requests differ and that are not named.
    pub unnamed: Vec<Difference>,
    /// The parts that are named and are equal.
    pub equal: Vec<Difference>,
}

impl Difference {
    /// Whether a difference in `other` is one in this part.
    fn contains(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Body(at), Self::Body(other)) => {
                other == at
                    || other.strip_prefix(at.as_str()).is_some_and(|rest| rest.starts_with('/'))
            }
            _ => self == other,
        }
    }
}

impl fmt::Display for Difference {
    /// For a sentence: `the header field x-csrf`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => out.write_str("the method"),
            Self::Host => out.write_str("the host"),
            Self::Path => out.write_str("the path"),
            Self::Query(name) => write!(out, "the query parameter {name}"),
            Self::Header(name) => write!(out, "the header field {name}"),
            Self::Body(at) if at.is_empty() => out.write_str("the body"),
            Self::Body(at) => write!(out, "{at} in the body"),
            Self::Credential => out.write_str("the credential"),
            Self::Handling => out.write_str("how redirects are followed"),
        }
    }
}

/// The parts in words: `the path and the header field x-csrf`.
pub fn in_words(parts: &[Difference]) -> String {
    let words: Vec<String> = parts.iter().map(Difference::to_string).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

impl Mismatch {
    /// How the differences that an author names compare with those that were found.
    pub fn of(named: &[Difference], found: &BTreeSet<Difference>) -> Self {
        let is_named = |one: &Difference| named.iter().any(|name| name.contains(one));
        let differs = |name: &Difference| found.iter().any(|one| name.contains(one));
        Self {
            unnamed: found.iter().filter(|one| !is_named(one)).cloned().collect(),
            equal: named.iter().filter(|one| !differs(one)).cloned().collect(),
        }
    }
}

/// The parts in which two requests differ.
pub fn between(one: &Request, other: &Request) -> BTreeSet<Difference> {
    let mut found = BTreeSet::new();
    let mut note = |differs: bool, part: Difference| {
        if differs {
            found.insert(part);
        }
    };
    note(one.method != other.method, Difference::Method);
    let handling = |request: &Request| (request.redirects_max, request.reads);
    note(handling(one) != handling(other), Difference::Handling);
    let ([host, path, query], [other_host, other_path, other_query]) = (place(one), place(other));
    note(host != other_host, Difference::Host);
    note(path != other_path, Difference::Path);
    let (query, other_query) = (parameters(&query), parameters(&other_query));
    for name in query.keys().chain(other_query.keys()) {
        note(query.get(name) != other_query.get(name), Difference::Query((*name).to_owned()));
    }
    let (fields, other_fields) = (fields(one), fields(other));
    for name in fields.keys().chain(other_fields.keys()) {
        note(fields.get(name) != other_fields.get(name), Difference::Header((*name).to_owned()));
    }
    in_bodies(one.body.as_ref(), other.body.as_ref(), &mut found);
    found
}

/// The host of a request, its path and its query.
fn place(request: &Request) -> [String; 3] {
    let text = request.to.template().0.as_str();
    let host = match &request.to {
        Destination::Target(_) => String::new(),
        Destination::PlainTarget(_) => "http:".to_owned(),
        Destination::Host(role, _) => role.clone(),
        Destination::Address(_) => text.splitn(4, '/').take(3).collect::<Vec<_>>().join("/"),
    };
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let path = match &request.to {
        Destination::Address(_) => path.splitn(4, '/').nth(3).unwrap_or_default(),
        _ => path,
    };
    [host, path.to_owned(), query.to_owned()]
}

fn parameters(query: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        all.entry(name).or_default().push(value);
    }
    all
}

fn fields(request: &Request) -> BTreeMap<&str, &str> {
    request.headers.iter().map(|(name, value)| (name.as_str(), value.0.as_str())).collect()
}

fn in_bodies(one: Option<&Body>, other: Option<&Body>, found: &mut BTreeSet<Difference>) {
    if one == other {
        return;
    }
    match (one.and_then(data), other.and_then(data)) {
        (Some((form, one)), Some((other_form, other))) if form == other_form => {
            in_values(Some(&one), Some(&other), "", found);
        }
        _ => {
            found.insert(Difference::Body(String::new()));
        }
    }
}

/// The values in a body, with the name of its form; `None` for a text.
fn data(body: &Body) -> Option<(&'static str, Value)> {
    Some(match body {
        Body::Json(value) => ("json", value.clone()),
        Body::Graphql(operation) => ("graphql", operation.json()),
        Body::Form(fields) => {
            let mut all: Map<String, Value> = Map::new();
            for (name, value) in fields {
                let values = all.entry(name.clone()).or_insert_with(|| json!([]));
                values.as_array_mut()?.push(json!(value.0));
            }
            ("form", Value::Object(all))
        }
        Body::Multipart(parts) => {
            let part = |part: &FormPart| {
                let content = match &part.content {
                    Content::Text(text) => text.0.clone(),
                    Content::Base64(bytes) => bytes.clone(),
                };
                let name = part.file_name.as_ref().map(|name| name.0.clone());
                (part.name.clone(), json!([content, name, part.media_type]))
            };
            ("multipart", Value::Object(parts.iter().map(part).collect()))
        }
        Body::Text(..) => return None,
    })
}

/// The places of the smallest values that differ. A list differs as a whole if its length does.
fn in_values(
    one: Option<&Value>,
    other: Option<&Value>,
    at: &str,
    found: &mut BTreeSet<Difference>,
) {
    match (one, other) {
        (one, other) if one == other => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            for name in one.keys().chain(other.keys()) {
                let part = name.replace('~', "~0").replace('/', "~1");
                in_values(one.get(name), other.get(name), &format!("{at}/{part}"), found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other)))
            if one.len() == other.len() && one.iter().chain(other).any(Value::is_object) =>
        {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                in_values(Some(one), Some(other), &format!("{at}/{index}"), found);
            }
        }
        _ => {
            found.insert(Difference::Body(at.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(one: &Request, other: &Request) -> String {
        in_words(&between(one, other).into_iter().collect::<Vec<_>>())
    }

    fn with_body(body: Value) -> Request {
        Request { body: Some(Body::Json(body)), ..Request::to_target("POST", "/a?x=1&y=2") }
    }

    #[test]
    fn the_differing_parts_are_found_and_no_others() {
        let first = with_body(json!({ "a": { "b": 1, "c": 2 }, "list": [1, 2] }));
        assert_eq!(words(&first, &first), "");
        let other = with_body(json!({ "a": { "b": 1 }, "list": [1, 3] }));
        assert_eq!(words(&first, &other), "/a/c in the body and /list in the body");
        let mut other = first.clone();
        other.method = "PUT".into();
        other.to = Destination::Target("/b?y=2&x=3&z".into());
        other.headers.push(("x-csrf".into(), "t".into()));
        assert_eq!(
            words(&first, &other),
            "the method, the path, the query parameter x, the query parameter z and the header field \
             x-csrf"
        );
        let none = Request { body: None, ..first.clone() };
        assert_eq!(words(&first, &none), "the body");
        let host = Request {
            to: Destination::Host("api".into(), first.to.template().clone()),
            ..first.clone()
        };
        assert_eq!(words(&first, &host), "the host");
    }

    #[test]
    fn a_part_of_a_body_contains_the_values_in_it() {
        let body = |at: &str| Difference::Body(at.to_owned());
        assert!(body("").contains(&body("/a/b")) && body("/a").contains(&body("/a/b")));
        assert!(!body("/a").contains(&body("/ab")) && !body("/a/b").contains(&body("/a")));
    }
}
