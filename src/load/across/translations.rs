//! Every translation of a policy makes the same claims as the original.

use std::collections::BTreeSet;

use crate::load::policy;
use crate::load::policy::PolicyFile;
use crate::model::project::claim::Claim;
use crate::model::project::i18n::{Language, Words};
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// Reports languages without policies, claims that are missing in a language, and folders that are
/// named like a language but are not one of the site's.
pub(crate) fn check(
    languages: &[Language],
    policies: &[PolicyFile],
    claims: &[Claim],
    diagnostics: &mut Report,
) {
    for language in languages {
        let folder = format!("{}/{}", policy::FOLDER, language.folder);
        let mut policies = policies.iter().map(|one| &one.policy);
        let files = policies.clone().filter(|one| one.language == language.tag);
        let files: BTreeSet<&str> = files.map(|one| &*one.file).collect();
        if files.is_empty() && policies.next().is_some() {
            let message = format!("there is no policy in `{folder}`");
            let place = Place::file(folder);
            let help = "translate the policies there, or remove the language";
            let error = Diagnostic::new(Code::NoPolicies, place, message).help(help);
            diagnostics.push(Diagnostic { place: None, ..error });
            continue;
        }
        let says = |claim: &Claim| claim.passages.iter().any(|one| files.contains(&*one.policy));
        let silent = claims.iter().filter(|claim| !claim.passages.is_empty() && !says(claim));
        diagnostics.extend(silent.map(|claim| untranslated(claim, language, &folder)));
    }
    diagnostics.extend(undeclared(languages, policies));
}

fn untranslated(claim: &Claim, language: &Language, folder: &str) -> Diagnostic {
    let message = format!("the claim `{}` is not made in `{}`", claim.id, language.tag);
    let place = claim.passages.first().map(|passage| passage.place.clone());
    let place = place.unwrap_or_else(|| Place::file(claim.file.clone()));
    let help = format!(
        "link its words in `{folder}`, and quote them in `{}` under `proves_also:`",
        claim.file
    );
    Diagnostic::new(Code::Untranslated, place, message).with(Argument::Claim, &claim.id).help(help)
}

/// A warning for each folder that is named like a language with built-in words.
fn undeclared(languages: &[Language], policies: &[PolicyFile]) -> Vec<Diagnostic> {
    let folder = |file: &str| {
        let below = file.strip_prefix(policy::FOLDER)?.strip_prefix('/')?;
        below.split_once('/').map(|(folder, _)| folder.to_owned())
    };
    let mut seen = BTreeSet::new();
    let mut reported = Vec::new();
    for file in policies.iter().map(|one| &one.policy.file) {
        let Some(tag) = folder(file).filter(|tag| Words::languages().any(|one| one == tag)) else {
            continue;
        };
        if languages.iter().any(|one| one.tag == tag) || !seen.insert(tag.clone()) {
            continue;
        }
        let message = format!("`{tag}` looks like a language, but is not one of the site's");
        let warning = Diagnostic::new(Code::UndeclaredLanguage, Place::file(file.clone()), message);
        let help = format!("add `{tag}: {{}}` to `languages:` under `site:`, or rename the folder");
        reported.push(warning.help(help));
    }
    reported
}
