//! The keys of a request, for every place where an author writes one.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::model::source::decode::Spanned;

/// Defines a struct with the keys of a request after its own, so that there is one list of them: settings
/// are decoded without `flatten`, which would lose places and let unknown keys pass.
macro_rules! with_request {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        $vis struct $name {
            $($own)*
            /// `GET` this path of the target, or this whole `https:` address.
            pub(crate) get: Option<$crate::model::source::decode::Spanned<String>>,
            /// `HEAD` this path or address.
            pub(crate) head: Option<$crate::model::source::decode::Spanned<String>>,
            /// `POST` to this path or address.
            pub(crate) post: Option<$crate::model::source::decode::Spanned<String>>,
            /// `PUT` to this path or address.
            pub(crate) put: Option<$crate::model::source::decode::Spanned<String>>,
            /// `PATCH` this path or address.
            pub(crate) patch: Option<$crate::model::source::decode::Spanned<String>>,
            /// `DELETE` this path or address.
            pub(crate) delete: Option<$crate::model::source::decode::Spanned<String>>,
            /// Any other method, such as `OPTIONS`, `PROPFIND`, `REPORT`, `MKCALENDAR` or `QUERY`, with `path:`.
            pub(crate) method: Option<$crate::model::source::decode::Spanned<String>>,
            /// The path or address for `method:`.
            pub(crate) path: Option<$crate::model::source::decode::Spanned<String>>,
            /// The role, in `hosts:` of `avouch.yaml`, of the host that receives the request instead of the
            /// target.
            pub(crate) host: Option<$crate::model::source::decode::Spanned<String>>,
            /// Parameters that are added to the query of the address, by name; a list repeats the name.
            pub(crate) query: Option<
                $crate::model::source::decode::Spanned<$crate::check::written::request::fields::Pairs>,
            >,
            /// Additional header fields.
            #[serde(default)]
            pub(crate) headers:
                std::collections::BTreeMap<String, $crate::model::source::decode::Spanned<String>>,
            /// A JSON body; `${canary}` in it is the actor's own mark.
            pub(crate) json: Option<$crate::model::source::decode::Spanned<serde_json::Value>>,
            /// The fields of a form, sent as `application/x-www-form-urlencoded`; a list repeats the name.
            pub(crate) form: Option<
                $crate::model::source::decode::Spanned<$crate::check::written::request::fields::Pairs>,
            >,
            /// The parts of a form with files, sent as `multipart/form-data`, in order.
            pub(crate) multipart: Option<
                $crate::model::source::decode::Spanned<
                    Vec<
                        $crate::model::source::decode::Spanned<
                            $crate::check::written::request::fields::WrittenPart,
                        >,
                    >,
                >,
            >,
            /// A GraphQL operation, sent as JSON. A document of queries alone only reads.
            pub(crate) graphql: Option<
                $crate::model::source::decode::Spanned<
                    $crate::check::written::request::fields::WrittenGraphql,
                >,
            >,
            /// An XML body.
            pub(crate) xml: Option<$crate::model::source::decode::Spanned<String>>,
            /// A text body.
            pub(crate) text: Option<$crate::model::source::decode::Spanned<String>>,
            /// The media type of `text` (`text/plain` if left out) or of `xml` (`application/xml`).
            pub(crate) media_type: Option<$crate::model::source::decode::Spanned<String>>,
            /// One file, sent as a browser sends a form; `multipart` takes several parts.
            pub(crate) upload: Option<$crate::check::written::request::fields::Upload>,
            /// `true`: the request changes nothing although its method could, such as a search by `POST`. It may
            /// then be repeated, and needs no permission to write.
            pub(crate) reads: Option<$crate::model::source::decode::Spanned<bool>>,
            /// How many redirects to follow at most; 0 if left out. Only a request that reads, without a credential,
            /// follows any, to public `https:` addresses or within the same sort of network.
            pub(crate) redirects: Option<$crate::model::source::decode::Spanned<u8>>,
        }

        impl $name {
            /// The request in it.
            pub(crate) fn request(&self) -> $crate::check::written::request::WrittenRequest {
                $crate::check::written::request::WrittenRequest {
                    get: self.get.clone(),
                    head: self.head.clone(),
                    post: self.post.clone(),
                    put: self.put.clone(),
                    patch: self.patch.clone(),
                    delete: self.delete.clone(),
                    method: self.method.clone(),
                    path: self.path.clone(),
                    host: self.host.clone(),
                    query: self.query.clone(),
                    headers: self.headers.clone(),
                    json: self.json.clone(),
                    form: self.form.clone(),
                    multipart: self.multipart.clone(),
                    graphql: self.graphql.clone(),
                    xml: self.xml.clone(),
                    text: self.text.clone(),
                    media_type: self.media_type.clone(),
                    upload: self.upload.clone(),
                    reads: self.reads.clone(),
                    redirects: self.redirects.clone(),
                }
            }
        }
    };
}
pub(crate) use with_request;

/// A file, sent as a browser sends a form.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
pub(crate) struct Upload {
    /// The name of the form's field.
    pub(crate) field: String,
    /// The file's name.
    pub(crate) file_name: String,
    /// Its media type.
    pub(crate) media_type: String,
    /// Its content, in base64.
    pub(crate) base64: Spanned<String>,
}

/// One part of a form with files; its content is one of `text`, `json` and `base64`.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
pub(crate) struct WrittenPart {
    /// The name of the form's field.
    pub(crate) name: String,
    /// The name of the file, if it is one.
    pub(crate) file_name: Option<Spanned<String>>,
    /// Its media type; `application/json` for `json`, none for other parts, if left out.
    pub(crate) media_type: Option<String>,
    /// Its content as a text.
    pub(crate) text: Option<Spanned<String>>,
    /// Its content as JSON.
    pub(crate) json: Option<Spanned<Value>>,
    /// Its content in base64.
    pub(crate) base64: Option<Spanned<String>>,
}

/// A GraphQL operation.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
pub(crate) struct WrittenGraphql {
    /// The document: `query($id: ID!) { note(id: $id) { text } }`.
    pub(crate) query: Spanned<String>,
    /// The values of its variables, by name.
    #[serde(default)]
    pub(crate) variables: Map<String, Value>,
    /// The name of the operation to carry out, if the document has several.
    pub(crate) operation: Option<String>,
}

/// Names with their values, in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pairs(pub(crate) Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("names with their values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut all = Vec::new();
                while let Some((name, Texts(values))) = map.next_entry::<String, Texts>()? {
                    all.extend(values.into_iter().map(|value| (name.clone(), value)));
                }
                Ok(Pairs(all))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
}

impl JsonSchema for Pairs {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pairs".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let value = json!({"type": ["string", "number", "boolean"]});
        schemars::json_schema!({
            "description": "names with their values; a list repeats the name",
            "type": "object",
            "additionalProperties": {"anyOf": [value, {"type": "array", "items": value}]}
        })
    }
}

/// One value or a list of values, as text.
struct Texts(Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextsVisitor;
        impl<'de> Visitor<'de> for TextsVisitor {
            type Value = Texts;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value, or a list of values")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Texts, E> {
                Ok(Texts(vec![value.to_string()]))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Texts, E> {
                Ok(Texts(vec![value.to_string()]))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Texts, E> {
                Ok(Texts(vec![value.to_string()]))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Texts, E> {
                Ok(Texts(vec![value.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Texts, A::Error> {
                let mut all = Vec::new();
                while let Some(Texts(one)) = items.next_element()? {
                    all.extend(one);
                }
                Ok(Texts(all))
            }
        }
        deserializer.deserialize_any(TextsVisitor)
    }
}
