//! The edition of the site in one language.

use std::ops::Deref;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::judge::evidence::Outcome;
use crate::model::project::claim::{Claim, Passage};
use crate::model::project::i18n::{Language, Words};
use crate::model::project::policy::{Marked, Policy};
use crate::render::site::link::id_of;
use crate::render::site::{Stage, absolute, view};
use crate::render::{Input, wording};

/// The input of the pages in one language.
#[derive(Clone, Copy)]
pub(crate) struct Edition<'a> {
    pub(crate) input: &'a Input<'a>,
    pub(crate) language: &'a Language,
    pub(crate) stage: Stage,
}

impl<'a> Deref for Edition<'a> {
    type Target = Input<'a>;

    fn deref(&self) -> &Input<'a> {
        self.input
    }
}

impl<'a> Edition<'a> {
    /// The texts of the interface.
    pub(crate) fn words(&self) -> &'a Words {
        &self.language.words
    }

    /// Whether this is the main language of the site, whose folder also contains the shared files.
    pub(crate) fn is_own(&self) -> bool {
        self.language.folder.is_empty()
    }

    /// The policies in this language.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &'a Policy> + Clone + use<'a> {
        let tag = &self.language.tag;
        self.input.project.policies.iter().filter(move |policy| policy.language == *tag)
    }

    /// The first passage of a claim in this language.
    pub(crate) fn passage(&self, claim: &'a Claim) -> Option<&'a Passage> {
        let is_here = |one: &&Passage| self.policies().any(|policy| policy.file == one.policy);
        claim.passages.iter().find(is_here).or(claim.passages.first())
    }

    /// The policy with the claim's passage in this language.
    pub(crate) fn policy_of(&self, claim: &'a Claim) -> Option<&'a Policy> {
        let file = &self.passage(claim)?.policy;
        self.input.project.policies.iter().find(|policy| policy.file == *file)
    }

    /// A claim's words in this language.
    pub(crate) fn words_of(&self, claim: &'a Claim) -> String {
        self.passage(claim).map_or_else(|| wording::words(claim), wording::words_of)
    }

    /// The address of a claim's passage.
    pub(crate) fn path_of(&self, claim: &'a Claim) -> String {
        let anchor = id_of(&Marked::Claim(claim.id.clone()));
        match self.policy_of(claim) {
            Some(policy) => format!("{}/index.html#{anchor}", policy.slug),
            None => self.path("index.html"),
        }
    }

    /// The address of a claim's evidence page.
    pub(crate) fn evidence_of(&self, claim: &str) -> String {
        self.path(&format!("evidence/{claim}/index.html"))
    }

    /// The path of a file of this edition, relative to the site's root.
    pub(crate) fn path(&self, file: &str) -> String {
        format!("{}{file}", self.language.folder)
    }

    /// The titles of the products that a claim applies to and that its checks ask; empty if it applies to all.
    pub(crate) fn products(&self, claim: &Claim) -> Vec<String> {
        claim.tested_products().map(|name| self.language.product(name)).collect()
    }

    /// An instant, for machines and for people.
    pub(crate) fn time(&self, instant: Timestamp) -> view::Time {
        view::Time::new(instant, self.words())
    }

    /// A day, for machines and for people.
    pub(crate) fn day(&self, day: Date) -> view::Day {
        view::Day { iso: day.to_string(), words: self.words().day(day) }
    }

    /// A path relative to the folder of this language.
    pub(crate) fn below<'p>(&self, path: &'p str) -> &'p str {
        path.strip_prefix(&self.language.folder).unwrap_or(path)
    }

    /// The outcome of a claim, if it was assessed.
    pub(crate) fn outcome(&self, claim: &str) -> Option<&'a Outcome<'a>> {
        self.input.outcomes.iter().find(|one| one.claim.id == claim)
    }

    /// The same page in each language of the site. For a page of a policy, `policy` is the policy's path
    /// relative to its language's folder.
    pub(crate) fn translations(&self, policy: Option<&str>, file: &str) -> Vec<view::Translation> {
        let languages = &self.input.project.languages;
        let of = |language: &Language| {
            let slug = |slug| format!("{}{slug}", language.folder);
            let policies = &self.input.project.policies;
            let is_there = |slug: String| policies.iter().any(|one| one.slug == slug);
            let there = policy.map(slug).is_none_or(is_there);
            let file = if there { file } else { "index.html" };
            let path = format!("{}{file}", language.folder);
            view::Translation {
                address: absolute(&self.input.project.site.url, &path),
                path,
                language: language.tag.clone(),
                direction: language.direction().to_owned(),
                name: language.words.say("language"),
                same: there,
                here: language.tag == self.language.tag,
            }
        };
        match languages.as_slice() {
            [] | [_] => Vec::new(),
            languages => languages.iter().map(of).collect(),
        }
    }
}
