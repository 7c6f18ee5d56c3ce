//! Results on standard output, messages on standard error, and colour only where a terminal shows it. All that the
//! program writes to either passes here, as a text that is escaped for a terminal, and without secrets.

use std::io::{BufRead as _, IsTerminal as _, Write as _, stderr, stdin, stdout};

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use avouch::model::source::Sources;
use avouch::model::source::diagnostic::Diagnostic;
use avouch::render::outlet::terminal::Terminal;
use avouch::render::outlet::{Text, Written, json};
use avouch::render::report::layout::{Colour, Layout, RED, WIDTH, WaiverLines};
use avouch::render::report::mistakes;
use clap::builder::StyledStr;
use serde_json::{Map, Value, json};
use terminal_size::{Width, terminal_size_of};

use crate::exit::Exit;
use crate::terminal::clock::clock;
use crate::terminal::style::{ColourChoice, Format, Global};
use crate::terminal::{diagnostics, secrets, stream};

/// Columns of a report on the narrowest terminal, and on the widest: longer lines are hard to read.
const COLUMNS_MIN: usize = 40;
const COLUMNS_MAX: usize = 120;

/// Where a run writes, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    /// Whether messages are left out; results, errors and diagnostics are not.
    pub(crate) quiet: bool,
    /// Whether standard error is coloured.
    pub(crate) colour_err: Colour,
    /// Whether standard output is coloured.
    colour_out: Colour,
    /// The format of messages: for people, or one JSON object per line.
    log: Format,
}

impl Console {
    /// Decides by the arguments, the environment and the terminal.
    pub(crate) fn new(typed: &Global) -> Self {
        let colour_out = colour(typed.color, &stdout());
        let colour_err = colour(typed.color, &stderr());
        Self { quiet: typed.quiet, colour_err, colour_out, log: typed.log }
    }

    /// Before the arguments are known, or if they are wrong.
    pub(crate) fn without_arguments() -> Self {
        let [colour_out, colour_err] =
            [colour(ColourChoice::Auto, &stdout()), colour(ColourChoice::Auto, &stderr())];
        Self { quiet: false, colour_err, colour_out, log: Format::Text }
    }

    /// The layout of a report on standard output. Its width is the terminal's; a pipe or a file always
    /// gets the same, whatever `COLUMNS` is.
    pub(crate) fn layout(self, waivers: WaiverLines) -> Layout {
        Layout { width: columns(), colour: self.colour_out, waivers }
    }

    /// The same without messages.
    pub(crate) fn silent(self) -> Self {
        Self { quiet: true, ..self }
    }

    /// Whether messages are for programs.
    pub(crate) fn is_json(self) -> bool {
        self.log == Format::Json
    }

    /// Whether standard error is a terminal that shows messages.
    pub(crate) fn shows_progress(self) -> bool {
        !self.quiet && !self.is_json() && stderr().is_terminal()
    }

    /// Writes the result that was requested. A closed pipe is not an error: its reader has what it wanted.
    ///
    /// # Errors
    ///
    /// Every other failure is reported, and the exit code is that of a full disk.
    pub(crate) fn output(self, result: Written) -> Result<(), Exit> {
        if stream::is_closed(&stdout()) {
            let help = "redirect it to a file, to a pipe or with `>/dev/null`";
            self.error("standard output is closed, so the result cannot be written", help);
            return Err(Exit::Unusable);
        }
        self.conclude(result)
    }

    /// The same for a summary of what the exit code says, which nobody has to read: standard output may be closed.
    pub(crate) fn conclude(self, result: Written) -> Result<(), Exit> {
        let result = secrets::without(result);
        stream::write(&stdout(), result.as_str().as_bytes()).map_err(|error| {
            self.error(format!("standard output could not be written: {error}"), "");
            Exit::Unusable
        })
    }

    /// Writes a message.
    pub(crate) fn message(self, text: impl Into<Text<Terminal>>) {
        let text = text.into();
        if self.is_json() {
            self.event("said", &[("message", text.plain().into())]);
        } else if !self.quiet {
            to_stderr(text.own("\n"));
        }
    }

    /// Logs an event for programs; people get a message in another way.
    pub(crate) fn event(self, name: &str, fields: &[(&str, Value)]) {
        if self.is_json() && !self.quiet {
            let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
            log("info", name, fields.collect());
        }
    }

    /// Asks a question that anything but a clear yes answers with no; `None` if standard input is not a
    /// terminal.
    pub(crate) fn ask(self, question: impl Into<Text<Terminal>>) -> Option<bool> {
        let mut answer = String::new();
        to_stderr(question.into());
        if !stdin().is_terminal() {
            to_stderr(Text::new().own("\n"));
            return None;
        }
        let read = stdin().lock().read_line(&mut answer);
        let answer = answer.trim().to_lowercase();
        Some(read.is_ok() && matches!(answer.as_str(), "y" | "yes"))
    }

    /// Reports an error, and what to do about it.
    pub(crate) fn error(self, message: impl Into<Text<Terminal>>, help: impl Into<Text<Terminal>>) {
        let (message, help) = (message.into(), help.into());
        if self.is_json() {
            let fields = [("message", message), ("help", help)].into_iter();
            let fields = fields.filter(|(_, text)| !text.is_empty());
            let fields = fields.map(|(name, text)| (name.to_owned(), text.plain().into()));
            return log("error", "complained", fields.collect());
        }
        let layout = Layout { colour: self.colour_err, ..Layout::default() };
        let mut text = layout.paint(RED.bold(), "error").own(": ").put(message).own("\n");
        if !help.is_empty() {
            text = text.own("  help: ").put(help).own("\n");
        }
        to_stderr(text);
    }

    /// Reports what is wrong with the arguments, which the text repeats.
    pub(crate) fn usage(self, text: &str) {
        let layout = Layout { colour: self.colour_err, ..Layout::default() };
        let told = text.strip_prefix("error: ");
        let head = told.map(|_| layout.paint(RED.bold(), "error").own(": ")).unwrap_or_default();
        to_stderr(head.put(Text::lines(told.unwrap_or(text))));
    }

    /// Help that was made from this program's own options.
    pub(crate) fn help(self, text: &StyledStr) -> Written {
        match self.colour_out {
            Colour::Ansi => Written::help(text.ansi().to_string()),
            Colour::Plain => Written::generated(&text.to_string()),
        }
    }

    /// Shows diagnostics of the sources.
    pub(crate) fn diagnostics(self, diagnostics: &[Diagnostic], sources: &Sources) {
        if self.is_json() {
            let Value::Array(all) = mistakes::json(diagnostics, sources) else { return };
            for (one, diagnostic) in all.into_iter().zip(diagnostics) {
                let level = if diagnostic.is_error() { "error" } else { "warning" };
                let Value::Object(fields) = one else { continue };
                log(level, "diagnosed", fields);
            }
            return;
        }
        to_stderr(diagnostics::text(diagnostics, sources, self.colour_err));
    }
}

/// Writes to standard error. If that fails, nobody is left to tell, and a verdict does not depend on it.
fn to_stderr(text: Text<Terminal>) {
    let text = secrets::without(text.finish());
    let _ = stderr().write_all(text.as_str().as_bytes());
}

/// Whether a stream is coloured: `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM` count as for
/// other programs (<https://bixense.com/clicolors/>), and `FORCE_COLOR` as `CLICOLOR_FORCE` does.
fn colour<S: RawStream>(choice: ColourChoice, stream: &S) -> Colour {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_forced = is_set("FORCE_COLOR") && !is_set("NO_COLOR");
    let is_coloured = match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto => is_forced || AutoStream::choice(stream) != ColorChoice::Never,
    };
    if is_coloured { Colour::Ansi } else { Colour::Plain }
}

/// Columns of standard output.
fn columns() -> usize {
    if !stdout().is_terminal() {
        return WIDTH;
    }
    let of_terminal = terminal_size_of(stdout()).map(|(Width(columns), _)| usize::from(columns));
    let named = || std::env::var("COLUMNS").ok()?.parse().ok();
    of_terminal.or_else(named).unwrap_or(WIDTH).clamp(COLUMNS_MIN, COLUMNS_MAX)
}

/// Writes one line for programs: the time, the level, the event and its fields.
fn log(level: &str, event: &str, fields: Map<String, Value>) {
    let mut line = Map::new();
    line.insert("at".into(), json!(clock(None).now()));
    line.insert("level".into(), level.into());
    line.insert("event".into(), event.into());
    line.extend(fields);
    let line = secrets::without(json::line(&Value::Object(line)));
    let _ = stderr().write_all(format!("{line}\n").as_bytes());
}
