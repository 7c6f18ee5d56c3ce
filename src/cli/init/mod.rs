//! `avouch init`: asks at most nine questions, tries some claims on the target, and writes a project that
//! builds.
//!
//! It keeps the claims that hold, and reports why it left out the others. With `--claim`, it adds ready-made
//! check files to a project.

mod add;
mod answers;
mod claims;
mod files;
pub(crate) mod options;
mod starters;
mod trial;

use std::path::{Path, PathBuf};
use std::{fs, io};

use avouch::model::time::day_of;
use avouch::render::outlet::Text;
use avouch::render::wording;

use crate::disk::lock::ProjectLock;
use crate::disk::staging::Staging;
use crate::exit::Exit;
use crate::init::options::Init;
use crate::init::starters::{Fit, STARTERS, Starter};
use crate::terminal::console::Console;

/// The parts of a project. If one of them exists, no project is started.
const PARTS: [&str; 4] = ["avouch.yaml", "content", "checks", "attestations"];

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Init, console: Console) -> Result<Exit, Exit> {
    if args.list {
        return add::list(console);
    }
    if !args.claims.is_empty() {
        return add::run(root, &args.claims, console);
    }
    let was_there = root.exists();
    if let Some(there) = PARTS.iter().find(|part| root.join(part).exists()) {
        return Err(exists(there, console));
    }
    fs::create_dir_all(root).map_err(|error| failed(&error, console))?;
    let begun = begin(root, args, console);
    if begun.is_err() && !was_there {
        // Only an empty folder can be removed, so nothing is lost.
        let _ = fs::remove_dir(root);
    }
    begun
}

fn exists(part: &str, console: Console) -> Exit {
    let message = format!("`{part}` exists already; nothing was changed");
    console.error(message, "start a project in an empty folder: `avouch --root DIR init`");
    Exit::Unusable
}

fn begin(root: &Path, args: &Init, console: Console) -> Result<Exit, Exit> {
    let answers = answers::ask(args, root, console)?;
    let _lock = ProjectLock::acquire(root, console)?;
    // Another run may have started a project meanwhile.
    if let Some(there) = PARTS.iter().find(|part| root.join(part).exists()) {
        return Err(exists(there, console));
    }
    // Within the project's folder, so that Git and relative paths work as they will in the project.
    let staging = Staging::new(root).map_err(|error| failed(&error, console))?;
    let [trial, made] = ["trial", "made"].map(|name| staging.join(name));
    let failed = |error: io::Error| failed(&error, console);
    let today = day_of(crate::terminal::clock::clock(None).now());
    let tried = STARTERS.iter().filter(|one| (one.fits)(&answers) == Fit::Tried);
    let tried: Vec<&Starter> = tried.collect();
    files::write(&trial, &answers, &tried, today).map_err(failed)?;
    let kept = trial::those_that_hold(&trial, &answers, &args.policy, console)?;
    files::write(&made, &answers, &kept, today).map_err(failed)?;
    for file in put_in_place(&made, root).map_err(failed)? {
        console.message(format!("`{}` exists already, and was not changed", file.display()));
    }
    let result = if kept.len() == 1 { "which is true" } else { "all of which are true" };
    let claims = wording::count(kept.len(), "claim");
    let done = Text::new().own("\nThis is now a project of ").put(claims).own(", ").own(result);
    console.message(done.own(".\n").own(NEXT));
    Ok(Exit::Holds)
}

const NEXT: &str = "
  avouch build   checks them, and publishes the page to `public/`
  avouch serve   shows a preview of the page while you write
Write your own sentences into `content/security.md`, and link each to its check.";

fn failed(error: &io::Error, console: Console) -> Exit {
    console.error(format!("the project could not be written: {error}"), "");
    Exit::Unusable
}

/// Moves every file of a finished project into the folder, `avouch.yaml` last. Returns the files that
/// existed already, which are not changed.
fn put_in_place(made: &Path, root: &Path) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(root)?;
    let names = fs::read_dir(made)?.map(|entry| Ok(entry?.file_name()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.sort_by_key(|name| (name == "avouch.yaml", name.clone()));
    let mut stayed = Vec::new();
    for name in names {
        let (from, to) = (made.join(&name), root.join(&name));
        if from.is_dir() {
            let within = put_in_place(&from, &to)?;
            stayed.extend(within.iter().map(|file| Path::new(&name).join(file)));
        } else if to.exists() {
            stayed.push(name.into());
        } else {
            fs::rename(from, to)?;
        }
    }
    Ok(stayed)
}
