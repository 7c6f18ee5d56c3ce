//! The summary of a job, for `$GITHUB_STEP_SUMMARY`: the Markdown report, capped, because GitHub accepts
//! at most a mebibyte.

use crate::render::Input;
use crate::render::report::layout::Layout;
use crate::render::report::markdown;

/// Problems that are shown in full, and claims in the table.
const MOST: usize = 50;

/// Writes the report.
pub(crate) fn render(input: &Input<'_>, layout: &Layout) -> Vec<u8> {
    markdown::up_to(input, MOST, layout)
}
