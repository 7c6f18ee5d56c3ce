//! Backups that nothing tells from other files of the same folder or bucket.

use crate::model::plan::backup::listing::BUCKET;
use crate::model::plan::backup::{BackupSource, FileQuery, Opening};
use crate::model::plan::{Act, Plan, Step};
use crate::model::project::claim::{Check, Claim};
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;

/// A hint if nothing tells the backups in a folder or a bucket from other files.
pub(super) fn hint(claim: &Claim, check: &Check, plan: &Plan) -> Option<Diagnostic> {
    let place = any_name_counts(plan)?;
    let message = format!("any file in {place} may count as a backup");
    let help = "add `suffix:` with the ending of the names of backups, such as `.dump`";
    Some(Diagnostic::new(Code::NoSuffix, check.kind.place(&claim.file), message).help(help))
}

/// The folder or bucket in which a plan takes every name for that of a backup, in words; `None` if there is
/// none.
fn any_name_counts(plan: &Plan) -> Option<String> {
    let of_files = |files: &FileQuery| {
        let base = files.path.rsplit('/').next().unwrap_or_default();
        // Whether a path leads to a file or a folder is not known here.
        let is_file = base.chars().skip(1).any(|letter| letter == '.');
        let counts = files.names.suffixes.is_empty() && !is_file;
        counts.then(|| format!("`{}`", files.path))
    };
    let first = plan.steps.first().and_then(|step| match &step.act {
        Act::Files(files) => of_files(files),
        Act::Open(Opening { from: BackupSource::Files(files), .. }) => of_files(files),
        _ => None,
    });
    let in_bucket = |step: &Step| match &step.act {
        Act::Newest(newest) => {
            let listing = &newest.listing;
            // The oldest entry counts whatever its name is.
            !newest.oldest && listing.document == BUCKET && listing.names.suffixes.is_empty()
        }
        _ => false,
    };
    first.or_else(|| plan.steps.iter().any(in_bucket).then(|| "the bucket".to_owned()))
}
