//! `avouch init --claim`: adds ready-made check files to a project.

use std::path::Path;

use avouch::model::source::diagnostic::help_with_list;
use avouch::render::outlet::Text;
use avouch::render::outlet::terminal::Terminal;
use avouch::render::report::labels;

use crate::disk::file;
use crate::disk::file::Mode;
use crate::disk::lock::ProjectLock;
use crate::exit::Exit;
use crate::init::claims::{CLAIMS, Claim, find, usual};
use crate::terminal::console::Console;

/// Lists the claims under their headings, each with its words.
pub(crate) fn list(console: Console) -> Result<Exit, Exit> {
    let mut text = Text::<Terminal>::new();
    let mut heading = "";
    for claim in CLAIMS.iter() {
        if claim.heading() != heading {
            heading = claim.heading();
            text = text.own("\n").put(heading).own("\n");
        }
        text = text.own("  ").put(format!("{:24} {}", claim.name, claim.words(&usual))).own("\n");
    }
    console.output(text.finish())?;
    Ok(Exit::Holds)
}

/// Writes the check files of these claims, or none of them, and prints what to add to a policy.
pub(crate) fn run(root: &Path, names: &[String], console: Console) -> Result<Exit, Exit> {
    if !root.join("avouch.yaml").exists() {
        let help = "start one with `avouch init`";
        console.error("there is no project here: `avouch.yaml` does not exist", help);
        return Err(Exit::Unusable);
    }
    let claims = known(names, console)?;
    let _lock = ProjectLock::acquire(root, console)?;
    if let Some(there) =
        claims.iter().map(|claim| path(claim)).find(|path| root.join(path).exists())
    {
        let help = "rename or delete that file, or leave out this claim";
        console.error(format!("`{there}` exists already; nothing was written"), help);
        return Err(Exit::Unusable);
    }
    for claim in &claims {
        let path = path(claim);
        let written = file::replace_text(&root.join(&path), Mode::Kept, &claim.file(&usual));
        written.map_err(|error| {
            console.error(format!("`{path}` could not be written: {error}"), "");
            Exit::Unusable
        })?;
    }
    console.output(claims.iter().map(|claim| next(claim)).collect::<Text<_>>().finish())?;
    Ok(Exit::Holds)
}

fn path(claim: &Claim) -> String {
    format!("checks/{}.yaml", claim.name)
}

/// The claims with these names, each once; reports every other name.
fn known(names: &[String], console: Console) -> Result<Vec<&'static Claim>, Exit> {
    let mut claims: Vec<&Claim> = Vec::new();
    for claim in names.iter().filter_map(|name| find(name)) {
        if claims.iter().all(|other| other.name != claim.name) {
            claims.push(claim);
        }
    }
    let unknown: Vec<&String> = names.iter().filter(|name| find(name).is_none()).collect();
    for name in &unknown {
        let all = CLAIMS.iter().map(|claim| claim.name);
        let help = format!("{}; `avouch init --list` lists all", help_with_list(name, all));
        console.error(format!("unknown claim `{name}`"), help);
    }
    if unknown.is_empty() { Ok(claims) } else { Err(Exit::Unusable) }
}

/// What is left to do for a claim.
fn next(claim: &Claim) -> Text<Terminal> {
    let mut text = Text::new().own("`").put(path(claim)).own("` (");
    text = text.put(labels::basis(claim.basis())).own(")\n  It does not show ");
    text = text.put(claim.does_not_show()).own("\n");
    for blank in claim.blanks() {
        let row = format!("{}, in place of `{}`", blank.means, blank.usual);
        text = text.own("  Fill in: ").put(row).own("\n");
    }
    if let Some(look_at) = claim.look_at() {
        let line = format!("avouch attest {} --role ROLE --looked-at '{look_at}'", claim.name);
        text = text.own("  To confirm it, look at what follows `--looked-at`:\n    ");
        text = text.put(line).own("\n");
    }
    let heading = format!("## {}", claim.heading());
    text = text.own("  Add this to a policy in `content/`:\n\n").put(heading).own("\n\n");
    text.put(claim.paragraph(claim.name, &usual)).own("\n\n")
}
