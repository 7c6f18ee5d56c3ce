//! Data on standard output, talk on standard error, colour only where somebody can see it.

use std::io::{BufRead, IsTerminal, Write};

use avouch::model::diagnostic::Diagnostic;
use avouch::model::source::Sources;

use crate::args::Colour;
use crate::diagnostics;

/// How this run speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk {
    /// Whether talk is left out; data, errors and diagnostics are not.
    pub(crate) quiet: bool,
    /// Whether standard error may be coloured.
    pub(crate) colour_err: bool,
}

impl Talk {
    /// As the arguments, the environment (`NO_COLOR`) and the terminal have it.
    pub(crate) fn new(quiet: bool, colour: Colour) -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let wanted = |terminal: bool| match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && !no_colour,
        };
        Self { quiet, colour_err: wanted(std::io::stderr().is_terminal()) }
    }

    /// Whether somebody is watching standard error.
    pub(crate) fn is_watched(self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// Writes data; a reader who has gone away is no error of ours.
    pub(crate) fn data(self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(bytes).and_then(|()| out.flush());
    }

    /// Says something to whoever is watching.
    pub(crate) fn say(self, text: &str) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// Asks somebody who can be seen, and takes anything but a clear yes for a no; `None` if there is
    /// no terminal to answer on.
    pub(crate) fn ask(self, question: &str) -> Option<bool> {
        let mut answer = String::new();
        let _ = write!(std::io::stderr(), "{question}");
        if !std::io::stdin().is_terminal() {
            let _ = writeln!(std::io::stderr());
            return None;
        }
        let read = std::io::stdin().lock().read_line(&mut answer);
        let answer = answer.trim().to_lowercase();
        Some(read.is_ok() && matches!(answer.as_str(), "y" | "yes"))
    }

    /// Says what went wrong, and what to do.
    pub(crate) fn complain(self, message: &str, help: &str) {
        let _ = writeln!(std::io::stderr(), "error: {message}");
        if !help.is_empty() {
            let _ = writeln!(std::io::stderr(), "  help: {help}");
        }
    }

    /// Shows mistakes in the sources.
    pub(crate) fn diagnostics(self, diagnostics: &[Diagnostic], sources: &Sources) {
        let text = diagnostics::text(diagnostics, sources, self.colour_err);
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}
