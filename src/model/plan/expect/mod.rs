//! Expectations: a pointer into facts, a test from a closed set, an operand.
//!
//! The outcome of a test is met, not met or unknown. A test that cannot be decided from the facts is
//! neither met nor not met. This file has the types; how a test is judged, its words, and a value that
//! fails it each have a file of their own.

mod compare;
mod counterexample;
pub mod doubt;
pub mod extent;
pub(crate) mod fill;
mod header;
mod judge;
mod mismatch;
mod pages;
pub mod place;
mod redacted;
pub(crate) mod refusal;
#[cfg(test)]
mod tests;
pub mod trivial;
mod unchanged;
pub mod words;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::language::period::Period;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::CanaryId;
use crate::model::answer::verdict::Reason;

/// How far ahead of ours a clock may be before a time counts as lying in the future.
pub const CLOCK_TOLERANCE: Period = Period::seconds(60);

/// One thing that must be true of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// JSON Pointer into the facts; empty for the whole.
    pub at: String,
    /// What must be true there.
    pub test: Test,
}

/// The closed set of tests. Strings within operands may hold `${captures}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Is this value.
    Equals(Value),
    /// Is present, and is any other value.
    NotEquals(Value),
    /// Is one of these values.
    OneOf(Vec<Value>),
    /// Is present, and is not one of these values.
    NotOneOf(Vec<Value>),
    /// Is text with this in it, or a list with this among its items.
    Contains(String),
    /// Is text without this in it, or a list without it.
    NotContains(String),
    /// Is text that begins so.
    StartsWith(String),
    /// Is text that ends so.
    EndsWith(String),
    /// Is the title of a page, and not that of an error page, apart from this text in it.
    NoErrorTitle(String),
    /// `true`: is present. `false`: is not present.
    Exists(bool),
    /// Is a number, at most this.
    AtMost(f64),
    /// Is a number, at least this.
    AtLeast(f64),
    /// Is a list of these values, in any order, no more and no fewer.
    SameSet(Vec<Value>),
    /// Is a time at most so long before the answer came, and not after it.
    NotOlderThan(Period),
    /// Is a time at least so long after the answer came.
    AtLeastAhead(Period),
    /// Is a list that has entries, each of which passes the test at the pointer within it.
    Every(Box<Within>),
    /// Is a list with an entry that passes the test at the pointer within it.
    Some(Box<Within>),
    /// Is a list of header values with this directive (`max-age`, `private`), and its value passes.
    Directive(Box<Directive>),
    /// Is a list of `Set-Cookie` lines, and those that set this cookie pass.
    Cookie(Box<OfCookie>),
    /// The answer is a refusal.
    Refused(Refusal),
    /// The answer is not what this counts as a refusal because of its body.
    Allowed(Refusal),
    /// This canary was found in the answer.
    ShowsCanary(CanaryId),
    /// These canaries were found in the answer, and no others.
    ShowsExactly(Vec<CanaryId>),
    /// No canary was found but those that the actor may see.
    ShowsNoForeignCanary,
    /// The answer contains none of the owner's data, whatever its status.
    WithholdsData,
    /// The answer is the same as two earlier ones, apart from what differs between those two.
    Unchanged,
    /// The redirects that were followed, and the last address, stay within this origin.
    StaysOn(String),
    /// Is not there, or passes.
    IfThere(Box<Test>),
    /// Passes each of these, each at its pointer within it.
    All(Vec<Within>),
    /// At least one of these is not true, each at its pointer within the whole answer.
    NotAll(Vec<Within>),
    /// Every address in it, however deep, leads to this origin; paths of it do.
    AddressesOn(String),
}

/// A test of something within a list's entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Within {
    /// JSON Pointer within the entry.
    #[serde(default)]
    pub at: String,
    /// The test there.
    pub is: Test,
}

/// A test of one directive of a header such as `Cache-Control`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Directive {
    /// Its name, in any case.
    pub name: String,
    /// What its value must be; `None` if it must only be there.
    pub is: Option<Test>,
}

/// A test of the lines that set one cookie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OfCookie {
    /// The name of the cookie, in its case.
    pub name: String,
    /// The test: a directive, or whether the cookie is set.
    pub is: Test,
}

/// What counts as a refusal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Refusal {
    /// The statuses that refuse, whatever the body contains.
    pub statuses: BTreeSet<u16>,
    /// Where a redirect refuses too: the beginning of its address, such as `/login` on the host that
    /// answered, or a whole `https:` address.
    pub login: Option<String>,
    /// The tests of a body, all of which it passes if it refuses with another status of a success or of a
    /// mistake by the caller. Empty if no body refuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<Within>,
}

/// Whether an expectation was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestOutcome {
    /// It is true.
    Met,
    /// It is not true.
    NotMet,
    /// It cannot be determined from these facts.
    Unknown(Reason),
}

/// JSON Pointer to the response time in the facts, in milliseconds. It is a fact only where it is expected.
pub const TOOK: &str = "/took_ms";

impl TestOutcome {
    /// Met for not met, and the reverse.
    #[must_use]
    pub fn inverse(self) -> Self {
        match self {
            Self::Met => Self::NotMet,
            Self::NotMet => Self::Met,
            unknown => unknown,
        }
    }
}

/// The values, in addition to the facts, that an expectation is judged with.
pub struct JudgeContext<'a> {
    /// When the answer was complete.
    pub observed: Timestamp,
    /// The value of a capture, as text.
    pub capture: &'a dyn Fn(&str) -> Option<String>,
    /// The canaries that the actor may see.
    pub sees: &'a [CanaryId],
    /// The facts of the step's control.
    pub control: Option<&'a Facts>,
    /// The answers to the two earlier steps that read the same, each with its time.
    pub before: Vec<(&'a Facts, Timestamp)>,
}

impl From<bool> for TestOutcome {
    fn from(met: bool) -> Self {
        if met { Self::Met } else { Self::NotMet }
    }
}

impl Expectation {
    /// An expectation of the value at `at`.
    pub fn new(at: impl Into<String>, test: Test) -> Self {
        Self { at: at.into(), test }
    }

    /// Whether it reads the value at this pointer or within it.
    pub fn reads(&self, pointer: &str) -> bool {
        let within = |at: &str| {
            at.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match &self.test {
            Test::NotAll(all) => all.iter().any(|one| within(&one.at)),
            _ => within(&self.at),
        }
    }

    /// Whether it speaks of this status, so that the status is an answer and not a failure.
    pub fn names_status(&self, status: u16) -> bool {
        match (&self.at[..], &self.test) {
            (_, Test::Refused(refusal)) => refusal.statuses.contains(&status),
            ("", Test::NotAll(all)) => all.iter().any(|one| is_status(&one.at, &one.is, status)),
            // A path that the service cannot read is an answer without data, too.
            (_, Test::WithholdsData) => matches!(status, 500 | 501),
            (at, test) => is_status(at, test, status),
        }
    }

    /// Whether every answer with this status fails it.
    pub fn is_failed_by_status(&self, status: u16) -> bool {
        match (&self.at[..], &self.test) {
            ("", Test::NotAll(all)) => all.iter().all(|one| is_status(&one.at, &one.is, status)),
            _ => false,
        }
    }

    /// Whether it expects a refusal: by its test, or by a status that refuses.
    pub fn is_refusal(&self) -> bool {
        let refuses = |status: u16| self.names_status(status);
        matches!(self.test, Test::Refused(_)) || (400..500).any(refuses)
    }

    /// Whether a stranger's empty-handedness, or a mistyped path, would meet it, so that it needs a
    /// control.
    pub fn is_refusal_or_absence(&self) -> bool {
        let refuses = |value: &Value| value.as_u64().is_some_and(|status| status / 100 == 4);
        match (&self.at[..], &self.test) {
            ("/status", Test::Equals(value)) => refuses(value),
            ("/status", Test::OneOf(values)) => values.iter().any(refuses),
            (_, test) => test.is_refusal_or_absence(),
        }
    }
}

/// Whether a test is one of the status of the answer, and this status passes it.
fn is_status(at: &str, test: &Test, status: u16) -> bool {
    let is = |value: &Value| value.as_u64() == Some(u64::from(status));
    match (at, test) {
        ("/status", Test::Equals(value)) => is(value),
        ("/status", Test::OneOf(values)) => values.iter().any(is),
        _ => false,
    }
}

impl Test {
    /// Whether it requires something not to be in the answer: then a control must show that it could be.
    fn is_refusal_or_absence(&self) -> bool {
        match self {
            Self::Refused(_)
            | Self::NotContains(_)
            | Self::NotEquals(_)
            | Self::NotOneOf(_)
            | Self::Exists(false)
            | Self::IfThere(_)
            | Self::ShowsNoForeignCanary
            | Self::WithholdsData => true,
            Self::SameSet(values) => values.is_empty(),
            Self::ShowsExactly(canaries) => canaries.is_empty(),
            Self::Directive(directive) => directive.is == Some(Self::Exists(false)),
            Self::Cookie(cookie) => cookie.is.is_refusal_or_absence(),
            Self::Every(within) => within.is.is_refusal_or_absence(),
            Self::All(all) => all.iter().any(|within| within.is.is_refusal_or_absence()),
            _ => false,
        }
    }

    /// The definition of a refusal in it, if a body can be one.
    pub fn refusing_body(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) | Self::Allowed(refusal) => {
                Some(refusal).filter(|refusal| !refusal.body.is_empty())
            }
            _ => None,
        }
    }

    /// Whether it compares a time with the clock.
    pub fn is_about_time(&self) -> bool {
        match self {
            Self::NotOlderThan(_) | Self::AtLeastAhead(_) => true,
            Self::Every(within) | Self::Some(within) => within.is.is_about_time(),
            Self::IfThere(test) => test.is_about_time(),
            Self::All(all) | Self::NotAll(all) => {
                all.iter().any(|within| within.is.is_about_time())
            }
            _ => false,
        }
    }
}
