//! The history that each published page carries forward from the one before: the earlier standings of
//! each claim, the changes of promises, and retracted wordings.
//!
//! Every date in it is a date of the evidence, never that of a build.

use jiff::Timestamp;

use crate::model::project::world::World;
use crate::model::published::recorded::{About, Change, Effect, Recorded};
use crate::model::published::{
    PastStanding, Promises, Published, PublishedClaim, Retracted, change,
};
use crate::model::source::claim_id::ClaimId;

/// How many entries of a claim's history, and how many changes of a site, are stored.
pub const ENTRIES_MAX: usize = 100;

/// How many retracted wordings are stored.
const RETRACTED_MAX: usize = 1000;

/// The page `new` with the history that is carried forward from `previous`.
#[must_use]
pub fn carried(mut new: Published, previous: Option<&Published>) -> Published {
    // A page can rest on older evidence than the one before, but its changes are newer.
    let checked = previous.map_or(new.checked, |previous| new.checked.max(previous.checked));
    let nothing = Promises::default();
    let old = previous.map_or(&nothing, |previous| &previous.promises);
    let before = previous.map_or(checked, |previous| previous.checked);
    let histories = new.promises.claims.iter().map(|claim| {
        match change::predecessor(claim, old, &new.promises) {
            Some(was) => of_claim(was, before, now(claim, checked)),
            None => vec![now(claim, checked)],
        }
    });
    let histories: Vec<_> = histories.collect();
    for (claim, history) in new.promises.claims.iter_mut().zip(histories) {
        claim.history = history;
    }
    let Some(previous) = previous else { return new };
    let mut changes = change::between(old, &new.promises);
    for change in changes.iter_mut().filter(|change| change.effect == Effect::New) {
        if change::brought_back(&change.words, &previous.retracted).is_some() {
            change.told = "This claim was withdrawn earlier and is made again.".to_owned();
        }
    }
    let gone = changes.iter().filter(|change| is_retraction(change)).map(|change| Retracted {
        id: change.claim.clone().unwrap_or_default(),
        words: change.words.clone(),
        at: checked,
    });
    new.retracted = newest(previous.retracted.iter().cloned().chain(gone), RETRACTED_MAX);
    let recorded = changes.iter().cloned().map(|change| Recorded { at: checked, change });
    new.changes = newest(previous.changes.iter().cloned().chain(recorded), ENTRIES_MAX);
    new
}

/// Why a page cannot follow `previous`: a message and a help line; `None` if it can. The page is about
/// the target of `world`, and was checked at `checked`.
pub fn objection(
    previous: &Published,
    world: &World,
    checked: Timestamp,
) -> Option<(String, &'static str)> {
    if previous.target.demo != world.demo {
        let of = |demo: bool| if demo { "the demo add-on" } else { "a live service" };
        let message = format!(
            "the previous page is about {}, and this one about {}",
            of(previous.target.demo),
            of(world.demo)
        );
        return Some((message, "leave out `--previous` for the first page about another service"));
    }
    (previous.checked > checked).then(|| {
        let message = format!(
            "the previous page was checked at {}, after this evidence ({checked})",
            previous.checked
        );
        (message, OLDER)
    })
}

/// The same, if `previous` has newer evidence for a claim: this evidence for it begins at the time that
/// `since` gives.
pub fn backwards(
    previous: &Published,
    since: &dyn Fn(&ClaimId) -> Option<Timestamp>,
) -> Option<(String, &'static str)> {
    previous.promises.claims.iter().find_map(|claim| {
        let (before, since) = (claim.observed?, since(&claim.id)?);
        let message = format!(
            "the previous page has newer evidence for `{}`: it was checked at {before}, after this \
             evidence ({since})",
            claim.id
        );
        (since < before).then_some((message, OLDER))
    })
}

/// The help line for evidence that is older than the previous page.
const OLDER: &str = "check again, or name the page that was published before this evidence";

fn now(claim: &PublishedClaim, checked: Timestamp) -> PastStanding {
    let standing = claim.stands().to_owned();
    let ended = claim.until.filter(|_| standing == "expired");
    PastStanding { since: ended.or(claim.observed).unwrap_or(checked), standing }
}

/// The history of a claim with the standing `now`; the claim of `before` was last checked at `checked`.
fn of_claim(
    before: &PublishedClaim,
    checked: Timestamp,
    mut now: PastStanding,
) -> Vec<PastStanding> {
    let mut history = before.history.clone();
    if history.is_empty() {
        history.push(self::now(before, checked));
    }
    history.extend(lapse(before, &now));
    // No history runs backwards.
    now.since = history.last().map_or(now.since, |last| last.since.max(now.since));
    if history.last().is_none_or(|last| last.standing != now.standing) {
        history.push(now);
    }
    newest(history, ENTRIES_MAX)
}

/// The time during which the published page was expired, if its evidence expired before `now`.
fn lapse(before: &PublishedClaim, now: &PastStanding) -> Option<PastStanding> {
    let held = matches!(before.stands(), "holds" | "attested" | "waived");
    let ended = before.until.filter(|until| held && *until < now.since)?;
    Some(PastStanding { since: ended, standing: "expired".to_owned() })
}

fn is_retraction(change: &Change) -> bool {
    change.effect == Effect::Retracted && change.about == About::Claim
}

/// The last `count_max` items of a sequence.
fn newest<T>(all: impl IntoIterator<Item = T>, count_max: usize) -> Vec<T> {
    let mut all: Vec<T> = all.into_iter().collect();
    all.drain(..all.len().saturating_sub(count_max));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::published::{PublishedTarget, Publisher, SCHEMA};

    fn at(time: &str) -> Timestamp {
        format!("2026-11-{time}:00Z").parse().unwrap()
    }

    /// A page that was checked at `time`, with one claim of this standing.
    fn page(time: &str, standing: &str) -> Published {
        let words = "It is so.";
        let claim = serde_json::json!({
            "id": "a", "words": words, "policy": "https://a.test/p/", "page": "p",
            "evidence": "https://a.test/e/", "applies_to": [], "standing": standing, "told": "",
            "basis": "probed", "observed": at(time), "until": null, "checks": [],
        });
        let mut claim: PublishedClaim = serde_json::from_value(claim).unwrap();
        claim.until = claim.observed.map(|at| crate::language::period::Period::hours(24).after(at));
        Published {
            schema: SCHEMA.into(),
            site: Publisher {
                title: String::new(),
                organisation: String::new(),
                url: String::new(),
                language: String::new(),
            },
            target: PublishedTarget { name: String::new(), demo: false },
            draft: false,
            generator: String::new(),
            checked: at(time),
            valid_until: None,
            clock: None,
            release: None,
            promises: Promises { claims: vec![claim], ..Promises::default() },
            endpoints: Vec::new(),
            changes: Vec::new(),
            retracted: Vec::new(),
        }
    }

    fn history(page: &Published) -> Vec<String> {
        let stood = page.promises.claims[0].history.iter();
        stood.map(|one| format!("{} {}", one.since, one.standing)).collect()
    }

    #[test]
    fn only_changes_are_added_and_the_history_is_carried_forward() {
        let first = carried(page("22T10:00", "holds"), None);
        let second = carried(page("23T09:00", "holds"), Some(&first));
        let third = carried(page("23T12:00", "violated"), Some(&second));
        assert_eq!(
            history(&third),
            ["2026-11-22T10:00:00Z holds", "2026-11-23T12:00:00Z violated"]
        );
        assert_eq!(carried(page("23T12:00", "violated"), Some(&third)), third);
    }

    #[test]
    fn the_time_in_which_the_evidence_was_expired_is_recorded() {
        let first = carried(page("20T10:00", "holds"), None);
        let second = carried(page("22T10:00", "holds"), Some(&first));
        assert_eq!(
            history(&second),
            [
                "2026-11-20T10:00:00Z holds",
                "2026-11-21T10:00:00Z expired",
                "2026-11-22T10:00:00Z holds",
            ]
        );
    }

    #[test]
    fn history_is_bounded_and_keeps_the_newest() {
        let mut last = carried(page("01T00:00", "holds"), None);
        for hour in 0..150 {
            let standing = if hour % 2 == 0 { "violated" } else { "holds" };
            let time = format!("{:02}T{:02}:01", 1 + hour / 24, hour % 24);
            last = carried(page(&time, standing), Some(&last));
        }
        assert_eq!(history(&last).len(), ENTRIES_MAX);
        assert_eq!(history(&last)[ENTRIES_MAX - 1], "2026-11-07T05:01:00Z holds");
    }

    #[test]
    fn a_page_of_before_there_was_history_begins_one() {
        let mut first = page("22T10:00", "holds");
        first.promises.claims[0].history.clear();
        let second = carried(page("22T12:00", "inconclusive"), Some(&first));
        assert_eq!(
            history(&second),
            ["2026-11-22T10:00:00Z holds", "2026-11-22T12:00:00Z inconclusive"]
        );
    }

    #[test]
    fn retracted_words_are_kept_for_good_and_known_again() {
        let first = carried(page("20T10:00", "holds"), None);
        let empty = |time: &str| {
            let mut page = page(time, "holds");
            page.promises.claims.clear();
            page
        };
        let second = carried(empty("20T12:00"), Some(&first));
        let third = carried(empty("20T14:00"), Some(&second));
        assert_eq!(third.retracted.len(), 1);
        assert!(change::brought_back("It  is\nso.", &third.retracted).is_some());
        let again = carried(page("20T15:00", "holds"), Some(&third));
        let told: Vec<&str> = again.changes.iter().map(|one| one.change.told.as_str()).collect();
        assert_eq!(
            told,
            ["This claim was withdrawn.", "This claim was withdrawn earlier and is made again."]
        );
    }

    #[test]
    fn a_page_follows_only_an_older_one_about_the_same_sort_of_service() {
        let old = page("22T10:00", "holds");
        let live = World::public("https://a.test".parse().unwrap());
        let demo = World { demo: true, ..live.clone() };
        assert_eq!(objection(&old, &live, at("22T10:00")), None);
        assert!(objection(&old, &demo, at("22T10:00")).unwrap().0.contains("demo"));
        assert!(objection(&old, &live, at("22T09:00")).unwrap().0.contains("after this evidence"));
    }
}
