//! JUnit XML for CI servers: one suite per policy, one case per claim. Violated claims are failures,
//! unverified ones are errors, waived ones are skipped.

use std::time::Duration;

use indexmap::IndexMap;
use quick_junit::{
    NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite,
};

use crate::model::judge::evidence::{CheckOutcome, Outcome, Standing};
use crate::render::finding::place_of;
use crate::render::report::text;
use crate::render::{Input, wording};

/// Writes the report.
pub(crate) fn render(input: &Input<'_>) -> Vec<u8> {
    let mut suites: IndexMap<String, TestSuite> = IndexMap::new();
    for outcome in input.outcomes {
        let (file, _) = place_of(outcome, input.project);
        let suite = suites.entry(file).or_insert_with_key(|file| suite(file, input));
        suite.add_test_case(case(outcome, input));
    }
    let mut report = Report::new("avouch");
    report.add_test_suites(suites.into_values());
    let mut bytes = Vec::new();
    // Writing to a vector cannot fail.
    let _ = report.serialize(&mut bytes);
    bytes
}

fn suite(file: &str, input: &Input<'_>) -> TestSuite {
    let mut suite = TestSuite::new(file);
    suite.timestamp = input.assessment.started.to_string().parse().ok();
    suite.add_property(Property::new("target", input.assessment.world.target.as_str()));
    suite
}

fn case(outcome: &Outcome<'_>, input: &Input<'_>) -> TestCase {
    let (file, at) = place_of(outcome, input.project);
    let mut status = status(outcome, input);
    status.add_reruns(outcome.checks.iter().flat_map(reruns));
    let mut case = TestCase::new(outcome.claim.id.as_str(), status);
    case.set_classname(file.trim_end_matches(".md").replace('/', "."));
    case.set_time(took(outcome));
    case.timestamp = outcome.observed.and_then(|at| at.to_string().parse().ok());
    case.extra.insert("file".into(), file.into());
    case.extra.insert("line".into(), at.line.to_string().into());
    case.add_property(Property::new("words", wording::words(outcome.claim)));
    let idle = wording::idle(outcome);
    if !idle.is_empty() {
        case.set_system_err(idle.join("\n"));
    }
    case
}

fn status(outcome: &Outcome<'_>, input: &Input<'_>) -> TestCaseStatus {
    let mut status = match outcome.standing {
        Standing::Holds => return TestCaseStatus::success(),
        Standing::Waived => TestCaseStatus::skipped(),
        Standing::Violated => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Standing::Inconclusive(_) | Standing::Expired | Standing::Unfit(_) => {
            TestCaseStatus::non_success(NonSuccessKind::Error)
        }
    };
    let kind = match outcome.standing {
        Standing::Inconclusive(reason) => reason.name(),
        standing => standing.name(),
    };
    status.set_type(kind);
    status.set_message(wording::told(outcome, input.project));
    status.set_description(text::trouble_of(outcome, input));
    status
}

/// The attempts before the last one, and the repetition of a violated check.
fn reruns(check: &CheckOutcome<'_>) -> Vec<TestRerun> {
    let kind = &check.plan.kind;
    let rerun = |sort, ty: &str, message: String| {
        let mut rerun = TestRerun::new(sort);
        rerun.set_type(ty).set_message(message);
        rerun
    };
    let attempts = 1..check.transcript.attempts;
    let attempts = attempts.map(|number| {
        let message = format!("{kind}: attempt {number} was inconclusive and was retried");
        rerun(NonSuccessKind::Error, "inconclusive", message)
    });
    let again = check.intermittent.then(|| {
        let message =
            format!("{kind}: the repetition gave another verdict: the result is intermittent");
        rerun(NonSuccessKind::Failure, "intermittent", message)
    });
    attempts.chain(again).collect()
}

/// The total time of the answers.
fn took(outcome: &Outcome<'_>) -> Duration {
    let checks = outcome.checks.iter();
    let observations = checks.flat_map(|check| &check.transcript.observations);
    Duration::from_millis(observations.map(|one| one.took_ms).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    fn rendered(sample: &Sample) -> String {
        let outcomes = sample.outcomes();
        String::from_utf8(render(&sample.input(&outcomes))).unwrap()
    }

    /// The case of a claim, without the text of its elements.
    fn case(xml: &str, id: &str) -> String {
        let (_, rest) = xml.split_once(&format!("<testcase name=\"{id}\"")).unwrap();
        let end = rest.find("</testcase>").unwrap();
        let tags = rest[..end].lines().map(str::trim).filter(|line| line.starts_with('<'));
        tags.map(|line| line.split('>').next().unwrap()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn each_standing_has_a_status_that_ci_servers_know() {
        let xml = rendered(&Sample::new());
        let head = xml.lines().nth(1).unwrap();
        assert_eq!(
            head,
            "<testsuites name=\"avouch\" tests=\"7\" skipped=\"1\" failures=\"1\" errors=\"3\">"
        );
        insta::assert_snapshot!(case(&xml, "tenant-isolation"), @r#"
        <properties
        <property name="words" value="One customer can never reach another customer&apos;s &lt;data&gt;."/
        </properties
        <failure message="tenant-isolation does not hold: globex reads acme&apos;s note: status 200, 64 bytes with data of acme in it" type="violated"
        </failure
        "#);
        insta::assert_snapshot!(case(&xml, "backup-daily"), @r#"
        <properties
        <property name="words" value="Customer data is backed up every day."/
        </properties
        <error message="backup-daily could not be verified: anyone reads /ops/backups/latest: connection refused by 127.0.0.1:8443" type="unreachable"
        </error
        <rerunError message="backup-age: attempt 1 was inconclusive and was retried" type="inconclusive"
        </rerunError
        <rerunError message="backup-age: attempt 2 was inconclusive and was retried" type="inconclusive"
        </rerunError
        "#);
        insta::assert_snapshot!(case(&xml, "image-storage"), @r#"
        <properties
        <property name="words" value="Images are no longer kept on the old host."/
        </properties
        <skipped message="image-storage does not hold: anyone reads /images: status 200; waived until 30 Nov 2026 by The demo&apos;s officer (SEC-17): The old host is switched off next week." type="waived"
        </skipped
        "#);
    }

    #[test]
    fn a_claim_that_holds_after_a_retry_is_flaky() {
        let mut sample = Sample::new();
        let evidence = sample.assessment.claims.get_mut("encrypted-transport").unwrap();
        evidence.transcripts[0].attempts = 2;
        insta::assert_snapshot!(case(&rendered(&sample), "encrypted-transport"), @r#"
        <properties
        <property name="words" value="Browsers are told to use HTTPS for a year."/
        </properties
        <flakyError message="headers: attempt 1 was inconclusive and was retried" type="inconclusive"
        </flakyError
        "#);
    }
}
