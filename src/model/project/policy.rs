//! A policy: a Markdown document that lawyers edit, parsed, with its claims marked.

use std::sync::Arc;

use jiff::civil::Date;
use pulldown_cmark::Event;
use serde::Deserialize;

use crate::model::project::claim::Passage;
use crate::model::project::sub_processor::Table;
use crate::model::source::Place;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::decode::Spanned;

/// A policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Its file, such as `content/security.md`.
    pub file: Arc<str>,
    /// Its path on the site, such as `security`: the file's stem.
    pub slug: String,
    /// The tag of its language.
    pub language: String,
    /// Its front matter.
    pub front: FrontMatter,
    /// Its body, as Markdown, without the front matter.
    pub markdown: String,
    /// Its body, parsed, with claims and statements marked.
    pub pieces: Vec<Piece>,
    /// Its headings, in order.
    pub headings: Vec<Heading>,
    /// Its plain statements, in order.
    pub statements: Vec<Statement>,
}

impl Policy {
    /// The tables of sub-processors that it contains.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::SubProcessors(table) => Some(table),
            _ => None,
        })
    }
}

/// The YAML between the `---` lines at a policy's start.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
pub struct FrontMatter {
    /// Its title.
    pub title: Spanned<String>,
    /// One sentence about its purpose.
    pub summary: Spanned<String>,
    /// The day from which it applies.
    #[schemars(with = "String")]
    pub effective: Spanned<Date>,
    /// The role that is responsible for its words.
    pub owner: Spanned<String>,
    /// The products that it applies to, by their names in `avouch.yaml`.
    #[serde(default)]
    pub products: Vec<Spanned<String>>,
    /// Why its words, apart from its claims, are not tested: they are statements then.
    pub stated: Option<Spanned<String>>,
    /// Its position among the policies: lower numbers first, then by file name.
    #[serde(default)]
    pub order: i64,
}

/// An earlier version of a policy's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Since when.
    pub since: jiff::Timestamp,
    /// Its paragraphs, headings, list items and rows, in order, without their markup.
    pub blocks: Vec<String>,
}

/// A heading of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text.
    pub text: String,
    /// Its anchor, which is unique in the policy.
    pub anchor: String,
    /// Its place.
    pub place: Place,
}

/// A statement: a passage that cannot be tested.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Why it is not tested, for readers of the page.
    pub reason: String,
    /// The passage.
    pub passage: Passage,
}

/// A piece of a policy's body.
///
/// The links that bind claims and statements are not among the events; marks replace them.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// An event of the Markdown parser. Links to other sources are as written.
    Event(Event<'static>),
    /// A claim or statement begins here.
    Open(Mark),
    /// It ends here.
    Close(Mark),
    /// HTML that is safe to publish, if the project allows it: a block, or a tag within a line.
    Html(String),
    /// The table of sub-processors.
    SubProcessors(Table),
    /// The next table has marks of its author's own, such as ✓, which are not verdicts.
    OwnTable,
}

/// A mark on a passage of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Claim or statement.
    pub of: Marked,
    /// How much of the text it covers.
    pub extent: Extent,
}

/// Whether a mark is a claim's or a statement's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marked {
    /// A claim, by its id.
    Claim(ClaimId),
    /// A statement, by its index in the policy.
    Statement(usize),
}

/// How much of the text a mark covers.
///
/// A mark of a block is just inside it: after the event that starts the paragraph or list item, and
/// before a nested list or the event that ends the block. A mark of a table row is inside the row's
/// first and last cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Words within a paragraph.
    Words,
    /// A whole paragraph or heading.
    Paragraph,
    /// A list item without its nested lists.
    Item,
    /// A table row.
    Row,
}
