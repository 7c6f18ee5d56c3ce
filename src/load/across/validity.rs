//! How long evidence is valid, compared with the limit of the project.

use crate::language::period::Period;
use crate::load::claim::Claims;
use crate::model::project::claim::Claim;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The kind of check that has a period of its own: that of the attestation.
const ATTESTATION: &str = "attestation";

/// Reports claims with tests whose evidence would be valid for longer than `max`.
pub(crate) fn check(max: Period, claims: &Claims, diagnostics: &mut Report) {
    let is_tested = |claim: &&Claim| claim.checks.iter().any(|one| one.kind.value != ATTESTATION);
    for claim in claims.by_id.values().filter(is_tested) {
        let written = &claim.written.valid_for;
        if written.value > max {
            let message = format!(
                "evidence would be valid for {}, but the limit is {}",
                written.value.in_words(),
                max.in_words()
            );
            let help = format!(
                "write `valid_for: {max}` or less, and check more often; or raise the limit in \
                 `avouch.yaml`: `limits: {{ valid_for: {} }}`",
                written.value
            );
            let place = written.place(&claim.file);
            diagnostics.push(Diagnostic::new(Code::ValidForTooLong, place, message).help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    const CHECK: &str = "checks/backup-daily.yaml";
    const ATTESTED: &str = "attestations/backup-daily.yaml";

    fn reported(valid_for: &str, kind: &str, limits: &str) -> Vec<String> {
        let check = format!(
            "proves: Customer data is backed up every day.\nbecause: x\nvalid_for: {valid_for}\n\
             checks: [{{kind: {kind}}}]\n"
        );
        let fixture = Fixture::sound().with(CHECK, check);
        match limits {
            "" => fixture.reported(),
            limits => {
                fixture.replace("avouch.yaml", "target:", &format!("{limits}\ntarget:")).reported()
            }
        }
    }

    #[test]
    fn evidence_is_valid_for_a_month_at_most_unless_the_project_raises_the_limit() {
        assert_eq!(reported("31d", "link", ""), Vec::<String>::new());
        assert_eq!(
            reported("32d", "link", ""),
            [
                "checks/backup-daily.yaml:3:12 valid-for-too-long: evidence would be valid for 32 days, but the limit is 31 days ? write `valid_for: 31d` or less, and check more often; or raise the limit in `avouch.yaml`: `limits: { valid_for: 32d }`"
            ]
        );
        assert_eq!(reported("32d", "link", "limits: { valid_for: 32d }"), Vec::<String>::new());
        assert_eq!(reported("90d", "attestation", ""), Vec::<String>::new());
    }

    #[test]
    fn an_attestation_is_valid_for_four_hundred_days_at_most() {
        let reported = |valid_for: &str| {
            Fixture::sound()
                .replace(ATTESTED, "valid_for: 90d", &format!("valid_for: {valid_for}"))
                .reported()
        };
        assert_eq!(reported("400d"), Vec::<String>::new());
        assert_eq!(
            reported("401d"),
            [
                "attestations/backup-daily.yaml:3:12 valid-for-too-long: this attestation would be valid for 401 days, but the limit is 400 days ? write `valid_for: 400d` or less, and attest it again before it expires"
            ]
        );
    }
}
