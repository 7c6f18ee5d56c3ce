//! `avouch monitor`: for a schedule. It reads a published page, sends no request to the service, and needs no
//! sources. If evidence on the page is about to expire, the job that renews it has stopped.

use std::path::Path;

use avouch::language::period::Period;
use avouch::model::project::world::World;
use avouch::model::published::{Published, PublishedClaim};
use avouch::model::time::in_words;
use avouch::render::outlet::Text;
use avouch::render::outlet::terminal::Terminal;
use clap::Args;
use jiff::Timestamp;
use url::Url;

use crate::exit::Exit;
use crate::previous;
use crate::terminal::clock::clock;
use crate::terminal::console::Console;

/// `avouch monitor`
#[derive(Debug, Args)]
pub(crate) struct Monitor {
    /// The published page: its address, or a folder
    #[arg(value_name = "URL|DIR")]
    page: String,
    /// How long evidence must still be valid
    #[arg(long, value_name = "TIME", default_value = "6h")]
    within: Period,
}

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Monitor, console: Console) -> Result<Exit, Exit> {
    let from = file_of(root, &args.page);
    let page = previous::read(&from, root, &nothing_special(&from, console)?, console)?;
    let now = clock(None).now();
    let soon = now.checked_add(args.within.as_signed()).unwrap_or(Timestamp::MAX);
    let mut worst = Exit::Holds;
    let mut report = Text::<Terminal>::new();
    for claim in &page.promises.claims {
        let (exit, why) = state(claim, now, soon);
        if exit != Exit::Holds {
            report = report.put(why).own(": ").put(&claim.words).own("\n");
            worst = worst.worse(exit);
        }
    }
    if page.promises.claims.is_empty() {
        console.error("the page has no claims", "");
        worst = Exit::Unusable;
    }
    console.conclude(report.put(in_short(&page)).own("\n").finish())?;
    Ok(worst)
}

/// The `claims.json` of a site.
fn file_of(root: &Path, from: &str) -> String {
    let is_file = from.ends_with(".json");
    let is_folder = root.join(from).is_dir();
    match (is_file, is_folder, from.ends_with('/')) {
        (true, false, _) => from.to_owned(),
        (_, _, true) => format!("{from}claims.json"),
        _ => format!("{from}/claims.json"),
    }
}

/// The public internet, without the overrides of a project.
fn nothing_special(from: &str, console: Console) -> Result<World, Exit> {
    // A file is read from the disk, whatever the target.
    let target = Url::parse(from).or_else(|_| Url::parse("https://localhost"));
    target.map(World::public).map_err(|error| {
        console.error(format!("`{from}` is not an address: {error}"), "");
        Exit::Unusable
    })
}

/// The exit code that a claim of the page leads to, and why.
fn state(claim: &PublishedClaim, now: Timestamp, soon: Timestamp) -> (Exit, String) {
    let id = &claim.id;
    match (claim.standing.as_str(), claim.until) {
        ("holds" | "waived", Some(until)) if until <= now => {
            (Exit::Inconclusive, format!("{id} has expired, {}", in_words(until)))
        }
        ("holds" | "waived", Some(until)) if until <= soon => {
            (Exit::Inconclusive, format!("{id} expires soon, {}", in_words(until)))
        }
        ("holds" | "waived", Some(_)) => (Exit::Holds, String::new()),
        ("violated", _) => (Exit::Violated, format!("{id} failed")),
        ("inconclusive", _) => (Exit::Inconclusive, format!("{id} could not be verified")),
        (standing, _) => (Exit::Inconclusive, format!("{id} is {standing}")),
    }
}

fn in_short(page: &Published) -> String {
    let until = match page.valid_until {
        Some(until) => format!("valid until {}", in_words(until)),
        None => "no longer valid".to_owned(),
    };
    let count = page.promises.claims.len();
    format!("{}: {count} claims, checked {}, {until}", page.site.url, in_words(page.checked))
}
