//! The order in which the checks of a run take their turns. Pure: the time is an argument.
//!
//! A check starts once there is a place for it and no running check has a lock that it needs. Checks with few
//! requests go first. A check that others wait for, and that has had its share of the time, is put off until
//! they are done: then it starts once more, with the time that is left. Checks that run at the same time divide
//! the time among them.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::plan::locks::Locks;

/// A check may take at least one part in so many of the time that is left, however few its requests are.
const PARTS: u32 = 4;

/// What a check needs.
pub(super) struct Demand {
    /// Its locks.
    pub(super) locks: Locks,
    /// How many requests it sends, about.
    pub(super) requests: usize,
}

/// A check that may start.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// Its index.
    pub(super) check: usize,
    /// How long it waited only for locks.
    pub(super) locked: Duration,
}

/// The checks of a run that are not complete.
pub(super) struct Schedule {
    demands: Vec<Demand>,
    at_once: usize,
    end: Instant,
    /// Up to when the running checks are charged.
    charged: Instant,
    waiting: Vec<Waiting>,
    running: Vec<Running>,
    /// Checks that were put off.
    later: Vec<usize>,
}

struct Waiting {
    check: usize,
    /// When it may start.
    ready: Instant,
    /// Since when only locks keep it from starting.
    locked: Option<Instant>,
    /// Whether it was put off before.
    put_off: bool,
}

struct Running {
    check: usize,
    /// Its share of the time that was left.
    share: Duration,
    /// How much of it is used up.
    used: Duration,
    put_off: bool,
}

impl Schedule {
    /// All checks wait.
    pub(super) fn new(demands: Vec<Demand>, at_once: usize, now: Instant, end: Instant) -> Self {
        let mut order: Vec<usize> = (0..demands.len()).collect();
        order.sort_by_key(|check| demands[*check].requests);
        let waiting = |check| Waiting { check, ready: now, locked: None, put_off: false };
        let waiting = order.into_iter().map(waiting).collect();
        let at_once = at_once.max(1);
        let (running, later) = (Vec::new(), Vec::new());
        Self { demands, at_once, end, charged: now, waiting, running, later }
    }

    /// The next check that may start; it is running from then on.
    pub(super) fn start(&mut self, now: Instant) -> Option<Start> {
        if self.waiting.is_empty() {
            self.waiting = self.recalled(now);
        }
        if self.running.len() >= self.at_once {
            return None;
        }
        for index in 0..self.waiting.len() {
            let Waiting { check, ready, .. } = self.waiting[index];
            if ready > now {
                continue;
            }
            if self.running.iter().any(|one| self.conflict(one.check, check)) {
                self.waiting[index].locked.get_or_insert(now);
                continue;
            }
            let Waiting { locked, put_off, .. } = self.waiting.remove(index);
            self.charge(now);
            let share = self.share(check, now);
            self.running.push(Running { check, share, used: Duration::ZERO, put_off });
            let locked = locked.map_or(Duration::ZERO, |since| now - since);
            return Some(Start { check, locked });
        }
        None
    }

    fn recalled(&mut self, now: Instant) -> Vec<Waiting> {
        let later = std::mem::take(&mut self.later).into_iter();
        let waiting = |check| Waiting { check, ready: now, locked: None, put_off: true };
        later.map(waiting).collect()
    }

    fn conflict(&self, one: usize, other: usize) -> bool {
        self.demands[one].locks.conflict(&self.demands[other].locks)
    }

    /// The share of the time that is left: by the number of requests, among the checks that have not started
    /// or were put off.
    fn share(&self, check: usize, now: Instant) -> Duration {
        let left = self.end.saturating_duration_since(now);
        let requests = |check: usize| self.demands[check].requests.max(1);
        let own = requests(check);
        let others = self.waiting.iter().map(|one| one.check).chain(self.later.iter().copied());
        let others: usize = others.map(requests).sum();
        let (own, all) = (own as u128, (own + others) as u128);
        let nanos = left.as_nanos() * own / all;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)).clamp(left / PARTS, left)
    }

    /// Divides the time since the last charge among the checks that were running.
    pub(super) fn charge(&mut self, now: Instant) {
        let spent = now.saturating_duration_since(self.charged) / self.running_count();
        self.running.iter_mut().for_each(|one| one.used += spent);
        self.charged = now;
    }

    fn running_count(&self) -> u32 {
        u32::try_from(self.running.len()).unwrap_or(u32::MAX).max(1)
    }

    /// A check has ended; it is complete. The running checks must be charged first.
    pub(super) fn complete(&mut self, check: usize) {
        self.running.retain(|one| one.check != check);
    }

    /// A check has ended, and starts again after `ready`.
    pub(super) fn retry(&mut self, check: usize, ready: Instant) {
        let put_off = self.was_put_off(check);
        self.complete(check);
        self.waiting.push(Waiting { check, ready, locked: None, put_off });
    }

    /// A check has ended, and starts again after those that wait.
    pub(super) fn put_off(&mut self, check: usize) {
        self.complete(check);
        self.later.push(check);
    }

    /// Whether a running check was put off before, and must not be put off once more.
    pub(super) fn was_put_off(&self, check: usize) -> bool {
        self.running.iter().any(|one| one.check == check && one.put_off)
    }

    /// The running checks that have had their share of the time, and keep others from starting.
    pub(super) fn over_their_share(&self, now: Instant) -> Vec<usize> {
        let ready = || self.waiting.iter().filter(|one| one.ready <= now);
        let is_full = self.running.len() >= self.at_once;
        let keeps = |one: &&Running| {
            one.used >= one.share
                && ready().any(|other| is_full || self.conflict(one.check, other.check))
        };
        self.running.iter().filter(keeps).map(|one| one.check).collect()
    }

    /// The check that runs while no other waits or runs.
    pub(super) fn last(&self) -> Option<usize> {
        match self.running.as_slice() {
            [one] if self.waiting.is_empty() && self.later.is_empty() => Some(one.check),
            _ => None,
        }
    }

    /// The next time at which something changes by itself.
    pub(super) fn wakes(&self, now: Instant) -> Option<Instant> {
        let ready = self.waiting.iter().map(|one| one.ready);
        let left = |one: &Running| one.share.saturating_sub(one.used) * self.running_count();
        let shares = self.running.iter().map(|one| self.charged + left(one));
        ready.chain(shares).filter(|at| *at > now).min()
    }

    /// Removes those of the checks that wait for which `wanted` is true, and returns them.
    pub(super) fn give_up_waiting(&mut self, wanted: &dyn Fn(usize) -> bool) -> Vec<usize> {
        let waiting = self.waiting.iter().map(|one| one.check).chain(self.later.iter().copied());
        let given_up = waiting.filter(|check| wanted(*check)).collect();
        self.waiting.retain(|one| !wanted(one.check));
        self.later.retain(|check| !wanted(*check));
        given_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::request::Request;
    use crate::model::plan::{Plan, Role, Step};
    use crate::model::project::world::World;

    fn demand(actor: &str, method: &str, requests: usize) -> Demand {
        let request = Request::to_target(method, format!("/{actor}"));
        let plan = Plan::new("http", vec![Step::http(Role::Probe, "step", actor, request)]);
        let world = World::public("https://app.example.com/".parse().unwrap());
        Demand { locks: Locks::of(&plan, &world, &|actor| actor.to_owned()), requests }
    }

    fn schedule(demands: Vec<Demand>, at_once: usize, now: Instant) -> Schedule {
        Schedule::new(demands, at_once, now, now + Duration::from_secs(100))
    }

    fn started(schedule: &mut Schedule, now: Instant) -> Vec<usize> {
        std::iter::from_fn(|| schedule.start(now)).map(|start| start.check).collect()
    }

    #[test]
    fn checks_with_few_requests_go_first_and_conflicting_ones_wait() {
        let now = Instant::now();
        let demands = vec![demand("a", "POST", 9), demand("b", "POST", 2), demand("a", "GET", 2)];
        let mut schedule = schedule(demands, 8, now);
        assert_eq!(started(&mut schedule, now), [1, 2], "the write as `a` waits for the read");
        let later = now + Duration::from_secs(1);
        schedule.complete(2);
        let start = schedule.start(later).unwrap();
        assert_eq!(start, Start { check: 0, locked: Duration::from_secs(1) });
        assert_eq!(schedule.last(), None);
        schedule.complete(1);
        assert_eq!(schedule.last(), Some(0));
    }

    #[test]
    fn a_check_that_others_wait_for_is_put_off_after_its_share() {
        let now = Instant::now();
        let demands = vec![demand("a", "GET", 3), demand("b", "GET", 3), demand("c", "GET", 4)];
        let mut schedule = schedule(demands, 1, now);
        let over = |schedule: &mut Schedule, seconds| {
            let at = now + Duration::from_secs(seconds);
            schedule.charge(at);
            schedule.over_their_share(at)
        };
        assert_eq!(started(&mut schedule, now), [0]);
        let share = now + Duration::from_secs(30);
        assert_eq!(schedule.wakes(now), Some(share));
        assert_eq!(over(&mut schedule, 29), [] as [usize; 0]);
        assert_eq!(over(&mut schedule, 30), [0]);
        schedule.put_off(0);
        assert_eq!(started(&mut schedule, share), [1]);
        schedule.complete(1);
        assert_eq!(started(&mut schedule, share), [2]);
        // The check that was put off has a share of what is left, too.
        assert_eq!(schedule.start(share), None);
        assert_eq!(over(&mut schedule, 69), [] as [usize; 0]);
        assert_eq!(over(&mut schedule, 70), [2]);
        schedule.complete(2);
        assert_eq!(started(&mut schedule, share), [0]);
        assert!(schedule.was_put_off(0));
        assert_eq!(over(&mut schedule, 99), [] as [usize; 0]);
    }

    #[test]
    fn a_check_that_nobody_waits_for_may_take_all_the_time() {
        let now = Instant::now();
        let mut schedule = schedule(vec![demand("a", "POST", 1), demand("b", "POST", 1)], 8, now);
        assert_eq!(started(&mut schedule, now), [0, 1]);
        let late = now + Duration::from_secs(99);
        schedule.charge(late);
        assert_eq!(schedule.over_their_share(late), [] as [usize; 0]);
    }

    #[test]
    fn checks_that_run_at_the_same_time_divide_it() {
        let now = Instant::now();
        let demands = (0..4).map(|n| demand(&format!("a{n}"), "GET", 1)).collect();
        let mut schedule = schedule(demands, 2, now);
        assert_eq!(started(&mut schedule, now), [0, 1]);
        // A quarter and a third of the time that is left, each shared by two checks.
        assert_eq!(schedule.wakes(now), Some(now + Duration::from_secs(50)));
        let half = now + Duration::from_secs(20);
        schedule.charge(half);
        schedule.complete(1);
        assert_eq!(started(&mut schedule, half), [2]);
        let late = now + Duration::from_secs(50);
        schedule.charge(late);
        assert_eq!(schedule.over_their_share(late), [0]);
    }

    #[test]
    fn a_retry_waits_until_it_is_ready() {
        let now = Instant::now();
        let mut schedule = schedule(vec![demand("a", "GET", 1)], 8, now);
        assert_eq!(started(&mut schedule, now), [0]);
        let ready = now + Duration::from_secs(2);
        schedule.retry(0, ready);
        assert_eq!(started(&mut schedule, now), [] as [usize; 0]);
        assert_eq!(schedule.wakes(now), Some(ready));
        assert_eq!(started(&mut schedule, ready), [0]);
        schedule.retry(0, ready + Duration::from_secs(1));
        assert_eq!(schedule.give_up_waiting(&|_| false), [] as [usize; 0]);
        assert_eq!(schedule.give_up_waiting(&|_| true), [0]);
        assert_eq!(started(&mut schedule, ready + Duration::from_secs(2)), [] as [usize; 0]);
    }
}
