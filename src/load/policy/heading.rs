//! The headings of a policy, each with an anchor of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use pulldown_cmark::{Event, Tag};

use crate::load::policy::markdown::{Index, Markdown};
use crate::model::project::policy::Heading;
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The headings in order, each with the event that it begins at.
pub(crate) fn all(
    markdown: &Markdown,
    file: &Arc<str>,
    diagnostics: &mut Report,
) -> Vec<(Index, Heading)> {
    let mut headings: Vec<(Index, Heading)> = Vec::new();
    let mut taken = anchors_by_hand(markdown, file, diagnostics);
    for index in 0..markdown.len() {
        let Some(Tag::Heading { level, id, .. }) = markdown.tag(index) else {
            continue;
        };
        let text = text(markdown, index);
        let place = Place::new(file.clone(), trimmed(markdown, index));
        let level = *level as u8;
        // The page's title is its heading of the first level.
        let above = headings.last().map_or(1, |(_, heading)| heading.level);
        if level > above + 1 {
            diagnostics.push(skipped(place.clone(), above, level));
        }
        let anchor = match id {
            Some(id) => id.to_string(),
            None => free(&unlike_ours(slug(&text)), &mut taken),
        };
        let heading = Heading { level, text, anchor, place };
        headings.push((index, heading));
    }
    headings
}

/// The anchors that the author wrote; duplicates are reported.
fn anchors_by_hand(markdown: &Markdown, file: &Arc<str>, diagnostics: &mut Report) -> Taken {
    let mut taken = Taken::new();
    for index in 0..markdown.len() {
        let Some(Tag::Heading { id: Some(id), .. }) = markdown.tag(index) else {
            continue;
        };
        let place = || Place::new(file.clone(), trimmed(markdown, index));
        if taken.insert(id.to_string(), 1).is_some() {
            let message = format!("another heading has the id `{id}`");
            let error = Diagnostic::new(Code::DuplicateAnchor, place(), message);
            diagnostics
                .push(error.with(Argument::Anchor, &**id).help("give one of them another id"));
        } else if is_ours(id) {
            let message = format!("the page may use the id `{id}` for something else");
            let help =
                "begin it with another word than `page-`, `claim-`, `statement-` or `about-`";
            let error = Diagnostic::new(Code::DuplicateAnchor, place(), message);
            diagnostics.push(error.with(Argument::Anchor, &**id).help(help));
        }
    }
    taken
}

fn skipped(place: Place, above: u8, level: u8) -> Diagnostic {
    let message = format!("this heading has level {level}, but the one above has level {above}");
    let help = format!("make it one of level {}: `{}`", above + 1, "#".repeat(above as usize + 1));
    Diagnostic::new(Code::HeadingSkips, place, message).help(help)
}

/// The bytes of a heading without the line break after it.
fn trimmed(markdown: &Markdown, index: Index) -> std::ops::Range<usize> {
    let whole = markdown.span(index);
    let inner = markdown.span_of(index + 1..markdown.end(index), |_| false);
    whole.start..inner.map_or(whole.start + 1, |inner| inner.end)
}

fn text(markdown: &Markdown, index: Index) -> String {
    let mut text = String::new();
    for inner in index + 1..markdown.end(index) {
        match markdown.event(inner) {
            Event::Text(part) | Event::Code(part) => text.push_str(part),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    text.trim().to_owned()
}

/// The anchor of a heading's text, as most Markdown viewers derive it.
fn slug(text: &str) -> String {
    let kept = text.to_lowercase();
    let kept = kept.chars().filter_map(|c| match c {
        ' ' | '\t' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    });
    let slug: String = kept.collect();
    if slug.is_empty() { "section".into() } else { slug }
}

/// Whether an anchor has the form that a page uses for its own parts.
fn is_ours(anchor: &str) -> bool {
    ["page-", "claim-", "statement-", "about-"].iter().any(|ours| anchor.starts_with(ours))
}

fn unlike_ours(slug: String) -> String {
    if is_ours(&slug) { format!("section-{slug}") } else { slug }
}

/// Anchors that are taken, each with the number that its next namesake gets.
type Taken = BTreeMap<String, usize>;

fn free(slug: &str, taken: &mut Taken) -> String {
    let Some(mut number) = taken.get(slug).copied() else {
        taken.insert(slug.to_owned(), 1);
        return slug.to_owned();
    };
    // Counting from the last namesake avoids quadratic time for many equal headings.
    let free = loop {
        let anchor = format!("{slug}-{number}");
        number += 1;
        if !taken.contains_key(&anchor) {
            break anchor;
        }
    };
    taken.insert(slug.to_owned(), number);
    taken.insert(free.clone(), 1);
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let mut diagnostics = Report::new();
        let all = all(&Markdown::parse(text, 0), &"a.md".into(), &mut diagnostics);
        let reported = diagnostics.iter().map(|one| {
            let place = one.place.as_ref().unwrap();
            format!("{}: {} at `{}`", one.code, one.message, &text[place.span()])
        });
        let all = all.iter().map(|(_, one)| format!("{} {} #{}", one.level, one.text, one.anchor));
        (all.collect(), reported.collect())
    }

    #[test]
    fn anchors_are_unlike_each_other() {
        let (all, reported) = read("# Où *est* `X`?\n## A\n## A\n## B {#a-1}\n## !\n");
        assert_eq!(
            all,
            ["1 Où est X? #où-est-x", "2 A #a", "2 A #a-2", "2 B #a-1", "2 ! #section"]
        );
        assert_eq!(reported, Vec::<String>::new());
    }

    #[test]
    fn no_anchor_is_one_of_the_page_s_own() {
        let (all, reported) =
            read("# Page content\n## Claim a\n## Statement\n## B {#page-claims}\n");
        assert_eq!(
            all,
            [
                "1 Page content #section-page-content",
                "2 Claim a #section-claim-a",
                "2 Statement #statement",
                "2 B #page-claims",
            ]
        );
        assert_eq!(
            reported,
            [
                "duplicate-anchor: the page may use the id `page-claims` for something else at `## B`"
            ]
        );
    }

    #[test]
    fn a_skipped_level_and_a_repeated_anchor_are_reported() {
        let (_, reported) = read("## A {#x}\n\n#### B {#x}\n\nText\n");
        assert_eq!(
            reported,
            [
                "duplicate-anchor: another heading has the id `x` at `#### B`",
                "heading-skips: this heading has level 4, but the one above has level 2 at `#### B`",
            ]
        );
        let (_, reported) = read("### First\n");
        assert_eq!(
            reported,
            [
                "heading-skips: this heading has level 3, but the one above has level 1 at `### First`"
            ]
        );
    }
}
