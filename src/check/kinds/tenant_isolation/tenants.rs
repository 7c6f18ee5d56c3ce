//! The tenants of `tenant-isolation`, and the objects that they already have.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

use crate::check::kind::Context;
use crate::check::written::request::read::WrittenRead;
use crate::model::plan::request::Request;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// A text with fewer characters may turn up by chance.
const MARKER_CHARS_MIN: usize = 8;

/// The tenants, as an author names them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tenants {
    /// All of the file that `tenants:` in `avouch.yaml` names.
    All,
    /// These actors.
    Named(Vec<Spanned<String>>),
}

/// An object that a tenant already has.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
pub(crate) struct Owned {
    /// The path at which its owner reads it, or a whole request that reads it.
    pub(crate) path: Spanned<WrittenRead>,
    /// A text in it of at least 8 characters that no other tenant's data contains.
    pub(crate) marker: Spanned<String>,
    /// The lists of this tenant, if they are not those of `list`.
    pub(crate) list: Option<Vec<Spanned<WrittenRead>>>,
}

/// The objects that tenants already have, by actor.
pub(crate) type Owns = BTreeMap<String, Spanned<Owned>>;

/// A tenant.
pub(crate) struct Tenant {
    /// Its actor.
    pub(crate) actor: String,
    /// The mark of an object that it already has; `None` if one is created.
    pub(crate) marker: Option<String>,
    /// The requests for its object.
    pub(crate) requests: Requests,
}

/// The requests for one tenant's object.
pub(crate) struct Requests {
    /// Creates it; `None` if it exists already, and then it is neither changed nor deleted.
    pub(crate) create: Option<Request>,
    /// Reads it.
    pub(crate) object: Request,
    /// Lists it among others.
    pub(crate) list: Vec<Request>,
    /// Changes it.
    pub(crate) change: Option<Request>,
    /// Deletes it.
    pub(crate) delete: Option<Request>,
}

impl<'de> Deserialize<'de> for Tenants {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Tenants;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("`all`, or a list of actors")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Tenants, E> {
                match text {
                    "all" => Ok(Tenants::All),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tenants, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = seq.next_element()? {
                    names.push(name);
                }
                Ok(Tenants::Named(names))
            }
        }
        deserializer.deserialize_any(Names)
    }
}

impl JsonSchema for Tenants {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Tenants".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "anyOf": [{ "const": "all" }, { "type": "array", "items": { "type": "string" } }]
        })
    }
}

/// The actors, in order. Reports mistakes among them.
pub(crate) fn actors(
    tenants: &Spanned<Tenants>,
    context: &Context<'_>,
    diagnostics: &mut Report,
) -> Vec<Spanned<String>> {
    let named = match &tenants.value {
        Tenants::Named(names) => names.clone(),
        Tenants::All => {
            let of_file = context.project.tenants.iter();
            of_file
                .map(|name| Spanned { value: name.clone(), span: tenants.span.clone() })
                .collect()
        }
    };
    report_bad_tenants(&named, context, diagnostics);
    if named.len() < 2 {
        let message = "isolation needs at least two tenants";
        let error = context.mistake(Code::EmptyList, &tenants.span, message);
        diagnostics.push(match tenants.value {
            Tenants::Named(_) => error.help("name one more actor with another `tenant:`"),
            Tenants::All => error
                .help("`all` means the tenants of the file that `tenants:` in `avouch.yaml` names"),
        });
    }
    named
}

fn report_bad_tenants(named: &[Spanned<String>], context: &Context<'_>, diagnostics: &mut Report) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for name in named {
        let Some(actor) = context.actor(name, diagnostics) else {
            continue;
        };
        let mut tell = |code, message: String, help: &str| {
            diagnostics.push(context.mistake(code, &name.span, message).help(help));
        };
        let Some(tenant) = &actor.tenant else {
            let message = format!("`{}` belongs to no tenant", name.value);
            tell(Code::NoTenant, message, "give it a `tenant:` in `avouch.yaml`");
            continue;
        };
        if let Some(other) = seen.insert(tenant, name) {
            let message = format!("`{}` and `{other}` are of the same tenant", name.value);
            tell(Code::SameTenant, message, "name actors of different tenants");
        }
    }
}

/// Reports tenants without an object, and objects without a mark of their own.
pub(crate) fn report_bad_owns(
    owns: &Owns,
    named: &[Spanned<String>],
    context: &Context<'_>,
    diagnostics: &mut Report,
) {
    let mut tell = |code, span: &Range<usize>, message: String, help: &str| {
        diagnostics.push(context.mistake(code, span, message).help(help));
    };
    for name in named.iter().filter(|name| !owns.contains_key(&name.value)) {
        let message = format!("the object of `{}` is missing", name.value);
        tell(Code::NoObject, &name.span, message, "give it a `path` and a `marker` in `owns:`");
    }
    for (actor, owned) in owns {
        if !named.iter().any(|name| name.value == *actor) {
            let message = format!("`{actor}` is not one of these tenants");
            tell(Code::UnknownActor, &owned.span, message, "add it to `tenants:`, or leave it out");
        }
        let marker = &owned.marker;
        if marker.chars().count() < MARKER_CHARS_MIN {
            let message = "so short a text may turn up by chance".to_owned();
            let help = "choose one of at least 8 characters that occurs nowhere else";
            tell(Code::WeakMarker, &marker.span, message, help);
        }
        let contains = |other: &Spanned<Owned>| marker.contains(other.marker.as_str());
        if owns.iter().any(|(other, one)| other != actor && contains(one)) {
            let message = "this marker contains the marker of another tenant".to_owned();
            tell(Code::SameMarker, &marker.span, message, "choose texts that only their owner has");
        }
    }
}
