//! How often, and at which addresses, the request of a step is sent.
//!
//! Several servers may answer for one host, and one of them may be wrong. A probe that only reads is
//! therefore sent to every address of the target's host, and as often as the step demands. A request that
//! writes is sent once: its effect would otherwise be that of several requests.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::answer::ids::StepId;
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

/// How often the request of a step is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// How often it is sent to each address; 0 if the step sends no request.
    pub repeat: u8,
    /// Whether it is sent to every address of the target's host.
    pub every_address: bool,
}

/// Where an answer announces a further page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextPage {
    /// JSON Pointer into the facts: to the address of the next page, or to a cursor.
    pub at: String,
    /// The query parameter that a cursor is sent in.
    pub parameter: String,
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
        let probes = self.steps.iter().filter(|step| step.role == Role::Probe);
        let recalled: BTreeSet<StepId> = probes.filter_map(Step::looks_at).collect();
        let steps = StepId::enumerate(&self.steps);
        let tests = |id: StepId, step: &Step| step.role == Role::Probe || recalled.contains(&id);
        steps.map(|(id, step)| step.looks(tests(id, step))).collect()
    }

    /// How many requests it sends if the target's host has this many addresses, without redirects,
    /// further pages and retries.
    pub fn requests(&self, addresses: usize) -> usize {
        self.looks().into_iter().map(|looks| looks.requests(addresses)).sum()
    }
}

impl Step {
    /// How often its request is sent; `tests` if the verdict depends on its answer, and not only
    /// what the verdict is worth.
    fn looks(&self, tests: bool) -> Looks {
        let repeat = match &self.act {
            Act::Http(request) if !request.writes() => self.repeat.max(1),
            Act::Http(_) | Act::Tls(_) | Act::Dns(_) => 1,
            Act::Open(_) => u8::from(self.request().is_some()),
            Act::Recall(_) | Act::Newest(_) | Act::Record(_) | Act::Files(_) | Act::Command(_) => 0,
        };
        Looks { repeat, every_address: tests && self.reads_target() }
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
