//! The arguments of a diagnostic: the values that its message names, as data.

use serde::Serialize;

/// The name of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Argument {
    /// The id of a heading, without `#`.
    Anchor,
    /// The id of a claim.
    Claim,
    /// The last day of an attestation or waiver, or the day of a retraction.
    Date,
    /// The label of a footnote.
    Footnote,
    /// An element or attribute of HTML, as it is written.
    Html,
    /// A key of a mapping.
    Key,
    /// The name of a limit of a check.
    Limit,
    /// The name of something that a file defines or refers to: a file, an actor, a role, a variable.
    Name,
    /// The path of a policy in the project.
    Page,
    /// A quantity in the words of a claim.
    Said,
    /// The scheme of an address, without `:`.
    Scheme,
    /// A value as it is written, or the value of a limit.
    Value,
    /// Words of a policy.
    Words,
}

impl Argument {
    /// The name in lower case, as in JSON and in the texts of plain notes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anchor => "anchor",
            Self::Claim => "claim",
            Self::Date => "date",
            Self::Footnote => "footnote",
            Self::Html => "html",
            Self::Key => "key",
            Self::Limit => "limit",
            Self::Name => "name",
            Self::Page => "page",
            Self::Said => "said",
            Self::Scheme => "scheme",
            Self::Value => "value",
            Self::Words => "words",
        }
    }
}
