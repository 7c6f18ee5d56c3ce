//! The page that was published last, from its `claims.json`: on the disk or on the web.

use std::path::Path;

use avouch::load::file::regular;
use avouch::load::file::regular::Links;
use avouch::model::judge::assessment::Assessment;
use avouch::model::project::world::World;
use avouch::model::published;
use avouch::model::published::{Published, history};
use avouch::model::source::claim_id::ClaimId;
use avouch::probe::fetch;
use avouch::workflow::retracted::used_again;
use jiff::Timestamp;
use url::Url;

use crate::exit::Exit;
use crate::session::Session;
use crate::terminal::console::Console;

/// Bytes of a published file: a thousand claims with their history have less than half of this.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// Reads the page that was published last: from an address, or from a file in the project's folder.
/// Reports it if the page cannot be read.
pub(crate) fn read(
    from: &str,
    root: &Path,
    world: &World,
    console: Console,
) -> Result<Published, Exit> {
    match is_address(from) {
        true => parsed(from, fetched(from, world), console),
        false => in_file(from, root, console),
    }
}

/// The same, but only from a file.
pub(crate) fn in_file(from: &str, root: &Path, console: Console) -> Result<Published, Exit> {
    parsed(from, bytes_of(&root.join(from)), console)
}

fn parsed(from: &str, bytes: Result<Vec<u8>, String>, console: Console) -> Result<Published, Exit> {
    bytes.and_then(|bytes| published::read(&bytes)).map_err(|why| {
        let help = "name the `claims.json` of the site that is published, as a file or an address";
        console.error(format!("cannot continue the history of `{from}`: {why}"), help);
        Exit::Unusable
    })
}

/// The evidence from which a page is made.
#[derive(Clone, Copy)]
pub(crate) struct Evidence<'a> {
    /// The stored evidence; `None` for new evidence.
    pub(crate) of: Option<&'a Assessment>,
    /// When it was complete.
    pub(crate) checked: Timestamp,
}

/// Reports it if this project's page, made from `evidence`, cannot follow `previous`.
pub(crate) fn may_be_followed(
    previous: &Published,
    session: &Session,
    evidence: Evidence<'_>,
    console: Console,
) -> Result<(), Exit> {
    let project = &session.project;
    let since = |id: &ClaimId| evidence.of?.claims.get(id)?.first();
    let objection = history::objection(previous, &project.world, evidence.checked)
        .or_else(|| history::backwards(previous, &since));
    if let Some((message, help)) = objection {
        console.error(message, help);
        return Err(Exit::Unusable);
    }
    let wrong = used_again(project, &previous.retracted);
    console.diagnostics(&wrong, &project.sources);
    if wrong.is_empty() { Ok(()) } else { Err(Exit::Unusable) }
}

/// Whether the published page is on the web.
pub(crate) fn is_address(from: &str) -> bool {
    from.starts_with("https://") || from.starts_with("http://")
}

fn fetched(from: &str, world: &World) -> Result<Vec<u8>, String> {
    let address = Url::parse(from).map_err(|error| error.to_string())?;
    fetch::file(&address, world, BYTES_MAX)
}

fn bytes_of(from: &Path) -> Result<Vec<u8>, String> {
    let read = regular::read(from, BYTES_MAX as u64, Links::Followed);
    read.map_err(|error| error.to_string())
}
