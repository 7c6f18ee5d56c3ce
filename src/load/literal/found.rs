//! A secret that was found in a file.

use std::ops::Range;

/// A secret in a file.
pub(super) struct Literal {
    /// Its bytes.
    pub(super) span: Range<usize>,
    /// What it is, for people, without the secret itself.
    pub(super) message: String,
}
