//! `avouch schema`: prints or writes the JSON Schemas of the files that people write.

use std::path::Path;

use crate::args;
use crate::exit::Exit;
use crate::schemas::{SCHEMAS, text, write};
use crate::terminal::talk::Talk;

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &args::Schema, talk: Talk) -> Result<Exit, Exit> {
    if let Some(folder) = &args.write {
        write(&root.join(folder)).map_err(|error| {
            talk.complain(&format!("`{}` could not be written: {error}", folder.display()), "");
            Exit::Unusable
        })?;
        talk.say(&format!("{} schemas are in `{}`", SCHEMAS.len(), folder.display()));
    }
    for (name, schema) in SCHEMAS.iter().filter(|(name, _)| args.name.as_deref() == Some(*name)) {
        talk.data(text(name, *schema).as_bytes());
    }
    Ok(Exit::Holds)
}
