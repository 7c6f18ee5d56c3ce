//! What could not be understood of a file about a Forge app.

use std::ops::Range;

/// A part of a file that does not have the form that Atlassian documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its bytes.
    pub span: Range<usize>,
    /// The problem.
    pub message: String,
}
