//! No two policies may have the same address, and none may take an address of the site itself.

use std::sync::Arc;

use crate::load::policy::PolicyFile;
use crate::model::project::i18n::Language;
use crate::model::project::site_paths::FOLDERS;
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// Reports policies that would share an address, and addresses that a page cannot have.
pub(crate) fn check(policies: &[PolicyFile], languages: &[Language], diagnostics: &mut Report) {
    let mut taken: std::collections::BTreeMap<String, Arc<str>> = Default::default();
    for PolicyFile { policy, .. } in policies {
        let place = Place::file(policy.file.clone());
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        if policy.slug.is_empty() || !policy.slug.chars().all(fits) {
            let message = format!("`{}` cannot be the address of a page", policy.slug);
            let help = "name the file with letters, digits, `-`, `_` and `.`";
            let error = Diagnostic::new(Code::BadFileName, place.clone(), message);
            diagnostics.push(error.with(Argument::Name, &policy.slug).help(help));
        }
        // Some of the disks and servers that a site lands on ignore the case of letters.
        let address = policy.slug.to_lowercase();
        let is_index = |language: &Language| {
            let index = format!("{}index", language.folder).to_lowercase();
            address == index || address == index.trim_end_matches("/index")
        };
        let of = languages.iter().find(|language| language.tag == policy.language);
        let below = of.and_then(|language| policy.slug.strip_prefix(&language.folder));
        let below = below.unwrap_or(&policy.slug).to_lowercase();
        let folder = below.split_once('/').map(|(folder, _)| folder);
        let is_index = languages.iter().any(is_index) || address == "index";
        if is_index || folder.is_some_and(|folder| FOLDERS.contains(&folder)) {
            let message = match is_index {
                true => "this page would have the address of the site's own index",
                false => "this page would be in a folder that the site itself uses",
            };
            let help = "give the file another name";
            diagnostics.push(Diagnostic::new(Code::SameAddress, place, message).help(help));
        } else if let Some(first) = taken.get(&address) {
            let message = format!("this page would have the same address as `{first}`");
            let error = Diagnostic::new(Code::SameAddress, place, message);
            let error = error.related(Place::file(first.clone()), "the other page");
            diagnostics.push(error.help("give one of the two files another name"));
        } else {
            taken.insert(address, policy.file.clone());
        }
    }
}
