//! `avouch explain`: shows what the checks of a claim do, without running them.

use std::path::Path;

use avouch::render::outlet::json;
use avouch::render::report::layout::WaiverLines;
use avouch::render::report::plan;
use clap::Args;

use crate::exit::Exit;
use crate::session::{Open, Session};
use crate::terminal::console::Console;
use crate::terminal::style::Format;
use crate::verb::check::known;

/// `avouch explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The claim
    claim: String,
    /// The origin of the service, or `demo`; replaces `target` in avouch.yaml
    #[arg(long, env = "AVOUCH_TARGET", hide_env_values = true, value_name = "URL")]
    target: Option<String>,
    /// The format of the output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Explain, console: Console) -> Result<Exit, Exit> {
    let open = Open::to_read(root, args.target.as_deref());
    let session = Session::open(&open, console)?;
    known(&session, std::slice::from_ref(&args.claim), console)?;
    let claim = session.project.claim(&args.claim).ok_or(Exit::Unusable)?;
    let layout = console.layout(WaiverLines::default());
    match args.format {
        Format::Text => {
            let text = plan::text(&session.project, claim, &session.plans, &layout);
            console.output(text.finish())?;
        }
        Format::Json => {
            let plans = session.plans.get(args.claim.as_str()).map_or(&[][..], Vec::as_slice);
            console.output(json::pretty(&plans))?;
        }
    }
    Ok(Exit::Holds)
}
