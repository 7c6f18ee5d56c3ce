//! `avouch lint`: mistakes in the sources; no network, safe on any input.

use std::path::Path;

use avouch::render::wording::count;
use serde_json::json;

use crate::args::Lint;
use crate::exit::Exit;
use crate::session::{Checked, Open, check_sources};
use crate::terminal::clock::Clock;
use crate::terminal::diagnostics;
use crate::terminal::style::Format;
use crate::terminal::talk::Talk;
use crate::verb::lint_since;
use crate::verb::lint_since::Since;

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Lint, talk: Talk) -> Result<Exit, Exit> {
    let open = Open::to_read(root, args.target.as_deref());
    let mut checked = check_sources(&open, None, Clock::default());
    let before = args.since.as_ref();
    let since =
        before.map(|before| lint_since::since(before, root, args, &checked, talk)).transpose();
    let changes = since.as_ref().ok().and_then(Option::as_ref);
    checked.diagnostics.extend(changes.iter().flat_map(|since| since.wrong.iter().cloned()));
    match args.format {
        Format::Text => text(&checked, changes, talk),
        Format::Json => json(&checked, changes, talk),
    }
    let errors = checked.diagnostics.iter().filter(|one| one.is_error()).count();
    let warnings = checked.diagnostics.len() - errors;
    let changed = changes.map_or_else(String::new, |since| format!(", {}", since.counted()));
    let (told, looked) = (count(errors, "error"), count(warnings, "warning"));
    talk.say(&format!("{told}, {looked}{changed}"));
    since.map(|_| if errors == 0 { Exit::Holds } else { Exit::Unusable })
}

fn text(checked: &Checked, changes: Option<&Since>, talk: Talk) {
    talk.diagnostics(&checked.diagnostics, &checked.sources);
    if let Some(since) = changes {
        talk.data(since.text(checked).as_bytes());
    }
}

/// The diagnostics alone, or with the changes beside them.
fn json(checked: &Checked, changes: Option<&Since>, talk: Talk) {
    let diagnostics = diagnostics::json(&checked.diagnostics, &checked.sources);
    let json = match changes {
        None => diagnostics,
        Some(since) => json!({ "diagnostics": diagnostics, "changes": since.json(checked) }),
    };
    talk.data(format!("{json:#}\n").as_bytes());
}
