//! Invisible characters, and those that make a text read differently from how it is written.
//!
//! They are refused wherever people write: in a text as it is read and reviewed, comments included,
//! and in the values of escapes (`&#x202e;` in Markdown, `"\\u202e"` in YAML).

use std::ops::Range;
use std::sync::Arc;

use crate::language::words::is_hidden;
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;

/// Reports each hidden character of a file's text.
pub(crate) fn in_text(file: &Arc<str>, text: &str) -> Vec<Diagnostic> {
    let hidden = text.char_indices().filter(|(_, c)| is_hidden(*c));
    hidden.map(|(at, c)| diagnostic(file, at..at + c.len_utf8(), c)).collect()
}

/// Reports a hidden character that an escape produced, in the value that was read at `span`.
pub(crate) fn in_value(
    file: &Arc<str>,
    text: &str,
    span: Range<usize>,
    value: &str,
) -> Option<Diagnostic> {
    let c = value.chars().find(|c| is_hidden(*c))?;
    let written = text.get(span.clone()).unwrap_or_default();
    (!written.contains(c)).then(|| diagnostic(file, span, c))
}

fn diagnostic(file: &Arc<str>, span: Range<usize>, c: char) -> Diagnostic {
    let message = format!("the hidden character U+{:04X} is not allowed", c as u32);
    let help = "remove it: readers do not see it, and it can make them read other words than those \
                that are checked";
    Diagnostic::new(Code::HiddenCharacter, Place::new(file.clone(), span), message).help(help)
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    const HELP: &str = "remove it: readers do not see it, and it can make them read other words than those that are checked";

    #[test]
    fn a_character_that_turns_the_direction_is_refused_however_it_is_written() {
        for (file, from, to, place) in [
            ("content/security.md", "Data backup", "Data\u{202e} backup", "8:8"),
            ("content/security.md", "No system", "No&#x202e; system", "12:1"),
            ("content/security.md", "title: Security", "title: \"\\u202eSecurity\"", "2:8"),
            ("content/security.md", "#how-to-report)", "#how-to-report \"&#x202e;\")", "14:5"),
            ("checks/backup-daily.yaml", "We ask", "\"\\u202eWe\" # ask", "3:10"),
            ("checks/backup-daily.yaml", "as: operator", "as: operator # \u{202e}", "8:20"),
            ("attestations/backup-daily.yaml", "the backups", "the \u{202e}backups", "4:16"),
        ] {
            let text = "We ask for the newest backup.";
            let fixture = Fixture::sound().replace(file, from, to);
            let reported: Vec<String> = fixture
                .reported()
                .into_iter()
                .filter(|one| one.contains("hidden-character"))
                .collect();
            let wanted = format!(
                "{file}:{place} hidden-character: the hidden character U+202E is not allowed ? {HELP}"
            );
            assert_eq!(reported, [wanted], "{text}");
        }
    }
}
