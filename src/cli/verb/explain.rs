//! `avouch explain`: what a claim's checks ask, before anything is asked.

use std::path::Path;

use avouch::render::report::plan;

use crate::args::Explain;
use crate::exit::Exit;
use crate::session::{Open, Session};
use crate::terminal::style::Format;
use crate::terminal::talk::Talk;
use crate::verb::check::known;

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Explain, talk: Talk) -> Result<Exit, Exit> {
    let open = Open::to_read(root, args.target.as_deref());
    let session = Session::open(&open, talk)?;
    known(&session, std::slice::from_ref(&args.claim), talk)?;
    let claim = session.project.claim(&args.claim).ok_or(Exit::Unusable)?;
    let plans = session.plans.get(args.claim.as_str()).map_or(&[][..], Vec::as_slice);
    match args.format {
        Format::Text => talk.data(plan::text(&session.project, claim, plans).as_bytes()),
        Format::Json => {
            let json = serde_json::to_string_pretty(plans).unwrap_or_default();
            talk.data(format!("{json}\n").as_bytes());
        }
    }
    Ok(Exit::Holds)
}
