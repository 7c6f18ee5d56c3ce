//! The verification strip: where the claims of a page stand, worst news first.

use crate::model::claim::Claim;
use crate::model::evidence::Outcome;
use crate::model::policy::Policy;
use crate::render::site::{claims, evidence, view};
use crate::render::wording::count;
use crate::render::{Input, summary};

/// Where all claims of the site stand.
pub(crate) fn of_all(input: &Input<'_>) -> view::Summary {
    let statements = input.project.policies.iter().map(|one| one.statements.len()).sum();
    of(&input.project.claims.iter().collect::<Vec<_>>(), statements, input)
}

/// Where the claims of one policy stand.
pub(crate) fn of_policy(policy: &Policy, input: &Input<'_>) -> view::Summary {
    of(&claims_of(policy, input), policy.statements.len(), input)
}

/// The claims of one policy, worst first and then in their order.
pub(crate) fn links_of(policy: &Policy, input: &Input<'_>) -> Vec<view::ClaimLink> {
    links(&claims_of(policy, input), input)
}

/// Every claim, worst first and then in the order of the policies.
pub(crate) fn worst_first<'a>(input: &Input<'a>) -> Vec<&'a Claim> {
    sorted(input.project.claims.iter().collect(), input)
}

/// Whether a link leads to a claim that does not hold now.
fn is_trouble(link: &view::ClaimLink) -> bool {
    !matches!(link.mark.class.as_str(), "holds" | "attested")
}

fn claims_of<'a>(policy: &Policy, input: &Input<'a>) -> Vec<&'a Claim> {
    let stands = |claim: &&Claim| claim.passages.iter().any(|one| one.policy == policy.file);
    input.project.claims.iter().filter(stands).collect()
}

fn of(claims: &[&Claim], statements: usize, input: &Input<'_>) -> view::Summary {
    let outcomes = || input.outcomes.iter().filter(|one| is_among(one, claims));
    let counts = summary::counts(outcomes());
    let unasked = claims.len() - outcomes().count();
    let worst = match (unasked, counts.first()) {
        (0, Some(first)) => first.standing,
        (_, Some(first)) if first.standing == "violated" => first.standing,
        (0, None) if claims.is_empty() => "not-tested",
        _ => "inconclusive",
    };
    let mut counted: Vec<view::Counted> =
        counts.iter().map(|one| counted(one.standing, one.words.clone())).collect();
    if unasked > 0 {
        counted.push(self::counted("inconclusive", format!("{} not asked", are(unasked))));
    }
    if statements > 0 {
        let words = format!("{} not tested", count(statements, "statement"));
        counted.push(self::counted("not tested", words));
    }
    view::Summary {
        worst: worst.to_owned(),
        counts: counted,
        until: self::claims::valid_until(outcomes()).map(Into::into),
        troubles: links(claims, input).into_iter().filter(is_trouble).collect(),
    }
}

fn are(number: usize) -> String {
    format!("{number} {}", if number == 1 { "was" } else { "were" })
}

fn counted(standing: &str, words: String) -> view::Counted {
    view::Counted { mark: view::Mark::of(standing), words }
}

fn is_among(outcome: &Outcome<'_>, claims: &[&Claim]) -> bool {
    claims.iter().any(|claim| claim.id == outcome.claim.id)
}

fn links(claims: &[&Claim], input: &Input<'_>) -> Vec<view::ClaimLink> {
    let claims = sorted(claims.to_vec(), input).into_iter();
    claims.map(|claim| evidence::claim_link(claim, input)).collect()
}

fn sorted<'a>(mut claims: Vec<&'a Claim>, input: &Input<'_>) -> Vec<&'a Claim> {
    claims.sort_by_key(|claim| evidence::rank(claim, input));
    claims
}
