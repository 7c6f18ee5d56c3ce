//! The policies of the sample, as events.

use std::sync::Arc;

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

use crate::model::project::policy::{
    Extent, FrontMatter, Heading, Mark, Marked, Piece, Policy, Statement,
};
use crate::model::source::Place;
use crate::render::sample::passages::{CLAIMS, POLICY, passage, spanned};

fn front(title: &str) -> FrontMatter {
    FrontMatter {
        title: spanned(title.into()),
        summary: spanned(format!("What we promise about {}.", title.to_lowercase())),
        effective: spanned(jiff::civil::date(2026, 1, 1)),
        owner: spanned("security officer".into()),
        products: vec![spanned("cloud".into())],
        stated: None,
        order: 0,
    }
}

fn policy(slug: &str, title: &str, pieces: Vec<Piece>) -> Policy {
    Policy {
        file: Arc::from(format!("content/{slug}.md")),
        slug: slug.into(),
        language: "en".into(),
        front: front(title),
        markdown: String::new(),
        pieces,
        headings: Vec::new(),
        statements: Vec::new(),
    }
}

/// An event of text.
pub(crate) fn text(words: &str) -> Piece {
    Piece::Event(Event::Text(CowStr::from(words.to_owned())))
}

/// The events of a tag around other pieces.
pub(crate) fn within(tag: Tag<'static>, pieces: Vec<Piece>) -> Vec<Piece> {
    let end: TagEnd = tag.to_end();
    let mut all = vec![Piece::Event(Event::Start(tag))];
    all.extend(pieces);
    all.push(Piece::Event(Event::End(end)));
    all
}

/// Pieces marked as a claim.
pub(crate) fn marked(of: Marked, extent: Extent, pieces: Vec<Piece>) -> Vec<Piece> {
    let mark = Mark { of, extent };
    let mut all = vec![Piece::Open(mark.clone())];
    all.extend(pieces);
    all.push(Piece::Close(mark));
    all
}

/// A link around words.
pub(crate) fn link(to: &str, words: &str) -> Vec<Piece> {
    let tag = Tag::Link {
        link_type: LinkType::Inline,
        dest_url: CowStr::from(to.to_owned()),
        title: CowStr::from(""),
        id: CowStr::from(""),
    };
    within(tag, vec![text(words)])
}

fn heading(words: &str) -> Vec<Piece> {
    let tag = Tag::Heading {
        level: pulldown_cmark::HeadingLevel::H2,
        id: None,
        classes: Vec::new(),
        attrs: Vec::new(),
    };
    within(tag, vec![text(words)])
}

/// The policy with all claims.
pub(super) fn security() -> Policy {
    let claimed = |(id, words): (&str, &str)| {
        let of = Marked::Claim(id.into());
        within(Tag::Paragraph, marked(of, Extent::Words, vec![text(words)]))
    };
    let stated =
        marked(Marked::Statement(0), Extent::Paragraph, vec![text("Nothing is absolute.")]);
    let mut pieces = heading("Data");
    pieces.extend(CLAIMS.into_iter().flat_map(claimed));
    pieces.extend(within(Tag::Paragraph, stated));
    pieces.extend(within(Tag::Paragraph, link("privacy.md", "privacy")));
    let mut policy = policy("security", "Security", pieces);
    policy.headings = vec![Heading {
        level: 2,
        text: "Data".into(),
        anchor: "data".into(),
        place: Place::new(POLICY, 25..32),
    }];
    policy.statements = vec![Statement {
        reason: "absolute safety cannot be tested".into(),
        passage: passage("Nothing is absolute."),
    }];
    policy
}

/// A policy without claims.
pub(super) fn privacy() -> Policy {
    policy("privacy", "Privacy", within(Tag::Paragraph, vec![text("See our policy.")]))
}
