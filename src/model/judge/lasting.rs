//! Objects that earlier runs made, by which a later run sees whether the service deletes them in time. Their ids
//! and times are in the assessment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::language::period::Period;
use crate::model::judge::binding::Digest;
use crate::model::plan::{Lasting, Plan, Step};

/// The number of objects of a plan that are known at most, and are read in one run: the oldest ones.
pub const OBJECTS_MAX: usize = 64;

/// A new object is noted once this part of the period has passed since the one before it.
const PARTS: i64 = 10;

/// An object that a run made and did not delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastingObject {
    /// The requests that it was made and is read with.
    pub requests: Digest,
    /// Its id.
    pub id: String,
    /// When it was made.
    pub made: Timestamp,
}

/// What one run did with the objects of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// The object that it made and could read, with the time at which it did; `None` if there is none.
    pub made: Option<(String, Timestamp)>,
    /// Whether every object that was old enough was gone.
    pub gone: bool,
    /// The time.
    pub now: Timestamp,
}

/// The step of a plan that reads objects of earlier runs, if there is one.
pub fn step_of(plan: &Plan) -> Option<(&Step, &Lasting)> {
    plan.steps.iter().find_map(|step| Some((step, step.lasting.as_ref()?)))
}

/// What identifies the objects of a plan: who makes and reads them, and how; not how old they may become.
pub fn requests(plan: &Plan) -> Digest {
    let steps = plan.steps.iter().map(|step| (&step.actor, &step.act));
    Digest::of_value(&steps.collect::<Vec<_>>())
}

/// The objects of a plan that must be gone, oldest first.
pub fn due<'a>(
    all: &'a [LastingObject],
    plan: &Plan,
    after: Period,
    now: Timestamp,
) -> Vec<&'a LastingObject> {
    let requests = requests(plan);
    let mut due: Vec<&LastingObject> =
        all.iter().filter(|one| one.requests == requests && after.after(one.made) <= now).collect();
    due.sort_by_key(|one| one.made);
    due
}

/// Why nothing is known yet, and when it will be.
pub fn not_yet(all: &[LastingObject], plan: &Plan, after: Period, now: Timestamp) -> String {
    let requests = requests(plan);
    let first = all.iter().filter(|one| one.requests == requests).map(|one| one.made).min();
    let known = after.after(first.unwrap_or(now)).strftime("%Y-%m-%d");
    match first {
        None => format!("the first object was made in this run; the result is known on {known}"),
        Some(made) => {
            let age = age(now.as_second().saturating_sub(made.as_second()).max(0));
            format!("the first object is {age} old; the result is known on {known}")
        }
    }
}

/// A span in its largest whole unit.
fn age(seconds: i64) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let fitting = units.into_iter().find(|(size, _)| seconds >= *size);
    let (size, unit) = fitting.unwrap_or((1, "second"));
    let count = seconds / size;
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// The objects that are known after a run, from those that were known before it.
pub fn after_visit(before: Vec<LastingObject>, plan: &Plan, visit: &Visit) -> Vec<LastingObject> {
    let Some((_, lasting)) = step_of(plan) else { return before };
    let requests = requests(plan);
    let mut all = before;
    if visit.gone {
        // The newest of them is read again until the next one is old enough.
        let due = due(&all, plan, lasting.after, visit.now);
        // More than that are not read in one run.
        let newest = due.get(..due.len().min(OBJECTS_MAX)).and_then(|read| read.last());
        let newest = newest.map(|one| one.made);
        let is_settled = |one: &LastingObject| {
            one.requests == requests && newest.is_some_and(|newest| one.made < newest)
        };
        all.retain(|one| !is_settled(one));
    }
    let of_plan = |one: &&LastingObject| one.requests == requests;
    let (count, last) =
        (all.iter().filter(of_plan).count(), all.iter().filter(of_plan).map(|one| one.made).max());
    let apart = lasting.after.as_signed().as_secs() / PARTS;
    if let Some((id, made)) = &visit.made
        && count < OBJECTS_MAX
        && last.is_none_or(|last| made.as_second().saturating_sub(last.as_second()) >= apart)
    {
        all.push(LastingObject { requests, id: id.clone(), made: *made });
    }
    all
}

/// Adds the objects that another record knows.
pub fn add(all: &mut Vec<LastingObject>, others: &[LastingObject]) {
    for other in others {
        if !all.iter().any(|one| one.requests == other.requests && one.id == other.id) {
            all.push(other.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::Role;
    use crate::model::plan::request::Request;

    fn plan(path: &str, days: u32) -> Plan {
        let mut step = Step::http(Role::Probe, "old", "acme", Request::get(path));
        let after = Period::hours(u64::from(days) * 24);
        step.lasting = Some(Lasting { capture: "id".into(), after });
        Plan::new("lifetime", vec![step])
    }

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + day * 86_400).unwrap()
    }

    fn visited(before: Vec<LastingObject>, at: i64, gone: bool) -> Vec<LastingObject> {
        let made = Some((format!("object-{at}"), day(at)));
        after_visit(before, &plan("/notes/${id}", 30), &Visit { made, gone, now: day(at) })
    }

    fn ids(all: &[LastingObject]) -> Vec<&str> {
        all.iter().map(|one| one.id.as_str()).collect()
    }

    #[test]
    fn an_object_is_due_after_its_period() {
        let plan = plan("/notes/${id}", 30);
        let all = visited(Vec::new(), 0, false);
        assert!(due(&all, &plan, Period::hours(720), day(29)).is_empty());
        assert_eq!(due(&all, &plan, Period::hours(720), day(30)).len(), 1);
        let told = not_yet(&all, &plan, Period::hours(720), day(3));
        assert_eq!(told, "the first object is 3 days old; the result is known on 2026-12-18");
        let first = not_yet(&[], &plan, Period::hours(720), day(0));
        assert!(first.starts_with("the first object was made in this run"), "{first}");
    }

    #[test]
    fn objects_are_noted_at_intervals_and_the_newest_that_is_gone_is_read_again() {
        let mut all = Vec::new();
        for at in 0..=29 {
            all = visited(all, at, false);
        }
        assert_eq!(ids(&all), (0..10).map(|n| format!("object-{}", n * 3)).collect::<Vec<_>>());
        all = visited(all, 34, true);
        assert_eq!(all[0].id, "object-3");
        all = visited(all, 35, true);
        assert_eq!(all[0].id, "object-3");
        // An object that is still there is kept, and so is everything else.
        let kept = visited(all.clone(), 37, false);
        assert_eq!(kept[0].id, "object-3");
    }

    #[test]
    fn a_full_list_notes_no_further_object() {
        let object = |n: i64| LastingObject {
            requests: requests(&plan("/notes/${id}", 30)),
            id: format!("object-{n}"),
            made: day(-n * 3),
        };
        let known = |count: usize| (0..).take(count).map(object).collect::<Vec<_>>();
        assert_eq!(visited(known(OBJECTS_MAX - 1), 3, false).len(), OBJECTS_MAX);
        assert_eq!(visited(known(OBJECTS_MAX), 3, false).len(), OBJECTS_MAX);
    }

    #[test]
    fn an_object_is_known_once_and_by_its_requests_and_its_id() {
        let one = |requests: &[u8], id: &str| LastingObject {
            requests: Digest::of(requests),
            id: id.into(),
            made: day(0),
        };
        let mut all = vec![one(b"a", "1")];
        add(&mut all, &[one(b"a", "1"), one(b"a", "2"), one(b"b", "1")]);
        assert_eq!(all, [one(b"a", "1"), one(b"a", "2"), one(b"b", "1")]);
    }

    #[test]
    fn objects_of_other_requests_are_left_alone_and_another_limit_keeps_them() {
        let all = visited(Vec::new(), 0, false);
        assert!(due(&all, &plan("/other/${id}", 30), Period::hours(720), day(99)).is_empty());
        assert_eq!(due(&all, &plan("/notes/${id}", 40), Period::hours(960), day(99)).len(), 1);
        let mut both = all.clone();
        add(&mut both, &all);
        assert_eq!(both, all);
    }

    #[test]
    fn an_object_that_could_not_be_read_is_not_noted() {
        let visit = Visit { made: None, gone: false, now: day(0) };
        assert!(after_visit(Vec::new(), &plan("/notes/${id}", 30), &visit).is_empty());
    }
}
