//! `avouch lint`: finds mistakes in the sources. It uses no network, and is safe on any input.

use std::path::Path;

use avouch::render::outlet::json;
use avouch::render::report::mistakes;
use avouch::render::wording::count;
use avouch::workflow::sources::Checked;
use clap::Args;
use serde_json::json;

use crate::args::{PolicyOption, Reports, Wanted};
use crate::disk::outlets::Outlets;
use crate::exit::Exit;
use crate::measured::Work;
use crate::session::{Open, check_sources};
use crate::terminal::clock::clock;
use crate::terminal::console::Console;
use crate::terminal::style::Format;
use crate::verb::lint_since;
use crate::verb::lint_since::Since;

/// `avouch lint`
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Also list what changed since a published claims.json, or since a Git revision
    #[arg(long, value_name = "FILE|REV")]
    since: Option<String>,
    /// The origin of the service, or `demo`; replaces `target` in avouch.yaml
    #[arg(long, env = "AVOUCH_TARGET", hide_env_values = true, value_name = "URL")]
    pub(crate) target: Option<String>,
    /// The operator's policy.
    #[command(flatten)]
    policy: PolicyOption,
    /// The format of the output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Also write the mistakes to a file, in any format of `avouch check`; `-` is standard output
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    reports: Vec<Wanted>,
}

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Lint, console: Console) -> Result<Exit, Exit> {
    let outlets = outlets(root, args, console)?;
    let _work = Work::begin();
    let open = Open { policy: Some(&args.policy), ..Open::to_read(root, args.target.as_deref()) };
    let mut checked = check_sources(&open, None, clock(None));
    let before = args.since.as_ref();
    let since =
        before.map(|before| lint_since::since(before, root, args, &checked, console)).transpose();
    let changes = since.as_ref().ok().and_then(Option::as_ref);
    checked.diagnostics.extend(changes.iter().flat_map(|since| since.wrong.iter().cloned()));
    let shown = match args.format {
        Format::Text => text(&checked, changes, console),
        Format::Json => json(&checked, changes, console),
    };
    let written = outlets.write_mistakes(&checked.diagnostics, &checked.sources, console);
    let errors = checked.diagnostics.iter().filter(|one| one.is_error()).count();
    let warnings = checked.diagnostics.len() - errors;
    let changed = changes.map_or_else(String::new, |since| format!(", {}", since.counted()));
    let (errors_in_words, warnings) = (count(errors, "error"), count(warnings, "warning"));
    console.message(format!("{errors_in_words}, {warnings}{changed}"));
    shown.and(written)?;
    since.map(|_| if errors == 0 { Exit::Holds } else { Exit::Unusable })
}

/// The reports, if all of them can be written.
fn outlets(root: &Path, args: &Lint, console: Console) -> Result<Outlets, Exit> {
    let to_output = args.reports.iter().any(|wanted| wanted.file.is_none());
    if to_output && args.format == Format::Json {
        let help = "give the report a file, or leave out `--format json`";
        console.error("two reports go to standard output", help);
        return Err(Exit::Unusable);
    }
    let reports = Reports { format: None, reports: args.reports.clone(), waivers: false };
    Outlets::open(&reports, root, &[], console)
}

fn text(checked: &Checked, changes: Option<&Since>, console: Console) -> Result<(), Exit> {
    console.diagnostics(&checked.diagnostics, &checked.sources);
    changes.map_or(Ok(()), |since| console.output(since.text(checked).finish()))
}

/// The diagnostics, and the changes where they were requested.
fn json(checked: &Checked, changes: Option<&Since>, console: Console) -> Result<(), Exit> {
    let diagnostics = mistakes::json(&checked.diagnostics, &checked.sources);
    let json = match changes {
        None => diagnostics,
        Some(since) => json!({ "diagnostics": diagnostics, "changes": since.json(checked) }),
    };
    console.output(json::pretty(&json))
}
