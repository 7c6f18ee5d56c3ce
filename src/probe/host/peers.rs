//! Every address of a host, each asked the same thing at once.
//!
//! One address that cannot be asked makes the whole unknown, and is named: a host is as safe as its
//! weakest address. The exception is an address that no road leads to from this machine, such as
//! IPv6 where there is none; those are listed in the facts as not asked.

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

/// More addresses than this are not asked for one host.
const ADDRESSES_MAX: usize = 32;

/// What a host's addresses were asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Host<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// The port.
    pub(crate) port: u16,
    /// When the answers must be there.
    pub(crate) deadline: Instant,
}

/// What came of connecting to one address.
pub(crate) enum Connected {
    /// A connection.
    Stream(TcpStream),
    /// The peer said that nothing listens there.
    Refused,
    /// No road leads there from this machine.
    NoRoute,
}

/// What one address said, or `None` where no road leads there.
pub(crate) type Said = Result<Option<Map<String, Value>>, ProbeError>;

impl Host<'_> {
    /// Puts a question to every address, and gathers what each said, in their order.
    pub(crate) async fn ask_each<F: Future<Output = Said>>(
        &self,
        world: &World,
        ask: impl Fn(SocketAddr) -> F,
    ) -> Observed {
        let addresses = match self.addresses(world).await {
            Ok(addresses) => addresses,
            Err(error) => return Observed { answer: Err(error), address: None },
        };
        let said = join_all(addresses.iter().map(|address| ask(*address))).await;
        let asked: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let answer = self.gather(asked.iter().zip(said));
        Observed { answer, address: Some(asked.join(", ")) }
    }

    /// Where connections to it go.
    async fn addresses(&self, world: &World) -> Result<Vec<SocketAddr>, ProbeError> {
        let name = self.name.trim_matches(['[', ']']);
        let with_port = world.connect_to.get(&format!("{}:{}", self.name, self.port));
        if let Some(address) = with_port.or_else(|| world.connect_to.get(self.name)) {
            return Ok(vec![*address]);
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
                let detail = format!("`{name}` has {count} addresses, more than are asked");
                Err(ProbeError::new(Reason::Budget, detail))
            }
        }
    }

    fn gather<'a>(
        &self,
        said: impl Iterator<Item = (&'a String, Said)>,
    ) -> Result<Facts, ProbeError> {
        let (mut addresses, mut not_asked) = (Vec::new(), Vec::new());
        for (address, said) in said {
            let said = said.map_err(|error| {
                ProbeError::new(error.reason, format!("{address}: {}", error.detail))
            })?;
            match said {
                Some(mut facts) => {
                    facts.shift_insert(0, "address".into(), json!(address));
                    addresses.push(Value::Object(facts));
                }
                None => not_asked.push(json!(address)),
            }
        }
        if addresses.is_empty() {
            let detail = format!("no road leads to `{}` from here", self.name);
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

    /// The outcome of some work, if it comes in time.
    pub(crate) async fn in_time<T>(
        &self,
        work: impl Future<Output = io::Result<T>>,
    ) -> Result<io::Result<T>, ProbeError> {
        let late = || ProbeError::new(Reason::Timeout, "no answer came in time");
        timeout_at(self.deadline, work).await.map_err(|_| late())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gather(said: Vec<Said>) -> Result<Facts, ProbeError> {
        let host = Host { name: "a.test", port: 443, deadline: Instant::now() };
        let names: Vec<String> = (0..said.len()).map(|one| format!("192.0.2.{one}:443")).collect();
        host.gather(names.iter().zip(said))
    }

    #[test]
    fn one_address_that_could_not_be_asked_makes_the_whole_unknown() {
        let error = gather(vec![
            Ok(Some(Map::new())),
            Err(ProbeError::new(Reason::Timeout, "no answer came in time")),
        ]);
        let expected = ProbeError::new(Reason::Timeout, "192.0.2.1:443: no answer came in time");
        assert_eq!(error, Err(expected));
    }

    #[test]
    fn an_address_without_a_road_is_listed_as_not_asked() {
        let facts = gather(vec![Ok(None), Ok(Some(Map::new()))]).unwrap();
        assert_eq!(facts.at("/not_asked"), Some(&json!(["192.0.2.0:443"])));
        assert_eq!(facts.at("/addresses/0/address"), Some(&json!("192.0.2.1:443")));
        assert_eq!(gather(vec![Ok(None)]).unwrap_err().reason, Reason::Unreachable);
    }
}
