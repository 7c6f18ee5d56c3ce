//! Data on standard output, talk on standard error, colour only where somebody can see it.

use avouch::model::source::Sources;
use avouch::model::source::diagnostic::Diagnostic;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

use serde_json::{Map, Value, json};

use crate::terminal::clock::Clock;
use crate::terminal::diagnostics;
use crate::terminal::style::{Colour, Format, Global};

/// How this run speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk {
    /// Whether talk is left out; data, errors and diagnostics are not.
    pub(crate) quiet: bool,
    /// Whether standard error may be coloured.
    pub(crate) colour_err: bool,
    /// The form of what is said: for people, or one JSON object a line.
    log: Format,
}

impl Talk {
    /// As the arguments, the environment (`NO_COLOR`) and the terminal have it.
    pub(crate) fn new(typed: &Global) -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let wanted = |terminal: bool| match typed.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && !no_colour,
        };
        let colour_err = wanted(std::io::stderr().is_terminal());
        Self { quiet: typed.quiet, colour_err, log: typed.log }
    }

    /// Whether what is said is for programs.
    pub(crate) fn is_log(self) -> bool {
        self.log == Format::Json
    }

    /// Whether somebody is watching standard error.
    pub(crate) fn is_watched(self) -> bool {
        !self.quiet && !self.is_log() && std::io::stderr().is_terminal()
    }

    /// Writes data; a reader who has gone away is no error of ours.
    pub(crate) fn data(self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(bytes).and_then(|()| out.flush());
    }

    /// Says something to whoever is watching.
    pub(crate) fn say(self, text: &str) {
        if self.is_log() {
            self.event("said", &[("message", text.into())]);
        } else if !self.quiet {
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// Tells programs of something that happened; for people, somebody else words it.
    pub(crate) fn event(self, name: &str, fields: &[(&str, Value)]) {
        if self.is_log() && !self.quiet {
            let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
            log("info", name, fields.collect());
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
        if self.is_log() {
            let fields = [("message", message), ("help", help)].into_iter();
            let fields = fields.filter(|(_, text)| !text.is_empty());
            let fields = fields.map(|(name, text)| (name.to_owned(), text.into()));
            return log("error", "complained", fields.collect());
        }
        let _ = writeln!(std::io::stderr(), "error: {message}");
        if !help.is_empty() {
            let _ = writeln!(std::io::stderr(), "  help: {help}");
        }
    }

    /// Shows mistakes in the sources.
    pub(crate) fn diagnostics(self, diagnostics: &[Diagnostic], sources: &Sources) {
        if self.is_log() {
            let Value::Array(all) = diagnostics::json(diagnostics, sources) else { return };
            for (one, diagnostic) in all.into_iter().zip(diagnostics) {
                let level = if diagnostic.is_error() { "error" } else { "warning" };
                let Value::Object(fields) = one else { continue };
                log(level, "diagnosed", fields);
            }
            return;
        }
        let text = diagnostics::text(diagnostics, sources, self.colour_err);
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}

/// One line for programs: when, how bad, what, and what there is to know of it.
fn log(level: &str, event: &str, fields: Map<String, Value>) {
    let mut line = Map::new();
    line.insert("at".into(), json!(Clock::default().now()));
    line.insert("level".into(), level.into());
    line.insert("event".into(), event.into());
    line.extend(fields);
    let _ = writeln!(std::io::stderr(), "{}", Value::Object(line));
}
