//! A passage of a policy that is bound to a claim or a statement.

use std::ops::Range;

use crate::load::policy::markdown::Index;
use crate::model::project::claim::Passage;
use crate::model::project::policy::Extent;
use crate::model::source::claim_id::ClaimId;

/// A claim or statement at its place.
pub(crate) struct Bound {
    /// The claim or statement.
    pub(crate) of: Of,
    /// How much of the text it covers.
    pub(crate) extent: Extent,
    /// The events that it covers.
    pub(crate) events: Range<Index>,
    /// The link that binds it.
    pub(crate) link: Range<Index>,
    /// The bytes of that link.
    pub(crate) link_span: Range<usize>,
    /// Its words.
    pub(crate) passage: Passage,
}

/// A claim or statement that a link binds to words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// A claim, by its id.
    Claim(ClaimId),
    /// A statement, with its reason.
    Statement(String),
}
