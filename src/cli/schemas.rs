//! The JSON Schema of every file that people write, for editors and other programs.

use std::path::Path;

use avouch::check::kinds::KINDS;
use avouch::load::policy::sub_processors::SubProcessorsFile;
use avouch::load::project::file::ProjectFile;
use avouch::model::answer::attestation::Attestation;
use avouch::model::project::claim::Written;
use avouch::model::project::permissions::Permissions;
use avouch::model::project::policy::FrontMatter;
use avouch::model::project::waiver::Waiver;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{JsonSchema, Schema, schema_for};
use serde_json::{Value, json};

use crate::disk::file;
use crate::disk::file::Mode;

pub(crate) type Make = fn() -> Schema;

/// The files that people write, by the names of their schemas.
pub(crate) const SCHEMAS: &[(&str, Make)] = &[
    ("project", closed::<ProjectFile>),
    ("policy", closed::<FrontMatter>),
    ("permissions", closed::<Permissions>),
    ("claim", claim),
    ("attestation", closed::<Attestation>),
    ("waiver", closed::<Waiver>),
    ("sub-processors", closed::<SubProcessorsFile>),
];

/// Writes every schema into a folder, creating it if needed.
pub(crate) fn write(folder: &Path) -> std::io::Result<()> {
    let file = |name: &str| folder.join(format!("{name}.schema.json"));
    let write = |name: &str, text: &str| file::replace_text(&file(name), Mode::Kept, text);
    SCHEMAS.iter().try_for_each(|(name, schema)| write(name, &text(name, *schema)))
}

/// A schema as text. Its title names the files that it describes, not our types.
pub(crate) fn text(name: &str, schema: Make) -> String {
    let mut schema = schema();
    schema.insert("title".into(), json!(format!("Avouch: {name}")));
    format!("{:#}\n", schema.as_value())
}

/// A type's schema, which forbids unknown keys as our reader does.
fn closed<T: JsonSchema>() -> Schema {
    let mut schema = schema_for!(T);
    close(&mut schema);
    schema
}

fn close(schema: &mut Schema) {
    RecursiveTransform(|schema: &mut Schema| {
        if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
            schema.insert("additionalProperties".into(), json!(false));
        }
        // The width of our integers is an internal detail; their bounds are separate keys.
        if schema.get("format").and_then(Value::as_str).is_some_and(|one| one.starts_with("uint")) {
            schema.remove("format");
        }
    })
    .transform(schema);
}

/// A claim's file, in which `kind` decides the settings of each check.
fn claim() -> Schema {
    let mut schema = closed::<Written>();
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name()).collect();
    let when = |kind: &str| json!({"properties": {"kind": {"const": kind}}, "required": ["kind"]});
    let rules = KINDS.iter().map(|kind| {
        json!({"if": when(kind.name()), "then": {"$ref": format!("#/$defs/kind.{}", kind.name())}})
    });
    let check = json!({
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {"enum": names, "description": "What sort of check it is."},
            "states": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The names of limits of this check that the claim's words need not say.",
            },
            "products": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The products of the claim that this check asks, if the claim applies to several.",
            },
            "alone": {
                "type": "boolean",
                "description": "Whether no other check may run at the same time.",
            },
        },
        "allOf": rules.collect::<Vec<_>>(),
    });
    let mut definitions = match schema.remove("$defs") {
        Some(Value::Object(definitions)) => definitions,
        _ => serde_json::Map::new(),
    };
    definitions.insert("Check".into(), check);
    for kind in KINDS {
        definitions.extend(definitions_of(kind.name(), kind.schema()));
    }
    schema.insert("$defs".into(), Value::Object(definitions));
    if let Some(checks) = schema.pointer_mut("/properties/checks") {
        checks["items"] = json!({"$ref": "#/$defs/Check"});
        checks["minItems"] = json!(1);
    }
    schema
}

/// The settings of a kind and their parts, under names that are unique to the kind.
fn definitions_of(kind: &str, mut settings: Schema) -> Vec<(String, Value)> {
    close(&mut settings);
    let own = format!("#/$defs/kind.{kind}.");
    RecursiveTransform(|schema: &mut Schema| {
        if let Some(Value::String(reference)) = schema.get_mut("$ref") {
            *reference = reference.replace("#/$defs/", &own);
        }
    })
    .transform(&mut settings);
    let parts = match settings.remove("$defs") {
        Some(Value::Object(parts)) => parts,
        _ => serde_json::Map::new(),
    };
    settings.remove("$schema");
    settings.remove("title");
    if let Some(Value::Object(keys)) = settings.get_mut("properties") {
        keys.insert("kind".into(), json!({"const": kind}));
        keys.insert("states".into(), json!(true));
        keys.insert("products".into(), json!(true));
        keys.insert("alone".into(), json!(true));
    }
    let parts = parts.into_iter().map(|(name, part)| (format!("kind.{kind}.{name}"), part));
    parts.chain([(format!("kind.{kind}"), settings.to_value())]).collect()
}
