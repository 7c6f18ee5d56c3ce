//! The kinds of Markdown events: blocks, inline content, comments.

use pulldown_cmark::{Event, TagEnd};

use crate::model::project::policy::Piece;

/// Whether a piece is the end of a paragraph.
pub(super) fn ends_paragraph(piece: &Piece) -> bool {
    matches!(piece, Piece::Event(Event::End(TagEnd::Paragraph)))
}

/// Whether HTML is a single comment.
pub(super) fn is_comment(html: &str) -> bool {
    let html = html.trim();
    html.starts_with("<!--") && html.find("-->").is_some_and(|end| end + 3 == html.len())
}

/// Whether an event starts or ends a block.
pub(super) fn is_block(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => !is_inline(&tag.to_end()),
        Event::End(tag) => !is_inline(tag),
        Event::Rule | Event::Html(_) => true,
        _ => false,
    }
}

/// Whether an event starts inline content.
pub(super) fn begins_inline(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => is_inline(&tag.to_end()),
        Event::End(_) | Event::SoftBreak | Event::HardBreak => false,
        _ => true,
    }
}

fn is_inline(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
    )
}
