//! `avouch man`: made from the options themselves, so that it cannot be stale.

use avouch::render::outlet::Written;
use clap::{Args, Command};
use clap_mangen::Man;

use crate::exit::Exit;
use crate::terminal::console::Console;

/// `avouch man`
#[derive(Debug, Args)]
pub(crate) struct Manual {}

/// Prints one page for the program, then one for each verb.
pub(crate) fn run(_: &Manual, mut program: Command, console: Console) -> Result<Exit, Exit> {
    program.build();
    let verbs = program.get_subcommands().filter(|verb| verb.get_name() != "help").cloned();
    let mut text = Vec::new();
    let mut pages = std::iter::once(program.clone()).chain(verbs).map(Man::new);
    pages.try_for_each(|page| page.render(&mut text)).map_err(|error| {
        console.error(format!("the manual page could not be written: {error}"), "");
        Exit::Unusable
    })?;
    console.output(Written::generated(&String::from_utf8_lossy(&text)))?;
    Ok(Exit::Holds)
}
