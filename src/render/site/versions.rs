//! The page of a policy's earlier versions, with what changed from each to the next.

use crate::model::policy::{Policy, Version};
use crate::model::redline;
use crate::model::time::day_of;
use crate::render::Input;
use crate::render::site::view;

/// The folder that these pages stand in.
const FOLDER: &str = "versions";

/// The path of a policy's page of versions; `None` where it had one version only, as far as is known.
pub(crate) fn path(policy: &Policy, input: &Input<'_>) -> Option<String> {
    let several = of(policy, input).len() > 1;
    several.then(|| format!("{FOLDER}/{}/index.html", policy.slug))
}

/// The versions of a policy, newest first.
pub(crate) fn versions(policy: &Policy, input: &Input<'_>) -> view::Versions {
    let all = of(policy, input);
    let before = all.iter().skip(1).map(Some).chain([None]);
    view::Versions {
        title: policy.front.title.value.clone(),
        policy: format!("{}/index.html", policy.slug),
        versions: all.iter().zip(before).map(|(version, before)| one(version, before)).collect(),
    }
}

fn of<'a>(policy: &Policy, input: &'a Input<'_>) -> &'a [Version] {
    input.past.versions.get(&*policy.file).map_or(&[], Vec::as_slice)
}

fn one(version: &Version, before: Option<&Version>) -> view::Version {
    let changed = |before: &Version| redline::blocks(&before.blocks, &version.blocks);
    view::Version {
        since: day_of(version.since).into(),
        changes: before.map_or_else(Vec::new, changed),
        is_oldest: before.is_none(),
    }
}
