//! Sentences: where they end, and claims that are only a part of one.

use pulldown_cmark::{Event, Tag};

use crate::load::policy::bound::{Bound, Of};
use crate::load::policy::markdown::{Index, Markdown};
use crate::model::project::policy::Extent;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;

/// Marks that end a sentence.
const ENDS: [char; 8] = ['.', '!', '?', '…', '。', '！', '？', '।'];

/// Characters that may follow the mark that ends a sentence.
const CLOSING: [char; 9] = ['"', '\'', ')', ']', '”', '’', '»', '“', '」'];

/// Whether words end with the end of a sentence.
pub(crate) fn ends(words: &str) -> bool {
    words.trim_end().trim_end_matches(CLOSING).ends_with(ENDS)
}

/// Reports a claim that is a part of a sentence: changes of the rest would not be noticed.
pub(crate) fn check(bound: &Bound, markdown: &Markdown) -> Option<Diagnostic> {
    let Of::Claim(id) = &bound.of else { return None };
    if bound.extent != Extent::Words || is_whole(bound, markdown) {
        return None;
    }
    let message = format!("the claim `{id}` is only a part of its sentence");
    let help = "link the whole sentence: words around the claim can change its meaning, and are not \
                compared";
    let warning = Diagnostic::new(Code::PartOfASentence, bound.passage.place.clone(), message);
    Some(warning.with(Argument::Claim, id).help(help))
}

fn is_whole(bound: &Bound, markdown: &Markdown) -> bool {
    let (before, after) = beside(bound, markdown);
    let before_ends = before.trim().is_empty() || ends(&before);
    let after = after.trim_start();
    let only_marks = !after.contains(char::is_alphanumeric);
    before_ends && (ends(&bound.passage.words) || only_marks || after.starts_with(ENDS))
}

/// The text before and after a claim's link, in its block.
fn beside(bound: &Bound, markdown: &Markdown) -> (String, String) {
    let is_block = |index: &Index| {
        let inline = [Tag::Emphasis, Tag::Strong, Tag::Strikethrough];
        markdown.tag(*index).is_some_and(|tag| {
            !inline.contains(tag) && !matches!(tag, Tag::Link { .. } | Tag::Image { .. })
        })
    };
    let around = markdown.ancestors(bound.link.start).find(is_block);
    let whole = around.map_or(bound.link.clone(), |block| block + 1..markdown.end(block));
    let behind = (bound.link.end..whole.end).take_while(|index| !is_block(index));
    (text(whole.start..bound.link.start, markdown), text(behind, markdown))
}

fn text(events: impl Iterator<Item = Index>, markdown: &Markdown) -> String {
    events.fold(String::new(), |mut text, index| {
        match markdown.event(index) {
            Event::Text(part) | Event::Code(part) => text.push_str(part),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    fn reported(line: &str) -> Vec<String> {
        let claim = "[Customer data is backed up *every* day.](../checks/backup-daily.yaml)";
        let line = line.replace(
            "CLAIM",
            "[Customer data is backed up *every* day.](../checks/backup-daily.yaml)",
        );
        Fixture::sound().replace("content/security.md", claim, &line).reported()
    }

    #[test]
    fn a_claim_that_is_a_part_of_its_sentence_is_reported() {
        for line in ["Except on Sundays, CLAIM", "We do not say: *CLAIM*", "- Never: CLAIM\n  - x"]
        {
            let reported = reported(line);
            assert!(reported[0].contains(" part-of-a-sentence: "), "{line}: {reported:?}");
            assert_eq!(reported.len(), 1, "{reported:?}");
        }
    }

    #[test]
    fn a_whole_sentence_is_not() {
        for line in
            ["CLAIM", "So it is. CLAIM Always.", "(So \"it is.\") **CLAIM**", "Really? CLAIM"]
        {
            assert_eq!(reported(line), Vec::<String>::new(), "{line}");
        }
    }
}
