//! `avouch completions`: made from the options themselves, so that they cannot be stale.

use avouch::render::outlet::Written;
use clap::{Args, Command};
use clap_complete::Shell;

use crate::exit::Exit;
use crate::terminal::console::Console;

/// `avouch completions`
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

/// Runs the verb.
pub(crate) fn run(
    args: &Completions,
    mut command: Command,
    console: Console,
) -> Result<Exit, Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "avouch", &mut script);
    console.output(Written::generated(&String::from_utf8_lossy(&script)))?;
    Ok(Exit::Holds)
}
