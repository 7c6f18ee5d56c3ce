//! How a run ends: one documented enum for all verbs.

use std::process::{ExitCode, Termination};

use avouch::model::judge::evidence::{Outcome, Standing};

/// How a run ended; the number is the process's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Every claim holds, or is waived.
    Holds = 0,
    /// A claim is violated.
    Violated = 1,
    /// The arguments, the sources or the disk are at fault; nothing was concluded.
    Unusable = 2,
    /// Nothing is violated, but a claim is inconclusive or its evidence has expired.
    Inconclusive = 3,
    /// A check is vacuous, weak or uncontrolled.
    Unfit = 4,
    /// Interrupted, after cleanup.
    Interrupted = 130,
}

impl Exit {
    /// The exit of a run with these outcomes: that of the worst one.
    pub(crate) fn of(outcomes: &[Outcome<'_>]) -> Self {
        let of_one = |outcome: &Outcome<'_>| match outcome.standing {
            Standing::Holds | Standing::Waived => Self::Holds,
            Standing::Violated => Self::Violated,
            Standing::Inconclusive(_) | Standing::Expired => Self::Inconclusive,
            Standing::Unfit(_) => Self::Unfit,
        };
        outcomes.iter().map(of_one).max_by_key(|exit| exit.rank()).unwrap_or(Self::Unusable)
    }

    /// The exit with this code, of another process of this program.
    pub(crate) fn of_code(code: i32) -> Option<Self> {
        let all = [
            Self::Holds,
            Self::Violated,
            Self::Unusable,
            Self::Inconclusive,
            Self::Unfit,
            Self::Interrupted,
        ];
        all.into_iter().find(|exit| *exit as i32 == code)
    }

    /// The worse of two exits.
    pub(crate) fn worse(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    /// 2 outranks 1, then 4, then 3.
    fn rank(self) -> u8 {
        match self {
            Self::Holds => 0,
            Self::Inconclusive => 1,
            Self::Unfit => 2,
            Self::Violated => 3,
            Self::Unusable => 4,
            Self::Interrupted => 5,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}
