//! Locks: which checks of a run must not overlap, derived from their plans.
//!
//! The data of an account and the object at a path are read by some checks and changed by others. A check
//! holds all its locks from its first request to its last clean-up: any number of checks may read the same, and
//! a check that changes it has it to itself. All locks of a check are taken at once, so that no two checks can
//! wait for each other.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::request::{Destination, Request};
use crate::model::plan::template::{Part, Template};
use crate::model::plan::{ANYONE, Plan, Role, Step};
use crate::model::project::world::World;

/// What a check reads and changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    /// Whether no other check may run at the same time.
    alone: bool,
    /// By host and port.
    origins: BTreeMap<String, Touched>,
}

/// What a check reads and changes at one origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Touched {
    /// The accounts whose credentials it sends.
    accounts: Reads,
    /// The paths that it requests, up to their first placeholder.
    paths: Reads,
    /// Whether its result depends on the content of an answer, which may count what others write.
    reads_content: bool,
}

/// Names that are read, and those of them that are also changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reads {
    all: BTreeSet<String>,
    changed: BTreeSet<String>,
}

impl Locks {
    /// The locks of a plan. `account` returns the name under which the data of an actor is kept: actors of
    /// one tenant share theirs.
    pub fn of(plan: &Plan, world: &World, account: &dyn Fn(&str) -> String) -> Self {
        let mut locks = Self { alone: plan.alone, origins: BTreeMap::new() };
        for step in &plan.steps {
            let Some(request) = step.request() else { continue };
            let Resource { origin, path } = Resource::of(&request.to, world);
            let touched = locks.origins.entry(origin).or_default();
            touched.paths.add(path, request);
            if step.actor != ANYONE {
                touched.accounts.add(account(&step.actor), request);
            }
            touched.reads_content |= reads_content(step, request);
        }
        locks
    }

    /// Whether two checks with these locks must not overlap.
    pub fn conflict(&self, other: &Self) -> bool {
        let mut both =
            self.origins.iter().filter_map(|(at, own)| Some((own, other.origins.get(at)?)));
        self.alone || other.alone || both.any(|(one, other)| one.conflicts(other))
    }
}

impl Touched {
    fn conflicts(&self, other: &Self) -> bool {
        self.reads_content && other.writes()
            || self.writes() && other.reads_content
            || self.accounts.conflict(&other.accounts, &|all, name| all.contains(name))
            || self.paths.conflict(&other.paths, &overlaps)
    }

    fn writes(&self) -> bool {
        !self.paths.changed.is_empty()
    }
}

impl Reads {
    fn add(&mut self, name: String, request: &Request) {
        if request.writes() {
            self.changed.insert(name.clone());
        }
        self.all.insert(name);
    }

    fn conflict(&self, other: &Self, has: &dyn Fn(&BTreeSet<String>, &str) -> bool) -> bool {
        self.changed.iter().any(|name| has(&other.all, name))
            || other.changed.iter().any(|name| has(&self.all, name))
    }
}

/// Whether one of the paths is this one, or above or below it. The empty path is above all others; `/` is only
/// the home page.
fn overlaps(paths: &BTreeSet<String>, path: &str) -> bool {
    let above = |path: &str| {
        let ends = path.match_indices('/').map(|(at, _)| at);
        ends.filter(|end| *end < path.len()).any(|end| paths.contains(&path[..end]))
    };
    let below = format!("{path}/");
    let is_below = |one: &String| one.starts_with(&below);
    paths.contains(path)
        || paths.contains("")
        || (path.is_empty() && !paths.is_empty())
        || above(path)
        || paths.range(below.clone()..).next().is_some_and(is_below)
}

/// An origin and a path there.
struct Resource {
    origin: String,
    path: String,
}

impl Resource {
    fn of(to: &Destination, world: &World) -> Self {
        let target = || origin(&world.target);
        match to {
            // Plain HTTP on port 80 is another way to the same service.
            Destination::Target(path) | Destination::PlainTarget(path) => {
                Self { origin: target(), path: beginning(path) }
            }
            Destination::Host(role, path) => {
                let host = world.hosts.get(role);
                let url = host.and_then(|host| Url::parse(&format!("https://{host}/")).ok());
                let origin = url.as_ref().map_or_else(target, origin);
                Self { origin, path: beginning(path) }
            }
            Destination::Address(address) => match Url::parse(&literal(address)) {
                Ok(url) if url.has_host() => {
                    let path = trimmed(url.path(), address.holes().next().is_some());
                    Self { origin: origin(&url), path }
                }
                // An address that an answer contains leads to the service, as far as anybody can know.
                _ => Self { origin: target(), path: String::new() },
            },
        }
    }
}

/// Host and port.
fn origin(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

/// The path of a template without its query, up to the last `/` before its first placeholder.
fn beginning(path: &Template) -> String {
    trimmed(&literal(path), path.holes().next().is_some())
}

/// The text of a template before its first placeholder.
fn literal(template: &Template) -> String {
    match template.parts().first() {
        Some(Part::Text(text)) => (*text).to_owned(),
        _ => String::new(),
    }
}

fn trimmed(text: &str, has_placeholder: bool) -> String {
    let end = text.find(['?', '#']);
    let path = &text[..end.unwrap_or(text.len())];
    match has_placeholder && end.is_none() {
        true => path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(),
        false if path == "/" => path.to_owned(),
        false => path.trim_end_matches('/').to_owned(),
    }
}

/// Whether a step reads, and its result depends on the content of the answer.
fn reads_content(step: &Step, request: &Request) -> bool {
    let reads = !request.writes() && step.role != Role::Cleanup;
    reads && (!step.before.is_empty() || step.expect.iter().any(is_about_content))
}

fn is_about_content(expectation: &Expectation) -> bool {
    match &expectation.test {
        Test::ShowsExactly(_) | Test::Unchanged | Test::NotAll(_) => true,
        _ => expectation.at.starts_with("/body"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn step(actor: &str, method: &str, path: &str) -> Step {
        Step::http(Role::Probe, "step", actor, Request::to_target(method, path))
    }

    fn counting(actor: &str, path: &str) -> Step {
        let mut step = step(actor, "GET", path);
        step.expect = vec![Expectation::new("/body/json/total", Test::Equals(json!(3)))];
        step
    }

    fn locks(steps: &[Step]) -> Locks {
        let world = World::public("https://app.example.com/".parse().unwrap());
        let account = |actor: &str| actor.split('-').next().unwrap_or_default().to_owned();
        Locks::of(&Plan::new("http", steps.to_vec()), &world, &account)
    }

    fn conflict(one: Step, other: Step) -> bool {
        let (one, other) = (locks(&[one]), locks(&[other]));
        assert_eq!(one.conflict(&other), other.conflict(&one), "a conflict is mutual");
        one.conflict(&other)
    }

    #[test]
    fn reads_never_conflict() {
        for path in ["/", "/notes", "/notes/${id}", "/notes?page=2"] {
            assert!(!conflict(step("acme", "GET", "/notes"), step("acme", "GET", path)));
            assert!(!conflict(counting("acme", "/notes"), counting("acme", path)));
        }
    }

    #[test]
    fn a_write_conflicts_with_what_touches_the_same_account_or_path() {
        let write = || step("acme", "POST", "/notes");
        for (other, expected) in [
            (step("acme", "GET", "/profile"), true),
            (step("acme-admin", "GET", "/profile"), true),
            (step("globex", "GET", "/profile"), false),
            (step(ANYONE, "GET", "/profile"), false),
            (step(ANYONE, "GET", "/"), false),
            (step(ANYONE, "GET", "/notes"), true),
            (step(ANYONE, "GET", "/notes/?page=2"), true),
            (step(ANYONE, "GET", "/notes/${id}"), true),
            (step(ANYONE, "GET", "/notes/7/files"), true),
            (step(ANYONE, "GET", "/${id}"), true),
            (step(ANYONE, "GET", "/notebooks"), false),
            (step(ANYONE, "GET", "/note-${id}"), true),
            (step("globex", "POST", "/notes"), true),
            (step("globex", "POST", "/hooks"), false),
            (step("acme", "DELETE", "/hooks"), true),
            (step(ANYONE, "POST", "/login"), false),
        ] {
            let path = other.request().unwrap().to.template().to_string();
            assert_eq!(conflict(write(), other.clone()), expected, "{} {path}", other.actor);
        }
    }

    #[test]
    fn a_check_that_reads_content_does_not_overlap_with_any_write() {
        let write = || step("acme", "POST", "/notes");
        assert!(conflict(write(), counting(ANYONE, "/statistics")));
        assert!(conflict(write(), counting("globex", "/statistics")));
        let mut unchanged = step("globex", "GET", "/page");
        unchanged.expect = vec![Expectation::new("", Test::Unchanged)];
        assert!(conflict(write(), unchanged));
        let mut status = step("globex", "GET", "/page");
        status.expect = vec![Expectation::new("/status", Test::Equals(json!(200)))];
        assert!(!conflict(write(), status));
    }

    #[test]
    fn the_content_of_the_answer_to_a_write_is_its_own() {
        let mut create = step("acme", "POST", "/notes");
        create.expect = vec![Expectation::new("/body/json/id", Test::Exists(true))];
        assert!(!conflict(create, step("globex", "POST", "/hooks")));
    }

    #[test]
    fn hosts_are_apart_and_an_unknown_address_may_be_anywhere_on_the_target() {
        let to = |to: Destination| {
            let request = Request { to, ..Request::to_target("POST", "/") };
            Step::http(Role::Probe, "step", "acme", request)
        };
        let read = || step("acme", "GET", "/notes");
        let other = Destination::Address(Template::new("https://other.example.com/notes"));
        assert!(!conflict(read(), to(other)));
        let same = Destination::Address(Template::new("https://app.example.com/hooks"));
        assert!(conflict(read(), to(same)));
        assert!(conflict(read(), to(Destination::Address(Template::new("${location}")))));
        let plain = step(ANYONE, "GET", "/hooks");
        assert!(conflict(plain, to(Destination::PlainTarget(Template::new("/hooks")))));
    }

    #[test]
    fn a_check_that_runs_alone_conflicts_with_every_other() {
        let mut plan = Plan::new("dns", vec![]);
        plan.alone = true;
        let world = World::public("https://app.example.com/".parse().unwrap());
        let alone = Locks::of(&plan, &world, &|actor| actor.to_owned());
        assert!(alone.conflict(&Locks::default()) && Locks::default().conflict(&alone));
    }

    #[test]
    fn thousands_of_accounts_are_compared_quickly() {
        let many = |method: &str| {
            let steps = (0..5000).map(|n| step(&format!("t{n}"), method, &format!("/t/{n}/notes")));
            locks(&steps.collect::<Vec<_>>())
        };
        let (writes, reads) = (many("POST"), many("GET"));
        assert!(writes.conflict(&reads) && !reads.conflict(&reads));
    }
}
