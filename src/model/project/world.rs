//! The target and its surroundings: hosts, addresses, limits.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::Serialize;
use url::Url;

use crate::language::period::Period;

/// Hosts of the demo, and of the world around it, end so.
pub const DEMO_SUFFIX: &str = ".demo.test";

/// The target and its surroundings: everything outside the sources that a verdict depends on.
#[derive(Clone, Debug)]
pub struct World {
    /// The target's origin.
    pub target: Url,
    /// Whether the target is the demo add-on instead of a live service.
    pub demo: bool,
    /// Whether the demo add-on is started within this process: `target: demo`.
    pub embedded: bool,
    /// The host of each role; with the demo as target, the demo's hosts.
    pub hosts: BTreeMap<String, String>,
    /// The addresses that connections to a host use instead, like curl's `--connect-to`.
    pub connect_to: BTreeMap<String, Vec<SocketAddr>>,
    /// Certificate authorities to trust in addition to the public ones, as PEM, by file.
    pub roots: BTreeMap<String, String>,
    /// The resolver to use in place of the system's.
    pub resolver: Option<SocketAddr>,
    /// The keys from which signatures in DNS are verified in place of the root's, as `DNSKEY` records.
    pub trust_anchor: Option<String>,
    /// The time to use as now, for the demo only.
    pub clock: Option<jiff::Timestamp>,
}

impl World {
    /// The public view of a live target: public certificate authorities, the system's resolver.
    pub fn public(target: Url) -> Self {
        Self {
            target,
            demo: false,
            embedded: false,
            hosts: BTreeMap::new(),
            connect_to: BTreeMap::new(),
            roots: BTreeMap::new(),
            resolver: None,
            trust_anchor: None,
            clock: None,
        }
    }

    /// The addresses that the project sets for the host of `url`; empty if it sets none.
    pub fn connects_to(&self, url: &Url) -> &[SocketAddr] {
        match (url.host_str(), url.port_or_known_default()) {
            (Some(host), Some(port)) => self.connects_host_to(host, port),
            _ => &[],
        }
    }

    /// The addresses that the project sets for a port of a host; empty if it sets none.
    pub fn connects_host_to(&self, host: &str, port: u16) -> &[SocketAddr] {
        let with_port = self.connect_to.get(&format!("{host}:{port}"));
        with_port.or_else(|| self.connect_to.get(host)).map_or(&[], Vec::as_slice)
    }

    /// Whether the host of `url` has one address, whatever a name server says: it is an address, the
    /// project sets one address, or it always means this machine (RFC 6761, section 6.3).
    pub fn has_one_address(&self, url: &Url) -> bool {
        let own = |host: &str| host == "localhost" || host.ends_with(".localhost");
        match self.connects_to(url).len() {
            0 => !self.embedded && url.domain().is_none_or(own),
            count => count == 1,
        }
    }
}

/// How long a claim's evidence may be valid, unless the project raises the limit.
pub const VALID_FOR_MAX: Period = Period::days(31);

/// How many requests to public addresses are started per second, unless the project says otherwise.
pub const PER_SECOND: u32 = 20;

/// How long an attestation may be valid.
pub const ATTESTED_FOR_MAX: Period = Period::days(400);

/// Limits of the requests to the target, and of what they show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Concurrent requests, in total.
    pub at_once: usize,
    /// Concurrent requests to one host.
    pub per_host: usize,
    /// Concurrent requests to one origin that are meant to change something there.
    pub writes_at_once: usize,
    /// Requests started per second, in total, whatever their address; `None` for [`PER_SECOND`] to
    /// public addresses, and no limit to others. The demo has none.
    pub per_second: Option<u32>,
    /// The maximum duration of one request.
    pub timeout: Period,
    /// The maximum duration of a run.
    pub run: Period,
    /// The maximum number of bytes that are read of one body.
    pub body: u64,
    /// How often an inconclusive check is retried.
    pub retries: u32,
    /// How long a claim's evidence may be valid at most.
    pub valid_for: Period,
    /// The maximum number of requests of a run, without redirects, further pages and retries.
    pub requests: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            at_once: 16,
            per_host: 8,
            writes_at_once: 1,
            per_second: None,
            timeout: Period::seconds(10),
            run: Period::seconds(600),
            body: 1024 * 1024,
            retries: 2,
            valid_for: VALID_FOR_MAX,
            requests: 5000,
        }
    }
}
