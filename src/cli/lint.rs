//! `avouch lint`: mistakes in the sources; no network, safe on any input.

use std::path::Path;

use avouch_demo::Secrets;

use crate::args::{Format, Lint};
use crate::clock::Clock;
use crate::diagnostics;
use crate::exit::Exit;
use crate::session::{Open, check_sources};
use crate::talk::Talk;

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Lint, talk: Talk) -> Result<Exit, Exit> {
    let open = Open::to_read(root, args.target.as_deref());
    let checked = check_sources(&open, &Secrets::generate(), Clock::default());
    match args.format {
        Format::Text => talk.diagnostics(&checked.diagnostics, &checked.sources),
        Format::Json => {
            let json = diagnostics::json(&checked.diagnostics, &checked.sources);
            talk.data(format!("{json:#}\n").as_bytes());
        }
    }
    let errors = checked.diagnostics.iter().filter(|one| one.is_error()).count();
    let warnings = checked.diagnostics.len() - errors;
    talk.say(&format!("{errors} errors, {warnings} warnings"));
    Ok(if errors == 0 { Exit::Holds } else { Exit::Unusable })
}
