//! The replacement for the demo add-on in a program that was built without it. It has the same names, but
//! nothing can be created or started.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::str::FromStr;

use clap::builder::TypedValueParser;

use crate::addon::{Unavailable, absence};
use crate::args::DemoOptions;
use crate::exit::Exit;
use crate::terminal::console::Console;
use crate::verb::demo;

/// A flaw of the demo add-on. There are none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flaw {}

/// How the demo add-on answers: only the default exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Correctly.
    #[default]
    Sound,
}

/// A running demo add-on. There is none.
#[derive(Debug)]
pub(crate) enum Demo {}

/// The secrets of the demo add-on. There are none.
pub(crate) struct Secrets;

/// Why a flaw or a mode cannot be chosen.
#[derive(Debug)]
pub(crate) struct NoDemo;

impl fmt::Display for NoDemo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&absence().message)
    }
}

impl std::error::Error for NoDemo {}

impl FromStr for Flaw {
    type Err = NoDemo;

    fn from_str(_: &str) -> Result<Self, Self::Err> {
        Err(NoDemo)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("sound")
    }
}

impl FromStr for Mode {
    type Err = NoDemo;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        (name == "sound").then_some(Self::Sound).ok_or(NoDemo)
    }
}

impl Demo {
    /// The address on which each host listens.
    pub(crate) fn connect_to(&self) -> BTreeMap<String, Vec<SocketAddr>> {
        match *self {}
    }

    /// The certificate of its authority.
    pub(crate) fn root_pem(&self) -> &str {
        match *self {}
    }

    /// Its DNS server.
    pub(crate) fn resolver(&self) -> Option<SocketAddr> {
        match *self {}
    }
}

impl Secrets {
    /// The variables that contain them.
    pub(crate) const VARIABLES: &[&str] = &[];

    /// No secrets.
    pub(crate) fn generate() -> Self {
        Self
    }

    /// The value of a variable: always `None`.
    pub(crate) fn get(&self, _: &str) -> Option<&str> {
        None
    }
}

/// Refuses every flaw.
pub(crate) fn flaws() -> impl TypedValueParser<Value = Flaw> {
    clap::value_parser!(Flaw)
}

/// Refuses every mode but the default.
pub(crate) fn modes() -> impl TypedValueParser<Value = Mode> {
    clap::value_parser!(Mode)
}

/// The hosts of the world around the demo add-on.
pub(crate) fn hosts() -> BTreeMap<String, String> {
    BTreeMap::new()
}

/// Reports that there is no demo add-on.
pub(crate) fn start(_: &DemoOptions, _: Vec<String>, _: &Secrets) -> Result<Demo, Unavailable> {
    Err(absence())
}

/// The verb `demo`, which reports an error.
pub(crate) fn run(_: &Path, _: &demo::Demo, console: Console) -> Result<Exit, Exit> {
    absence().complain(console);
    Err(Exit::Unusable)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::Cli;
    use crate::addon::missing;

    #[test]
    fn a_flaw_or_a_mode_is_refused_with_the_reason() {
        for option in ["--flaw=stale-backup", "--mode=slow"] {
            let error = Cli::try_parse_from(["avouch", "check", option]).unwrap_err().to_string();
            assert!(error.contains("this program was built without the demo add-on"), "{error}");
        }
        assert!(Cli::try_parse_from(["avouch", "check", "--mode=sound"]).is_ok());
    }

    #[test]
    fn a_project_whose_target_is_the_demo_is_reported() {
        let told = missing().map(|one| (one.message, one.help)).unwrap();
        assert_eq!(told.0, "this program was built without the demo add-on");
        let help = "install Avouch with its default features, or name a service as the target";
        assert_eq!(told.1.as_deref(), Some(help));
    }
}
