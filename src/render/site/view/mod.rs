//! The variables of the templates. All texts are made here, so that a template only places them.
//!
//! Every template has `site` and `page`; in addition `index.html` has `claims`, `policy.html` has `policy`,
//! and `evidence.html` has `claim`. Addresses are relative to the site's root: a template prepends
//! `page.root`.

pub(crate) mod history;

use jiff::Timestamp;
use serde::Serialize;

use crate::model::project::i18n::Words;
use crate::render::site::view::history::{ChangeView, History};

/// `site`: the values that all pages share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct SiteView {
    pub(crate) title: String,
    pub(crate) organisation: String,
    /// The site's address once it is published.
    pub(crate) url: String,
    /// The language of the page: a BCP 47 tag.
    pub(crate) language: String,
    /// The direction of writing: `ltr` or `rtl`.
    pub(crate) direction: String,
    /// Whether promises without a claim are recognised in this language.
    pub(crate) promises_sought: bool,
    /// The index of the site in this language.
    pub(crate) home: String,
    /// Name and version of the program that rendered the site.
    pub(crate) generator: String,
    /// The identifier of this build.
    pub(crate) build: String,
    /// Whether this is a draft, which readers must not rely on.
    pub(crate) draft: bool,
    /// The target: an origin, or the demo; with its release, if the project reads it.
    pub(crate) target: String,
    /// When the evidence was collected.
    pub(crate) checked: Time,
    /// How to report a vulnerability.
    pub(crate) contacts: Vec<LinkView>,
    /// Warnings: that the target is the demo, or that the clock was set.
    pub(crate) warnings: Vec<String>,
    /// The permissions of the checks beyond public requests.
    pub(crate) permissions: Vec<String>,
    pub(crate) policies: Vec<PolicyLink>,
    /// The files that list end points of the service.
    pub(crate) endpoints: Vec<EndpointsView>,
    /// The standings of all claims of the site.
    pub(crate) summary: Summary,
    /// The Content-Security-Policy of the pages.
    pub(crate) security_policy: String,
    /// The files for programs.
    pub(crate) files: Vec<File>,
}

/// A list of end points, and which of them were tested.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct EndpointsView {
    /// The form of the list, in words.
    pub(crate) list: String,
    /// How many were tested, in words.
    pub(crate) counts: String,
    /// Those that were not tested, without exceptions; at most 200.
    pub(crate) untested: Vec<String>,
    /// How many were not tested, without exceptions.
    pub(crate) untested_number: usize,
    /// How many of them are not in `untested`.
    pub(crate) untested_more: usize,
    /// Those that the publisher leaves untested on purpose.
    pub(crate) left_out: Vec<LeftOutView>,
}

/// An end point that the publisher leaves untested on purpose.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct LeftOutView {
    pub(crate) endpoint: String,
    /// The publisher's reason.
    pub(crate) because: String,
}

/// The standings of several claims: `site.summary` for all, `policy.standing` for those of a policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// The worst standing, as the class of a mark.
    pub(crate) worst: String,
    /// Counts in words, worst first.
    pub(crate) counts: Vec<Counted>,
    /// When the first evidence expires; none if nothing holds.
    pub(crate) until: Option<Time>,
    /// The claims that are not verified, worst first.
    pub(crate) troubles: Vec<ClaimLink>,
}

/// The number of claims, or statements, with one standing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Counted {
    pub(crate) mark: MarkView,
    pub(crate) words: String,
}

/// A standing as shown on the page: never by colour alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct MarkView {
    /// The name, for the style sheet: `holds`, `attested`, `waived`, `violated`, ...
    pub(crate) class: String,
    /// One character with a distinct shape.
    pub(crate) shape: String,
    /// The label.
    pub(crate) word: String,
    /// When it expires; none if the standing is not a good one.
    pub(crate) ends: Option<Time>,
    /// The claim of the mark, by which `avouch retract` finds it.
    pub(crate) claim: Option<String>,
}

/// `page`: this page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) description: String,
    /// The relative path to the site's root: empty, `../` or `../../`.
    pub(crate) root: String,
    /// The page's path, relative to the root.
    pub(crate) path: String,
    /// The page's whole address once it is published.
    pub(crate) address: String,
    /// The class of the printed page, whose margins are in `print.css`.
    pub(crate) sheet: String,
    /// When the evidence on the page expires; none if nothing holds.
    pub(crate) until: Option<Time>,
    /// The page in every language of the site, including this one; empty if there is only one.
    pub(crate) translations: Vec<Translation>,
    /// The page, or its feed, in other formats.
    pub(crate) alternates: Vec<File>,
    /// JSON-LD, escaped for HTML.
    pub(crate) data: String,
}

/// A page in a language.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Translation {
    /// A BCP 47 tag.
    pub(crate) language: String,
    pub(crate) direction: String,
    /// The language's own name.
    pub(crate) name: String,
    pub(crate) path: String,
    /// The page's whole address once it is published.
    pub(crate) address: String,
    /// Whether the page exists in this language; if not, `path` is that of the index.
    pub(crate) same: bool,
    /// Whether it is this page.
    pub(crate) here: bool,
}

/// A file for programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct File {
    pub(crate) title: String,
    /// The media type.
    pub(crate) media: String,
    pub(crate) path: String,
}

/// A link to any address.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct LinkView {
    pub(crate) text: String,
    pub(crate) address: String,
}

/// A policy in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct PolicyLink {
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) path: String,
}

/// A claim in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct ClaimLink {
    pub(crate) words: String,
    pub(crate) mark: MarkView,
    /// The standing and its reason, in a few words.
    pub(crate) standing: String,
    /// The address of its passage.
    pub(crate) path: String,
}

/// `policy`: a policy and its body.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct PolicyView {
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) owner: String,
    pub(crate) effective: Day,
    pub(crate) products: Vec<String>,
    /// Why all its words are statements; empty if they are not.
    pub(crate) stated: String,
    pub(crate) contents: Vec<HeadingView>,
    pub(crate) stretches: Vec<PolicySection>,
    pub(crate) statements: Vec<StatementView>,
    /// The standings of its claims.
    pub(crate) standing: Summary,
    /// Its claims, worst first, then in the order of the text.
    pub(crate) claims: Vec<ClaimLink>,
    /// The changed promises, newest first.
    pub(crate) changes: Vec<ChangeView>,
    /// The page of its earlier versions; empty if there is none.
    pub(crate) versions: String,
}

/// A heading in the table of contents.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct HeadingView {
    pub(crate) level: u8,
    pub(crate) text: String,
    pub(crate) anchor: String,
}

/// A section of sanitised HTML, and the claims whose evidence follows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct PolicySection {
    pub(crate) html: String,
    pub(crate) claims: Vec<ClaimView>,
}

/// A passage that nobody can test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct StatementView {
    pub(crate) anchor: String,
    pub(crate) words: String,
    pub(crate) reason: String,
}

/// `claim`: a claim and its evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct ClaimView {
    pub(crate) id: String,
    pub(crate) words: String,
    pub(crate) mark: MarkView,
    /// The standing and its reason, in a sentence.
    pub(crate) standing: String,
    /// The basis; empty if nothing was assessed.
    pub(crate) basis: String,
    /// The basis in a sentence.
    pub(crate) basis_means: String,
    /// The products that it applies to; empty if it applies to all.
    pub(crate) products: Vec<String>,
    pub(crate) because: String,
    /// Numbers in the words that promise nothing and were not tested.
    pub(crate) background: Vec<String>,
    pub(crate) observed: Option<Time>,
    pub(crate) until: Option<Time>,
    /// The waiver; none unless it is in force.
    pub(crate) waiver: Option<WaiverView>,
    /// The policy that contains it, and the heading there.
    pub(crate) policy: String,
    pub(crate) under: String,
    /// The address of its passage.
    pub(crate) path: String,
    /// The address of its evidence page.
    pub(crate) evidence: String,
    /// The history; only on its own page.
    pub(crate) history: History,
    pub(crate) checks: Vec<CheckView>,
}

/// A waiver that is in force.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct WaiverView {
    /// The title of the role that accepts it.
    pub(crate) role: String,
    pub(crate) day: Day,
    /// Its last day.
    pub(crate) until: Day,
}

/// One check of a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct CheckView {
    pub(crate) number: usize,
    pub(crate) kind: String,
    pub(crate) verdict: String,
    /// The scope of the check, in a sentence.
    pub(crate) covers: String,
    pub(crate) leaves_open: String,
    /// The expectations, one clause each: if one is not met, the claim is false.
    pub(crate) must: Vec<String>,
    /// The time of the last answer; none if there is none.
    pub(crate) observed: Option<Time>,
    /// When the evidence expires; none if it never supported the claim.
    pub(crate) until: Option<Time>,
    /// The answers, in a few words each.
    pub(crate) saw: Vec<String>,
    /// The violated expectations.
    pub(crate) broke: Vec<String>,
    /// A command line that repeats the first test; empty if there is none.
    pub(crate) repeat: String,
    /// The counterexamples that the check notices, each as a clause after "when".
    pub(crate) noticed: Vec<String>,
    /// Remarks on the run, such as retries.
    pub(crate) remarks: Vec<String>,
    pub(crate) steps: Vec<StepView>,
    /// The number of steps that are not shown.
    pub(crate) steps_left_out: usize,
}

/// One step of a check.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct StepView {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) role_means: String,
    pub(crate) who: String,
    pub(crate) request: String,
    pub(crate) repeat: String,
    /// The name of the control; empty if there is none.
    pub(crate) control: String,
    pub(crate) answer: String,
    pub(crate) at: Option<Time>,
    pub(crate) took: String,
    pub(crate) expectations: Vec<ExpectationView>,
    pub(crate) published: Vec<PublishedValue>,
}

/// One expectation and its outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct ExpectationView {
    pub(crate) expected: String,
    pub(crate) found: String,
    /// `met`, `not met` or `unknown`.
    pub(crate) outcome: String,
}

/// A value of an answer that the author chose to publish.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct PublishedValue {
    pub(crate) what: String,
    pub(crate) value: String,
}

/// A point in time, for programs and for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Time {
    pub(crate) iso: String,
    pub(crate) words: String,
}

/// A day, for programs and for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Day {
    pub(crate) iso: String,
    pub(crate) words: String,
}

impl Time {
    /// A point in time in the words of a language.
    pub(crate) fn new(instant: Timestamp, words: &Words) -> Self {
        Self { iso: format!("{instant:.0}"), words: words.time(instant) }
    }
}

impl MarkView {
    /// The mark of a standing, by its name.
    pub(crate) fn of(name: &str, words: &Words) -> Self {
        let shape = match name {
            "holds" => "✓",
            "attested" => "◆",
            "violated" => "✗",
            "inconclusive" => "?",
            "expired" => "◷",
            "waived" => "◐",
            "not tested" => "○",
            _ => "△",
        };
        let class = name.replace(' ', "-");
        let word = words.get(&format!("word-{class}")).unwrap_or(name).to_owned();
        Self { class, shape: shape.into(), word, ends: None, claim: None }
    }

    /// The same mark with this expiry.
    pub(crate) fn until(self, ends: Option<Time>) -> Self {
        Self { ends, ..self }
    }
}
