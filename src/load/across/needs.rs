//! Claims that rest on other claims: those must exist, and no claim may rest on itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::claim::Claims;
use crate::model::project::claim::Claim;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};

/// Reports claims under `needs:` that do not exist, and claims that need themselves, directly or through
/// others.
pub(crate) fn check(claims: &Claims, diagnostics: &mut Report) {
    for claim in claims.by_id.values() {
        for need in &claim.written.needs {
            if !claims.known.contains(need.value.as_str()) {
                diagnostics.push(unknown(claim, need, claims));
            } else if reaches(&need.value, &claim.id, &claims.by_id) {
                diagnostics.push(circle(claim, need));
            }
        }
    }
}

fn unknown(claim: &Claim, need: &Spanned<String>, claims: &Claims) -> Diagnostic {
    let message = format!("there is no claim `{}` for this one to rest on", need.value);
    let known = claims.known.iter().map(ClaimId::as_str);
    Diagnostic::new(Code::UnknownClaim, need.place(&claim.file), message)
        .with(Argument::Claim, &need.value)
        .help(help_with_list(need, known))
}

fn circle(claim: &Claim, need: &Spanned<String>) -> Diagnostic {
    let message = match need.value == claim.id.as_str() {
        true => format!("the claim `{}` needs itself", claim.id),
        false => format!("`{}` needs `{}`, which needs `{}`", claim.id, need.value, claim.id),
    };
    Diagnostic::new(Code::NeedsItself, need.place(&claim.file), message)
        .with(Argument::Claim, claim.id.as_str())
        .help("remove one of these entries of `needs:`")
}

/// Whether `from` is `to`, or needs it.
fn reaches(from: &str, to: &ClaimId, claims: &BTreeMap<ClaimId, Claim>) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(id) = open.pop() {
        if id == to.as_str() {
            return true;
        }
        if let Some(claim) = claims.get(id).filter(|_| seen.insert(id)) {
            open.extend(claim.written.needs.iter().map(|one| one.value.as_str()));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    const CHECK: &str = "checks/backup-daily.yaml";

    fn reported(needs: &str) -> Vec<String> {
        let more = format!("needs: {needs}\nchecks:\n");
        Fixture::sound().replace(CHECK, "checks:\n", &more).reported()
    }

    #[test]
    fn a_claim_that_does_not_exist_cannot_be_needed() {
        assert_eq!(
            reported("[backup-dally]"),
            [
                "checks/backup-daily.yaml:6:9 unknown-claim: there is no claim `backup-dally` for this one to rest on ? did you mean `backup-daily`?"
            ]
        );
    }

    #[test]
    fn a_claim_cannot_need_itself() {
        assert_eq!(
            reported("[backup-daily]"),
            [
                "checks/backup-daily.yaml:6:9 needs-itself: the claim `backup-daily` needs itself ? remove one of these entries of `needs:`"
            ]
        );
    }
}
