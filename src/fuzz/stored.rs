//! The files that Avouch itself writes and reads again: evidence and the published page.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::fuzz::project::sound;
use crate::model::answer::verdict::Verdict;
use crate::model::judge::assessment::Assessment;
use crate::model::judge::binding::{ClaimBinding, WorldBinding};
use crate::model::judge::evidence::Standing;
use crate::model::published::history::{ENTRIES_MAX, carried};
use crate::model::published::{self, change};
use crate::workflow::evidence::current_outcomes;
use crate::workflow::sources::Checked;

/// A time after that of the evidence in the corpus, in seconds since 1970.
pub(super) const NOW: i64 = 1_795_345_200;

/// The project that the evidence is for.
static PROJECT: LazyLock<Checked> = LazyLock::new(sound);

/// Reads an assessment, and judges its evidence.
pub(super) fn assessment(bytes: &[u8]) {
    let Ok(read) = serde_json::from_slice::<Assessment>(bytes) else { return };
    let written = serde_json::to_vec(&read).unwrap_or_default();
    let again = serde_json::from_slice::<Assessment>(&written);
    assert_eq!(again.ok().as_ref(), Some(&read), "it reads differently after it was written again");
    let checked = &*PROJECT;
    let evidence = bound(read, checked);
    let standings = standings(checked, &evidence);
    assert_eq!(self::standings(checked, &evidence), standings, "two judgements differ");
    for verdict in [Verdict::Holds, Verdict::Violated] {
        let mut edited = evidence.clone();
        edited.claims.values_mut().for_each(|claim| claim.verdict = verdict);
        assert_eq!(self::standings(checked, &edited), standings, "a stored verdict is believed");
    }
}

/// The same evidence, bound to the project: the digests in a corpus would be those of an earlier plan.
pub(super) fn bound(mut evidence: Assessment, checked: &Checked) -> Assessment {
    let Some(project) = &checked.project else { return evidence };
    evidence.world = WorldBinding::of(project);
    for claim in &project.claims {
        let plans = checked.plans.get(&claim.id).map_or(&[][..], Vec::as_slice);
        if let Some(one) = evidence.claims.get_mut(&claim.id) {
            one.binding = ClaimBinding::of(claim, plans);
        }
    }
    evidence
}

/// The standings of the claims whose evidence is complete.
pub(super) fn standings(checked: &Checked, evidence: &Assessment) -> Vec<Standing> {
    let now = Timestamp::from_second(NOW).unwrap_or_default();
    let outcomes = current_outcomes(checked, Some(evidence), now);
    outcomes.iter().map(|outcome| outcome.standing).collect()
}

/// Reads a published page, and carries its history forward.
pub(super) fn claims_json(bytes: &[u8]) {
    let Ok(page) = published::read(bytes) else { return };
    let written = serde_json::to_vec(&page).unwrap_or_default();
    let again = published::read(&written);
    assert_eq!(again.as_ref(), Ok(&page), "it reads differently after it was written again");
    let next = carried(page.clone(), Some(&page));
    assert!(carried(page.clone(), Some(&page)) == next, "two histories differ");
    let histories = next.promises.claims.iter().map(|claim| claim.history.len());
    assert!(histories.chain([next.changes.len()]).all(|length| length <= ENTRIES_MAX));
    let mut ids: Vec<_> = page.promises.claims.iter().map(|claim| &claim.id).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() == count {
        let changes = change::between(&page.promises, &page.promises);
        assert!(changes.is_empty(), "a page differs from itself: {changes:?}");
    }
}
