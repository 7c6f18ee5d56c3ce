//! Characters that make a text read differently from how it is written: invisible ones, and letters that look like
//! those of another script.
//!
//! They are refused wherever people write: in a text as it is read and reviewed, comments included,
//! and in the values of escapes (`&#x202e;` in Markdown, `"\\u202e"` in YAML).

use std::ops::Range;
use std::sync::Arc;

use crate::language::disguise::{Disguise, Reason, disguises};
use crate::language::words::is_hidden;
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;

/// Maximum number of mistakes of each of the two sorts that are reported of a file.
const REPORTED_MAX: usize = 500;

/// Reports each hidden character and each disguised word of a file's text.
pub(crate) fn in_text(file: &Arc<str>, text: &str) -> Vec<Diagnostic> {
    let hidden = text.char_indices().filter(|(_, c)| is_hidden(*c));
    let hidden = hidden.map(|(at, c)| diagnostic(file, at..at + c.len_utf8(), c));
    // Editors of Windows put this mark at the start of a file.
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let seen = &text[start..];
    let disguised = disguises(seen).into_iter().map(|one| {
        let span = start + one.span.start..start + one.span.end;
        disguised(file, span, &seen[one.span.clone()], &one)
    });
    hidden.take(REPORTED_MAX).chain(disguised.take(REPORTED_MAX)).collect()
}

/// Reports a hidden character or disguised word that is in the value that was read at `span`, but not in the text
/// as it is written there: an escape produced it, or a mark of emphasis divides it.
pub(crate) fn in_value(
    file: &Arc<str>,
    text: &str,
    span: Range<usize>,
    value: &str,
) -> Option<Diagnostic> {
    if value.is_ascii() {
        return None;
    }
    let written = text.get(span.clone()).unwrap_or_default();
    if let Some(c) = value.chars().find(|c| is_hidden(*c)) {
        return (!written.contains(c)).then(|| diagnostic(file, span, c));
    }
    let one = disguises(value).into_iter().next()?;
    // What is disguised as it is written was reported with the file.
    if !disguises(written).is_empty() {
        return None;
    }
    Some(disguised(file, span, &value[one.span.clone()], &one))
}

fn disguised(file: &Arc<str>, span: Range<usize>, word: &str, one: &Disguise) -> Diagnostic {
    let letter = match one.reason {
        Reason::Idle(c) => return diagnostic(file, span, c),
        Reason::LookAlike(letter) => letter,
    };
    let message =
        format!("in `{word}`, the letter U+{:04X} only looks like another letter", letter as u32);
    let help = "type the word again, with letters of one alphabet: programs read other words than people do";
    Diagnostic::new(Code::LookAlike, Place::new(file.clone(), span), message)
        .with(Argument::Words, word)
        .help(help)
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
    fn a_letter_that_only_looks_right_is_refused_however_it_is_written() {
        for (file, from, to, place) in [
            ("content/security.md", "Data backup", "D\u{430}ta backup", "8:4"),
            ("content/security.md", "No system", "No syst&#x435;m", "12:1"),
            ("content/security.md", "No system", "No sys**\u{435}**m", "12:9"),
            ("content/security.md", "title: Security", "title: \"S\\u0435curity\"", "2:8"),
            ("content/security.md", "No system", "No sys\u{200d}tem", "12:7"),
            ("checks/backup-daily.yaml", "We ask", "W\u{435} ask", "3:10"),
            ("checks/backup-daily.yaml", "as: operator", "as: operator # \u{430}ccess x", "8:20"),
        ] {
            let fixture = Fixture::sound().replace(file, from, to);
            let found =
                |one: &String| one.contains(" look-alike: ") || one.contains(" hidden-character: ");
            let reported: Vec<String> = fixture.reported().into_iter().filter(found).collect();
            assert_eq!(reported.len(), 1, "{to}: {reported:?}");
            assert!(reported[0].starts_with(&format!("{file}:{place} ")), "{to}: {reported:?}");
        }
    }

    #[test]
    fn text_in_scripts_that_need_joiners_is_read_as_it_is() {
        let text = "No system. می\u{200c}خواهم 👩\u{200d}💻 API를 10 µs. ";
        let fixture = Fixture::sound().replace("content/security.md", "No system", text);
        assert_eq!(fixture.reported(), Vec::<String>::new());
    }

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
