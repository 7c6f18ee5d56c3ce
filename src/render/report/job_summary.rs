//! The summary of a job, for `$GITHUB_STEP_SUMMARY`: a shortened Markdown report, as GitHub accepts at
//! most one mebibyte.

use crate::render::Input;
use crate::render::outlet::Written;
use crate::render::report::layout::Layout;
use crate::render::report::markdown;
use crate::render::report::mistakes::{self, Mistakes};

/// The number of problems that are described in full, and of claims in the table.
const MOST: usize = 50;

/// Writes the report.
pub(crate) fn render(input: &Input<'_>, layout: &Layout) -> Written {
    markdown::up_to(input, MOST, layout)
}

/// Writes the report of sources that could not be tested.
pub(crate) fn mistakes(of: &Mistakes<'_>) -> Written {
    mistakes::markdown(of, MOST)
}
