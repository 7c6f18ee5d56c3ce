//! Everything that is about to be published or written is searched for secrets once more. A place of one is
//! named, and the secret is not shown.

use std::ops::Range;

use avouch::model::project::Project;
use avouch::probe;
use avouch::probe::values::redact::Redactor;
use avouch::render::Files;
use avouch::render::outlet::Written;

use crate::exit::Exit;
use crate::terminal::console::Console;

const HELP: &str = "remove the secret from the sources or the evidence, and replace it by a new one: \
                    who has seen this text knows it";

/// The search for the secrets of a project.
pub(crate) struct Leaks {
    redactor: Redactor,
    console: Console,
}

impl Leaks {
    /// Searches for every secret of this project, in every spelling.
    pub(crate) fn of(project: &Project, console: Console) -> Self {
        Self { redactor: probe::redactor(project), console }
    }

    /// Refuses a site with a secret in a file or in the name of a file.
    pub(crate) fn refuse_site(&self, files: &Files) -> Result<(), Exit> {
        let mut result = Ok(());
        for (path, bytes) in files {
            if self.redactor.finds(path.as_bytes()).is_some() {
                let path = self.redactor.text(path);
                let message = format!("the name of the file `{path}` contains a secret");
                self.console.error(format!("{message}; nothing was published"), HELP);
                result = Err(Exit::Unusable);
            }
            if let Some(place) = self.redactor.finds(bytes) {
                self.report(&self.redactor.text(path), bytes, &place, "nothing was published");
                result = Err(Exit::Unusable);
            }
        }
        result
    }

    /// Refuses a text that is written as a whole, such as a report.
    pub(crate) fn refuse(&self, name: &str, text: &Written) -> Result<(), Exit> {
        let bytes = text.as_str().as_bytes();
        let Some(place) = self.redactor.finds(bytes) else { return Ok(()) };
        self.report(name, bytes, &place, "it was not written");
        Err(Exit::Unusable)
    }

    fn report(&self, name: &str, bytes: &[u8], place: &Range<usize>, effect: &str) {
        let at = at(bytes, place.start);
        let name = if name.starts_with("the ") { name.to_owned() } else { format!("`{name}`") };
        self.console.error(format!("{name} would contain a secret at {at}; {effect}"), HELP);
    }
}

/// The place in words: line and column of a text, or the number of the byte.
fn at(bytes: &[u8], start: usize) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return format!("byte {}", start + 1);
    };
    let before = &text[..text.floor_char_boundary(start)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_in_lines_and_columns_or_in_bytes() {
        assert_eq!(at("é a\nbc d".as_bytes(), 8), "line 2, column 4");
        assert_eq!(at(b"\xff\xfe\xfd", 1), "byte 2");
    }
}
