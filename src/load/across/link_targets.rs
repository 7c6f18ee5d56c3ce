//! Where the links within the site lead, once all of its pages are known.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::load::policy::link::LinkTarget;
use crate::load::policy::{FOLDER, PolicyFile};
use crate::model::source::Place;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};

/// Maximum number of mistakes that are reported of one policy, and of all: for each, names are compared.
const REPORTED_OF_POLICY_MAX: usize = 250;
const REPORTED_MAX: usize = 5000;

/// Reports every link to a claim, page or heading that does not exist, and every picture that the
/// pages of the site at the address `home` do not show.
pub(crate) fn check(
    policies: &[PolicyFile],
    home: &str,
    claims: &BTreeSet<ClaimId>,
    diagnostics: &mut Report,
) {
    let pages: BTreeMap<&str, &PolicyFile> =
        policies.iter().map(|one| (&*one.policy.file, one)).collect();
    let mut left = REPORTED_MAX;
    for policy in policies {
        let site = Site { pages: &pages, claims, home, from: policy };
        let wrong = policy.targets.iter().filter_map(|(target, span)| site.link(target, span));
        let wrong: Vec<Diagnostic> = wrong.take(REPORTED_OF_POLICY_MAX.min(left)).collect();
        left -= wrong.len();
        diagnostics.extend(wrong);
    }
}

struct Site<'a> {
    pages: &'a BTreeMap<&'a str, &'a PolicyFile>,
    claims: &'a BTreeSet<ClaimId>,
    home: &'a str,
    from: &'a PolicyFile,
}

impl Site<'_> {
    fn link(&self, target: &LinkTarget, span: &Range<usize>) -> Option<Diagnostic> {
        match target {
            LinkTarget::Check(id) if !self.claims.contains(id) => Some(self.no_claim(id, span)),
            LinkTarget::File(file, fragment) => match self.pages.get(file.as_str()) {
                None => Some(self.no_page(file, span)),
                Some(page) => self.heading(page, fragment.as_deref()?, span),
            },
            LinkTarget::Here(fragment) => self.heading(self.from, fragment, span),
            LinkTarget::SitePath(path) => {
                let message = "it is not known whether this page exists";
                let help =
                    "link the policy's file, such as `privacy.md`, or write the whole address";
                Some(
                    self.error(Code::MissingPage, span, message)
                        .with(Argument::Page, path)
                        .help(help),
                )
            }
            LinkTarget::Picture(address) if !address.starts_with(self.home) => {
                let message = "this picture is not shown: pages load no pictures from elsewhere";
                let help =
                    "describe in words what it shows, or link to it: `[the picture](address)`";
                Some(self.error(Code::PictureNotShown, span, message).help(help))
            }
            _ => None,
        }
    }

    fn no_claim(&self, id: &str, span: &Range<usize>) -> Diagnostic {
        let message = format!("there is no check file `checks/{id}.yaml`");
        let known = self.claims.iter().map(ClaimId::as_str);
        let help = match crate::model::source::diagnostic::did_you_mean(id, known) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "write the file, or remove the link: a claim without a check is not published"
                .to_owned(),
        };
        self.error(Code::ClaimWithoutFile, span, message).help(help)
    }

    fn no_page(&self, file: &str, span: &Range<usize>) -> Diagnostic {
        let below = |file: &str| file.strip_prefix(FOLDER).unwrap_or(file)[..].to_owned();
        let names: Vec<String> = self.pages.keys().map(|page| below(page)).collect();
        let names = names.iter().map(|name| name.trim_start_matches('/'));
        let name = below(file);
        Diagnostic::missing_page(self.place(span), file, name.trim_start_matches('/'), names)
    }

    fn heading(&self, page: &PolicyFile, anchor: &str, span: &Range<usize>) -> Option<Diagnostic> {
        if anchor.is_empty() || page.anchors.contains(anchor) {
            return None;
        }
        let message = format!("there is no heading `#{anchor}` in `{}`", page.policy.file);
        let help = help_with_list(anchor, page.anchors.iter().map(String::as_str));
        let error = self.error(Code::MissingHeading, span, message).help(help);
        Some(error.with(Argument::Anchor, anchor).with(Argument::Page, &*page.policy.file))
    }

    fn error(&self, code: Code, span: &Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.place(span), message)
    }

    fn place(&self, span: &Range<usize>) -> Place {
        Place::new(self.from.policy.file.clone(), span.clone())
    }
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    #[test]
    fn links_to_missing_pages_and_headings_are_reported() {
        let body = "[a](disclosur.md) [b](disclosure.md#how) [c](#data-bakup) [d](/pricing)\n[e](disclosure.md#how-to-report) [f](#data-backup) [g](../content/disclosure.md) [h](https://x.test/y.md) ![i](pic.png) ![j](https://trust.example.com/pic.png)\n";
        let reported = Fixture::sound().replace("content/security.md", "See ", body).reported();
        assert_eq!(
            reported,
            [
                "content/security.md:14:1 missing-page: there is no page `content/disclosur.md` ? did you mean `disclosure.md`?",
                "content/security.md:14:19 missing-heading: there is no heading `#how` in `content/disclosure.md` ? use one of `how-to-report`",
                "content/security.md:14:42 missing-heading: there is no heading `#data-bakup` in `content/security.md` ? did you mean `data-backup`?",
                "content/security.md:14:59 missing-page: it is not known whether this page exists ? link the policy's file, such as `privacy.md`, or write the whole address",
                "content/security.md:15:107 picture-not-shown: this picture is not shown: pages load no pictures from elsewhere ? describe in words what it shows, or link to it: `[the picture](address)`",
            ]
        );
    }
}
