//! What can be typed.

use std::path::PathBuf;
use std::str::FromStr;

use avouch::language::period::Period;
use avouch::model::source::diagnostic::help_with_list;
use avouch::render::report::{self, FORMATS};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::Timestamp;

use crate::addon::{Flaw, Mode};
use crate::schemas::SCHEMAS;
use crate::terminal::style::{Format, Global};

/// Publishes a security page only while every claim in it holds.
#[derive(Debug, Parser)]
#[command(name = "avouch", version, arg_required_else_help = true, after_help = EXITS)]
pub(crate) struct Cli {
    /// What holds for every verb.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const EXITS: &str = "\
Exit codes:
  0    every claim holds, or is waived
  1    a claim is violated
  2    the arguments, the sources or the disk are at fault
  3    nothing is violated, but a claim is inconclusive or its evidence has ended
  4    a check is vacuous, weak or uncontrolled
  130  interrupted, after cleanup";

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(
        FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about)),
    )
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Begin a project: asks at most nine questions and looks at the target
    Init(Init),
    /// Check every claim and publish the site, if they all hold
    Build(Build),
    /// Check claims and write assessment.json
    Check(Check),
    /// Mark claims that failed on a site that is already out; needs no sources
    Retract(Retract),
    /// Look for mistakes in the sources; asks nothing of any network
    Lint(Lint),
    /// Show what a claim's checks ask, before anything is asked
    Explain(Explain),
    /// Show whether each check can fail
    Falsify(Falsify),
    /// Log every actor in, run the controls and nothing else, and say what is missing
    Doctor(Doctor),
    /// Show the site while it is being written, in a browser
    Serve(Serve),
    /// Take the new words of suspect claims
    Accept(Accept),
    /// Give a role's word for a claim that no probe can reach
    Attest(Attest),
    /// Run the reference add-on on its own
    #[command(hide = cfg!(not(feature = "demo")))]
    Demo(Demo),
    /// Give the JSON Schema of the files that people write, for editors
    Schema(Schema),
    /// Give the completions for a shell
    Completions(Completions),
    /// Give the manual page
    Man,
}

/// What the checks are put to.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Target {
    /// The add-on's origin, or `demo`, in place of avouch.yaml's `target`
    #[arg(long, env = "AVOUCH_TARGET", value_name = "URL")]
    pub(crate) target: Option<String>,
    /// What is wrong with the demo add-on
    #[command(flatten)]
    pub(crate) demo: DemoOptions,
}

/// How the demo add-on is started.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DemoOptions {
    /// A flaw to switch on in the demo add-on; can be given more than once
    #[arg(long, value_name = "NAME", hide = cfg!(not(feature = "demo")))]
    pub(crate) flaw: Vec<Flaw>,
    /// How the demo add-on answers as a whole
    #[arg(long, value_name = "NAME", default_value = "sound", hide = cfg!(not(feature = "demo")))]
    pub(crate) mode: Mode,
    /// The time to take for now (demo only; it marks the page)
    #[arg(long, env = "AVOUCH_CLOCK", value_name = "TIME")]
    pub(crate) clock: Option<Timestamp>,
}

impl DemoOptions {
    /// Whether anything was asked of the demo that a live service cannot do.
    pub(crate) fn is_given(&self) -> bool {
        !self.flaw.is_empty() || self.mode != Mode::Sound || self.clock.is_some()
    }
}

/// What is reported of a run, and where.
#[derive(Debug, Args)]
pub(crate) struct Reports {
    /// The form of the report on standard output; `text` if nothing else goes there
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    pub(crate) format: Option<String>,
    /// Write a report to a file too, in any of those forms; `-` is standard output
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    pub(crate) reports: Vec<Wanted>,
}

/// `avouch init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Who publishes the page
    #[arg(long, value_name = "NAME")]
    pub(crate) organisation: Option<String>,
    /// What is checked: the service's address, or `demo`
    #[arg(long, value_name = "URL")]
    pub(crate) target: Option<String>,
    /// Where the page will be
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Where vulnerabilities are reported: a mail address, or an `https:` one
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) contact: Option<String>,
    /// How customers log in
    #[arg(long, value_enum)]
    pub(crate) login: Option<Login>,
    /// A path that only a customer who is logged in may read
    #[arg(long, value_name = "PATH")]
    pub(crate) private: Option<String>,
    /// The variable of the environment that holds the customer's secret
    #[arg(long, value_name = "NAME")]
    pub(crate) secret: Option<String>,
    /// With `--login connect`, the customer's client key
    #[arg(long, value_name = "KEY")]
    pub(crate) client_key: Option<String>,
    /// Give your word that a person reads what arrives at the contact: it stands on the page, with the
    /// day, as a claim that nobody has tested
    #[arg(long)]
    pub(crate) reports_are_read: bool,
}

/// How customers log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Login {
    /// With a token, as `Authorization: Bearer`.
    Bearer,
    /// As an Atlassian Connect add-on.
    Connect,
    /// Not at all.
    None,
}

/// `avouch build`
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// What the checks are put to.
    #[command(flatten)]
    pub(crate) target: Target,
    /// Take the evidence from a file, without asking anything of any network
    #[arg(long, value_name = "FILE")]
    pub(crate) assessment: Option<PathBuf>,
    /// The claims.json of the page that was published last, to carry its history forward
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) previous: Option<String>,
    /// The folder that is published to
    #[arg(long, value_name = "DIR", default_value = "public")]
    pub(crate) out: PathBuf,
    /// Write the site here too, whatever holds: every page of it is marked as a draft
    #[arg(long, value_name = "DIR")]
    pub(crate) draft: Option<PathBuf>,
    /// What is reported.
    #[command(flatten)]
    pub(crate) reports: Reports,
}

/// `avouch check`
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The claims to check; all of them if none is named
    #[arg(value_name = "CLAIM")]
    pub(crate) claims: Vec<String>,
    /// What the checks are put to.
    #[command(flatten)]
    pub(crate) target: Target,
    /// Ask nothing of the service: look whether evidence on the page that is out is about to end
    #[arg(long, value_name = "URL|DIR", conflicts_with_all = ["claims", "reuse"])]
    pub(crate) published: Option<String>,
    /// With `--published`, how long evidence must still be good for
    #[arg(long, value_name = "TIME", default_value = "6h", requires = "published")]
    pub(crate) within: Period,
    /// Take evidence from an earlier run where it is still good, and ask only what it lacks
    #[arg(long, value_name = "FILE")]
    pub(crate) reuse: Option<PathBuf>,
    /// Ask all the same; the earlier evidence stands where nothing can be found out
    #[arg(long, requires = "reuse")]
    pub(crate) again: bool,
    /// Check again whenever the sources change, until interrupted
    #[arg(long, conflicts_with = "published")]
    pub(crate) watch: bool,
    /// Where the evidence is written; it is private
    #[arg(long, value_name = "FILE", default_value = "assessment.json")]
    pub(crate) out: PathBuf,
    /// What is reported.
    #[command(flatten)]
    pub(crate) reports: Reports,
}

/// `avouch retract`
#[derive(Debug, Args)]
pub(crate) struct Retract {
    /// The run that found claims violated
    #[arg(long, value_name = "FILE", default_value = "assessment.json")]
    pub(crate) assessment: PathBuf,
    /// The folder of the site that is out
    #[arg(long, value_name = "DIR", default_value = "public")]
    pub(crate) out: PathBuf,
}

/// `avouch lint`
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Tell what changed since a published claims.json, or a revision that Git knows
    #[arg(long, value_name = "FILE|REV")]
    pub(crate) since: Option<String>,
    /// The target to lint for, in place of avouch.yaml's `target`
    #[arg(long, env = "AVOUCH_TARGET", value_name = "URL")]
    pub(crate) target: Option<String>,
    /// The form of the diagnostics
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// `avouch explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The claim
    pub(crate) claim: String,
    /// The target to explain for, in place of avouch.yaml's `target`
    #[arg(long, env = "AVOUCH_TARGET", value_name = "URL")]
    pub(crate) target: Option<String>,
    /// The form of the plan
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// `avouch falsify`
#[derive(Debug, Args)]
pub(crate) struct Falsify {
    /// The claim; all of them if none is named
    pub(crate) claim: Option<String>,
    /// What the checks are put to.
    #[command(flatten)]
    pub(crate) target: Target,
    /// The form of the table
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// `avouch doctor`
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// What the controls are put to.
    #[command(flatten)]
    pub(crate) target: Target,
}

/// `avouch serve`
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The port on this machine; the next free one if it is taken
    #[arg(long, value_name = "PORT", default_value_t = 4747)]
    pub(crate) port: u16,
    /// Open it in the browser
    #[arg(long)]
    pub(crate) open: bool,
    /// What is published now: a `claims.json`; the last commit if it is left out
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) previous: Option<String>,
    /// What the checks are put to.
    #[command(flatten)]
    pub(crate) target: Target,
}

/// `avouch accept`
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// The claims whose new words are taken
    #[arg(value_name = "CLAIM", required = true)]
    pub(crate) claims: Vec<String>,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// `avouch attest`
#[derive(Debug, Args)]
pub(crate) struct Attest {
    /// The claim
    pub(crate) claim: String,
    /// The role that gives its word, from `roles:` in avouch.yaml
    #[arg(long)]
    pub(crate) role: String,
    /// What was looked at
    #[arg(long, value_name = "TEXT")]
    pub(crate) looked_at: String,
    /// How long the word is good for, such as `90d`
    #[arg(long, value_name = "TIME", default_value = "90d")]
    pub(crate) valid_for: Period,
}

/// `avouch schema`
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Schema {
    /// The file that it is about
    #[arg(value_parser = PossibleValuesParser::new(SCHEMAS.iter().map(|(name, _)| *name)))]
    pub(crate) name: Option<String>,
    /// Write all of them into a folder of the project
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "schemas")]
    pub(crate) write: Option<PathBuf>,
}

/// `avouch completions`
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: Shell,
}

/// `avouch demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How it is started.
    #[command(flatten)]
    pub(crate) options: DemoOptions,
    /// Where to write what a project needs to be put to this demo, within the project's folder
    #[arg(long, value_name = "DIR", default_value = ".avouch/demo")]
    pub(crate) dir: PathBuf,
    /// Tell the flaws and modes, and end
    #[arg(long)]
    pub(crate) list: bool,
}

/// A report that is wanted: `junit=report.xml`, or `github=-` for standard output.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) format: &'static report::Format,
    /// `None` for standard output.
    pub(crate) file: Option<PathBuf>,
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').unwrap_or((text, ""));
        let names = FORMATS.iter().map(|format| format.name);
        let format = report::format(name).ok_or_else(|| {
            format!("there is no format `{name}`: {}", help_with_list(name, names))
        })?;
        match file {
            "" => Err(format!("write where it goes: `{name}=FILE`, or `{name}=-`")),
            "-" => Ok(Self { format, file: None }),
            file => Ok(Self { format, file: Some(file.into()) }),
        }
    }
}
