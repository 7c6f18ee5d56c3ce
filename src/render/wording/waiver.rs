//! Waivers in English: who accepts a violation until when, and which waivers have no effect.

use jiff::civil::Date;

use crate::model::judge::evidence::{Outcome, Standing};
use crate::model::judge::waiving::Waiving;
use crate::model::project::Project;
use crate::render::wording::{cut, plain};

/// The number of characters of a reason that are shown.
const REASON_MAX: usize = 400;

/// A day in words: `30 Nov 2026`.
pub fn day(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

/// The title of the role that accepts.
pub fn role(waiving: &Waiving<'_>, project: &Project) -> String {
    let role = &waiving.waiver.role;
    plain(project.roles.get(role).unwrap_or(role))
}

/// The waiver with its internal reason: for the team, not for the page.
pub fn waived(waiving: &Waiving<'_>, project: &Project) -> String {
    let waiver = waiving.waiver;
    let (until, role) = (day(waiver.until), role(waiving, project));
    let (ticket, reason) = (plain(&waiver.ticket), cut(waiver.reason.trim(), REASON_MAX));
    format!("until {until} by {role} ({ticket}): {reason}")
}

/// The problems of a claim's waiver, one line each: it has expired, or it accepts an expectation that is
/// not violated.
pub fn idle(outcome: &Outcome<'_>) -> Vec<String> {
    let Some(waiving) = &outcome.waiving else {
        return Vec::new();
    };
    let file = waiving.file;
    let ended = waiving.is_over.then(|| {
        let until = day(waiving.waiver.until);
        format!("{file}: the waiver expired on {until}")
    });
    if outcome.standing == Standing::Holds {
        let dead = format!("{file}: the claim is true now; remove the waiver");
        return ended.into_iter().chain([dead]).collect();
    }
    let dead = waiving.dead.iter();
    let dead = dead.map(|one| {
        format!("{file}: this expectation is not violated; remove the entry: {}", one.line())
    });
    ended.into_iter().chain(dead).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::project::waiver::{Accepted, Waiver};
    use crate::render::sample::Sample;

    /// The sample, with everything that the claim's only probe expects accepted.
    fn waived(id: &str) -> Sample {
        let mut sample = Sample::new();
        let mut waiver: Waiver = sample.project.waivers["image-storage"].1.clone();
        let step = &sample.plans[id][0].steps.last().unwrap().clone();
        let of = |one: &crate::model::plan::expect::Expectation| Accepted {
            check: 1,
            step: step.name.clone(),
            at: one.at.clone(),
            is: one.test.clone(),
            up_to: None,
            accepts_value: Some(serde_json::json!(200)),
        };
        waiver.accepts[0].value = of(&step.expect[0]);
        let more = step.expect[1..].iter().map(|one| {
            let mut accepted = waiver.accepts[0].clone();
            accepted.value = of(one);
            accepted
        });
        let more: Vec<_> = more.collect();
        waiver.accepts.extend(more);
        sample.project.waivers.insert(id.into(), ("waivers/it.yaml".into(), waiver));
        sample
    }

    #[test]
    fn only_violations_can_be_waived() {
        for id in ["backup-daily", "privacy-policy", "limited-scopes", "encrypted-transport"] {
            let (plain, sample) = (Sample::new(), waived(id));
            let standings = |sample: &Sample| -> Vec<Standing> {
                sample.outcomes().iter().map(|one| one.standing).collect()
            };
            assert_eq!(standings(&sample), standings(&plain), "{id}");
        }
    }

    #[test]
    fn a_waiver_for_one_violation_does_not_cover_another() {
        let sample = waived("tenant-isolation");
        let outcomes = sample.outcomes();
        assert_eq!(outcomes[1].standing, Standing::Violated);
        assert_eq!(outcomes[1].checks[0].waived.len(), 0, "a leak, and a stranger let in");
        assert_eq!(idle(&outcomes[1]), Vec::<String>::new());
    }

    #[test]
    fn unused_waivers_are_reported() {
        let sample = waived("encrypted-transport");
        let outcomes = sample.outcomes();
        assert_eq!(
            idle(&outcomes[0]),
            ["waivers/it.yaml: the claim is true now; remove the waiver"]
        );
        let mut sample = Sample::new();
        let (_, waiver) = sample.project.waivers.get_mut("image-storage").unwrap();
        let mut dead = waiver.accepts[0].clone();
        dead.value.is = crate::model::plan::expect::Test::Exists(true);
        waiver.accepts.push(dead);
        let more = crate::model::plan::expect::Expectation::new(
            "/status",
            crate::model::plan::expect::Test::Exists(true),
        );
        let plan = &mut sample.plans.get_mut("image-storage").unwrap()[0];
        plan.steps.last_mut().unwrap().expect.push(more);
        let outcomes = sample.outcomes();
        assert_eq!(outcomes[6].standing, Standing::Waived);
        assert_eq!(
            idle(&outcomes[6]),
            [
                "waivers/image-storage.yaml: this expectation is not violated; remove the entry: - { check: 1, step: \
              \"anyone reads /images\", at: \"/status\", is: {\"exists\":true}, accepts_value: 200 }"
            ]
        );
    }
}
