//! What this repository's own files must be like. These tests ask nothing of anybody.

mod groups;
mod reference;
pub(crate) mod tidy;
mod wording;
