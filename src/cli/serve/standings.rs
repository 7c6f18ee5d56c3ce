//! Notes on claims that do not stand as they should: what it means, and who can do something.

use avouch::model::judge::binding::WorldBinding;
use avouch::model::judge::evidence::{Outcome, Standing};
use avouch::model::project::Project;
use avouch::model::project::claim::Claim;
use avouch::render::finding::findings;
use avouch::render::{summary, wording};

use crate::serve::note::{Anchor, Note};
use crate::serve::plain::{Plain, SECURITY, YOU};
use crate::serve::shown::{Shown, page_of_claim};

/// One note for each claim that was asked and does not hold, and one for all that were not asked.
pub(crate) fn notes(shown: &Shown<'_>) -> Vec<Note> {
    let mut notes: Vec<Note> =
        shown.outcomes.iter().filter_map(|outcome| note(outcome, shown)).collect();
    notes.extend(unasked(shown));
    notes
}

fn note(outcome: &Outcome<'_>, shown: &Shown<'_>) -> Option<Note> {
    let plain = match outcome.standing {
        Standing::Holds => return None,
        Standing::Waived => waived(outcome, shown),
        Standing::Violated => violated(outcome),
        Standing::Expired => expired(outcome, shown),
        Standing::Inconclusive(reason) => Plain {
            title: "This could not be verified".into(),
            says: format!(
                "When this was checked last, nothing could be found out: {}.",
                reason.in_words()
            ),
            todo:
                "Run the checks again. If it stays so, ask your security team to look at the check."
                    .into(),
            who: YOU.into(),
        },
        Standing::Unfit(_) => Plain {
            title: "The check behind this sentence is too weak".into(),
            says: format!(
                "This sentence {}, so its result counts for nothing.",
                wording::standing(outcome.standing)
            ),
            todo: "Mend the check.".into(),
            who: SECURITY.into(),
        },
    };
    Some(Note {
        stops: !outcome.standing.is_publishable(),
        page: page_of_claim(outcome.claim),
        anchor: Anchor::Claim(outcome.claim.id.to_string()),
        plain,
        redline: Vec::new(),
        by: String::new(),
        excerpt: None,
        place: outcome.claim.file.to_string(),
        detail: format!("claim {}: {}", outcome.claim.id, outcome.standing.name()),
    })
}

fn waived(outcome: &Outcome<'_>, shown: &Shown<'_>) -> Plain {
    let project = shown.checked.project.as_ref();
    let waiving = outcome.waiving.as_ref().zip(project);
    let (role, until) = waiving.map_or_else(Default::default, |(waiving, project)| {
        (wording::role(waiving, project), wording::day(waiving.waiver.until))
    });
    Plain {
        title: "This is not true at present, and is waived".into(),
        says: format!("{role} accepts that until the end of {until}. The page says so."),
        todo: "Mend the service by then.".into(),
        who: SECURITY.into(),
    }
}

fn violated(outcome: &Outcome<'_>) -> Plain {
    let found = findings(outcome);
    let saw = found.first().map_or_else(String::new, |one| {
        format!(" Expected was that {}; what came back: {}.", one.expected, one.seen)
    });
    Plain {
        title: "The service does not do what this sentence says".into(),
        says: format!("This was checked, and it is not true at present.{saw}"),
        todo: "Mend the service, or change the sentence to what is true.".into(),
        who: format!("{SECURITY}, or you"),
    }
}

fn expired(outcome: &Outcome<'_>, shown: &Shown<'_>) -> Plain {
    let attestation = shown.checked.project.as_ref().and_then(|project| {
        let (_, attestation) = project.attestations.get(&outcome.claim.id)?;
        Some(project.roles.get(&attestation.role).unwrap_or(&attestation.role).clone())
    });
    match attestation
        .filter(|_| summary::basis(outcome).is_some_and(|one| one.in_words() == "attested"))
    {
        Some(role) => Plain {
            title: "Somebody's word has run out".into(),
            says: format!("This sentence rests on the word of {role}, which has run out."),
            todo: format!("Ask {role} to look again and to give their word anew."),
            who: YOU.into(),
        },
        None => Plain {
            title: "The evidence has run out".into(),
            says: "This was true when it was checked, but that was too long ago.".into(),
            todo: "Run the checks again.".into(),
            who: YOU.into(),
        },
    }
}

/// Claims for which there is no evidence in these words. Of one that is suspect, or stands nowhere,
/// another note tells, and a run of the checks would not help.
fn unasked(shown: &Shown<'_>) -> Option<Note> {
    let project = shown.checked.project.as_ref()?;
    let is_unasked = |claim: &&Claim| {
        let is_asked = shown.outcomes.iter().any(|one| one.claim.id == claim.id);
        !is_asked && !claim.passages.is_empty() && !shown.checked.is_suspect(&claim.id)
    };
    let claims: Vec<&Claim> = project.claims.iter().filter(is_unasked).collect();
    let title = match claims.len() {
        0 => return None,
        1 => "One sentence has not been checked yet".to_owned(),
        number => format!("{number} sentences have not been checked yet"),
    };
    Some(Note {
        stops: true,
        page: None,
        anchor: Anchor::Top,
        plain: Plain {
            title,
            says: why_unasked(&claims, shown, project),
            todo: "Run the checks.".into(),
            who: YOU.into(),
        },
        redline: Vec::new(),
        by: String::new(),
        excerpt: None,
        place: String::new(),
        detail: String::new(),
    })
}

/// Why there is no evidence for some claims.
fn why_unasked(claims: &[&Claim], shown: &Shown<'_>, project: &Project) -> String {
    let Some(run) = shown.assessment else {
        return "The checks have not been run on this computer yet.".to_owned();
    };
    if run.world != WorldBinding::of(project) {
        return "The last checks asked another service, or as somebody else.".to_owned();
    }
    let changed = claims.iter().filter(|claim| run.claims.contains_key(&claim.id)).count();
    match (claims.len() - changed, changed) {
        (1, 0) => "The last checks left it out.".to_owned(),
        (_, 0) => "The last checks left them out.".to_owned(),
        (0, 1) => "It, or its check, has changed since it was checked last.".to_owned(),
        (0, _) => "They, or their checks, have changed since they were checked last.".to_owned(),
        (left_out, _) => format!(
            "The last checks left {left_out} out; {changed} or their checks have changed since."
        ),
    }
}
