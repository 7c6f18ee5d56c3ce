//! Reads and writes `assessment.json`: private, and whole or not at all.

use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;

use avouch::load::file::regular;
use avouch::load::file::regular::Links;
use avouch::model::judge::assessment::{Assessment, SCHEMA};
use avouch::render::outlet::json;

use crate::disk::file;
use crate::disk::file::Mode;
use crate::disk::leaks::Leaks;
use crate::exit::Exit;
use crate::terminal::console::Console;

/// The size limit of an assessment: two thousand tenants take about a tenth of it.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Reports it if an assessment could not be written there, before the checks are run.
pub(crate) fn can_save(to: &Path, console: Console) -> Result<(), Exit> {
    file::can_replace(to).map_err(|error| not_written(to, &error, console))
}

/// Writes an assessment that only its owner can read. One with a secret in it is refused.
pub(crate) fn save(
    assessment: &Assessment,
    to: &Path,
    leaks: &Leaks,
    console: Console,
) -> Result<(), Exit> {
    let failed = |error: io::Error| not_written(to, &error, console);
    let text = json::stored(assessment).map_err(failed)?;
    leaks.refuse("the evidence", &text)?;
    let write = |file: &mut File| file.write_all(text.as_str().as_bytes());
    file::replace(to, Mode::Private, write).map_err(failed)
}

fn not_written(to: &Path, error: &io::Error, console: Console) -> Exit {
    let help = "name a regular file in a folder that exists and is writable";
    console.error(format!("`{}` could not be written: {error}", to.display()), help);
    Exit::Unusable
}

/// Reads an assessment. The caller checks that it is evidence for the project.
pub(crate) fn read(from: &Path, console: Console) -> Result<Assessment, Exit> {
    parse(from).map_err(|why| {
        let help = "make a new one with `avouch check`";
        console.error(format!("`{}` is not a usable assessment: {why}", from.display()), help);
        Exit::Unusable
    })
}

/// Reads an assessment; the error says why that is impossible.
pub(crate) fn parse(from: &Path) -> Result<Assessment, String> {
    let text =
        regular::read(from, BYTES_MAX, Links::Followed).map_err(|error| error.to_string())?;
    // Only the schema, and then the whole: a tree of any values takes many times the memory of the text.
    let Head { schema } = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    let schema = schema.as_deref().unwrap_or("none");
    if schema != SCHEMA {
        return Err(format!("its schema is `{schema}`, and this version reads `{SCHEMA}`"));
    }
    serde_json::from_slice(&text).map_err(|error| error.to_string())
}

/// The part of an assessment that says how to read the rest.
#[derive(serde::Deserialize)]
struct Head {
    schema: Option<String>,
}
