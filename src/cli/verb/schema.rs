//! `avouch schema`: prints or writes the JSON Schemas of the files that people write.

use std::path::{Path, PathBuf};

use avouch::render::outlet::Written;
use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::exit::Exit;
use crate::schemas::{SCHEMAS, text, write};
use crate::terminal::console::Console;

/// `avouch schema`
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Schema {
    /// The file that the schema describes
    #[arg(value_parser = PossibleValuesParser::new(SCHEMAS.iter().map(|(name, _)| *name)))]
    name: Option<String>,
    /// Write all of them into a folder of the project
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "schemas")]
    write: Option<PathBuf>,
}

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Schema, console: Console) -> Result<Exit, Exit> {
    if let Some(folder) = &args.write {
        write(&root.join(folder)).map_err(|error| {
            console.error(format!("`{}` could not be written: {error}", folder.display()), "");
            Exit::Unusable
        })?;
        console.message(format!("{} schemas are in `{}`", SCHEMAS.len(), folder.display()));
    }
    for (name, schema) in SCHEMAS.iter().filter(|(name, _)| args.name.as_deref() == Some(*name)) {
        console.output(Written::generated(&text(name, *schema)))?;
    }
    Ok(Exit::Holds)
}
