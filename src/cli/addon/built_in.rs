//! The demo add-on that this program was built with.

use avouch_demo::FLAWS;
pub(crate) use avouch_demo::{Demo, Flaw, Mode, Secrets, hosts};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::addon::Unavailable;
use crate::args::DemoOptions;

/// Starts the demo add-on with these contacts in its `security.txt`, or with its own if there are none.
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

/// Reads the name of a flaw.
pub(crate) fn flaws() -> impl TypedValueParser<Value = Flaw> {
    let flaws = FLAWS.iter().map(|flaw| PossibleValue::new(flaw.name).help(flaw.summary));
    PossibleValuesParser::new(flaws).try_map(|name| name.parse::<Flaw>())
}

/// Reads the name of a mode.
pub(crate) fn modes() -> impl TypedValueParser<Value = Mode> {
    let modes = Mode::ALL.iter().map(|mode| PossibleValue::new(mode.name()));
    PossibleValuesParser::new(modes).try_map(|name| name.parse::<Mode>())
}
