//! The command line: what was typed, to what is done.

mod addon;
mod args;
pub(crate) mod disk;
mod exit;
mod init;
mod previous;
mod run;
mod schemas;
mod serve;
mod session;
pub(crate) mod terminal;
pub(crate) mod verb;
mod versions;

use clap::Parser;

use crate::args::{Cli, Verb};
use crate::exit::Exit;
use crate::terminal::talk::Talk;
use crate::verb::{
    accept, attest, build, check, doctor, explain, falsify, lint, manual, retract, schema,
};

fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Unusable } else { Exit::Holds };
        }
    };
    let talk = Talk::new(&cli.global);
    let root = &cli.global.root;
    let done = match &cli.verb {
        Verb::Init(args) => init::run(root, args, talk),
        Verb::Build(args) => build::run(root, args, talk),
        Verb::Check(args) => check::run(root, args, talk),
        Verb::Retract(args) => retract::run(root, args, talk),
        Verb::Lint(args) => lint::run(root, args, talk),
        Verb::Explain(args) => explain::run(root, args, talk),
        Verb::Falsify(args) => falsify::run(root, args, talk),
        Verb::Doctor(args) => doctor::run(root, args, talk),
        Verb::Serve(args) => serve::run(root, args, talk),
        Verb::Accept(args) => accept::run(root, args, talk),
        Verb::Attest(args) => attest::run(root, args, talk),
        Verb::Demo(args) => addon::run(root, args, talk),
        Verb::Schema(args) => schema::run(root, args, talk),
        Verb::Completions(args) => Ok(manual::completions(args.shell, talk)),
        Verb::Man => manual::page(talk),
    };
    done.unwrap_or_else(|exit| exit)
}
