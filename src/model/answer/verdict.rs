//! What is concluded, and on what basis a reader may believe it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the evidence says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It was asked, and is so.
    Holds,
    /// It could not be found out.
    Inconclusive(Reason),
    /// It was asked, and is not so.
    Violated,
}

impl Verdict {
    /// Its name in one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Inconclusive(_) => "inconclusive",
            Self::Violated => "violated",
        }
    }

    /// The worse of two: violated, then inconclusive, then holds.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let rank = |verdict: Self| match verdict {
            Self::Holds => 0,
            Self::Inconclusive(_) => 1,
            Self::Violated => 2,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

/// Why something could not be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No connection could be made, or it broke.
    Unreachable,
    /// The name could not be resolved.
    Dns,
    /// No trusted TLS connection could be made.
    Tls,
    /// No answer came in time.
    Timeout,
    /// The service asked us to slow down (429).
    RateLimited,
    /// The service failed (5xx) where no failure was asked about.
    ServerError,
    /// The control was not met, so that the probe proves nothing.
    ControlFailed,
    /// Something that the question needs was missing.
    NotAsked,
    /// The answer was not of the form that the question is about.
    Unparsable,
    /// Our own credentials were refused, or there are none.
    Credentials,
    /// The target's clock is more than a minute off.
    Clock,
    /// The project does not permit what the question needs.
    NotPermitted,
    /// A limit on time, bytes or requests was reached.
    Budget,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 13] = [
        Self::Unreachable,
        Self::Dns,
        Self::Tls,
        Self::Timeout,
        Self::RateLimited,
        Self::ServerError,
        Self::ControlFailed,
        Self::NotAsked,
        Self::Unparsable,
        Self::Credentials,
        Self::Clock,
        Self::NotPermitted,
        Self::Budget,
    ];

    /// Its name, in kebab case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::RateLimited => "rate-limited",
            Self::ServerError => "server-error",
            Self::ControlFailed => "control-failed",
            Self::NotAsked => "not-asked",
            Self::Unparsable => "unparsable",
            Self::Credentials => "credentials",
            Self::Clock => "clock",
            Self::NotPermitted => "not-permitted",
            Self::Budget => "budget",
        }
    }

    /// In words for a reader, after "could not be verified: ".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Unreachable => "the service could not be reached",
            Self::Dns => "the name could not be resolved",
            Self::Tls => "no trusted connection could be made",
            Self::Timeout => "no answer came in time",
            Self::RateLimited => "the service asked us to slow down",
            Self::ServerError => "the service answered with an error of its own",
            Self::ControlFailed => {
                "the comparison that makes the question fair did not succeed"
            }
            Self::NotAsked => "something that the question needs was missing",
            Self::Unparsable => "the answer was not of the expected form",
            Self::Credentials => "our own credentials were refused or are missing",
            Self::Clock => "the service's clock is more than a minute off",
            Self::NotPermitted => "the project does not permit what the question needs",
            Self::Budget => "a limit on time or size was reached",
        }
    }

    /// Whether asking again may help.
    pub fn is_passing(self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::Dns
                | Self::Tls
                | Self::Timeout
                | Self::RateLimited
                | Self::ServerError
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inconclusive(reason) => write!(out, "inconclusive ({reason})"),
            _ => out.write_str(self.name()),
        }
    }
}
