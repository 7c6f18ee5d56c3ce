//! `avouch attest`: writes today's attestation of a claim by a role.

use std::path::Path;

use avouch::language::period::Period;
use avouch::model::answer::attestation::{Attestation, AttestationDay};
use avouch::model::source::diagnostic::help_with_list;
use avouch::model::time::day_of;
use clap::Args;

use crate::disk::file;
use crate::disk::file::Mode;
use crate::disk::lock::ProjectLock;
use crate::exit::Exit;
use crate::session::{Open, check_sources};
use crate::terminal::clock::clock;
use crate::terminal::console::Console;
use crate::verb::accept::by_a_person;

/// `avouch attest`
#[derive(Debug, Args)]
pub(crate) struct Attest {
    /// The claim
    claim: String,
    /// The role that confirms it, from `roles:` in avouch.yaml
    #[arg(long)]
    role: String,
    /// What the role looked at
    #[arg(long, value_name = "TEXT")]
    looked_at: String,
    /// How long the attestation is valid, such as `90d`
    #[arg(long, value_name = "TIME", default_value = "90d")]
    valid_for: Period,
}

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Attest, console: Console) -> Result<Exit, Exit> {
    by_a_person(console)?;
    let clock = clock(None);
    let open = Open::to_read(root, None);
    let checked = check_sources(&open, None, clock);
    let Some(project) = checked.project else {
        console.diagnostics(&checked.diagnostics, &checked.sources);
        return Err(Exit::Unusable);
    };
    let Some(claim) = project.claim(&args.claim) else {
        let names: Vec<&str> = project.claims.iter().map(|claim| claim.id.as_str()).collect();
        let help = help_with_list(&args.claim, names);
        console.error(format!("unknown claim `{}`", args.claim), &help);
        return Err(Exit::Unusable);
    };
    if !project.roles.contains_key(&args.role) {
        let names: Vec<&str> = project.roles.keys().map(String::as_str).collect();
        let help = help_with_list(&args.role, names);
        console.error(
            format!("unknown role `{}`: it is not under `roles:` in avouch.yaml", args.role),
            &help,
        );
        return Err(Exit::Unusable);
    }
    let attestation = Attestation {
        role: args.role.clone(),
        day: AttestationDay::On(day_of(clock.now())),
        valid_for: args.valid_for,
        looked_at: args.looked_at.clone(),
        words: claim.words().to_owned(),
    };
    write(root, &args.claim, &attestation, console)?;
    Ok(Exit::Holds)
}

fn write(
    root: &Path,
    claim: &str,
    attestation: &Attestation,
    console: Console,
) -> Result<(), Exit> {
    let _lock = ProjectLock::acquire(root, console)?;
    let file = format!("attestations/{claim}.yaml");
    let text = serde_yaml::to_string(attestation).map_err(|error| error.to_string());
    let written = text.and_then(|text| {
        let to = root.join(&file);
        let written =
            file::within(root, &to).and_then(|()| file::replace_text(&to, Mode::Kept, &text));
        written.map_err(|error| error.to_string())
    });
    written.map_err(|error| {
        console.error(format!("`{file}` could not be written: {error}"), "");
        Exit::Unusable
    })?;
    console.message(format!("wrote {file}: read it, commit it, and let its code owners review it"));
    Ok(())
}
