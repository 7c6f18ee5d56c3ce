//! The age of evidence: from when an answer counts, and when it expires.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::language::period::Period;
use crate::model::answer::broken::Broken;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Observation, Transcript};
use crate::model::judge::view::View;
use crate::model::plan::Plan;
use crate::model::plan::expect::CLOCK_TOLERANCE;
use crate::model::time::read_time;

/// How much older than its `Age` an answer may be, by its `Date`.
const UNEXPLAINED_MAX: SignedDuration = SignedDuration::from_mins(5);

/// Whether the `Date` of an answer that was received at `observed` is in the future, or in the past by
/// more than its `Age` explains (RFC 9111, section 4.2.3).
pub(crate) fn is_misdated(facts: &Facts, observed: Timestamp) -> bool {
    let Some(date) = date(facts) else { return false };
    let old = observed.duration_since(date);
    let explained = age(facts).unwrap_or_default() + UNEXPLAINED_MAX;
    old < -CLOCK_TOLERANCE.as_signed() || old > explained
}

/// The time from which an observation counts: that of its oldest answer.
fn counts_from(observation: &Observation) -> Timestamp {
    let others = observation.others.iter().map(|one| stored_at(&one.answer, one.at));
    others.fold(stored_at(&observation.answer, observation.at), Timestamp::min)
}

/// When an answer was received or, if a cache had stored it, when the cache received it.
fn stored_at(answer: &Answer, received: Timestamp) -> Timestamp {
    let Answer::Facts(facts) = answer else { return received };
    let Some(age) = age(facts).filter(|age| age.is_positive()) else { return received };
    let stored = received.checked_sub(age).unwrap_or(Timestamp::MIN);
    date(facts).map_or(stored, |date| date.min(stored))
}

/// The oldest time from which an answer of a transcript counts; `None` if there is no answer.
pub(crate) fn oldest(transcript: &Transcript) -> Option<Timestamp> {
    let answers = transcript.observations.iter();
    answers.filter(|one| matches!(one.answer, Answer::Facts(_))).map(counts_from).min()
}

/// When a check's evidence expires: `valid_for` after its first answer, or earlier where a fact has
/// an end of its own. If something is waived, an end that had already passed when the answer was
/// received is the very thing that is waived, and does not count.
pub(crate) fn end(
    valid_for: Period,
    plan: &Plan,
    transcript: &Transcript,
    waived: &[Broken],
) -> Timestamp {
    let view = View::new(plan, &transcript.observations);
    let seen = StepId::first(plan.steps.len()).filter(|step| view.answer(*step).is_ok());
    let seen = seen.filter_map(|step| view.observation(step));
    let seen = seen.map(|one| valid_for.after(counts_from(one)));
    let facts = plan.ends.iter().filter_map(|end| {
        let time = read_time(view.answer(end.step).ok()?.at(&end.at)?)?;
        let ends = end.plus.after(time);
        let passed = view.observation(end.step).is_some_and(|one| ends <= one.at);
        Some(ends).filter(|_| waived.is_empty() || !passed)
    });
    seen.chain(facts).min().unwrap_or(Timestamp::MIN)
}

fn date(facts: &Facts) -> Option<Timestamp> {
    read_time(&Value::from(facts.header("date")?))
}

/// How long caches had stored an answer, by its `Age` (RFC 9111, section 5.1).
fn age(facts: &Facts) -> Option<SignedDuration> {
    let seconds = facts.header("age")?.trim().parse::<u32>().ok()?;
    Some(SignedDuration::from_secs(i64::from(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn facts(date: &str, age: Option<&str>) -> Facts {
        let mut facts = Facts(json!({"status": 200, "headers": {"date": [date]}}));
        if let Some(age) = age {
            facts.set("/headers/age", json!([age]));
        }
        facts
    }

    fn noon() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn at(time: &str) -> String {
        format!("Sun, 22 Nov 2026 {time} GMT")
    }

    #[test]
    fn a_date_is_wrong_in_the_future_and_where_no_cache_explains_it() {
        for (time, age, wrong) in [
            ("12:00:59", None, false),
            ("12:01:00", None, false),
            ("12:01:01", None, true),
            ("11:55:01", None, false),
            ("11:55:00", None, false),
            ("11:54:59", None, true),
            ("10:00:00", Some("7200"), false),
            ("10:00:00", Some("7000"), false),
            ("10:00:00", Some("6000"), true),
            ("10:00:00", Some("two hours"), true),
            ("12:02:00", Some("7200"), true),
        ] {
            assert_eq!(is_misdated(&facts(&at(time), age), noon()), wrong, "{time} {age:?}");
        }
        assert!(!is_misdated(&facts("soon", None), noon()));
    }

    #[test]
    fn an_answer_of_a_cache_counts_from_when_it_was_stored() {
        let from =
            |facts: Facts| counts_from(&Observation::new(noon(), Answer::Facts(facts))).to_string();
        // A difference of the clocks is not an age.
        assert_eq!(from(facts(&at("11:58:00"), None)), "2026-11-22T12:00:00Z");
        assert_eq!(from(facts(&at("10:00:00"), Some("7200"))), "2026-11-22T10:00:00Z");
        // Some caches send their own time as `Date`.
        assert_eq!(from(facts(&at("12:00:00"), Some("7200"))), "2026-11-22T10:00:00Z");
        assert_eq!(from(facts(&at("09:59:00"), Some("7200"))), "2026-11-22T09:59:00Z");
    }
}
