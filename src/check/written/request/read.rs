//! A request that reads: the path that a `GET` reads, or a whole request.

use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::json;

use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::{Use, WrittenRequest, read};
use crate::model::plan::request::Request;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// What an author writes where no request is sent.
pub(crate) const NONE: &str = "none";

/// A path to `GET`, or a whole request that only reads.
#[derive(Clone, Debug)]
pub(crate) enum WrittenRead {
    /// A path or address.
    Path(String),
    /// A request.
    Request(Box<WrittenRequest>),
}

impl WrittenRead {
    /// Whether the author wrote `none`.
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::Path(path) if path == NONE)
    }
}

/// The request at a place where an author writes either `get:` with a path, or `request:`.
#[derive(Clone, Copy)]
pub(crate) struct GetOrRequest<'a> {
    /// `get:`
    pub(crate) get: Option<&'a Spanned<String>>,
    /// The role of the host for `get:`.
    pub(crate) host: Option<&'a Spanned<String>>,
    /// `request:`
    pub(crate) request: Option<&'a Spanned<WrittenRequest>>,
}

impl GetOrRequest<'_> {
    /// The request, which only reads. Reports none or both, at `span` if there is no better place.
    pub(crate) fn read(
        &self,
        span: &Range<usize>,
        names: &Names<'_>,
        diagnostics: &mut Report,
    ) -> Option<Request> {
        match (self.get, self.request) {
            (Some(get), None) => request::get(get, self.host, names, diagnostics),
            (None, Some(request)) => {
                let mut request = request.clone();
                request.value.host = request.value.host.or_else(|| self.host.cloned());
                read(&request, Use::Reading, names, diagnostics)
            }
            (get, _) => {
                let (message, help) = match get {
                    Some(_) => ("there are two requests here", "leave out `get:` or `request:`"),
                    None => ("the request is missing", "write `get:` with a path, or `request:`"),
                };
                let place = self.request.map_or(span, |request| &request.span);
                let mistake = names.context.mistake(Code::NoSingleRequest, place, message);
                diagnostics.push(mistake.help(help));
                None
            }
        }
    }
}

/// The request that an author wrote, which only reads. Reports its mistakes, and requests that change
/// something.
pub(crate) fn reading(
    written: &Spanned<WrittenRead>,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Option<Request> {
    let ask = match &written.value {
        WrittenRead::Path(path) => WrittenRequest {
            get: Some(Spanned { value: path.clone(), span: written.span.clone() }),
            ..WrittenRequest::default()
        },
        WrittenRead::Request(request) => request.request(),
    };
    read(&Spanned { value: ask, span: written.span.clone() }, Use::Reading, names, diagnostics)
}

impl<'de> Deserialize<'de> for WrittenRead {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ReadVisitor;
        impl<'de> Visitor<'de> for ReadVisitor {
            type Value = WrittenRead;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a path, or a request")
            }

            fn visit_str<E: Error>(self, path: &str) -> Result<WrittenRead, E> {
                Ok(WrittenRead::Path(path.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WrittenRead, A::Error> {
                let request = WrittenRequest::deserialize(MapAccessDeserializer::new(map))?;
                Ok(WrittenRead::Request(Box::new(request)))
            }
        }
        // With the list of keys, an unknown key is reported with a suggestion.
        deserializer.deserialize_struct("WrittenRead", KEYS, ReadVisitor)
    }
}

impl JsonSchema for WrittenRead {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Read".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let request = generator.subschema_for::<WrittenRequest>();
        schemars::json_schema!({
            "description": "a path that is read with `GET`, or a request that only reads",
            "anyOf": [json!({"type": "string"}), request]
        })
    }
}

/// The keys of a request.
const KEYS: &[&str] = &[
    "get",
    "head",
    "post",
    "put",
    "patch",
    "delete",
    "method",
    "path",
    "host",
    "query",
    "headers",
    "json",
    "form",
    "multipart",
    "graphql",
    "xml",
    "text",
    "media_type",
    "upload",
    "reads",
    "redirects",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_request_is_on_the_list_that_unknown_keys_are_compared_with() {
        let schema = schemars::schema_for!(WrittenRequest).to_value();
        let properties = schema["properties"].as_object().unwrap().keys();
        assert_eq!(properties.collect::<Vec<_>>(), KEYS);
    }
}
