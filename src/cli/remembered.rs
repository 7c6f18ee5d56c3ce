//! Reads the failures and the release that the project's last run and its published page recorded.

use std::collections::BTreeSet;
use std::path::Path;

use avouch::load::file::regular;
use avouch::load::file::regular::Links;
use avouch::model::judge::assessment::{Assessment, Memory};
use avouch::model::judge::binding::WorldBinding;
use avouch::model::published;
use avouch::model::published::Published;
use avouch::workflow::remembered::{Record, memory};
use jiff::Timestamp;

use crate::disk::store;

/// The size limit of a published page's `claims.json`, in bytes.
const PAGE_MAX: u64 = 64 * 1024 * 1024;

/// What a run may overwrite or follow, read before it starts.
pub(crate) struct Records {
    runs: Vec<Assessment>,
    page: Option<Published>,
}

impl Records {
    /// The records in these assessments, and in the `claims.json` of a site. A file that does not
    /// exist, or cannot be read, records nothing.
    pub(crate) fn read(root: &Path, runs: &BTreeSet<&Path>, site: &Path) -> Self {
        let runs = runs.iter().filter_map(|file| store::parse(&root.join(file)).ok());
        let page =
            regular::read(&root.join(site).join("claims.json"), PAGE_MAX, Links::Followed).ok();
        let page = page.and_then(|bytes| published::read(&bytes).ok());
        Self { runs: runs.collect(), page }
    }

    /// What these records and `page` know about the service in `world`.
    pub(crate) fn memory(
        &self,
        page: Option<&Published>,
        world: &WorldBinding,
        clock: Option<Timestamp>,
    ) -> Memory {
        let pages = self.page.iter().chain(page).map(Record::Page);
        let all: Vec<Record<'_>> = self.runs.iter().map(Record::Run).chain(pages).collect();
        memory(&all, world, clock)
    }
}
