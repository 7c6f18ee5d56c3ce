//! Looks up host names with the system's resolver, or with the one that the project configures.
//!
//! Each name is looked up once per run, so that all steps know the same addresses, and the evidence can
//! list those that were not asked.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::{Instant, timeout_at};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::probe::host::dns::client;

/// Looks up each name once per run.
#[derive(Clone, Debug)]
pub(crate) struct CachingResolver {
    resolver: Option<SocketAddr>,
    timeout: Duration,
    known: Arc<Mutex<AddressesByName>>,
}

type AddressesByName = BTreeMap<String, Vec<IpAddr>>;

impl CachingResolver {
    /// An empty cache. Each lookup has a time limit of `timeout`.
    pub(crate) fn new(resolver: Option<SocketAddr>, timeout: Duration) -> Self {
        Self { resolver, timeout, known: Arc::default() }
    }

    /// The addresses of a name, in the order of preference.
    pub(crate) async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, ProbeError> {
        let cached = self.known(name);
        if !cached.is_empty() {
            return Ok(cached);
        }
        let found = look_up(name, self.resolver, Instant::now() + self.timeout).await?;
        Ok(cache(&self.known, name, found))
    }

    /// The cached addresses of a name, in the order of preference.
    pub(crate) fn known(&self, name: &str) -> Vec<IpAddr> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).cloned().unwrap_or_default()
    }
}

impl Resolve for CachingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?;
            // The HTTP client sets the port.
            Ok(Box::new(found.into_iter().map(|one| SocketAddr::new(one, 0))) as Addrs)
        })
    }
}

/// Caches the result of a lookup, unless a concurrent lookup was faster.
fn cache(known: &Mutex<AddressesByName>, name: &str, mut found: Vec<IpAddr>) -> Vec<IpAddr> {
    let mut seen = BTreeSet::new();
    found.retain(|one| seen.insert(*one));
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(name.to_owned()).or_insert(found).clone()
}

/// Looks up the IPv4 and IPv6 addresses of a name. A name without addresses is an error.
pub(crate) async fn look_up(
    name: &str,
    resolver: Option<SocketAddr>,
    deadline: Instant,
) -> Result<Vec<IpAddr>, ProbeError> {
    let found = match resolver {
        Some(_) => client::addresses(name, resolver, deadline).await?,
        None => system_addresses(name, deadline).await?,
    };
    match found.is_empty() {
        true => Err(ProbeError::new(Reason::Dns, format!("`{name}` has no address"))),
        false => Ok(found),
    }
}

async fn system_addresses(name: &str, deadline: Instant) -> Result<Vec<IpAddr>, ProbeError> {
    let looked_up = timeout_at(deadline, tokio::net::lookup_host((name, 0))).await;
    let late = || ProbeError::new(Reason::Timeout, format!("the lookup of `{name}` timed out"));
    let found = looked_up
        .map_err(|_| late())?
        .map_err(|error| ProbeError::new(Reason::Dns, format!("`{name}`: {error}")))?;
    Ok(found.map(|address| address.ip()).collect())
}
