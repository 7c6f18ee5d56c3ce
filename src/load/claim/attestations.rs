//! Attestations: a named role's dated confirmation of a claim, one file each under `attestations/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::load::claim::record::{RecordContext, RecordFile, RecordType};
use crate::load::file::reader::Reader;
use crate::model::answer::attestation::{Attestation, AttestationDay};
use crate::model::project::world::ATTESTED_FOR_MAX;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;

const TYPE: RecordType =
    RecordType { folder: "attestations", noun: "attestation", verb: "attest", days: &["day"] };

/// Days before the end of an attestation from which on a warning is given.
const WARNED_DAYS: i32 = 30;

/// Every attestation that counts for the target, by claim.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    context: &RecordContext<'_>,
) -> BTreeMap<ClaimId, (Arc<str>, Attestation)> {
    let look =
        |attestation: &Attestation, record: &mut RecordFile<'_>| look(attestation, context, record);
    let mut all = context.read(&TYPE, reader, &look);
    all.retain(|_, (_, attestation)| context.demo || attestation.day != AttestationDay::Demo);
    all
}

fn look(attestation: &Attestation, context: &RecordContext<'_>, record: &mut RecordFile<'_>) {
    record.role(&attestation.role, context);
    if let AttestationDay::On(day) = attestation.day {
        record.day(day, context.today);
    }
    record.texts(&[("looked_at", &attestation.looked_at), ("words", &attestation.words)]);
    if attestation.valid_for > ATTESTED_FOR_MAX {
        let (days, max) = (attestation.valid_for.in_words(), ATTESTED_FOR_MAX.in_words());
        let message = format!("this attestation would be valid for {days}, but the limit is {max}");
        let help = format!(
            "write `valid_for: {ATTESTED_FOR_MAX}` or less, and attest it again before it expires"
        );
        record.report("valid_for", Code::ValidForTooLong, message, &help);
    }
    if let Some((code, last)) = ending(attestation, context.today) {
        let message = match code {
            Code::AttestationEnded => format!("this attestation expired on {last}"),
            _ => format!("this attestation expires on {last}: today is {}", context.today),
        };
        let help = format!("write a new one with `avouch attest {}`", record.id);
        let diagnostic = Diagnostic::new(code, record.place("day"), message);
        record.diagnostics.push(diagnostic.with(Argument::Date, last.to_string()).help(help));
    }
}

/// The code and the last day of an attestation that has expired or will soon. The demo's own never
/// expires.
fn ending(attestation: &Attestation, today: Date) -> Option<(Code, Date)> {
    let AttestationDay::On(day) = attestation.day else {
        return None;
    };
    let last = attestation.last_day(day);
    let left = today.until(last).map_or(i32::MAX, |span| span.get_days());
    match left {
        ..0 => Some((Code::AttestationEnded, last)),
        0..=WARNED_DAYS => Some((Code::AttestationEndsSoon, last)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    const FILE: &str = "attestations/backup-daily.yaml";

    #[test]
    fn role_claim_and_day_must_be_known() {
        let reported = Fixture::sound()
            .replace(FILE, "role: officer", "role: officier")
            .replace(FILE, "2026-11-01", "2026-11-23")
            .replace(FILE, "looked_at: the backups", "looked_at: ''")
            .with(
                "attestations/backup-dally.yaml",
                "role: officer\nday: 2026-13-01\nvalid_for: 90d\nlooked_at: x\n",
            )
            .reported();
        assert_eq!(
            reported,
            [
                "attestations/backup-daily.yaml:1:7 unknown-role: there is no role `officier` ? did you mean `officer`?",
                "attestations/backup-daily.yaml:2:6 future-date: this day is in the future: today is 2026-11-22 ? write the day on which it was given",
                "attestations/backup-daily.yaml:4:12 empty: `looked_at` is empty ? write a text",
                "attestations/backup-dally.yaml:1:1 unknown-claim: there is no claim `backup-dally` for this to attest ? did you mean `backup-daily`?",
                "attestations/backup-dally.yaml:1:1 missing-key: the key `words` is missing ? add `words:`",
                "attestations/backup-dally.yaml:2:6 impossible-date: `2026-13-01` is not a day in the calendar ? write it like `2026-11-22`",
            ]
        );
    }

    #[test]
    fn an_attestation_is_reported_thirty_days_before_it_expires_and_once_it_has_expired() {
        let reported = |valid_for: &str| {
            Fixture::sound()
                .replace(FILE, "valid_for: 90d", &format!("valid_for: {valid_for}"))
                .reported()
        };
        // It was given on 2026-11-01, and today is 2026-11-22.
        assert_eq!(reported("52d"), Vec::<String>::new());
        let soon = |last: &str| {
            [format!(
                "attestations/backup-daily.yaml:2:6 attestation-ends-soon: this attestation expires on {last}: today is 2026-11-22 ? write a new one with `avouch attest backup-daily`"
            )]
        };
        assert_eq!(reported("51d"), soon("2026-12-22"));
        assert_eq!(reported("21d"), soon("2026-11-22"));
        assert_eq!(
            reported("20d"),
            ["attestations/backup-daily.yaml:2:6 attestation-ended: this attestation expired on \
              2026-11-21 ? write a new one with `avouch attest backup-daily`"]
        );
        let loaded = Fixture::sound().replace(FILE, "valid_for: 90d", "valid_for: 20d").load();
        assert!(loaded.diagnostics.iter().all(|one| !one.is_error()));
        assert!(loaded.project.unwrap().attestations.contains_key("backup-daily"));
    }

    #[test]
    fn the_attestation_for_the_demo_counts_for_the_demo_only() {
        let own = || Fixture::sound().replace(FILE, "2026-11-01", "demo");
        assert_eq!(own().reported(), Vec::<String>::new());
        assert!(own().load().project.unwrap().attestations.is_empty());
        assert_eq!(own().target("demo").load().project.unwrap().attestations.len(), 1);
    }
}
