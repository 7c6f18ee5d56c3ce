//! Where an answer really came from, in English: the last address after redirects, and connections to networks
//! that are not public.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use url::Url;

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::observation::{Answer, Observation};
use crate::model::judge::evidence::CheckOutcome;
use crate::model::plan::Step;
use crate::model::plan::request::Destination;
use crate::model::project::network::Network;
use crate::model::project::world::World;
use crate::render::wording::{count, cut, in_a_row, plain};

/// The number of characters of an address that are shown.
const ADDRESS_MAX: usize = 200;

/// The number of addresses that are listed for one host.
const LISTED_MAX: usize = 8;

/// What a reader must know about where an answer came from: `, from https://b.example/x after 1 redirect`, or
/// `, a redirect that was not followed: it leads ..`. Empty for the usual answer.
pub fn origin(answer: Result<&Facts, ProbeError>) -> String {
    let Ok(facts) = answer else { return String::new() };
    let mut words = String::new();
    if let Some((redirects, url)) = facts.redirected() {
        let redirects = count(redirects, "redirect");
        words.push_str(&format!(", from {} after {redirects}", short(url)));
    }
    if let Some(why) = facts.not_followed() {
        words.push_str(&format!(", a redirect that was not followed: {}", plain(why)));
    }
    words
}

/// An address without its query, which may be private.
fn short(url: &str) -> String {
    match Url::parse(url) {
        Ok(url) => {
            let origin = url.origin().ascii_serialization();
            cut(&plain(&format!("{origin}{}", url.path())), ADDRESS_MAX)
        }
        Err(_) => "another address".to_owned(),
    }
}

/// Sentences about connections that did not lead to the internet although they were made to a name, or went to
/// the address that the project sets. None for the demo, whose page says that it is the demo.
pub fn connections(check: &CheckOutcome<'_>, world: &World) -> Vec<String> {
    if world.demo {
        return Vec::new();
    }
    let mut found: BTreeSet<(String, SocketAddr)> = BTreeSet::new();
    for (step, observation) in check.plan.steps.iter().zip(&check.transcript.observations) {
        let Some(host) = host(step, observation, world) else { continue };
        let others = observation.others.iter().filter_map(|one| one.address.as_ref());
        let all = observation.address.iter().chain(observation.sent.keys()).chain(others);
        let all = all.flat_map(|text| text.split(", ")).filter_map(|one| one.parse().ok());
        let notable = all.filter(|one: &SocketAddr| {
            let set = world.connects_host_to(&host, one.port()).contains(one)
                || world.connect_to.get(&host).is_some_and(|set| set.contains(one));
            set || Network::of(one.ip()) != Network::Public
        });
        found.extend(notable.map(|one| (host.clone(), one)).collect::<Vec<_>>());
    }
    let hosts: BTreeSet<&String> = found.iter().map(|(host, _)| host).collect();
    let of = |host: &String| {
        let all = found.iter().filter(|(one, _)| one == host).take(LISTED_MAX);
        let all: Vec<String> = all.map(|(_, one)| with_network(*one)).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        format!("Connections to {} went to {}.", plain(host), in_a_row(&all))
    };
    hosts.into_iter().map(of).collect()
}

/// `10.0.0.7:443 (an address of a private network)`.
pub fn with_network(address: SocketAddr) -> String {
    match Network::of(address.ip()) {
        Network::Public => address.to_string(),
        network => format!("{address} ({})", network.in_words()),
    }
}

/// The name to which a step connected first; `None` if it connected to a literal address, or to this machine by
/// its own name.
fn host(step: &Step, observation: &Observation, world: &World) -> Option<String> {
    let of_role = |role: &String| world.hosts.get(role).map(String::as_str);
    let text = match step.request().map(|request| &request.to) {
        Some(Destination::Target(_) | Destination::PlainTarget(_)) => world.target.host_str()?,
        Some(Destination::Host(role, _)) => of_role(role)?,
        Some(Destination::Address(address)) => &address.0,
        None => match &observation.answer {
            Answer::Facts(facts) => facts.at("/host")?.as_str()?,
            _ => return None,
        },
    };
    let url = Url::parse(text).ok().filter(Url::has_host);
    let url = url.or_else(|| Url::parse(&format!("https://{text}/")).ok())?;
    let host = url.domain()?;
    let own = host == "localhost" || host.ends_with(".localhost");
    (!own).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn origin_of(facts: serde_json::Value) -> String {
        origin(Ok(&Facts(facts)))
    }

    #[test]
    fn the_address_that_answered_is_named_without_its_query() {
        let redirects = json!([{"status": 302, "location": "https://b.example/x?token=1"}]);
        let facts =
            json!({"status": 200, "url": "https://b.example/x?token=1", "redirects": redirects});
        assert_eq!(origin_of(facts), ", from https://b.example/x after 1 redirect");
        assert_eq!(origin_of(json!({"url": "https://a.example/", "redirects": []})), "");
    }

    #[test]
    fn a_redirect_that_was_not_followed_is_explained() {
        let facts = json!({"status": 302, "url": "https://a.example/", "redirects": [],
                           "not_followed": "it leads from HTTPS to plain HTTP"});
        let words = ", a redirect that was not followed: it leads from HTTPS to plain HTTP";
        assert_eq!(origin_of(facts), words);
    }
}
