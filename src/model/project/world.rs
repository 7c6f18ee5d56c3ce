//! The target and its surroundings: hosts, addresses, limits.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::Serialize;
use url::Url;

use crate::language::period::Period;

/// What the checks are put to: everything outside the words that a verdict depends on.
#[derive(Clone, Debug)]
pub struct World {
    /// The target's origin.
    pub target: Url,
    /// Whether that is the demo add-on, and not a live service.
    pub demo: bool,
    /// Whether the demo add-on is started within this process: `target: demo`.
    pub embedded: bool,
    /// The host of each role; while the demo is the target, the demo's.
    pub hosts: BTreeMap<String, String>,
    /// Where connections to a host really go, as curl's `--connect-to`.
    pub connect_to: BTreeMap<String, SocketAddr>,
    /// Certificate authorities to trust beside the public ones, as PEM, by file.
    pub roots: BTreeMap<String, String>,
    /// The resolver to ask in place of the system's.
    pub resolver: Option<SocketAddr>,
    /// The time to take for now; with the demo only.
    pub clock: Option<jiff::Timestamp>,
}

impl World {
    /// What everybody sees of a live target: public authorities, the system's resolver.
    pub fn public(target: Url) -> Self {
        Self {
            target,
            demo: false,
            embedded: false,
            hosts: BTreeMap::new(),
            connect_to: BTreeMap::new(),
            roots: BTreeMap::new(),
            resolver: None,
            clock: None,
        }
    }
}

/// Bounds on what is asked of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Requests under way at once, over all.
    pub at_once: usize,
    /// Requests under way at once to one host.
    pub per_host: usize,
    /// Requests begun in a second, over all.
    pub per_second: u32,
    /// How long one request may take.
    pub timeout: Period,
    /// How long a whole run may take.
    pub run: Period,
    /// Bytes that are read of one body.
    pub body: u64,
    /// How often an inconclusive check is begun again.
    pub retries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            at_once: 16,
            per_host: 8,
            per_second: 20,
            timeout: Period::seconds(10),
            run: Period::seconds(600),
            body: 1024 * 1024,
            retries: 2,
        }
    }
}
