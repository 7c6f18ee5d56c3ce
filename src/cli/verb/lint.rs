//! `avouch lint`: finds mistakes in the sources. It uses no network, and is safe on any input.

use std::path::Path;

use avouch::render::wording::count;
use clap::Args;
use serde_json::json;

use crate::exit::Exit;
use crate::session::{Open, check_sources};
use crate::terminal::clock::clock;
use crate::terminal::console::Console;
use crate::terminal::diagnostics;
use crate::terminal::style::Format;
use crate::verb::lint_since;
use crate::verb::lint_since::Since;
use avouch::workflow::sources::Checked;

/// `avouch lint`
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Also list what changed since a published claims.json, or since a Git revision
    #[arg(long, value_name = "FILE|REV")]
    since: Option<String>,
    /// The origin of the service, or `demo`; replaces `target` in avouch.yaml
    #[arg(long, env = "AVOUCH_TARGET", value_name = "URL")]
    pub(crate) target: Option<String>,
    /// The format of the output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Lint, console: Console) -> Result<Exit, Exit> {
    let open = Open::to_read(root, args.target.as_deref());
    let mut checked = check_sources(&open, None, clock(None));
    let before = args.since.as_ref();
    let since =
        before.map(|before| lint_since::since(before, root, args, &checked, console)).transpose();
    let changes = since.as_ref().ok().and_then(Option::as_ref);
    checked.diagnostics.extend(changes.iter().flat_map(|since| since.wrong.iter().cloned()));
    match args.format {
        Format::Text => text(&checked, changes, console),
        Format::Json => json(&checked, changes, console),
    }
    let errors = checked.diagnostics.iter().filter(|one| one.is_error()).count();
    let warnings = checked.diagnostics.len() - errors;
    let changed = changes.map_or_else(String::new, |since| format!(", {}", since.counted()));
    let (errors_in_words, warnings) = (count(errors, "error"), count(warnings, "warning"));
    console.message(&format!("{errors_in_words}, {warnings}{changed}"));
    since.map(|_| if errors == 0 { Exit::Holds } else { Exit::Unusable })
}

fn text(checked: &Checked, changes: Option<&Since>, console: Console) {
    console.diagnostics(&checked.diagnostics, &checked.sources);
    if let Some(since) = changes {
        console.output(since.text(checked).as_bytes());
    }
}

/// The diagnostics, and the changes where they were requested.
fn json(checked: &Checked, changes: Option<&Since>, console: Console) {
    let diagnostics = diagnostics::json(&checked.diagnostics, &checked.sources);
    let json = match changes {
        None => diagnostics,
        Some(since) => json!({ "diagnostics": diagnostics, "changes": since.json(checked) }),
    };
    console.output(format!("{json:#}\n").as_bytes());
}
