//! The verification summary: the standings of a page's claims, worst first.

use crate::model::judge::evidence::Outcome;
use crate::model::project::claim::Claim;
use crate::model::project::policy::Policy;
use crate::render::site::edition::Edition;
use crate::render::site::{claims, evidence, view};
use crate::render::summary;

/// The summary of all claims of the site.
pub(crate) fn of_all(edition: &Edition<'_>) -> view::Summary {
    let statements = edition.policies().map(|one| one.statements.len()).sum();
    of(&edition.project.claims.iter().collect::<Vec<_>>(), statements, edition)
}

/// The summary of the claims of one policy.
pub(crate) fn of_policy(policy: &Policy, edition: &Edition<'_>) -> view::Summary {
    of(&claims_of(policy, edition), policy.statements.len(), edition)
}

/// The claims of one policy, worst first, then in the order of the text.
pub(crate) fn links_of(policy: &Policy, edition: &Edition<'_>) -> Vec<view::ClaimLink> {
    links(&claims_of(policy, edition), edition)
}

/// All claims, worst first, then in the order of the policies.
pub(crate) fn worst_first<'a>(edition: &Edition<'a>) -> Vec<&'a Claim> {
    sorted(edition.project.claims.iter().collect(), edition)
}

/// Whether a link points to a claim that is not verified.
fn is_trouble(link: &view::ClaimLink) -> bool {
    !matches!(link.mark.class.as_str(), "holds" | "attested")
}

fn claims_of<'a>(policy: &Policy, edition: &Edition<'a>) -> Vec<&'a Claim> {
    let is_in_policy = |claim: &&Claim| claim.passages.iter().any(|one| one.policy == policy.file);
    edition.project.claims.iter().filter(is_in_policy).collect()
}

fn of<'a>(claims: &[&'a Claim], statements: usize, edition: &Edition<'a>) -> view::Summary {
    let outcomes = || edition.outcomes.iter().filter(|one| is_among(one, claims));
    let counts = summary::counts(outcomes());
    let unasked = claims.len() - outcomes().count();
    let worst = match (unasked, counts.first()) {
        (0, Some(first)) => first.standing,
        (_, Some(first)) if first.standing == "violated" => first.standing,
        (0, None) if claims.is_empty() => "not-tested",
        _ => "inconclusive",
    };
    let words = edition.words();
    let counted = |standing: &str, key: &str, number| view::Counted {
        mark: view::MarkView::of(standing, words),
        words: words.count(&format!("count-{key}"), number),
    };
    let mut all: Vec<view::Counted> =
        counts.iter().map(|one| counted(one.standing, one.standing, one.number)).collect();
    if unasked > 0 {
        all.push(counted("inconclusive", "not-asked", unasked));
    }
    if statements > 0 {
        all.push(counted("not tested", "not-tested", statements));
    }
    view::Summary {
        worst: worst.to_owned(),
        counts: all,
        until: self::claims::valid_until(outcomes()).map(|at| edition.time(at)),
        troubles: links(claims, edition).into_iter().filter(is_trouble).collect(),
    }
}

fn is_among(outcome: &Outcome<'_>, claims: &[&Claim]) -> bool {
    claims.iter().any(|claim| claim.id == outcome.claim.id)
}

fn links<'a>(claims: &[&'a Claim], edition: &Edition<'a>) -> Vec<view::ClaimLink> {
    let claims = sorted(claims.to_vec(), edition).into_iter();
    claims.map(|claim| evidence::claim_link(claim, edition)).collect()
}

fn sorted<'a>(mut claims: Vec<&'a Claim>, edition: &Edition<'_>) -> Vec<&'a Claim> {
    claims.sort_by_key(|claim| evidence::rank(claim, edition));
    claims
}
