//! Diagnostics for people, with the place underlined.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use avouch::language::unseen::{is_unseen, visible};
use avouch::model::source::diagnostic::{Diagnostic, Severity};
use avouch::model::source::{Place, Sources};
use avouch::render::outlet::Text;
use avouch::render::outlet::terminal::Terminal;
use avouch::render::report::layout::Colour;

use crate::terminal::redline;

/// Lines of one place that are shown; of a longer place, only the first.
const LINES_MAX: usize = 6;

/// Characters of one line that are shown around a place: minified files have very long lines.
const LINE_MAX: usize = 400;

/// All diagnostics, each with an excerpt of its place and an empty line after it.
pub(crate) fn text(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    colour: Colour,
) -> Text<Terminal> {
    let mut out = Text::new();
    for one in diagnostics {
        let plain = Renderer::plain().render(&[report(one, sources, Colour::Plain)]);
        let coloured = (colour == Colour::Ansi)
            .then(|| Renderer::styled().render(&[report(one, sources, colour)]));
        out = out.put(Text::drawn(&plain, coloured)).own("\n\n");
    }
    out
}

fn report<'a>(one: &'a Diagnostic, sources: &Sources, colour: Colour) -> Group<'a> {
    let level = match one.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(visible(&one.message)).id(one.code.name());
    let mut group = Group::with_title(title);
    if let Some(place) = &one.place {
        group = excerpt(group, place, sources, AnnotationKind::Primary, None);
    }
    for (place, label) in &one.related {
        group = excerpt(group, place, sources, AnnotationKind::Context, Some(label));
    }
    if let Some(changed) = &one.redline {
        let runs = redline::text(&changed.runs, colour).finish().to_string();
        group = group.element(Level::NOTE.message(runs));
        group = redline::look_alikes(changed)
            .into_iter()
            .chain(redline::authors(changed))
            .fold(group, |group, note| group.element(Level::NOTE.message(note)));
    }
    match &one.help {
        Some(help) => group.element(Level::HELP.message(visible(help))),
        None => group,
    }
}

fn excerpt<'a>(
    group: Group<'a>,
    place: &'a Place,
    sources: &Sources,
    kind: AnnotationKind,
    label: Option<&'a String>,
) -> Group<'a> {
    let at = sources.line_column(place);
    let whole = sources.text(&place.file).map_or("", |text| text.as_ref());
    // An empty place at the start is about the file as a whole, and shows none of its lines.
    let about_file = place.start == 0 && place.end == 0 && label.is_none();
    let file = visible(&place.file);
    if whole.is_empty() || about_file {
        let origin = Origin::path(file);
        return group.element(if whole.is_empty() {
            origin
        } else {
            origin.line(1).char_column(1)
        });
    }
    let (lines, span) =
        seen(&whole[shown(whole, place)], within(&shown(whole, place), whole, place));
    let annotation = kind.span(span);
    let annotation = match label {
        Some(label) => annotation.label(visible(label)),
        None => annotation,
    };
    let snippet = Snippet::source(lines).path(file).line_start(at.line).annotation(annotation);
    group.element(snippet)
}

/// Lines with a picture in place of every unseen character, so that columns stay right; and the bytes that this makes
/// of a place in them.
fn seen(lines: &str, span: Range<usize>) -> (String, Range<usize>) {
    // Lines may end as on Windows.
    let seen = |part: &str| part.replace("\r\n", "\n").chars().map(pictured).collect::<String>();
    let (before, place) = (seen(&lines[..span.start]), seen(&lines[span.clone()]));
    let after = &lines[span.end..];
    let after = seen(after.strip_suffix('\r').unwrap_or(after));
    let place_span = before.len()..before.len() + place.len();
    (before + &place + &after, place_span)
}

/// A character that can be seen: a control picture (Unicode, block 2400), or the replacement character.
fn pictured(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(c),
        '\u{7f}' => '\u{2421}',
        c if is_unseen(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// The bytes of the lines that are shown of a place: all of its lines, or the first of many.
fn shown(whole: &str, place: &Place) -> Range<usize> {
    let start = floor(whole, place.start);
    let end = floor(whole, place.end.max(place.start));
    let line_start = whole[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let lines = whole[start..end].matches('\n').count() + 1;
    let from = if lines > LINES_MAX { start } else { end };
    let line_end = whole[from..].find('\n').map_or(whole.len(), |newline| from + newline);
    if line_end - line_start <= LINE_MAX {
        return line_start..line_end;
    }
    // Line and column numbers stay right: only the excerpt is cut.
    line_start..floor(whole, (start + LINE_MAX).min(line_end)).max(start)
}

/// The underlined bytes within the shown part: at least one character, if there is one.
fn within(shown: &Range<usize>, whole: &str, place: &Place) -> Range<usize> {
    let start = floor(whole, place.start).clamp(shown.start, shown.end);
    let end = floor(whole, place.end).clamp(start, shown.end);
    start - shown.start..end - shown.start
}

/// The last boundary of characters that is not beyond `at`.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

#[cfg(test)]
mod tests {
    use avouch::model::source::diagnostic::codes::Code;

    use super::*;

    fn sources() -> Sources {
        let mut sources = Sources::default();
        sources.insert("a.md", "one\ntwé [link](x) end\nlast\n");
        sources.insert("checks/b.yaml", "proves: >\n  old\n  words\nbecause: x\n");
        sources
    }

    #[test]
    fn a_place_is_underlined_with_cause_and_help() {
        let one =
            Diagnostic::new(Code::MissingPage, Place::new("a.md", 9..18), "there is no page `x`")
                .help("did you mean `y`?");
        insta::assert_snapshot!(text(&[one], &sources(), Colour::Plain).plain(), @r"
        error[missing-page]: there is no page `x`
         --> a.md:2:5
          |
        2 | twé [link](x) end
          |     ^^^^^^^^^
          |
          = help: did you mean `y`?
        ");
    }

    #[test]
    fn the_other_side_is_shown_too() {
        let one = Diagnostic::new(Code::Suspect, Place::new("a.md", 0..3), "other words")
            .related(Place::new("checks/b.yaml", 8..23), "the words that were checked");
        insta::assert_snapshot!(text(&[one], &sources(), Colour::Plain).plain(), @r"
        error[suspect]: other words
         --> a.md:1:1
          |
        1 |   one
          |   ^^^
          |
         ::: checks/b.yaml:1:9
          |
        1 |   proves: >
          |  _________-
        2 | |   old
        3 | |   words
          | |_______- the words that were checked
        ");
    }

    #[test]
    fn a_mistake_of_no_file_has_no_place() {
        let one = Diagnostic {
            place: None,
            ..Diagnostic::new(Code::NoProject, Place::file("x"), "there is none")
        };
        let two = Diagnostic::new(Code::SameAddress, Place::file("a.md"), "two pages");
        let gone = Diagnostic::new(Code::Unreadable, Place::file("gone.md"), "it cannot be read");
        insta::assert_snapshot!(text(&[one, two, gone], &sources(), Colour::Plain).plain(), @r"
        error[no-project]: there is none

        error[same-address]: two pages
        --> a.md:1:1

        error[unreadable]: it cannot be read
        --> gone.md
        ");
    }

    #[test]
    fn colour_is_only_used_when_asked_for() {
        let one = Diagnostic::new(Code::NotYaml, Place::new("a.md", 4..7), "evil \u{1b}[2J");
        let written =
            |all: &[Diagnostic], colour| text(all, &sources(), colour).finish().to_string();
        let coloured = written(std::slice::from_ref(&one), Colour::Ansi);
        assert!(coloured.contains("\u{1b}[") && !coloured.contains("\u{1b}[2J"), "{coloured}");
        assert!(!written(&[one], Colour::Plain).contains('\u{1b}'));
        assert_eq!(written(&[], Colour::Ansi), "");
    }

    #[test]
    fn an_excerpt_shows_what_cannot_be_seen_and_underlines_the_same_place() {
        let mut sources = Sources::default();
        sources.insert("a\u{1b}.yaml", "\u{202e}: x\u{7f}\ty\r\n");
        let one = Diagnostic::new(Code::NotYaml, Place::new("a\u{1b}.yaml", 5..7), "a\n::error::b")
            .help("c\rd");
        insta::assert_snapshot!(text(&[one], &sources, Colour::Plain).plain(), @r"
        error[not-yaml]: a\n::error::b
         --> a\u{1b}.yaml:1:4
          |
        1 | �: x␡    y
          |    ^^
          |
          = help: c\rd
        ");
    }

    #[test]
    fn long_places_and_lines_are_cut() {
        let mut sources = Sources::default();
        let long = format!("{}\n", "é".repeat(10_000));
        sources.insert("long.md", long.as_str());
        sources.insert("many.md", "x\n".repeat(1000));
        for (file, span) in [
            ("long.md", 10_001..10_005),
            ("long.md", 0..20_000),
            ("many.md", 2..2000),
            ("long.md", 30_000..40_000),
        ] {
            let one = Diagnostic::new(Code::NotYaml, Place::new(file, span), "x");
            let text = text(&[one], &sources, Colour::Plain).plain();
            assert!(text.lines().count() < 15, "{text}");
        }
    }
}
