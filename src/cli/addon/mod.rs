//! The demo add-on, as the command line uses it. A program that was built without the feature `demo` does
//! not contain it, and reports that where the demo is requested.

#[cfg(not(feature = "demo"))]
mod absent;
#[cfg(feature = "demo")]
mod alone;
#[cfg(feature = "demo")]
mod built_in;

#[cfg(not(feature = "demo"))]
pub(crate) use absent::{Demo, Flaw, Mode, Secrets, flaws, hosts, modes, run, start};
#[cfg(feature = "demo")]
pub(crate) use alone::run;
#[cfg(feature = "demo")]
pub(crate) use built_in::{Demo, Flaw, Mode, Secrets, flaws, hosts, modes, start};

use avouch::model::source::Place;
use avouch::model::source::diagnostic::Diagnostic;
use avouch::model::source::diagnostic::codes::Code;

use crate::terminal::console::Console;

/// Why the demo add-on cannot be used, and what to do.
#[derive(Debug)]
pub(crate) struct Unavailable {
    message: String,
    help: &'static str,
}

impl Unavailable {
    /// Reports it.
    pub(crate) fn complain(&self, console: Console) {
        console.error(&self.message, self.help);
    }
}

/// The mistake of a project whose target is the demo add-on, if this program has none.
pub(crate) fn missing() -> Option<Diagnostic> {
    let Unavailable { message, help } = (!cfg!(feature = "demo")).then(absence)?;
    let error = Diagnostic::new(Code::NoDemo, Place::file("avouch.yaml"), message).help(help);
    Some(Diagnostic { place: None, ..error })
}

fn absence() -> Unavailable {
    Unavailable {
        message: "this program was built without the demo add-on".into(),
        help: "install Avouch with its default features, or name a service as the target",
    }
}
