//! A file that is kept in the folder of the site must not have the path of a file of the site itself.

use crate::load::policy::PolicyFile;
use crate::load::project::keep::KeptPath;
use crate::model::project::i18n::Language;
use crate::model::project::site_paths::{are_at, overlap};
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// Reports each such path.
pub(crate) fn check(
    kept: &[KeptPath],
    languages: &[Language],
    policies: &[PolicyFile],
    diagnostics: &mut Report,
) {
    for KeptPath { path, place } in kept {
        // Some of the disks and servers that a site lands on ignore the case of letters.
        let address = path.to_lowercase();
        let is_in = |language: &Language| {
            let folder = language.folder.to_lowercase();
            let below = address.strip_prefix(&folder);
            below.map_or_else(|| folder.trim_end_matches('/') == address, are_at)
        };
        let is_page = |policy: &PolicyFile| {
            let slug = policy.policy.slug.to_lowercase();
            ["html", "md"].iter().any(|kind| overlap(&address, &format!("{slug}/index.{kind}")))
        };
        if are_at(&address) || languages.iter().any(is_in) || policies.iter().any(is_page) {
            let message = format!("`{path}` cannot be kept: the site has a file of its own there");
            let help = "keep only files and folders that Avouch does not write";
            diagnostics.push(Diagnostic::new(Code::SameAddress, place.clone(), message).help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::{FILES, Fixture};

    fn reported(keep: &str) -> Vec<String> {
        let (_, sound) = FILES[0];
        assert!(sound.contains("site: {"), "{sound}");
        let yaml = sound.replacen("site: {", &format!("site: {{keep: [{keep}], "), 1);
        Fixture::sound().with("avouch.yaml", &yaml).reported()
    }

    #[test]
    fn files_of_others_may_be_kept() {
        let none: Vec<String> = Vec::new();
        assert_eq!(reported("CNAME, .git/, .well-known/acme-challenge, security/photo.png"), none);
    }

    #[test]
    fn paths_outside_the_site_and_paths_of_the_site_are_reported() {
        for outside in ["''", "..", "/etc", "a/../b", "./a", "a//b", "."] {
            let all = reported(outside);
            assert!(
                all.len() == 1 && all[0].contains("is not a path within"),
                "{outside}: {all:?}"
            );
        }
        for taken in ["index.html", "Claims.json", "evidence", ".well-known", ".avouch"] {
            let all = reported(taken);
            assert!(all.len() == 1 && all[0].contains("file of its own"), "{taken}: {all:?}");
        }
    }
}
