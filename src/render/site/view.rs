//! What the templates are given: all words are made here, so that a template only places them.
//!
//! Every template has `site` and `page`; beside them `index.html` has `claims`, `policy.html` has
//! `policy`, and `evidence.html` has `claim`. Addresses are relative to the site's root: a template
//! puts `page.root` before them.

use jiff::Timestamp;
use serde::Serialize;

use crate::model::project::i18n::Words;

/// `site`: what is the same on every page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Site {
    pub(crate) title: String,
    pub(crate) organisation: String,
    /// Its address once it is published.
    pub(crate) url: String,
    /// The language of the page: a BCP 47 tag.
    pub(crate) language: String,
    /// The direction in which that is written: `ltr` or `rtl`.
    pub(crate) direction: String,
    /// The index of the site in this language.
    pub(crate) home: String,
    /// Name and version of the program that made it.
    pub(crate) generator: String,
    /// What tells this build from any other.
    pub(crate) build: String,
    /// Whether this is a preview and must not be relied on.
    pub(crate) draft: bool,
    /// What was asked: an origin, or the demo.
    pub(crate) target: String,
    /// When the evidence was gathered.
    pub(crate) checked: Time,
    /// How to report a vulnerability.
    pub(crate) contacts: Vec<Link>,
    /// What cannot be missed: that this is the demo, that the clock was set.
    pub(crate) warnings: Vec<String>,
    /// What the checks were permitted beyond a plain public run.
    pub(crate) permissions: Vec<String>,
    pub(crate) policies: Vec<PolicyLink>,
    /// Where all claims of the site stand.
    pub(crate) summary: Summary,
    /// What the pages' Content-Security-Policy allows.
    pub(crate) security_policy: String,
    /// What stands beside the pages for machines.
    pub(crate) files: Vec<File>,
}

/// Where some claims stand, in a few words: `site.summary` for all, `policy.standing` for a policy's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// The worst standing, as the class of a mark.
    pub(crate) worst: String,
    /// Counts in words, worst first.
    pub(crate) counts: Vec<Counted>,
    /// When the first of the evidence ends; none where nothing holds.
    pub(crate) until: Option<Time>,
    /// The claims that do not hold now, worst first.
    pub(crate) troubles: Vec<ClaimLink>,
}

/// How many claims, or statements, stand in one place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Counted {
    pub(crate) mark: Mark,
    pub(crate) words: String,
}

/// A standing as a reader meets it: never by colour alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Mark {
    /// Its name, for the style sheet: `holds`, `attested`, `waived`, `violated`, ...
    pub(crate) class: String,
    /// One character with a shape of its own.
    pub(crate) shape: String,
    /// The word.
    pub(crate) word: String,
    /// When it no longer counts; none for what is no good news now.
    pub(crate) ends: Option<Time>,
    /// The claim whose mark it is, by which `avouch retract` finds it.
    pub(crate) claim: Option<String>,
}

/// `page`: this page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) description: String,
    /// The way to the site's root: empty, `../` or `../../`.
    pub(crate) root: String,
    /// Its address below the root.
    pub(crate) path: String,
    /// Its whole address once it is published.
    pub(crate) address: String,
    /// The name of its sheets when it is printed: a class, which `print.css` gives their margins.
    pub(crate) sheet: String,
    /// When what it says ends; none where nothing holds.
    pub(crate) until: Option<Time>,
    /// The same in every language of the site, this one among them; empty where there is one only.
    pub(crate) translations: Vec<Translation>,
    /// The same, or news of it, in other forms.
    pub(crate) alternates: Vec<File>,
    /// JSON-LD that is safe as it stands.
    pub(crate) data: String,
}

/// A page in a language.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Translation {
    /// A BCP 47 tag.
    pub(crate) language: String,
    pub(crate) direction: String,
    /// What it calls itself.
    pub(crate) name: String,
    pub(crate) path: String,
    /// Its whole address once it is published.
    pub(crate) address: String,
    /// Whether it is the same page; where there is none, `path` leads to the index.
    pub(crate) same: bool,
    /// Whether it is this page.
    pub(crate) here: bool,
}

/// A file for machines.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct File {
    pub(crate) title: String,
    /// Its media type.
    pub(crate) media: String,
    pub(crate) path: String,
}

/// A link to anywhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Link {
    pub(crate) text: String,
    pub(crate) address: String,
}

/// A policy among others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct PolicyLink {
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) path: String,
}

/// A claim among others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct ClaimLink {
    pub(crate) words: String,
    pub(crate) mark: Mark,
    /// What stands against it, or for it, in a few words.
    pub(crate) standing: String,
    /// Its passage.
    pub(crate) path: String,
}

/// `policy`: a policy with its body.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Policy {
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) owner: String,
    pub(crate) effective: Day,
    pub(crate) products: Vec<String>,
    /// Why its words are plain statements; empty where they are not.
    pub(crate) stated: String,
    pub(crate) contents: Vec<Heading>,
    pub(crate) stretches: Vec<Stretch>,
    pub(crate) statements: Vec<Statement>,
    /// Where its claims stand.
    pub(crate) standing: Summary,
    /// Its claims, worst first and then in their order.
    pub(crate) claims: Vec<ClaimLink>,
    /// What changed in what it promises, newest first.
    pub(crate) changes: Vec<Change>,
    /// The page of its earlier versions; empty where there is none.
    pub(crate) versions: String,
}

/// A heading, as the contents list it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Heading {
    pub(crate) level: u8,
    pub(crate) text: String,
    pub(crate) anchor: String,
}

/// HTML that is safe as it stands, and the claims whose evidence follows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Stretch {
    pub(crate) html: String,
    pub(crate) claims: Vec<Claim>,
}

/// A passage that nobody can test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Statement {
    pub(crate) anchor: String,
    pub(crate) words: String,
    pub(crate) reason: String,
}

/// `claim`: a claim with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Claim {
    pub(crate) id: String,
    pub(crate) words: String,
    pub(crate) mark: Mark,
    /// A whole sentence: where it stands, and why.
    pub(crate) standing: String,
    /// Why a reader may believe it; empty where nothing was asked.
    pub(crate) basis: String,
    /// The same in a sentence.
    pub(crate) basis_means: String,
    /// The products that it is about; empty where it is about all.
    pub(crate) products: Vec<String>,
    pub(crate) because: String,
    pub(crate) observed: Option<Time>,
    pub(crate) until: Option<Time>,
    /// Who accepts that it does not hold; none unless it is waived.
    pub(crate) waiver: Option<Waiver>,
    /// The policy that it stands in, and the heading there.
    pub(crate) policy: String,
    pub(crate) under: String,
    /// Its passage.
    pub(crate) path: String,
    /// Its page of evidence.
    pub(crate) evidence: String,
    /// What became of it; told on its own page only.
    pub(crate) history: History,
    pub(crate) checks: Vec<Check>,
}

/// A waiver that is in force.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Waiver {
    /// The title of the role that gave it.
    pub(crate) role: String,
    pub(crate) day: Day,
    /// Its last day.
    pub(crate) until: Day,
}

/// One check of a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Check {
    pub(crate) number: usize,
    pub(crate) kind: String,
    pub(crate) verdict: String,
    /// What it asked, in a sentence of its kind's.
    pub(crate) covers: String,
    pub(crate) leaves_open: String,
    /// What must be so of the answers, a clause each: if one is not, the claim is false.
    pub(crate) must: Vec<String>,
    /// When its last answer came; none where nothing was asked.
    pub(crate) observed: Option<Time>,
    /// When its evidence ends; none where it never spoke for the claim.
    pub(crate) until: Option<Time>,
    /// What came back to its questions, in a few words each.
    pub(crate) saw: Vec<String>,
    /// What broke the claim; empty where nothing did.
    pub(crate) broke: Vec<String>,
    /// A command line that repeats its first question; empty where there is none.
    pub(crate) repeat: String,
    /// What it was shown to notice, each after "when".
    pub(crate) noticed: Vec<String>,
    /// What went otherwise than planned.
    pub(crate) remarks: Vec<String>,
    pub(crate) steps: Vec<Step>,
    /// How many steps are not shown.
    pub(crate) steps_left_out: usize,
}

/// One step of a check.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) role_means: String,
    pub(crate) who: String,
    pub(crate) request: String,
    pub(crate) repeat: String,
    /// The name of the step that shows that the question was fair; empty where there is none.
    pub(crate) control: String,
    pub(crate) answer: String,
    pub(crate) at: Option<Time>,
    pub(crate) took: String,
    pub(crate) expectations: Vec<Expectation>,
    pub(crate) published: Vec<Published>,
}

/// One expectation and how it came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Expectation {
    pub(crate) expected: String,
    pub(crate) found: String,
    /// `met`, `not met` or `unknown`.
    pub(crate) outcome: String,
}

/// A part of an answer that the author chose to publish.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Published {
    pub(crate) what: String,
    pub(crate) value: String,
}

/// What became of a claim since it was first published.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct History {
    /// Where it stood, newest first.
    pub(crate) entries: Vec<Stood>,
    /// The same as stretches of time, where there are several.
    pub(crate) spans: Vec<Span>,
    /// What the stretches show, for whoever cannot see them.
    pub(crate) words: String,
    /// What changed in what it promises, newest first.
    pub(crate) changes: Vec<Change>,
}

/// Where a claim stood from some time on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Stood {
    pub(crate) mark: Mark,
    pub(crate) since: Time,
}

/// A stretch of a timeline that is 600 wide and 24 high.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Span {
    /// The mark's name, for the style sheet.
    pub(crate) class: String,
    pub(crate) x: u64,
    pub(crate) width: u64,
    /// Bad news stands taller than good news: never by colour alone.
    pub(crate) y: u64,
    pub(crate) height: u64,
    pub(crate) words: String,
}

/// `versions`: the versions of a policy, newest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Versions {
    /// The policy's title.
    pub(crate) title: String,
    /// Its page.
    pub(crate) policy: String,
    pub(crate) versions: Vec<Version>,
}

/// A version of a policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Version {
    /// The day of the commit.
    pub(crate) since: Day,
    /// What changed from the version before, block by block.
    pub(crate) changes: Vec<Vec<crate::model::source::redline::Run>>,
    /// Whether no version before is known.
    pub(crate) is_oldest: bool,
}

/// A change in what is promised.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Change {
    /// What it does, for the style sheet: `weakened`, `scope-changed`, ...
    pub(crate) class: String,
    /// The same in a word or two.
    pub(crate) effect: String,
    /// What it is about.
    pub(crate) words: String,
    pub(crate) told: String,
    /// How the words became these; empty where they stayed.
    pub(crate) redline: Vec<crate::model::source::redline::Run>,
    pub(crate) at: Time,
    /// The page with the claim's evidence; empty where it has none now.
    pub(crate) evidence: String,
}

/// An instant, for machines and for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Time {
    pub(crate) iso: String,
    pub(crate) words: String,
}

/// A day, for machines and for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Day {
    pub(crate) iso: String,
    pub(crate) words: String,
}

impl Time {
    /// An instant in the words of a language.
    pub(crate) fn new(instant: Timestamp, words: &Words) -> Self {
        Self { iso: format!("{instant:.0}"), words: words.time(instant) }
    }
}

impl Mark {
    /// The mark of a standing, by its one word.
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

    /// The same mark, which ends then.
    pub(crate) fn until(self, ends: Option<Time>) -> Self {
        Self { ends, ..self }
    }
}
