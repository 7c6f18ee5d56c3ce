//! `avouch check --published`: the dead man's switch of a schedule. It asks the page that is out, not
//! the service, and needs no sources: if evidence there is about to end, whoever renews it has stopped.

use std::path::Path;

use avouch::language::period::Period;
use avouch::model::project::world::World;
use avouch::model::published::{Published, PublishedClaim};
use avouch::model::time::in_words;
use jiff::Timestamp;
use url::Url;

use crate::exit::Exit;
use crate::previous;
use crate::terminal::clock::clock;
use crate::terminal::talk::Talk;

/// Looks at the page at `from`, which is an address or a folder, and at each claim on it.
pub(crate) fn run(root: &Path, from: &str, within: Period, talk: Talk) -> Result<Exit, Exit> {
    let from = file_of(root, from);
    let page = previous::read(&from, root, &nothing_special(&from, talk)?, talk)?;
    let now = clock(None).now();
    let soon = now.checked_add(within.as_signed()).unwrap_or(Timestamp::MAX);
    let mut worst = Exit::Holds;
    let mut told = String::new();
    for claim in &page.promises.claims {
        let (exit, why) = state(claim, now, soon);
        if exit != Exit::Holds {
            told.push_str(&format!("{why}: {}\n", claim.words));
            worst = worst.worse(exit);
        }
    }
    if page.promises.claims.is_empty() {
        talk.complain("there is no claim on the page", "");
        worst = Exit::Unusable;
    }
    talk.data(format!("{told}{}\n", in_short(&page)).as_bytes());
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

/// A world without anything that a project would add to it: what everybody sees.
fn nothing_special(from: &str, talk: Talk) -> Result<World, Exit> {
    // A file is read from the disk, whatever the target.
    let target = Url::parse(from).or_else(|_| Url::parse("https://localhost"));
    target.map(World::public).map_err(|error| {
        talk.complain(&format!("`{from}` is no address: {error}"), "");
        Exit::Unusable
    })
}

/// How a claim of the page stands now, and in words.
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
        ("violated", _) => (Exit::Violated, format!("{id} does not hold")),
        (standing, _) => (Exit::Inconclusive, format!("{id} is {standing}")),
    }
}

fn in_short(page: &Published) -> String {
    let until = match page.valid_until {
        Some(until) => format!("valid until {}", in_words(until)),
        None => "valid no longer".to_owned(),
    };
    let count = page.promises.claims.len();
    format!("{}: {count} claims, checked {}, {until}", page.site.url, in_words(page.checked))
}
