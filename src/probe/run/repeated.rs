//! Sends the request of a step as often as its plan demands, and to every address that it demands.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::answer::observation::{Answer, Look};
use crate::model::plan::looks::Looks;
use crate::model::time::read_time;
use crate::probe::http;
use crate::probe::http::address::address;
use crate::probe::http::host_addresses::HostAddresses;
use crate::probe::http::pool::{Reuse, Way};
use crate::probe::http::{Exchange, PlannedRequest, RunContext};

/// By how much the clock of a server may seem to change between two answers that are otherwise equal:
/// the field `Date` has whole seconds.
const DATE_TOLERANCE: SignedDuration = SignedDuration::from_secs(3);

/// All exchanges of one step, in the order of the addresses; there is at least one.
pub(crate) struct Exchanges {
    /// The first exchange.
    pub(crate) first: (Timestamp, Exchange),
    /// The others.
    pub(crate) others: Vec<(Timestamp, Exchange)>,
    /// The addresses of the host, if it has several.
    pub(crate) addresses: HostAddresses,
}

/// Sends a request as often as `looks` demands. The addresses are asked at the same time, each of them
/// several times in a row. An address that does not answer is not asked again.
pub(crate) async fn send(
    context: &RunContext<'_>,
    planned: &PlannedRequest<'_>,
    looks: Looks,
) -> Exchanges {
    let (host, addresses) = match looks.every_address {
        true => addresses(context, planned).await,
        false => Default::default(),
    };
    let reuse = if looks.repeat > 1 { Reuse::Never } else { Reuse::Open };
    let mut ways: Vec<Way> = Vec::new();
    for address in &addresses.asked {
        ways.push(Way { pinned: Some((host.clone(), *address)), reuse });
    }
    if ways.is_empty() {
        ways.push(Way { pinned: planned.way.pinned.clone(), reuse });
    }
    let sent = ways.into_iter().map(|way| {
        let planned = PlannedRequest { way, ..planned.clone() };
        async move { several(context, &planned, looks.repeat).await }
    });
    let mut all = join_all(sent).await.into_iter().flatten();
    let first = all.next().unwrap_or_else(|| ((context.now)(), Exchange::default()));
    Exchanges { first, others: all.collect(), addresses }
}

/// The host of a request, and its addresses.
async fn addresses(
    context: &RunContext<'_>,
    planned: &PlannedRequest<'_>,
) -> (String, HostAddresses) {
    let url = address(&planned.request.to, context.project, planned.values);
    let (Ok(url), Ok(pool)) = (url, context.pool) else {
        return Default::default();
    };
    let addresses = HostAddresses::of(&url, &context.project.world, pool.names()).await;
    (url.host_str().unwrap_or_default().to_owned(), addresses)
}

async fn several(
    context: &RunContext<'_>,
    planned: &PlannedRequest<'_>,
    repeat: u8,
) -> Vec<(Timestamp, Exchange)> {
    let mut all = Vec::new();
    for _ in 0..repeat.max(1) {
        let mut exchange = http::send(context, planned).await;
        let answered = exchange.answer.is_ok();
        if let (Err(Answer::Error(error)), Some((_, peer))) =
            (&mut exchange.answer, &planned.way.pinned)
        {
            error.detail = format!("{} ({peer})", error.detail);
        }
        all.push(((context.now)(), exchange));
        if !answered {
            break;
        }
    }
    all
}

impl Exchanges {
    /// Adds the response time to the facts of each answer.
    pub(crate) fn note_times(&mut self) {
        for (_, exchange) in std::iter::once(&mut self.first).chain(&mut self.others) {
            let took_ms = u64::try_from(exchange.took.as_millis()).unwrap_or(u64::MAX);
            if let Ok(facts) = &mut exchange.answer {
                facts["took_ms"] = took_ms.into();
            }
        }
    }

    /// How often the request was sent to each address; empty if it was sent once.
    pub(crate) fn sent(&self) -> BTreeMap<String, u32> {
        let mut sent = BTreeMap::new();
        if self.others.is_empty() {
            return sent;
        }
        let all = std::iter::once(&self.first).chain(&self.others);
        for address in all.filter_map(|(_, exchange)| exchange.address.clone()) {
            *sent.entry(address).or_default() += 1;
        }
        sent
    }
}

/// The answers that differ from the first one and from each other, apart from their time.
pub(crate) fn different(first: (Timestamp, &Answer), all: Vec<Look>) -> Vec<Look> {
    let mut kept: Vec<Look> = Vec::new();
    for look in all {
        let new = (look.at, &look.answer);
        if is_same(first, new) {
            continue;
        }
        match kept.iter_mut().find(|one| is_same((one.at, &one.answer), new)) {
            Some(same) => same.times += 1,
            None => kept.push(look),
        }
    }
    kept
}

fn is_same((at, answer): (Timestamp, &Answer), (later, other): (Timestamp, &Answer)) -> bool {
    match (answer, other) {
        (Answer::Facts(facts), Answer::Facts(others)) => {
            clocks_agree((at, facts), (later, others))
                && (facts == others || without_date(facts) == without_date(others))
        }
        (Answer::Error(error), Answer::Error(other)) => error.reason == other.reason,
        (answer, other) => answer == other,
    }
}

fn without_date(facts: &Facts) -> Facts {
    let mut facts = facts.clone();
    facts.remove("/headers/date");
    facts
}

/// Whether the servers that sent the two answers have the same time.
fn clocks_agree(one: (Timestamp, &Facts), other: (Timestamp, &Facts)) -> bool {
    let off = |(at, facts): (Timestamp, &Facts)| {
        let date = read_time(&Value::from(facts.header("date")?))?;
        Some(at.duration_since(date))
    };
    match (off(one), off(other)) {
        (Some(one), Some(other)) => (one - other).abs() <= DATE_TOLERANCE,
        (one, other) => one.is_none() && other.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::answer::error::ProbeError;
    use crate::model::answer::verdict::Reason;

    fn look(at: &str, address: &str, answer: Answer) -> Look {
        let at = format!("2026-11-22T{at}Z").parse().unwrap();
        Look { at, address: Some(address.to_owned()), times: 1, answer }
    }

    fn answer(status: u16, date: &str) -> Answer {
        let date = format!("Sun, 22 Nov 2026 {date} GMT");
        Answer::Facts(Facts(json!({ "status": status, "headers": { "date": [date] } })))
    }

    #[test]
    fn equal_answers_are_kept_once_whatever_their_time() {
        let first = look("10:00:00", "a", answer(401, "10:00:00"));
        let error = |detail: &str| ProbeError::new(Reason::Timeout, detail).into();
        let all = vec![
            look("10:00:02", "a", answer(401, "10:00:02")),
            look("10:00:02", "b", answer(200, "10:00:02")),
            look("10:00:03", "b", answer(200, "10:00:03")),
            look("10:00:04", "c", answer(401, "09:00:04")),
            look("10:00:05", "d", error("d")),
            look("10:00:05", "e", error("e")),
            look("10:00:06", "f", Answer::Facts(Facts(json!({ "status": 401, "headers": {} })))),
        ];
        let kept = different((first.at, &first.answer), all);
        let kept: Vec<(&str, u32)> =
            kept.iter().map(|one| (one.address.as_deref().unwrap(), one.times)).collect();
        assert_eq!(kept, [("b", 2), ("c", 1), ("d", 2), ("f", 1)]);
    }
}
