//! The demo add-on that this program was built with.

use std::path::Path;

pub(crate) use avouch_demo::{Demo, Flaw, Mode, Secrets, hosts};

use crate::addon::Unavailable;
use crate::args::{self, DemoOptions};
use crate::exit::Exit;
use crate::terminal::talk::Talk;
use crate::verb::demo;

/// Starts it, with these contacts in its `security.txt`; none, and it names its own.
pub(crate) fn start(
    options: &DemoOptions,
    contacts: Vec<String>,
    secrets: &Secrets,
) -> Result<Demo, Unavailable> {
    let options = avouch_demo::Options {
        flaws: options.flaw.iter().copied().collect(),
        mode: options.mode,
        clock: options.clock,
        contacts,
        ..avouch_demo::Options::default()
    };
    avouch_demo::start(options, secrets).map_err(|error| Unavailable {
        message: format!("the demo add-on could not be started: {error}"),
        help: "",
    })
}

/// Runs the verb `demo`.
pub(crate) fn run(root: &Path, args: &args::Demo, talk: Talk) -> Result<Exit, Exit> {
    demo::run(root, args, talk)
}
