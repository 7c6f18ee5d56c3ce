//! Attestations: a named role's dated word for a claim, one file each under `attestations/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::load::claim::record::{Measure, Sheet, Sort};
use crate::load::file::reader::Reader;
use crate::model::answer::attestation::{Attestation, AttestationDay};
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;

const SORT: Sort =
    Sort { folder: "attestations", noun: "attestation", verb: "attest", days: &["day"] };

/// How many days before its last one it is told that an attestation will end.
const WARNED_DAYS: i32 = 30;

/// Every attestation that counts for the target, by claim.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    measure: &Measure<'_>,
) -> BTreeMap<ClaimId, (Arc<str>, Attestation)> {
    let look = |attestation: &Attestation, sheet: &mut Sheet<'_>| look(attestation, measure, sheet);
    let mut all = measure.read(&SORT, reader, &look);
    all.retain(|_, (_, attestation)| measure.demo || attestation.day != AttestationDay::Demo);
    all
}

fn look(attestation: &Attestation, measure: &Measure<'_>, sheet: &mut Sheet<'_>) {
    sheet.role(&attestation.role, measure);
    if let AttestationDay::On(day) = attestation.day {
        sheet.day(day, measure.today);
    }
    sheet.texts(&[("looked_at", &attestation.looked_at), ("words", &attestation.words)]);
    if let Some((code, last)) = ending(attestation, measure.today) {
        let message = match code {
            Code::AttestationEnded => format!("this attestation expired on {last}"),
            _ => format!("this attestation expires on {last}: today is {}", measure.today),
        };
        let help = format!("write a new one with `avouch attest {}`", sheet.id);
        let diagnostic = Diagnostic::new(code, sheet.place("day"), message);
        sheet.diagnostics.push(diagnostic.with(Argument::Date, last.to_string()).help(help));
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
        let told = Fixture::sound()
            .replace(FILE, "role: officer", "role: officier")
            .replace(FILE, "2026-11-01", "2026-11-23")
            .replace(FILE, "looked_at: the backups", "looked_at: ''")
            .with(
                "attestations/backup-dally.yaml",
                "role: officer\nday: 2026-13-01\nvalid_for: 90d\nlooked_at: x\n",
            )
            .told();
        assert_eq!(
            told,
            [
                "attestations/backup-daily.yaml:1:7 unknown-role: there is no role `officier` ? did you mean `officer`?",
                "attestations/backup-daily.yaml:2:6 future-date: this day is still to come: today is 2026-11-22 ? write the day on which it was given",
                "attestations/backup-daily.yaml:4:12 empty: `looked_at` is empty ? write what belongs here",
                "attestations/backup-dally.yaml:1:1 unknown-claim: there is no claim `backup-dally` for this to attest ? did you mean `backup-daily`?",
                "attestations/backup-dally.yaml:1:1 missing-key: the key `words` is missing ? add `words:`",
                "attestations/backup-dally.yaml:2:6 impossible-date: `2026-13-01` is no day in the calendar ? write it like `2026-11-22`",
            ]
        );
    }

    #[test]
    fn an_attestation_is_told_of_thirty_days_before_its_end_and_once_it_has_ended() {
        let told = |valid_for: &str| {
            Fixture::sound()
                .replace(FILE, "valid_for: 90d", &format!("valid_for: {valid_for}"))
                .told()
        };
        // It was given on 2026-11-01, and today is 2026-11-22.
        assert_eq!(told("52d"), Vec::<String>::new());
        let soon = |last: &str| {
            [format!(
                "attestations/backup-daily.yaml:2:6 attestation-ends-soon: this attestation \
                 ends on {last}: today is 2026-11-22 ? give it anew: `avouch attest backup-daily`"
            )]
        };
        assert_eq!(told("51d"), soon("2026-12-22"));
        assert_eq!(told("21d"), soon("2026-11-22"));
        assert_eq!(
            told("20d"),
            ["attestations/backup-daily.yaml:2:6 attestation-ended: this attestation ended on \
              2026-11-21 ? give it anew: `avouch attest backup-daily`"]
        );
        let loaded = Fixture::sound().replace(FILE, "valid_for: 90d", "valid_for: 20d").load();
        assert!(loaded.diagnostics.iter().all(|one| !one.is_error()));
        assert!(loaded.project.unwrap().attestations.contains_key("backup-daily"));
    }

    #[test]
    fn the_demos_own_word_counts_for_the_demo_alone() {
        let own = || Fixture::sound().replace(FILE, "2026-11-01", "demo");
        assert_eq!(own().told(), Vec::<String>::new());
        assert!(own().load().project.unwrap().attestations.is_empty());
        assert_eq!(own().target("demo").load().project.unwrap().attestations.len(), 1);
    }
}
