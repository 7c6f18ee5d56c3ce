//! The page of a policy's earlier versions, with the changes between them.

use crate::model::project::policy::{Policy, Version};
use crate::model::source::redline;
use crate::model::time::day_of;
use crate::render::site::edition::Edition;
use crate::render::site::view;

/// The folder of these pages.
const FOLDER: &str = "versions";

/// The path of a policy's page of versions; `None` if only one version is known.
pub(crate) fn path(policy: &Policy, edition: &Edition<'_>) -> Option<String> {
    let several = of(policy, edition).len() > 1;
    let below = edition.below(&policy.slug);
    several.then(|| edition.path(&format!("{FOLDER}/{below}/index.html")))
}

/// The versions of a policy, newest first.
pub(crate) fn versions(policy: &Policy, edition: &Edition<'_>) -> view::history::Versions {
    let all = of(policy, edition);
    let before = all.iter().skip(1).map(Some).chain([None]);
    view::history::Versions {
        title: policy.front.title.value.clone(),
        policy: format!("{}/index.html", policy.slug),
        versions: all
            .iter()
            .zip(before)
            .map(|(version, before)| one(version, before, edition))
            .collect(),
    }
}

fn of<'a>(policy: &Policy, edition: &'a Edition<'_>) -> &'a [Version] {
    edition.past.versions.get(&*policy.file).map_or(&[], Vec::as_slice)
}

fn one(
    version: &Version,
    before: Option<&Version>,
    edition: &Edition<'_>,
) -> view::history::VersionView {
    let changed = |before: &Version| redline::blocks(&before.blocks, &version.blocks);
    view::history::VersionView {
        since: edition.day(day_of(version.since)),
        changes: before.map_or_else(Vec::new, changed),
        is_oldest: before.is_none(),
    }
}
