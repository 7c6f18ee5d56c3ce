//! `avouch falsify`: shows whether each check can fail. It runs the checks once, then judges changed
//! answers.

use std::path::Path;

use avouch::model::judge::evidence::outcomes;
use avouch::model::source::claim_id::ClaimId;
use avouch::render::outlet::json;
use avouch::render::report::counterexamples;
use avouch::render::report::counterexamples::Detail;
use avouch::render::report::layout::WaiverLines;
use clap::Args;

use crate::args::Target;
use crate::disk::lock::ProjectLock;
use crate::exit::Exit;
use crate::run::assess;
use crate::session::{Open, Session};
use crate::terminal::console::Console;
use crate::terminal::style::Format;
use crate::verb::check::known;

/// `avouch falsify`
#[derive(Debug, Args)]
pub(crate) struct Falsify {
    /// The claim, with every counterexample listed [default: all claims, in short]
    claim: Option<String>,
    /// The service.
    #[command(flatten)]
    target: Target,
    /// The format of the output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Falsify, console: Console) -> Result<Exit, Exit> {
    let _lock = ProjectLock::acquire(root, console)?;
    let open = Open { claims: args.claim.as_slice(), ..Open::to_ask(root, &args.target) };
    let session = Session::open(&open, console)?;
    known(&session, args.claim.as_slice(), console)?;
    let wanted = |id: &ClaimId| args.claim.as_ref().is_none_or(|claim| id == claim);
    let assessment = assess(&session, &wanted, console)?;
    let now = session.clock.now();
    let outcomes = outcomes(&session.project, &session.plans, &assessment, now);
    match args.format {
        Format::Text => {
            let detail = if args.claim.is_some() { Detail::All } else { Detail::Missed };
            let layout = console.layout(WaiverLines::default());
            console.conclude(counterexamples::text(&outcomes, detail, &layout).finish())?;
        }
        Format::Json => {
            console.output(json::pretty(&counterexamples::json(&outcomes)))?;
        }
    }
    Ok(Exit::of(&outcomes))
}
