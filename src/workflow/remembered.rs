//! The failures that earlier runs and published pages recorded, as far as they are about the same service.

use crate::model::judge::assessment::{Assessment, Contradictions};
use crate::model::judge::binding::WorldBinding;
use crate::model::published::Published;

/// A record of earlier results.
pub enum Record<'a> {
    /// A run.
    Run(&'a Assessment),
    /// A published page.
    Page(&'a Published),
}

/// When each claim was last found violated, by these records, for the service in `world`. Records whose
/// clock was set count only where `clock` is set too.
pub fn contradictions(
    records: &[Record<'_>],
    world: &WorldBinding,
    clock: Option<jiff::Timestamp>,
) -> Contradictions {
    let mut all = Contradictions::new();
    for record in records.iter().filter(|one| one.is_about(world, clock.is_some())) {
        for (id, at) in record.contradictions() {
            let last = all.entry(id).or_insert(at);
            *last = at.max(*last);
        }
    }
    all
}

impl Record<'_> {
    fn contradictions(&self) -> Contradictions {
        match self {
            Self::Run(run) => run.contradictions(),
            Self::Page(page) => page.contradictions(),
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
