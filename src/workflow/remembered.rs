//! The failures and releases that earlier runs and published pages recorded, as far as they are about the same service.

use crate::model::judge::assessment::{Assessment, Memory};
use crate::model::judge::binding::WorldBinding;
use crate::model::published::Published;

/// A record of earlier results.
pub enum Record<'a> {
    /// A run.
    Run(&'a Assessment),
    /// A published page.
    Page(&'a Published),
}

/// What these records say about the service in `world`: when each claim was last found violated, and the
/// newest release. Records whose clock was set count only where `clock` is set too.
pub fn memory(
    records: &[Record<'_>],
    world: &WorldBinding,
    clock: Option<jiff::Timestamp>,
) -> Memory {
    let mut all = Memory::default();
    for record in records.iter().filter(|one| one.is_about(world, clock.is_some())) {
        all.add(&record.memory());
    }
    all
}

impl Record<'_> {
    fn memory(&self) -> Memory {
        match self {
            Self::Run(run) => run.memory(),
            Self::Page(page) => page.memory(),
        }
    }

    fn is_about(&self, world: &WorldBinding, clock_is_set: bool) -> bool {
        let (demo, target, clock) = match self {
            Self::Run(run) => (run.world.demo, &run.world.target, run.clock),
            Self::Page(page) => (page.target.demo, &page.target.name, page.clock),
        };
        let same = demo == world.demo && (demo || *target == world.target);
        same && clock.is_some() == clock_is_set
    }
}
