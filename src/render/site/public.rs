//! The public part of a transcript: requests, statuses, and the values that expectations name. Never a
//! body, an id that the author did not choose to publish, or the text of an error.

use indexmap::IndexSet;
use serde_json::Value;

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::StepId;
use crate::model::judge::Judged;
use crate::model::judge::view::{View, facts_of};
use crate::model::plan::expect::{Expectation, Test, TestOutcome};
use crate::model::plan::template::Template;
use crate::render::wording::{asked, at_address, found, list, origin, plain, value};

/// The number of further answers of one step that are shown.
const OTHERS_MAX: usize = 8;

/// The text for an expectation that was met, if the actual value is not public.
pub(crate) const AS_EXPECTED: &str = "as expected";

/// The text for an expectation that was not met, if the actual value is not public.
pub(crate) const NOT_AS_EXPECTED: &str = "not as expected";

/// All answers to the request of a step, as far as they differ, and how often it was sent.
pub(crate) fn answers(view: &View<'_>, step: StepId) -> String {
    let mut all = answer(view, step);
    let Some(observation) = view.observation(step) else {
        return all;
    };
    for look in observation.others.iter().take(OTHERS_MAX) {
        let address =
            look.address.as_deref().map_or_else(String::new, |one| format!(" at {}", plain(one)));
        all.push_str(&format!("; {}{address}", of(facts_of(&look.answer))));
    }
    match asked(observation) {
        Some(asked) => format!("{all} ({asked})"),
        None => all,
    }
}

/// The answer to a step: its status, or the reason for having none.
pub(crate) fn answer(view: &View<'_>, step: StepId) -> String {
    of(view.answer(step))
}

/// The answer that decided an outcome, with its address if the answers to the request differed.
pub(crate) fn answer_of(view: &View<'_>, step: StepId, look: usize) -> String {
    format!("{}{}", of(view.look(step, look)), at_address(view, step, look))
}

fn of(answer: Result<&Facts, ProbeError>) -> String {
    let origin = origin(answer.clone());
    let words = match answer {
        Err(error) => error.reason.in_words().to_owned(),
        Ok(facts) => match facts.status() {
            Some(status) => match facts.pages().count() {
                0 => format!("status {status}"),
                further => format!("status {status}, {} pages", further + 1),
            },
            None => "an answer".to_owned(),
        },
    };
    words + &origin
}

/// The outcome of an expectation, with the actual value if that is public.
pub(crate) fn outcome(expectation: &Expectation, judged: &Judged, publish: &[String]) -> String {
    let met = judged.outcome == TestOutcome::Met;
    if let TestOutcome::Unknown(reason) = judged.outcome {
        return format!("unknown: {}", reason.in_words());
    }
    if publish.contains(&expectation.at) || is_public(expectation, judged) {
        return found(expectation, judged);
    }
    if met { AS_EXPECTED } else { NOT_AS_EXPECTED }.to_owned()
}

/// Public are the status, named headers, and everything that the operand reveals. Of bodies, only numbers,
/// times, and values equal to those in the check are public.
fn is_public(expectation: &Expectation, judged: &Judged) -> bool {
    let whole_body = matches!(expectation.at.as_str(), "/body/text" | "/body/json" | "/body");
    let named = expectation.at == "/status" || expectation.at.starts_with("/headers/");
    let met = judged.outcome == TestOutcome::Met;
    match &expectation.test {
        Test::Refused(_)
        | Test::Allowed(_)
        | Test::WithholdsData
        | Test::ShowsCanary(_)
        | Test::ShowsExactly(_)
        | Test::ShowsNoForeignCanary => true,
        Test::Unchanged => met,
        _ if whole_body => false,
        _ if named => true,
        Test::Equals(wanted) => met && !has_hole(wanted),
        Test::OneOf(wanted) | Test::SameSet(wanted) => met && !wanted.iter().any(has_hole),
        Test::NotOlderThan(_) | Test::AtLeastAhead(_) => true,
        Test::AddressesOn(_) => met && judged.actual.is_string(),
        Test::AtMost(_) | Test::AtLeast(_) => judged.actual.is_number(),
        _ => false,
    }
}

fn has_hole(value: &Value) -> bool {
    match value {
        Value::String(text) => Template::new(text.as_str()).holes().next().is_some(),
        Value::Array(items) => items.iter().any(has_hole),
        Value::Object(fields) => fields.values().any(has_hole),
        _ => false,
    }
}

/// The values that the author chose to publish: pointer and value.
pub(crate) fn published(
    view: &View<'_>,
    step: StepId,
    publish: &[String],
) -> Vec<(String, String)> {
    let Ok(facts) = view.answer(step) else {
        return Vec::new();
    };
    let shown = |pointer: &String| Some((plain(pointer), shown(facts.at(pointer)?)));
    // Several expectations may publish the same pointer.
    let once: IndexSet<&String> = publish.iter().collect();
    once.into_iter().filter_map(shown).collect()
}

fn shown(found: &Value) -> String {
    match found.as_array() {
        Some(items) if items.iter().all(Value::is_string) => {
            let words: Vec<String> = items.iter().filter_map(Value::as_str).map(plain).collect();
            list(&words, "and")
        }
        _ => value(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn outcome_of(at: &str, test: Test, actual: Value, is: TestOutcome) -> String {
        let judged = Judged { outcome: is, actual, look: 0 };
        outcome(&Expectation::new(at, test), &judged, &[])
    }

    #[test]
    fn bodies_and_their_ids_are_never_public() {
        let secret = || json!("id-4711");
        let holes = Test::Equals(json!("${note}"));
        for (at, test) in [
            ("/body/text", Test::Equals(secret())),
            ("/body/json/id", holes),
            ("/body/json/id", Test::Exists(true)),
            ("/body/json/url", Test::StartsWith("id".into())),
            ("/body/json/id", Test::NotEquals(json!("x"))),
        ] {
            for is in [TestOutcome::Met, TestOutcome::NotMet] {
                let shown = outcome_of(at, test.clone(), secret(), is);
                assert!(!shown.contains("4711"), "{at} {test:?}: {shown}");
            }
        }
    }

    #[test]
    fn values_that_the_expectation_names_are_public() {
        let age = Test::NotOlderThan(crate::language::period::Period::hours(24));
        let time = json!("2026-11-22T08:00:00Z");
        assert_eq!(
            outcome_of("/body/json/at", age, time, TestOutcome::Met),
            "at: 22 Nov 2026, 08:00 UTC"
        );
        let status =
            outcome_of("/status", Test::Equals(json!(200)), json!(403), TestOutcome::NotMet);
        assert_eq!(status, "status 403");
        let ours = outcome_of(
            "/body/json/state",
            Test::Equals(json!("done")),
            json!("done"),
            TestOutcome::Met,
        );
        assert_eq!(ours, "state: “done”");
    }

    #[test]
    fn values_that_the_author_publishes_are_public() {
        let judged = Judged { outcome: TestOutcome::Met, actual: json!("7"), look: 0 };
        let expectation = Expectation::new("/body/json/id", Test::Exists(true));
        assert_eq!(outcome(&expectation, &judged, &["/body/json/id".into()]), "id: “7”");
    }
}
