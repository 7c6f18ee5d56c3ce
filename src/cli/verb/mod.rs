//! The verbs of the command line: one file each, with its options. A new verb is its file, its `mod` line,
//! and its row in [`Verb`] and in [`Verb::run`].

pub(crate) mod accept;
pub(crate) mod attest;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod falsify;
pub(crate) mod lint;
pub(crate) mod lint_since;
pub(crate) mod man;
pub(crate) mod monitor;
pub(crate) mod retract;
pub(crate) mod schema;

use std::path::Path;

use clap::{Command, Subcommand};

use crate::exit::Exit;
use crate::terminal::console::Console;
use crate::{init, serve};

/// A verb with its options.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Start a project: asks at most ten questions, then tries some claims on the service
    Init(init::options::Init),
    /// Look at everything that a service shows to anybody, and report which claims are true
    Audit(init::audit::Audit),
    /// Check every claim, and publish the site if all of them hold
    Build(build::Build),
    /// Check claims, and save the evidence in assessment.json
    Check(check::Check),
    /// Fail if evidence on a published page expires soon; for a schedule, needs no sources
    Monitor(monitor::Monitor),
    /// Mark failed claims on a published site; needs no sources
    Retract(retract::Retract),
    /// Find mistakes in the sources; uses no network
    Lint(lint::Lint),
    /// Show what the checks of a claim do, without running them
    Explain(explain::Explain),
    /// Show whether each check can fail
    Falsify(falsify::Falsify),
    /// Log in as every actor and run the controls alone, to find what is missing
    Doctor(doctor::Doctor),
    /// Preview the site in a browser while you write
    Serve(serve::options::Serve),
    /// Approve changed wording of claims
    Accept(accept::Accept),
    /// Confirm a claim as a named role, where no check can test it
    Attest(attest::Attest),
    /// Run the demo add-on on its own
    #[command(hide = cfg!(not(feature = "demo")))]
    Demo(demo::Demo),
    /// Print the JSON Schema of a file that people write, for editors
    Schema(schema::Schema),
    /// Print the completions for a shell
    Completions(completions::Completions),
    /// Print the manual page
    Man(man::Manual),
}

impl Verb {
    /// Refuses a verb that cannot do its work in a process without a network and without programs.
    pub(crate) fn may_be_confined(&self, console: Console) -> Result<(), Exit> {
        let why = match self {
            Self::Build(args) => args.needs_network(),
            Self::Accept(_)
            | Self::Attest(_)
            | Self::Completions(_)
            | Self::Explain(_)
            | Self::Lint(_)
            | Self::Man(_)
            | Self::Retract(_)
            | Self::Schema(_) => None,
            Self::Audit(_)
            | Self::Check(_)
            | Self::Demo(_)
            | Self::Doctor(_)
            | Self::Falsify(_)
            | Self::Init(_) => Some("this verb sends requests"),
            Self::Monitor(_) => Some("this verb fetches the published page"),
            Self::Serve(_) => Some("this verb answers a browser, and can run the checks"),
        };
        let Some(why) = why else { return Ok(()) };
        let help = "use `lint`, `explain` or `build --assessment FILE`, or leave out `--untrusted` if you trust \
                    the sources";
        console.error(format!("`--untrusted` permits no network, and {why}"), help);
        Err(Exit::Unusable)
    }

    /// Runs the verb in a project's folder; `command` describes the whole command line.
    pub(crate) fn run(
        &self,
        root: &Path,
        command: &dyn Fn() -> Command,
        console: Console,
    ) -> Result<Exit, Exit> {
        match self {
            Self::Init(args) => init::run(root, args, console),
            Self::Audit(args) => init::audit::run(args, console),
            Self::Build(args) => build::run(root, args, console),
            Self::Check(args) => check::run(root, args, console),
            Self::Monitor(args) => monitor::run(root, args, console),
            Self::Retract(args) => retract::run(root, args, console),
            Self::Lint(args) => lint::run(root, args, console),
            Self::Explain(args) => explain::run(root, args, console),
            Self::Falsify(args) => falsify::run(root, args, console),
            Self::Doctor(args) => doctor::run(root, args, console),
            Self::Serve(args) => serve::run(root, args, console),
            Self::Accept(args) => accept::run(root, args, console),
            Self::Attest(args) => attest::run(root, args, console),
            Self::Demo(args) => demo::run(root, args, console),
            Self::Schema(args) => schema::run(root, args, console),
            Self::Completions(args) => completions::run(args, command(), console),
            Self::Man(args) => man::run(args, command(), console),
        }
    }
}
