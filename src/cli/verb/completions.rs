//! `avouch completions`: made from the options themselves, so that they cannot be stale.

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
pub(crate) fn run(args: &Completions, mut command: Command, console: Console) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "avouch", &mut script);
    console.output(&script);
    Exit::Holds
}
