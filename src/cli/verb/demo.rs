//! `avouch demo`: the options of the verb. The demo add-on itself is behind a feature, in `addon`.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::addon;
use crate::args::DemoOptions;
use crate::exit::Exit;
use crate::terminal::console::Console;

/// `avouch demo`
#[derive(Debug, Args)]
#[cfg_attr(
    not(feature = "demo"),
    expect(
        dead_code,
        reason = "without the demo add-on, the verb is an error whatever its options are"
    )
)]
pub(crate) struct Demo {
    /// Options of the demo add-on.
    #[command(flatten)]
    pub(crate) options: DemoOptions,
    /// Where to write the certificate and the secrets that a project needs, in the project's folder
    #[arg(long, value_name = "DIR", default_value = ".avouch/demo")]
    pub(crate) dir: PathBuf,
    /// List the flaws and modes, and exit
    #[arg(long)]
    pub(crate) list: bool,
}

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Demo, console: Console) -> Result<Exit, Exit> {
    addon::run(root, args, console)
}
