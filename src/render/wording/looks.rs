//! How often, and at which addresses, a service was asked, in English.

use std::collections::BTreeSet;

use crate::model::answer::ids::StepId;
use crate::model::answer::observation::Observation;
use crate::model::judge::evidence::CheckOutcome;
use crate::model::judge::view::View;
use crate::model::plan::{Role, Step};
use crate::model::published::PublishedLooks;
use crate::render::wording::{count, in_a_row, plain};

/// The limits of a check: those of its kind, and the addresses that were not asked.
pub fn leaves_open(check: &CheckOutcome<'_>) -> String {
    let mut all = check.plan.leaves_open.clone();
    let not_asked = not_asked(check);
    if !not_asked.is_empty() {
        let addresses = in_a_row(&not_asked);
        all.push_str(&format!(" Not asked: {addresses} (other addresses of the host)."));
    }
    let no_route = no_route(check);
    if !no_route.is_empty() {
        let addresses = in_a_row(&no_route);
        all.push_str(&format!(" No route led to {addresses} (other addresses of the host)."));
    }
    all
}

/// The addresses that no step contacted although one contacted their host, sorted.
pub fn not_asked<'a>(check: &CheckOutcome<'a>) -> Vec<&'a str> {
    let observations = || check.transcript.observations.iter();
    let asked: BTreeSet<&str> = observations()
        .flat_map(|one| one.sent.keys().chain(&one.address))
        .map(|address| without_port(address))
        .collect();
    let no_route: BTreeSet<&str> = no_route(check).into_iter().collect();
    let all: BTreeSet<&str> =
        observations().flat_map(|one| &one.not_asked).map(String::as_str).collect();
    all.into_iter().filter(|one| !asked.contains(one) && !no_route.contains(one)).collect()
}

/// The addresses to which this machine has no route, sorted.
pub fn no_route<'a>(check: &CheckOutcome<'a>) -> Vec<&'a str> {
    let observations = check.transcript.observations.iter();
    let all: BTreeSet<&str> =
        observations.flat_map(|one| &one.no_route).map(String::as_str).collect();
    all.into_iter().collect()
}

/// `203.0.113.8:443` and `[2001:db8::1]:443` without their ports.
fn without_port(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}

/// How strong a look was, if it was more than one request: `asked 9 times at 3 addresses`.
pub fn asked(observation: &Observation) -> Option<String> {
    let times: u64 = observation.sent.values().map(|times| u64::from(*times)).sum();
    (times > 1).then(|| in_words(times, observation.sent.len()))
}

fn in_words(times: u64, addresses: usize) -> String {
    let times = count(usize::try_from(times).unwrap_or(usize::MAX), "time");
    match addresses {
        0 | 1 => format!("asked {times}"),
        several => format!("asked {times} at {several} addresses"),
    }
}

/// A number of addresses: `1 address`, `3 addresses`.
pub fn addresses(number: usize) -> String {
    if number == 1 { "1 address".to_owned() } else { format!("{number} addresses") }
}

/// The address of the answer that decided an outcome, if the answers to a request differed: ` at
/// 203.0.113.8:443`.
pub fn at_address(view: &View<'_>, step: StepId, look: usize) -> String {
    let Some(observation) = view.observation(step).filter(|one| !one.others.is_empty()) else {
        return String::new();
    };
    let address = match look.checked_sub(1) {
        None => observation.address.as_deref(),
        Some(other) => observation.others.get(other).and_then(|one| one.address.as_deref()),
    };
    address.map_or_else(String::new, |address| format!(" at {}", plain(address)))
}

/// How often the tests of a check were sent, and to how many addresses; `None` if none was sent over the
/// network.
pub fn strength(check: &CheckOutcome<'_>) -> Option<PublishedLooks> {
    let view = View::new(check.plan, &check.transcript.observations);
    let probes = StepId::enumerate(&check.plan.steps);
    let probes = probes.filter(|(_, step)| step.role == Role::Probe);
    let sources: BTreeSet<StepId> = probes.map(|(id, step)| source(id, step)).collect();
    let mut addresses = BTreeSet::new();
    let mut requests = 0;
    for observation in sources.into_iter().filter_map(|step| view.observation(step)) {
        requests += match observation.sent.values().map(|times| u64::from(*times)).sum() {
            0 => u64::from(observation.address.is_some()),
            several => several,
        };
        addresses.extend(observation.sent.keys().chain(&observation.address));
    }
    let addresses = u64::try_from(addresses.len()).unwrap_or(u64::MAX);
    (requests > 0).then_some(PublishedLooks { requests, addresses })
}

fn source(id: StepId, step: &Step) -> StepId {
    step.looks_at().unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    #[test]
    fn addresses_that_were_not_asked_are_among_the_limits() {
        let mut sample = Sample::new();
        let evidence = sample.assessment.claims.get_mut("encrypted-transport").unwrap();
        let observation = &mut evidence.transcripts[0].observations[0];
        observation.not_asked = vec!["203.0.113.8".to_owned(), "2001:db8::1".to_owned()];
        observation.no_route = vec!["2001:db8::1".to_owned()];
        let outcomes = sample.outcomes();
        let first = &outcomes[0].checks[0];
        assert_eq!(
            leaves_open(first),
            "This does not show what happens at other addresses. Not asked: 203.0.113.8 (other \
             addresses of the host). No route led to 2001:db8::1 (other addresses of the host)."
        );
        let other = &outcomes[1].checks[0];
        assert_eq!(leaves_open(other), other.plan.leaves_open);
    }

    #[test]
    fn an_address_that_another_step_asked_was_asked() {
        let mut sample = Sample::new();
        let evidence = sample.assessment.claims.get_mut("tenant-isolation").unwrap();
        let observations = &mut evidence.transcripts[0].observations;
        observations[0].not_asked = vec!["203.0.113.8".to_owned(), "2001:db8::1".to_owned()];
        let sent = [("203.0.113.8:443", 3), ("[2001:db8::1]:443", 3), ("203.0.113.7:443", 3)];
        observations[1].sent =
            sent.map(|(address, times)| (address.to_owned(), times)).into_iter().collect();
        assert_eq!(asked(&observations[1]).unwrap(), "asked 9 times at 3 addresses");
        let outcomes = sample.outcomes();
        let mut checks = outcomes.iter().filter(|one| one.claim.id == "tenant-isolation");
        assert_eq!(not_asked(&checks.next().unwrap().checks[0]), Vec::<&str>::new());
    }
}
