//! Verdicts on checks, and the reasons why a check is inconclusive.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every expectation was met.
    Holds,
    /// It could not be determined, for this reason.
    Inconclusive(Reason),
    /// An expectation was not met, or a canary or the secret of an actor leaked.
    Violated,
}

impl Verdict {
    /// Its name: one word in lower case.
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

/// Why a result could not be determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No connection could be made, or it was interrupted.
    Unreachable,
    /// The name could not be resolved.
    Dns,
    /// No trusted TLS connection could be made.
    Tls,
    /// There was no complete answer in time.
    Timeout,
    /// The service limited the rate of requests (429).
    RateLimited,
    /// The service answered with an error (5xx) that the check does not test for.
    ServerError,
    /// A control or another premise was not met, so the probe proves nothing.
    ControlFailed,
    /// No request was sent, because something that it needs was missing.
    NotAsked,
    /// A part of the answer could not be understood.
    Unparsable,
    /// The test account's credentials were refused, or there are none.
    Credentials,
    /// The date of an answer is in the future, or older than its age explains; where time is tested, it
    /// differs from ours by more than a minute.
    Clock,
    /// The project does not permit what the step needs.
    NotPermitted,
    /// A limit on time, bytes or requests was reached.
    Budget,
    /// The answer has a secret where the check compares, and secrets are not stored.
    Redacted,
    /// A later run found that the claim is not true, and none has confirmed it since.
    Contradicted,
    /// A claim that this one needs is not verified.
    Needs,
    /// A further page that an answer announced was not read.
    UnreadPage,
    /// The service's release is not known, or changed during the run.
    Release,
    /// A second look, while no other check ran, contradicted a violation.
    Interference,
    /// A program of the project reported that it could not find out (exit code 3).
    Undetermined,
    /// The objects by which it is tested are not old enough yet.
    NotYet,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 21] = [
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
        Self::Redacted,
        Self::Contradicted,
        Self::Needs,
        Self::UnreadPage,
        Self::Release,
        Self::Interference,
        Self::Undetermined,
        Self::NotYet,
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
            Self::Redacted => "redacted",
            Self::Contradicted => "contradicted",
            Self::Needs => "needs",
            Self::UnreadPage => "unread-page",
            Self::Release => "release",
            Self::Interference => "interference",
            Self::Undetermined => "undetermined",
            Self::NotYet => "not-yet",
        }
    }

    /// A clause for readers of the page, after "could not be verified: ".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Unreachable => "the service could not be reached",
            Self::Dns => "the name could not be resolved",
            Self::Tls => "no trusted connection could be made",
            Self::Timeout => "there was no answer in time",
            Self::RateLimited => "the service limited the rate of requests",
            Self::ServerError => "the service answered with an error",
            Self::ControlFailed => {
                "a request that the test depends on did not succeed, so the test proves nothing"
            }
            Self::NotAsked => "something that the test needs was missing",
            Self::Unparsable => "a part of the answer could not be understood",
            Self::Credentials => "the test account's credentials were refused or are missing",
            Self::Clock => "the date of an answer is wrong",
            Self::NotPermitted => "the project does not permit what the test needs",
            Self::Budget => "a limit on time or size was reached",
            Self::Redacted => "the answer has a secret where the test compares it",
            Self::Contradicted => {
                "a later check found that it is not true, and none has confirmed it since"
            }
            Self::Needs => "a claim that it needs is not verified",
            Self::UnreadPage => "a further page of the answer was not read",
            Self::Release => "it is not known which release of the service was tested",
            Self::Interference => {
                "a second look, while no other check ran, contradicted the first one"
            }
            Self::Undetermined => "the program that tests it could not find out",
            Self::NotYet => "no test object is old enough yet",
        }
    }

    /// Whether a retry may help.
    pub fn is_passing(self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::Dns
                | Self::Tls
                | Self::Timeout
                | Self::RateLimited
                | Self::ServerError
                | Self::Undetermined
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
