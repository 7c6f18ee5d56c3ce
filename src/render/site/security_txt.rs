//! `/.well-known/security.txt` (RFC 9116): how to report a vulnerability.
//!
//! `Expires` promises that the contacts are valid until then. A build alone must not extend that promise, so
//! the date is the expiry of an attestation: that of a claim whose words contain every contact. Without such
//! an attestation, or with one of the demo only, there is no file.

use jiff::Timestamp;

use crate::model::answer::attestation::AttestationDay;
use crate::model::answer::ids::StepId;
use crate::model::judge::evidence::{Outcome, Standing};
use crate::model::judge::view::View;
use crate::model::project::Project;
use crate::model::time::read_time;
use crate::render::Input;
use crate::render::site::absolute;

/// The path of the file (section 3).
pub const PATH: &str = ".well-known/security.txt";

/// The file, if the contacts are attested.
pub(crate) fn file(input: &Input<'_>) -> Option<String> {
    let contacts = &input.project.contacts;
    if contacts.is_empty() {
        return None;
    }
    let expires = expires(input)?;
    let site = &input.project.site;
    let mut lines: Vec<String> = contacts.iter().map(|one| format!("Contact: {one}")).collect();
    // The specification requires the format of RFC 3339.
    lines.push(format!("Expires: {expires}"));
    let languages = input.project.languages.iter().map(|one| one.tag.as_str());
    lines.push(format!("Preferred-Languages: {}", languages.collect::<Vec<_>>().join(", ")));
    lines.push(format!("Canonical: {}", absolute(&site.url, PATH)));
    Some(lines.join("\n") + "\n")
}

/// The earliest expiry of the attestations for the contacts.
fn expires(input: &Input<'_>) -> Option<Timestamp> {
    let given = input.outcomes.iter().filter(|outcome| names_all(outcome, input.project));
    given.filter_map(|outcome| attestation_end(outcome, input.project)).min()
}

/// Whether a claim's words and the addresses of its links contain every contact.
fn names_all(outcome: &Outcome<'_>, project: &Project) -> bool {
    let words = outcome.claim.words();
    let named = |contact: &url::Url| match contact.scheme() {
        "mailto" | "tel" => words.contains(contact.path()),
        _ => words.contains(contact.as_str()),
    };
    project.contacts.iter().all(named)
}

fn attestation_end(outcome: &Outcome<'_>, project: &Project) -> Option<Timestamp> {
    let (_, attestation) = project.attestations.get(&outcome.claim.id)?;
    let real = attestation.day != AttestationDay::Demo && outcome.standing == Standing::Holds;
    let mut checks = outcome.checks.iter().filter(|check| check.plan.kind == "attestation");
    let check = checks.next().filter(|_| real)?;
    let view = View::new(check.plan, &check.transcript.observations);
    read_time(view.answer(StepId(0)).ok()?.at("/until")?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::language::period::Period;
    use crate::model::answer::attestation::Attestation;
    use crate::model::answer::facts::Facts;
    use crate::model::answer::observation::Answer;
    use crate::render::sample::Sample;

    const CLAIM: &str = "content-storage";

    /// The file of the sample with an attestation of a claim with these words.
    fn attested(words: &str, day: AttestationDay) -> Option<String> {
        let mut sample = Sample::new();
        let claims = &mut sample.project.claims;
        let claim = claims.iter_mut().find(|claim| claim.id == CLAIM).unwrap();
        claim.passages[0].words = words.into();
        let attestation = Attestation {
            role: "officer".into(),
            day,
            valid_for: Period::days(90),
            looked_at: "the mailbox".into(),
            words: words.into(),
        };
        sample.project.attestations.insert(CLAIM.into(), ("a.yaml".into(), attestation));
        let evidence = sample.assessment.claims.get_mut(CLAIM).unwrap();
        let facts = json!({"given": "2026-11-20", "until": "2027-02-19T00:00:00Z"});
        evidence.transcripts[0].observations[0].answer = Answer::Facts(Facts(facts));
        let outcomes = sample.outcomes();
        file(&sample.input(&outcomes))
    }

    fn day() -> AttestationDay {
        AttestationDay::On(jiff::civil::date(2026, 11, 20))
    }

    #[test]
    fn the_file_expires_with_the_attestation() {
        let file = attested("Write to security@example.com.", day()).unwrap();
        insta::assert_snapshot!(file, @r"
        Contact: mailto:security@example.com
        Expires: 2027-02-19T00:00:00Z
        Preferred-Languages: en
        Canonical: https://security.example.com/.well-known/security.txt
        ");
    }

    #[test]
    fn there_is_no_file_without_an_attestation() {
        assert_eq!(attested("Write to somebody.", day()), None);
        assert_eq!(attested("Write to security@example.com.", AttestationDay::Demo), None);
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        assert_eq!(file(&sample.input(&outcomes)), None);
    }
}
