//! Waivers in English: what is accepted, by whom and until when; and which of them do nothing.

use jiff::civil::Date;

use crate::model::judge::evidence::{Outcome, Standing};
use crate::model::judge::waiving::Waiving;
use crate::model::project::Project;
use crate::render::wording::{cut, plain};

/// How many characters of a reason are told.
const REASON_MAX: usize = 400;

/// A day for a reader: `30 Nov 2026`.
pub fn day(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

/// The title of the role that accepts.
pub fn role(waiving: &Waiving<'_>, project: &Project) -> String {
    let role = &waiving.waiver.role;
    plain(project.roles.get(role).unwrap_or(role))
}

/// Who accepts until when, and why: for those who work on it, and not for the page.
pub fn waived(waiving: &Waiving<'_>, project: &Project) -> String {
    let waiver = waiving.waiver;
    let (until, role) = (day(waiver.until), role(waiving, project));
    let (ticket, reason) = (plain(&waiver.ticket), cut(waiver.reason.trim(), REASON_MAX));
    format!("until {until} by {role} ({ticket}): {reason}")
}

/// What is wrong with a claim's waiver, as far as the evidence shows it, a line each: it has ended,
/// or it accepts what is not broken.
pub fn idle(outcome: &Outcome<'_>) -> Vec<String> {
    let Some(waiving) = &outcome.waiving else {
        return Vec::new();
    };
    let file = waiving.file;
    let ended = waiving.is_over.then(|| {
        let until = day(waiving.waiver.until);
        format!("{file}: it ended on {until}, and accepts nothing any more")
    });
    if outcome.standing == Standing::Holds {
        let dead = format!("{file}: the claim holds without it; take it away");
        return ended.into_iter().chain([dead]).collect();
    }
    let dead = waiving.dead.iter();
    let dead = dead.map(|one| format!("{file}: this is not broken; take it away: {}", one.line()));
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
    fn only_what_is_violated_can_be_waived() {
        for id in ["backup-daily", "privacy-policy", "limited-scopes", "encrypted-transport"] {
            let (plain, sample) = (Sample::new(), waived(id));
            let standings = |sample: &Sample| -> Vec<Standing> {
                sample.outcomes().iter().map(|one| one.standing).collect()
            };
            assert_eq!(standings(&sample), standings(&plain), "{id}");
        }
    }

    #[test]
    fn part_of_what_broke_is_not_all_of_it() {
        let sample = waived("tenant-isolation");
        let outcomes = sample.outcomes();
        assert_eq!(outcomes[1].standing, Standing::Violated);
        assert_eq!(outcomes[1].checks[0].waived.len(), 1);
        assert_eq!(idle(&outcomes[1]), Vec::<String>::new());
    }

    #[test]
    fn what_is_accepted_and_not_broken_is_told() {
        let sample = waived("encrypted-transport");
        let outcomes = sample.outcomes();
        assert_eq!(
            idle(&outcomes[0]),
            ["waivers/it.yaml: the claim holds without it; take it away"]
        );
        let mut sample = Sample::new();
        let (_, waiver) = sample.project.waivers.get_mut("image-storage").unwrap();
        let mut dead = waiver.accepts[0].clone();
        dead.value.is = crate::model::plan::expect::Test::ShowsNoForeignCanary;
        dead.value.at = String::new();
        waiver.accepts.push(dead);
        let outcomes = sample.outcomes();
        assert_eq!(outcomes[6].standing, Standing::Waived);
        assert_eq!(
            idle(&outcomes[6]),
            ["waivers/image-storage.yaml: this is not broken; take it away: - { check: 1, step: \
              \"anyone reads /images\", at: \"\", is: \"shows_no_foreign_canary\" }"]
        );
    }
}
