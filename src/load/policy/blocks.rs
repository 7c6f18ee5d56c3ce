//! The blocks of a policy's body, in the order in which a page shows them: so that a place in the
//! source can be found on the page, and two versions be compared paragraph by paragraph.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use crate::load::policy;
use crate::load::policy::markdown::Markdown;

/// A paragraph, heading, list item, table cell, quotation or block of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its bytes in the file.
    pub span: Range<usize>,
    /// Its words, without those of the blocks within it, and without HTML, such as
    /// comments.
    pub words: String,
}

/// The blocks of a policy whose file has this text.
pub fn of(text: &str) -> Vec<Block> {
    let markdown = Markdown::parse(text, policy::body_start(text));
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Vec<Option<usize>> = Vec::new();
    for index in 0..markdown.len() {
        match markdown.event(index) {
            Event::Start(tag) => {
                open.push(is_block(tag).then_some(blocks.len()));
                if is_block(tag) {
                    blocks.push(Block { span: markdown.span(index), words: String::new() });
                }
            }
            Event::End(_) => drop(open.pop()),
            event => {
                if let Some(block) = open.iter().rev().find_map(|one| *one) {
                    blocks[block].words.push_str(words(event));
                }
            }
        }
    }
    blocks
}

/// The index of the innermost block that contains the byte `at`, or else of the last one before it.
pub fn index_at(blocks: &[Block], at: usize) -> Option<usize> {
    blocks.iter().rposition(|block| block.span.contains(&at)).or_else(|| {
        let before = blocks.iter().rposition(|block| block.span.start <= at);
        before.or((!blocks.is_empty()).then_some(0))
    })
}

fn is_block(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::Item
            | Tag::TableCell
            | Tag::CodeBlock(_)
            | Tag::BlockQuote(_)
    )
}

fn words<'a>(event: &'a Event<'_>) -> &'a str {
    match event {
        Event::Text(text) | Event::Code(text) => text,
        Event::SoftBreak | Event::HardBreak => " ",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "---\ntitle: A\n---\n# One\n\nTwo *and*\nmore.\n\n- a\n- b\n\n| h |\n|---|\n| c |\n";

    #[test]
    fn blocks_come_in_the_order_of_the_page_with_their_words() {
        let words: Vec<String> = of(TEXT).into_iter().map(|block| block.words).collect();
        assert_eq!(words, ["One", "Two and more.", "a", "b", "h", "c"]);
    }

    #[test]
    fn a_place_is_in_the_innermost_block_or_behind_the_last_one_before_it() {
        let blocks = of(TEXT);
        let at = |word: &str| index_at(&blocks, TEXT.find(word).unwrap());
        assert_eq!(at("more"), Some(1));
        assert_eq!(at("b\n\n"), Some(3));
        assert_eq!(at("c |"), Some(5));
        assert_eq!(at("title"), Some(0));
        assert_eq!(index_at(&blocks, 10_000), Some(5));
        assert_eq!(index_at(&[], 0), None);
    }
}
