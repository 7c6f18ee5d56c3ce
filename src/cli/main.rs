//! The command line.

mod addon;
mod args;
mod confined;
pub(crate) mod disk;
mod exit;
mod init;
mod measured;
mod operator;
mod previous;
mod remembered;
mod run;
mod schemas;
mod serve;
mod session;
pub(crate) mod terminal;
pub(crate) mod verb;
mod versions;

use clap::{CommandFactory, Parser};

use crate::exit::Exit;
use crate::terminal::console::Console;
use crate::terminal::style::Global;
use crate::verb::Verb;

/// Publishes a security page only while every claim in it holds.
#[derive(Debug, Parser)]
#[command(name = "avouch", version, arg_required_else_help = true, after_help = EXITS)]
struct Cli {
    /// Options of every verb.
    #[command(flatten)]
    global: Global,
    /// The verb, with its own options.
    #[command(subcommand)]
    verb: Verb,
}

const EXITS: &str = "\
Exit codes:
  0    every claim is verified, or has an exception
  1    a claim failed
  2    the arguments, the sources or the disk have an error
  3    no claim failed, but one could not be verified or its evidence has expired
  4    a check proves nothing: it cannot fail, is too weak or has no control
  130  interrupted, after cleaning up";

fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Unusable } else { Exit::Holds };
        }
    };
    let console = Console::new(&cli.global);
    measured::report_to(console);
    run(&cli, console).unwrap_or_else(|exit| exit)
}

fn run(cli: &Cli, console: Console) -> Result<Exit, Exit> {
    if cli.global.confined {
        confined::cage::confine(console)?;
    } else if cli.global.untrusted {
        cli.verb.may_be_confined(console)?;
        return confined::parent::run(console);
    }
    cli.verb.run(&cli.global.root, &Cli::command, console)
}
