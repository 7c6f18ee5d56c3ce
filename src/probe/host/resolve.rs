//! The addresses of names: of the system's resolver, or the one that the project names.
//!
//! HTTP is asked of one address of a host. Each name is looked up once in a run, so that it is known
//! which its others are: the evidence lists them as not asked.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::{Instant, timeout_at};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::probe::host::dns;

/// The addresses of every name that was asked for in a run.
#[derive(Debug)]
pub(crate) struct Names {
    resolver: Option<SocketAddr>,
    timeout: Duration,
    known: Arc<Mutex<Known>>,
}

type Known = BTreeMap<String, Vec<IpAddr>>;

impl Names {
    /// No names yet; each look-up is given up after `timeout`.
    pub(crate) fn new(resolver: Option<SocketAddr>, timeout: Duration) -> Self {
        Self { resolver, timeout, known: Arc::default() }
    }

    /// The addresses of a name, as far as it was looked up, in the order of preference.
    pub(crate) fn known(&self, name: &str) -> Vec<IpAddr> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).cloned().unwrap_or_default()
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let (resolver, deadline) = (self.resolver, Instant::now() + self.timeout);
        let (known, at_hand) = (self.known.clone(), self.known(name.as_str()));
        Box::pin(async move {
            let found = if at_hand.is_empty() {
                let found = look_up(name.as_str(), resolver, deadline).await?;
                keep(&known, name.as_str(), found)
            } else {
                at_hand
            };
            // The port is filled in by whoever connects.
            Ok(Box::new(found.into_iter().map(|one| SocketAddr::new(one, 0))) as Addrs)
        })
    }
}

/// Keeps what was found, unless another look-up at the same time was faster: its answer stays.
fn keep(known: &Mutex<Known>, name: &str, mut found: Vec<IpAddr>) -> Vec<IpAddr> {
    let mut seen = BTreeSet::new();
    found.retain(|one| seen.insert(*one));
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(name.to_owned()).or_insert(found).clone()
}

/// Looks a name up, IPv4 and IPv6; one without an address is an error.
pub(crate) async fn look_up(
    name: &str,
    resolver: Option<SocketAddr>,
    deadline: Instant,
) -> Result<Vec<IpAddr>, ProbeError> {
    let found = match resolver {
        Some(_) => dns::addresses(name, resolver, deadline).await?,
        None => system_addresses(name, deadline).await?,
    };
    match found.is_empty() {
        true => Err(ProbeError::new(Reason::Dns, format!("`{name}` has no address"))),
        false => Ok(found),
    }
}

async fn system_addresses(name: &str, deadline: Instant) -> Result<Vec<IpAddr>, ProbeError> {
    let looked_up = timeout_at(deadline, tokio::net::lookup_host((name, 0))).await;
    let late =
        || ProbeError::new(Reason::Timeout, format!("the addresses of `{name}` did not come"));
    let found = looked_up
        .map_err(|_| late())?
        .map_err(|error| ProbeError::new(Reason::Dns, format!("`{name}`: {error}")))?;
    Ok(found.map(|address| address.ip()).collect())
}
