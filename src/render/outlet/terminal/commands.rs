//! The commands that CI systems find in the logs of a job. No line of ours is one, so each that looks like one comes
//! from foreign text.

/// Commands that count at the start of a line, after blanks. GitHub needs a letter after the colons, which an address
/// such as `::1` has not.
const AT_START: [&str; 3] = ["section_start:", "section_end:", "travis_fold:"];

/// A text in which no line is a command.
pub(super) fn guarded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in broken(text).split_inclusive('\n') {
        match command(line) {
            // Its first colon is written out.
            Some(colon) => {
                out.push_str(&line[..colon]);
                out.push_str("\\u{3a}");
                out.push_str(&line[colon + 1..]);
            }
            None => out.push_str(line),
        }
    }
    out
}

/// The colon of the command that a line starts with.
fn command(line: &str) -> Option<usize> {
    let start = line.len() - without_styles(line).len();
    let rest = &line[start..];
    if let Some(name) = AT_START.into_iter().find(|name| rest.starts_with(name)) {
        return Some(start + name.len() - 1);
    }
    let named =
        rest.strip_prefix("::").is_some_and(|name| name.starts_with(|c: char| c.is_alphabetic()));
    named.then_some(start)
}

/// The line without the blanks and the styles at its start.
fn without_styles(line: &str) -> &str {
    let rest = line.trim_start();
    match rest.strip_prefix("\u{1b}[").and_then(|rest| rest.split_once('m')) {
        Some((_, rest)) => without_styles(rest),
        None => rest,
    }
}

/// A text without `##[error]`, `##vso[..]` and `##teamcity[..]`, which count anywhere in a line: the second `#` is
/// written out.
pub(crate) fn broken(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c == '#' && text[..at].ends_with('#') && is_command(&text[at + 1..]) {
            true => out.push_str("\\u{23}"),
            false => out.push(c),
        }
    }
    out
}

/// Whether what follows `##` makes it a command.
pub(crate) fn is_command(after: &str) -> bool {
    after.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('[')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command_of_a_ci_system() {
        for (text, shown) in [
            ("::error::x", "\\u{3a}:error::x"),
            ("  \u{1b}[1m::Error file=a::x\nb", "  \u{1b}[1m\\u{3a}:Error file=a::x\nb"),
            ("section_start:1:x", "section_start\\u{3a}1:x"),
            ("a ##[error]b", "a #\\u{23}[error]b"),
            ("##vso[task.x]", "#\\u{23}vso[task.x]"),
            ("##teamcity[x] ##[y]", "#\\u{23}teamcity[x] #\\u{23}[y]"),
            ("###[error]", "##\\u{23}[error]"),
            ("## Heading", "## Heading"),
            ("####", "####"),
            ("::1 a::b x ::error::y", "::1 a::b x ::error::y"),
        ] {
            assert_eq!(guarded(text), shown, "{text}");
        }
    }
}
