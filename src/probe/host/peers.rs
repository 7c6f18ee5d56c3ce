//! Probes every address of a host concurrently.
//!
//! If one address cannot be probed, the result is an error that names it: a host is as secure as its
//! weakest address. The exception are addresses without a route from this machine, such as IPv6
//! addresses on a machine without IPv6; the facts list them under `not_asked`.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};

use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::project::world::World;
use crate::probe::host::observed::Observed;
use crate::probe::host::resolve;

/// The number of addresses of one host that can be probed.
const ADDRESSES_MAX: usize = 32;

/// A host whose addresses are probed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProbedHost<'a> {
    /// The name.
    pub(crate) name: &'a str,
    /// The port.
    pub(crate) port: u16,
    /// The time limit for all answers.
    pub(crate) deadline: Instant,
    /// The protocol at the beginning of a connection.
    pub(crate) speaks: Speaks,
}

/// How a connection begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// With the first message of the probe.
    Tls,
    /// With SMTP, in which TLS is started.
    Smtp,
}

/// The result of connecting to one address.
pub(crate) enum Connected {
    /// A connection.
    Stream(TcpStream),
    /// The connection was refused: nothing listens on the port.
    Refused,
    /// There is no route to the address from this machine.
    NoRoute,
}

/// The facts of one address, or `None` if there is no route to it.
pub(crate) type PeerFacts = Result<Option<Map<String, Value>>, ProbeError>;

impl ProbedHost<'_> {
    /// Probes every address, and collects the facts in the order of the addresses.
    pub(crate) async fn probe_each<F: Future<Output = PeerFacts>>(
        &self,
        world: &World,
        probe: impl Fn(SocketAddr) -> F,
    ) -> Observed {
        let addresses = match self.addresses(world).await {
            Ok(addresses) => addresses,
            Err(error) => return Observed { answer: Err(error), address: None },
        };
        let facts = join_all(addresses.iter().map(|address| probe(*address))).await;
        let asked: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let answer = self.gather(asked.iter().zip(facts));
        Observed { answer, address: Some(asked.join(", ")) }
    }

    /// The socket addresses of the host.
    async fn addresses(&self, world: &World) -> Result<Vec<SocketAddr>, ProbeError> {
        let name = self.name.trim_matches(['[', ']']);
        let set = world.connects_host_to(self.name, self.port);
        if !set.is_empty() {
            return Ok(set.to_vec());
        }
        if let Ok(address) = name.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, self.port)]);
        }
        let mut found = resolve::look_up(name, world.resolver, self.deadline).await?;
        found.sort_unstable();
        found.dedup();
        match found.len() {
            0 => Err(ProbeError::new(Reason::Dns, format!("`{name}` has no address"))),
            1..=ADDRESSES_MAX => {
                Ok(found.into_iter().map(|one| SocketAddr::new(one, self.port)).collect())
            }
            count => {
                let detail = format!(
                    "`{name}` has {count} addresses, more than the limit of {ADDRESSES_MAX}"
                );
                Err(ProbeError::new(Reason::Budget, detail))
            }
        }
    }

    fn gather<'a>(
        &self,
        facts: impl Iterator<Item = (&'a String, PeerFacts)>,
    ) -> Result<Facts, ProbeError> {
        let (mut addresses, mut not_asked) = (Vec::new(), Vec::new());
        for (address, facts) in facts {
            let facts = facts.map_err(|error| {
                ProbeError::new(error.reason, format!("{address}: {}", error.detail))
            })?;
            match facts {
                Some(mut facts) => {
                    facts.shift_insert(0, "address".into(), json!(address));
                    addresses.push(Value::Object(facts));
                }
                None => not_asked.push(json!(address)),
            }
        }
        if addresses.is_empty() {
            let detail = format!("there is no route to `{}` from this machine", self.name);
            return Err(ProbeError::new(Reason::Unreachable, detail));
        }
        let facts = json!({"host": self.name, "addresses": addresses, "not_asked": not_asked});
        Ok(Facts(facts))
    }

    /// Connects to one address.
    pub(crate) async fn connect(&self, address: SocketAddr) -> Result<Connected, ProbeError> {
        let connected = self.in_time(TcpStream::connect(address)).await?;
        match connected {
            Ok(stream) => Ok(Connected::Stream(stream)),
            Err(error) => match error.kind() {
                ErrorKind::ConnectionRefused => Ok(Connected::Refused),
                ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable
                    if address.is_ipv6() =>
                {
                    Ok(Connected::NoRoute)
                }
                _ => Err(ProbeError::new(Reason::Unreachable, error.to_string())),
            },
        }
    }

    /// The result of `work`, or an error at the deadline.
    pub(crate) async fn in_time<T>(
        &self,
        work: impl Future<Output = io::Result<T>>,
    ) -> Result<io::Result<T>, ProbeError> {
        let late = || ProbeError::new(Reason::Timeout, "no answer in time");
        timeout_at(self.deadline, work).await.map_err(|_| late())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gather(facts: Vec<PeerFacts>) -> Result<Facts, ProbeError> {
        let host =
            ProbedHost { name: "a.test", port: 443, deadline: Instant::now(), speaks: Speaks::Tls };
        let names: Vec<String> = (0..facts.len()).map(|one| format!("192.0.2.{one}:443")).collect();
        host.gather(names.iter().zip(facts))
    }

    #[test]
    fn one_address_that_cannot_be_probed_makes_the_result_an_error() {
        let error = gather(vec![
            Ok(Some(Map::new())),
            Err(ProbeError::new(Reason::Timeout, "no answer in time")),
        ]);
        let expected = ProbeError::new(Reason::Timeout, "192.0.2.1:443: no answer in time");
        assert_eq!(error, Err(expected));
    }

    #[test]
    fn an_address_without_a_route_is_listed_as_not_asked() {
        let facts = gather(vec![Ok(None), Ok(Some(Map::new()))]).unwrap();
        assert_eq!(facts.at("/not_asked"), Some(&json!(["192.0.2.0:443"])));
        assert_eq!(facts.at("/addresses/0/address"), Some(&json!("192.0.2.1:443")));
        assert_eq!(gather(vec![Ok(None)]).unwrap_err().reason, Reason::Unreachable);
    }
}
