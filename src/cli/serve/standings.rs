//! Notes on claims that are not verified: the meaning of the status, and who has to act.

use avouch::model::judge::basis::Basis;
use avouch::model::judge::binding::WorldBinding;
use avouch::model::judge::evidence::{Outcome, Standing};
use avouch::model::project::Project;
use avouch::model::project::claim::Claim;
use avouch::render::finding::findings;
use avouch::render::{summary, wording};

use crate::serve::note::{Anchor, Note};
use crate::serve::plain::{Plain, SECURITY, YOU};
use crate::serve::shown::{Shown, page_of_claim};

/// One note for each checked claim that is not verified, and one for all claims that were not checked.
pub(crate) fn notes(shown: &Shown<'_>) -> Vec<Note> {
    let mut notes: Vec<Note> =
        shown.outcomes.iter().filter_map(|outcome| note(outcome, shown)).collect();
    notes.extend(unchecked(shown));
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
                "The last check was inconclusive: {}.",
                reason.in_words()
            ),
            todo:
                "Run the checks again. If this does not help, ask your security team to look at the check."
                    .into(),
            who: YOU.into(),
        },
        Standing::Unfit(_) => Plain {
            title: "The check behind this sentence is too weak".into(),
            says: format!(
                "This sentence {}, so its result proves nothing.",
                wording::standing(outcome.standing)
            ),
            todo: "Correct the check.".into(),
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
        title: "This is not true at present, and there is an exception".into(),
        says: format!(
            "{role} has accepted this until the end of {until}. The page shows the exception."
        ),
        todo: "Correct the service by then.".into(),
        who: SECURITY.into(),
    }
}

fn violated(outcome: &Outcome<'_>) -> Plain {
    let found = findings(outcome);
    let seen = found.first().map_or_else(String::new, |one| {
        format!(" Expected: {}. Seen: {}.", one.expected, one.seen)
    });
    Plain {
        title: "The service does not do what this sentence says".into(),
        says: format!("The check failed: this is not true at present.{seen}"),
        todo: "Correct the service, or change the sentence so that it is true.".into(),
        who: format!("{SECURITY}, or you"),
    }
}

fn expired(outcome: &Outcome<'_>, shown: &Shown<'_>) -> Plain {
    let attestation = shown.checked.project.as_ref().and_then(|project| {
        let (_, attestation) = project.attestations.get(&outcome.claim.id)?;
        Some(project.roles.get(&attestation.role).unwrap_or(&attestation.role).clone())
    });
    match attestation.filter(|_| summary::basis(outcome).is_some_and(Basis::needs_a_role)) {
        Some(role) => Plain {
            title: "A confirmation has expired".into(),
            says: format!("{role} confirmed this sentence, and the confirmation has expired."),
            todo: format!("Ask {role} to confirm it again."),
            who: YOU.into(),
        },
        None => Plain {
            title: "The evidence has expired".into(),
            says: "This was verified, but too long ago.".into(),
            todo: "Run the checks again.".into(),
            who: YOU.into(),
        },
    }
}

/// One note on the claims without evidence for these words. A claim that is suspect, or in no policy, has
/// another note, because running the checks would not help.
fn unchecked(shown: &Shown<'_>) -> Option<Note> {
    let project = shown.checked.project.as_ref()?;
    let is_unchecked = |claim: &&Claim| {
        let is_checked = shown.outcomes.iter().any(|one| one.claim.id == claim.id);
        !is_checked && !claim.passages.is_empty() && !shown.checked.is_suspect(&claim.id)
    };
    let claims: Vec<&Claim> = project.claims.iter().filter(is_unchecked).collect();
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
            says: why_unchecked(&claims, shown, project),
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

/// Why these claims have no evidence.
fn why_unchecked(claims: &[&Claim], shown: &Shown<'_>, project: &Project) -> String {
    let Some(run) = shown.assessment else {
        return "The checks have not been run on this computer yet.".to_owned();
    };
    if run.world != WorldBinding::of(project) {
        return "The last checks tested another service, or used other accounts.".to_owned();
    }
    let changed = claims.iter().filter(|claim| run.claims.contains_key(&claim.id)).count();
    match (claims.len() - changed, changed) {
        (1, 0) => "The last checks left it out.".to_owned(),
        (_, 0) => "The last checks left them out.".to_owned(),
        (0, 1) => "It, or its check, has changed since the last checks.".to_owned(),
        (0, _) => "They, or their checks, have changed since the last checks.".to_owned(),
        (left_out, _) => format!(
            "The last checks left {left_out} out; {changed} or their checks have changed since."
        ),
    }
}
