//! `site: { keep: .. }`: files of others in the folder of the published site.

use std::path::{Component, Path};

use crate::load::project::file::SiteFile;
use crate::load::project::scope::Scope;
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;

/// A path within the site, without `/` at its end, and where it was written.
#[derive(Clone, Debug)]
pub(crate) struct KeptPath {
    pub(crate) path: String,
    pub(crate) place: Place,
}

/// The paths to keep. Reports those that are not within the site.
pub(crate) fn read(site: Option<&Spanned<SiteFile>>, scope: &mut Scope<'_>) -> Vec<KeptPath> {
    let mut kept = Vec::new();
    for one in site.iter().flat_map(|site| &site.keep) {
        let path = one.trim_end_matches('/');
        let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        let parts = path.split('/').all(|part| !part.is_empty() && part != ".");
        let is_within = parts && Path::new(path).components().all(is_plain);
        if is_within && !path.contains(char::is_control) {
            kept.push(KeptPath { path: path.to_owned(), place: scope.place(&one.span) });
            continue;
        }
        let message = format!("`{}` is not a path within the site", one.value);
        let help = "write the path of a file or folder in the folder of the site, such as `CNAME`";
        scope.report(Code::BadAddress, &one.span, message, help);
    }
    kept
}
