//! How often, and at which addresses, the request of a step is sent.
//!
//! Several servers may answer for one host, and one of them may be wrong. A probe that only reads is
//! therefore sent to every address of the target's host, and as often as the step demands. A request that
//! writes is sent once: its effect would otherwise be that of several requests.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::answer::ids::StepId;
use crate::model::plan::expect::Expectation;
use crate::model::plan::request::Destination;
use crate::model::plan::{Act, Plan, Role, Step};

/// How many addresses of a host receive a request, at most.
pub const ADDRESSES_MAX: usize = 8;

/// How many pages of one answer are read, at most, the first one included.
pub const PAGES_MAX: usize = 50;

/// How often a stranger tries to read, unless the check says otherwise.
pub const STRANGERS_REPEAT: u8 = 3;

/// How often a request may be repeated, at most.
pub const REPEAT_MAX: u8 = 20;

/// How often a second look at a violation sends a request that only reads: a service that fails one time in
/// several must not be taken for one that was disturbed.
pub const AGAIN_REPEAT: u8 = 5;

/// How often the request of a step is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// How often it is sent to each address; 0 if the step sends no request.
    pub repeat: u8,
    /// Whether it is sent to every address of the target's host.
    pub every_address: bool,
    /// Whether the further pages that its answer announces are read.
    pub pages: bool,
}

/// Where an answer announces a further page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextPage {
    /// JSON Pointer into the facts: to the address of the next page, or to a cursor.
    pub at: String,
    /// The query parameter that a cursor is sent in; if it is left out, the last part of the pointer,
    /// and a value that begins like an address is one.
    pub parameter: Option<String>,
}

impl Looks {
    /// How many requests are sent if the target's host has this many addresses.
    pub fn requests(self, addresses: usize) -> usize {
        let addresses = if self.every_address { addresses.clamp(1, ADDRESSES_MAX) } else { 1 };
        usize::from(self.repeat) * addresses
    }
}

impl Plan {
    /// How often the request of each step is sent, in the order of the steps.
    pub fn looks(&self) -> Vec<Looks> {
        let mut all: Vec<Looks> = self.steps.iter().map(|step| self.looks_of(step)).collect();
        let recalling = self.steps.iter().filter_map(|step| Some((step, step.looks_at()?)));
        for (step, earlier) in recalling {
            let Some(source) = self.step(earlier).filter(|source| source.reads_target()) else {
                continue;
            };
            all[earlier.0].every_address |= step.role == Role::Probe;
            all[earlier.0].pages |= source.has_pages() && step.reads_pages();
        }
        all
    }

    /// The same for a second look at these steps, which did not meet their expectations.
    pub fn looks_again(&self, broken: &BTreeSet<StepId>) -> Vec<Looks> {
        let mut all = self.looks();
        for step in broken {
            let step = self.steps[*step].looks_at().unwrap_or(*step);
            let reads = self.step(step).and_then(Step::request).is_some_and(|one| !one.writes());
            if let Some(looks) = all.get_mut(step.0).filter(|looks| reads && looks.repeat > 0) {
                looks.repeat = looks.repeat.max(AGAIN_REPEAT);
            }
        }
        all
    }

    fn looks_of(&self, step: &Step) -> Looks {
        Looks {
            repeat: step.requests(),
            every_address: step.role == Role::Probe && step.reads_target(),
            pages: step.has_pages() && (step.reads_pages() || !self.canaries.is_empty()),
        }
    }

    /// How many requests it sends if the target's host has this many addresses, without redirects,
    /// further pages and retries.
    pub fn requests(&self, addresses: usize) -> usize {
        self.looks().into_iter().map(|looks| looks.requests(addresses)).sum()
    }
}

impl Step {
    /// How often its request is sent to each address.
    fn requests(&self) -> u8 {
        match &self.act {
            Act::Http(request) if !request.writes() => self.repeat.max(1),
            Act::Http(_) | Act::Tls(_) | Act::Dns(_) => 1,
            Act::Open(_) => u8::from(self.request().is_some()),
            Act::Recall(_) | Act::Newest(_) | Act::Record(_) | Act::Manifest(_) => 0,
            Act::Files(_) | Act::Command(_) => 0,
        }
    }

    /// Whether its answer may have further pages: it reads from a host of the service.
    fn has_pages(&self) -> bool {
        match &self.act {
            Act::Http(request) => {
                request.method == "GET" && !matches!(request.to, Destination::Address(_))
            }
            _ => false,
        }
    }

    /// Whether further pages matter to its expectations.
    fn reads_pages(&self) -> bool {
        self.next.is_some() || self.expect.iter().any(Expectation::reads_pages)
    }

    fn reads_target(&self) -> bool {
        match &self.act {
            Act::Http(request) => {
                let target =
                    matches!(request.to, Destination::Target(_) | Destination::PlainTarget(_));
                target && !request.writes()
            }
            _ => false,
        }
    }
}

pub(super) fn once() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde demands")]
pub(super) fn is_once(repeat: &u8) -> bool {
    *repeat == once()
}
