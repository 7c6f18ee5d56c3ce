//! The command line: what was typed, to what is done.

mod accept;
mod addon;
mod args;
mod attest;
mod build;
mod check;
mod clock;
#[cfg(feature = "demo")]
mod demo;
mod diagnostics;
mod doctor;
mod exit;
mod explain;
mod falsify;
mod file;
mod git;
mod init;
mod lint;
mod manual;
mod outlets;
mod previous;
mod progress;
mod publish;
mod published;
mod redline;
mod retract;
mod reuse;
mod run;
mod schema;
mod serve;
mod session;
mod since;
mod store;
mod talk;
mod versions;

use clap::Parser;

use crate::args::{Cli, Verb};
use crate::exit::Exit;
use crate::talk::Talk;

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
