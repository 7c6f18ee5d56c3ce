//! `avouch init`: asks at most ten questions, tries some claims on the target, and writes a project that
//! builds.
//!
//! It keeps the claims that hold, and reports why it left out the others. With `--claim`, it adds ready-made
//! check files to a project.

mod actor;
mod add;
mod answers;
pub(crate) mod audit;
mod claims;
mod customer;
mod described;
mod files;
mod found;
mod har;
mod openapi;
pub(crate) mod options;
mod reach;
mod rules;
mod sources;
mod starters;
mod survey;
mod trial;

use std::path::{Path, PathBuf};
use std::{fs, io};

use avouch::render::outlet::Text;
use avouch::render::report::labels;
use avouch::render::wording;

use crate::disk::lock::ProjectLock;
use crate::disk::staging::Staging;
use crate::exit::Exit;
use crate::init::answers::Answers;
use crate::init::files::failed;
use crate::init::options::Init;
use crate::init::starters::Starter;
use crate::init::trial::{Found, Tried};
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
    let is_narrowed =
        args.customer.private.is_empty() && (args.openapi.is_some() || args.har.is_some());
    let args = &sources::filled(args, console)?;
    let mut answers = answers::ask(args, root, console)?;
    let _lock = ProjectLock::acquire(root, console)?;
    // Another run may have started a project meanwhile.
    if let Some(there) = PARTS.iter().find(|part| root.join(part).exists()) {
        return Err(exists(there, console));
    }
    // Within the project's folder, so that Git and relative paths work as they will in the project.
    let staging = Staging::new(root).map_err(|error| failed(&error, console))?;
    let [trial, made] = ["trial", "made"].map(|name| staging.join(name));
    let (trial, looked) = (&trial, &staging.join("looked"));
    answers.found = survey::look(looked, &answers, &args.policy, console.silent())?;
    if is_narrowed {
        trial::narrow(&staging.join("narrowed"), &mut answers, &args.policy, console)?;
    }
    let help = "start the service, or correct `--target`; nothing was written";
    let tried = trial::all(trial, &answers, &args.policy, help, console)?;
    let kept = kept(&tried, &answers, console)?;
    files::write(&made, &answers, &kept).map_err(|error| failed(&error, console))?;
    let stayed = put_in_place(&made, root).map_err(|error| failed(&error, console))?;
    for file in stayed {
        console.message(format!("`{}` exists already, and was not changed", file.display()));
    }
    let result = if kept.len() == 1 { "which is true" } else { "all of which are true" };
    let claims = wording::count(kept.len(), "claim");
    let done = Text::new().own("\nThis is now a project of ").put(claims).own(", ").own(result);
    console.message(done.own(".\n").own(NEXT));
    Ok(Exit::Holds)
}

/// Reports the result of each starter, in the order of the page, and returns those that hold.
fn kept(
    tried: &[Tried],
    answers: &Answers,
    console: Console,
) -> Result<Vec<&'static Starter>, Exit> {
    for Tried { starter, result } in tried {
        let (id, words) = (starter.id, starter.words(answers));
        console.message(match result {
            Found::Holds(basis) => {
                Text::from(format!("kept      {id}: {words} ({})", labels::basis(*basis)))
            }
            Found::Left(why) | Found::Unknown(why) => Text::from(format!("left out  {id}: {why}")),
            Found::Broken(why) => Text::from(format!("finding   {id}: {why}"))
                .own("\n          corrected, it allows the claim: ")
                .put(words),
        });
    }
    let holds = |one: &&Tried| matches!(one.result, Found::Holds(_));
    let kept: Vec<&Starter> = tried.iter().filter(holds).map(|one| one.starter).collect();
    if kept.is_empty() {
        let help = "check `--target`; nothing was written";
        console.error("none of the claims that a project can start with is true", help);
        let is_broken = tried.iter().any(|one| matches!(one.result, Found::Broken(_)));
        return Err(if is_broken { Exit::Violated } else { Exit::Inconclusive });
    }
    Ok(kept)
}

const NEXT: &str = "
  avouch build   checks them, and publishes the page to `public/`
  avouch serve   shows a preview of the page while you write
Write your own sentences into `content/security.md`, and link each to its check.";

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
