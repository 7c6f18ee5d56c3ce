//! How many requests start per second.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The window in which at most `per_second` requests may start.
const WINDOW: Duration = Duration::from_secs(1);

/// Allows at most `per_second` starts in any second.
pub(super) struct Window {
    per_second: usize,
    starts: VecDeque<Instant>,
}

impl Window {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            per_second: usize::try_from(per_second).unwrap_or(usize::MAX).max(1),
            starts: VecDeque::new(),
        }
    }

    /// Reserves the earliest time at which one more request may start, and returns it.
    pub(super) fn reserve(&mut self, now: Instant) -> Instant {
        let start = match self.starts.len() < self.per_second {
            true => now,
            // The oldest of the last `per_second` starts must be a whole window ago.
            false => self.starts.pop_front().map_or(now, |oldest| now.max(oldest + WINDOW)),
        };
        self.starts.push_back(start);
        start
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_second_has_more_starts_than_allowed(
            per_second in 1_u32..6, gaps in prop::collection::vec(0_u64..900, 1..60),
        ) {
            let mut window = Window::new(per_second);
            let mut now = Instant::now();
            let mut starts = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                starts.push(window.reserve(now));
            }
            for (index, start) in starts.iter().enumerate() {
                let within = starts[index..].iter().take_while(|one| **one < *start + WINDOW);
                prop_assert!(within.count() <= per_second as usize);
            }
        }
    }
}
