//! The summary of a job, for `$GITHUB_STEP_SUMMARY`: the Markdown report, capped, for GitHub takes no
//! more than a mebibyte.

use crate::render::Input;
use crate::render::report::markdown;

/// Troubles that are told in full, and claims in the table.
const MOST: usize = 50;

/// Writes the report.
pub(crate) fn render(input: &Input<'_>) -> Vec<u8> {
    markdown::up_to(input, MOST)
}
