//! Options that every verb takes: the folder, colour, and the format of messages.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};

/// Options of every verb.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The project's folder
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub(crate) root: PathBuf,
    /// Print results and errors only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// When to use colour; `auto` respects NO_COLOR, CLICOLOR_FORCE and FORCE_COLOR
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: ColourChoice,
    /// The format of messages on standard error; `json` is one object per line
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) log: Format,
    /// The sources are a stranger's: read them without Git, network, programs and variables, within limits of
    /// memory and time
    #[arg(long, global = true, env = "AVOUCH_UNTRUSTED", value_parser = FalseyValueParser::new())]
    pub(crate) untrusted: bool,
    /// Set by `--untrusted` in the process that reads the sources.
    #[arg(long, hide = true)]
    pub(crate) confined: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum ColourChoice {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The format of a verb's output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}
