//! A claim: a passage that can be true or false of the live service, and its checks.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::language::period::Period;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::decode::Spanned;
use crate::model::source::node::Node;
use crate::model::source::{Place, Sources};

/// A claim, with its file and its passages.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Its id.
    pub id: ClaimId,
    /// Its file, relative to the root.
    pub file: std::sync::Arc<str>,
    /// The fields of its file.
    pub written: Written,
    /// Its checks, in order.
    pub checks: Vec<Check>,
    /// The passages with its words, in the order of the policies: at least one in a valid project.
    pub passages: Vec<Passage>,
}

/// The fields of a claim's file, without its checks.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
pub struct Written {
    /// The claim's words, as in the policy.
    pub proves: Spanned<String>,
    /// The same claim's words in other places and languages.
    #[serde(default)]
    pub proves_also: Vec<ProvesAlso>,
    /// The headings above the words, then the lead-in of a list.
    pub under: Option<Spanned<String>>,
    /// The argument, in the reader's words.
    pub because: Spanned<String>,
    /// The products that it applies to, by their names in `avouch.yaml`; all of them if left out.
    #[serde(default)]
    pub applies_to: Vec<Spanned<String>>,
    /// Numbers in the words that promise nothing, each quoted with the words around it: `over the last 90
    /// days`. They need no check, and the page lists them as not tested.
    #[serde(default)]
    pub background: Vec<Spanned<String>>,
    /// Why a claim that was retracted is made again.
    pub reinstated: Option<Spanned<String>>,
    /// The claims that this one rests on, by their ids: it is verified only while they are.
    #[serde(default)]
    pub needs: Vec<Spanned<String>>,
    /// How long evidence is valid.
    pub valid_for: Spanned<Period>,
    /// Its checks.
    #[schemars(with = "Vec<serde_json::Value>")]
    pub checks: Spanned<Vec<CheckHead>>,
}

/// The words of a claim in another policy or language.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
pub struct ProvesAlso {
    /// The policy's file.
    #[serde(rename = "in")]
    pub file: Spanned<String>,
    /// The words there.
    pub words: Spanned<String>,
    /// The headings above them there.
    pub under: Option<Spanned<String>>,
}

/// The one field that every check has; the rest belongs to its kind.
pub type CheckHead = Spanned<serde::de::IgnoredAny>;

/// One check of a claim, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The name of its kind.
    pub kind: Spanned<String>,
    /// The names of its limits that the claim's words need not state.
    pub states: Vec<Spanned<String>>,
    /// The products of its claim that it asks, if the claim applies to several.
    pub products: Vec<Spanned<String>>,
    /// Whether no other check may run at the same time.
    pub alone: bool,
    /// Its settings, without those that every check may have.
    pub settings: Node,
}

/// A passage of a policy: the words of a claim or of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// The policy's file.
    pub policy: std::sync::Arc<str>,
    /// Its place there.
    pub place: Place,
    /// Its words, on one line (`language::words`), with the addresses of its links.
    pub words: String,
    /// The headings above it, the lead-in of its list or table and, for words in a cell, the row and the
    /// column; outermost first, separated by ` / `.
    pub under: String,
    /// The links within it, in order.
    pub links: Vec<PassageLink>,
}

/// A link within a passage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassageLink {
    /// Its text.
    pub text: String,
    /// Its address, as written.
    pub address: String,
}

impl Passage {
    /// The place of some of its words in the policy, or the place of the passage if the words are outside
    /// it, as those of a footnote are.
    pub fn place_of(&self, span: &Range<usize>, sources: &Sources) -> Place {
        let found = || {
            let written = sources.text(&self.policy).or_else(|| sources.text(&self.place.file))?;
            let within = place_within(written.get(self.place.span())?, &self.words, span)?;
            let start = self.place.start;
            Some(Place::new(self.place.file.clone(), start + within.start..start + within.end))
        };
        found().unwrap_or_else(|| self.place.clone())
    }
}

/// The place of the words at `span` in the passage as written, which has emphasis and line breaks.
fn place_within(written: &str, words: &str, span: &Range<usize>) -> Option<Range<usize>> {
    const MARKUP: [char; 4] = ['*', '_', '`', '\\'];
    let plain = |text: &str| -> String { text.chars().filter(|c| !MARKUP.contains(c)).collect() };
    let wanted = plain(words.get(span.clone())?);
    let earlier = plain(words.get(..span.start)?).matches(&wanted).count();
    let mut text = String::with_capacity(written.len());
    let mut places = Vec::new();
    for (at, c) in written.char_indices().filter(|(_, c)| !MARKUP.contains(c)) {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c != ' ' || !text.ends_with(' ') {
            text.push(c);
            places.resize(text.len(), at);
        }
    }
    let (start, found) = text.match_indices(&wanted).nth(earlier)?;
    let last = found.char_indices().next_back()?.0;
    let (from, to) = (*places.get(start)?, *places.get(start + last)?);
    let length = written[to..].chars().next().map_or(0, char::len_utf8);
    Some(from..to + length)
}

/// The kind of check by which a role vouches for all products of a claim.
const ATTESTATION: &str = "attestation";

impl Check {
    /// Whether it is about all products of its claim: a role vouches for the words, which name them.
    pub fn is_about_all_products(&self) -> bool {
        self.kind.value == ATTESTATION
    }
}

impl Claim {
    /// The products for which there is evidence, of those that it applies to: each is named by a check.
    pub fn tested_products(&self) -> impl Iterator<Item = &Spanned<String>> {
        let is_tested = |product: &&Spanned<String>| {
            let names = |check: &Check| check.products.iter().any(|one| one.value == product.value);
            self.checks.iter().any(|check| check.is_about_all_products() || names(check))
        };
        let is_only = self.written.applies_to.len() < 2;
        self.written.applies_to.iter().filter(move |product| is_only || is_tested(product))
    }

    /// The claim's words: those of the first passage, or the quote if there is none.
    pub fn words(&self) -> &str {
        self.passages.first().map_or(&self.written.proves.value, |passage| &passage.words)
    }
}
