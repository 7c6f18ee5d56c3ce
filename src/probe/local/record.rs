//! The record instrument: reads an attestation in the project. It sends nothing.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::model::answer::attestation::AttestationDay;
use crate::model::plan::Record;
use crate::model::time::{day_of, end_of_day};

/// The facts of a record: whether it exists, and its content.
pub(crate) fn facts(record: &Record, now: Timestamp) -> Value {
    let Some(attestation) = &record.attestation else {
        return json!({ "found": false });
    };
    let day = match attestation.day {
        AttestationDay::On(day) => day,
        AttestationDay::Demo => day_of(now),
    };
    json!({
        "found": true,
        "role": attestation.role,
        "day": day.to_string(),
        "until": end_of_day(attestation.last_day(day)).to_string(),
        "looked_at": attestation.looked_at,
        "words": attestation.words,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::period::Period;
    use crate::model::answer::attestation::Attestation;
    use jiff::civil::date;

    fn record(day: AttestationDay, valid_for: Period) -> Record {
        Record {
            file: "attestations/a.yaml".into(),
            attestation: Some(Attestation {
                role: "officer".into(),
                day,
                valid_for,
                looked_at: "the list of accounts".into(),
                words: "only staff".into(),
            }),
        }
    }

    fn now() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_attestation_lasts_to_the_end_of_its_last_day() {
        let day = AttestationDay::On(date(2026, 1, 31));
        let facts = facts(&record(day, Period::days(90)), now());
        assert_eq!(facts["day"], "2026-01-31");
        assert_eq!(facts["until"], "2026-05-02T00:00:00Z");
        assert_eq!(facts["found"], true);
    }

    #[test]
    fn the_attestation_of_the_demo_is_given_on_the_day_of_the_run() {
        let facts = facts(&record(AttestationDay::Demo, Period::days(1)), now());
        assert_eq!(facts["day"], "2026-11-22");
        assert_eq!(facts["until"], "2026-11-24T00:00:00Z");
    }

    #[test]
    fn a_missing_record_is_an_observation() {
        let record = Record { file: "attestations/a.yaml".into(), attestation: None };
        assert_eq!(facts(&record, now()), json!({ "found": false }));
    }

    #[test]
    fn an_endless_attestation_ends_with_the_calendar() {
        let day = AttestationDay::On(date(2026, 1, 31));
        let facts = facts(&record(day, Period::seconds(u64::MAX)), now());
        assert!(facts["until"].as_str().unwrap().starts_with("9999-12-"));
    }
}
