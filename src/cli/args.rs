//! Groups of options that several verbs share. The options of one verb are in that verb's file.

use std::path::PathBuf;
use std::str::FromStr;

use avouch::model::source::diagnostic::help_with_list;
use avouch::render::report::layout::WaiverLines;
use avouch::render::report::{self, FORMATS};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use jiff::Timestamp;

use crate::addon::{Flaw, Mode, flaws, modes};

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(
        FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about)),
    )
}

/// The operator's policy.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct PolicyOption {
    /// What the operator permits the sources to use; a file outside the repository. The variable AVOUCH_POLICY
    /// can contain its path, or the policy itself
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}

/// The service that the checks test.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Target {
    /// The origin of the service, `demo` or `demo-forge`; replaces `target` in avouch.yaml
    #[arg(long, env = "AVOUCH_TARGET", hide_env_values = true, value_name = "URL")]
    pub(crate) target: Option<String>,
    /// The operator's policy.
    #[command(flatten)]
    pub(crate) policy: PolicyOption,
    /// Options of the demo add-on.
    #[command(flatten)]
    pub(crate) demo: DemoOptions,
}

/// Options of the demo add-on.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DemoOptions {
    /// Switch on a flaw of the demo add-on; can be repeated. `avouch demo --list` lists them
    #[arg(long, value_name = "NAME", hide = cfg!(not(feature = "demo")), value_parser = flaws(), hide_possible_values = true)]
    pub(crate) flaw: Vec<Flaw>,
    /// How the demo add-on answers every request
    #[arg(long, value_name = "NAME", hide = cfg!(not(feature = "demo")), value_parser = modes(), default_value = "sound")]
    pub(crate) mode: Mode,
    /// Use this time in place of the current one; only with the demo add-on, and the page says so
    #[arg(long, env = "AVOUCH_CLOCK", hide_env_values = true, value_name = "TIME")]
    pub(crate) clock: Option<Timestamp>,
}

impl DemoOptions {
    /// Whether any option is set that has no effect on a live service.
    pub(crate) fn is_given(&self) -> bool {
        !self.flaw.is_empty() || self.mode != Mode::Sound || self.clock.is_some()
    }
}

/// The reports of a run, and their destinations.
#[derive(Debug, Args)]
pub(crate) struct Reports {
    /// The format of the report on standard output [default: text]
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    pub(crate) format: Option<String>,
    /// Also write a report to a file, in any of those formats; `-` is standard output
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    pub(crate) reports: Vec<Wanted>,
    /// Print the lines that a waiver needs to accept each failure
    #[arg(long)]
    pub(crate) waivers: bool,
}

impl Reports {
    /// Whether reports print the lines of waivers.
    pub(crate) fn waiver_lines(&self) -> WaiverLines {
        if self.waivers { WaiverLines::Shown } else { WaiverLines::Hidden }
    }
}

/// A requested report: `junit=report.xml`, or `github=-` for standard output.
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
        let format = report::format(name)
            .ok_or_else(|| format!("unknown format `{name}`: {}", help_with_list(name, names)))?;
        match file {
            "" => Err(format!("name the file: `{name}=FILE`, or `{name}=-` for standard output")),
            "-" => Ok(Self { format, file: None }),
            file => Ok(Self { format, file: Some(file.into()) }),
        }
    }
}
