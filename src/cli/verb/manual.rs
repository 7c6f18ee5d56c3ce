//! `avouch man` and `avouch completions`: made from what can be typed, so that neither can be stale.

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Cli;
use crate::exit::Exit;
use crate::terminal::talk::Talk;

/// The completions for a shell.
pub(crate) fn completions(shell: Shell, talk: Talk) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "avouch", &mut script);
    talk.data(&script);
    Exit::Holds
}

/// The manual page: one for the program, then one for each verb.
pub(crate) fn page(talk: Talk) -> Result<Exit, Exit> {
    let mut program = Cli::command();
    program.build();
    let verbs = program.get_subcommands().filter(|verb| verb.get_name() != "help").cloned();
    let mut page = Vec::new();
    let pages = std::iter::once(program.clone()).chain(verbs);
    let made = pages.map(Man::new).try_for_each(|one| one.render(&mut page));
    made.map_err(|error| {
        talk.complain(&format!("the manual page could not be made: {error}"), "");
        Exit::Unusable
    })?;
    talk.data(&page);
    Ok(Exit::Holds)
}
