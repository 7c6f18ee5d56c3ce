//! What the checks of a run waited for, in one line.

use std::time::Duration;

use avouch::model::project::world::{Limits, PER_SECOND};
use avouch::probe::job::Waited;

/// A shorter time is not worth a word.
const SAID_MIN: Duration = Duration::from_secs(2);

/// What the checks waited for, added over all of them; `None` if it is not worth a line.
pub(crate) fn in_words(waited: &Waited, limits: &Limits) -> Option<String> {
    let pacing = match limits.per_second {
        Some(count) => format!("for pacing (`per_second: {count}`)"),
        None => format!("for pacing ({PER_SECOND} requests per second to public addresses)"),
    };
    let all = [
        (waited.slow_answers, "for slow answers".to_owned()),
        (waited.pacing, pacing),
        (waited.locks, "for checks that touch the same data".to_owned()),
        (waited.writes, format!("for other writes (`writes_at_once: {}`)", limits.writes_at_once)),
        (waited.places, "for other requests (`at_once`, `per_host`)".to_owned()),
        (waited.retries, "before retries".to_owned()),
    ];
    let said = all.into_iter().filter(|(time, _)| *time >= SAID_MIN);
    let said: Vec<String> =
        said.map(|(time, what)| format!("{:.0} s {what}", time.as_secs_f64())).collect();
    (!said.is_empty()).then(|| format!("waited, added over all checks: {}", said.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_waits_are_said() {
        let limits = Limits::default();
        let short = Waited { locks: Duration::from_millis(1900), ..Waited::default() };
        assert_eq!(in_words(&short, &limits), None);
        let long = Waited {
            pacing: Duration::from_secs(31),
            slow_answers: Duration::from_millis(2400),
            ..short
        };
        assert_eq!(
            in_words(&long, &limits).unwrap(),
            "waited, added over all checks: 2 s for slow answers, 31 s for pacing (20 requests per \
             second to public addresses)"
        );
        let explicit = Limits { per_second: Some(5), ..limits };
        assert!(in_words(&long, &explicit).unwrap().ends_with("31 s for pacing (`per_second: 5`)"));
    }
}
