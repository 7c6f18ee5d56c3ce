//! A policy: front matter, then Markdown with claims in it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use crate::load::document::{self, Document};
use crate::load::link::{self, Aim, Link};
use crate::load::markdown::Markdown;
use crate::load::passage::{Body, Bound, Of};
use crate::load::read::SourceFile;
use crate::load::words::Words;
use crate::load::{day, heading, pieces, prose};
use crate::model::decode::Spanned;
use crate::model::diagnostic::Diagnostic;
use crate::model::policy::{FrontMatter, Policy, Statement};
use crate::model::source::Place;

/// The folder of policies.
pub(super) const FOLDER: &str = "content";

/// Claims and statements in one policy.
const BOUNDS_MAX: usize = 2000;

/// A policy, with what must be looked up in other files.
pub(super) struct PolicyFile {
    pub(super) policy: Policy,
    /// Claims and statements in the order in which they stand.
    pub(super) bounds: Vec<Bound>,
    /// What its links aim at, with their bytes.
    pub(super) aims: Vec<(Aim, Range<usize>)>,
    /// The anchors of its headings.
    pub(super) anchors: BTreeSet<String>,
}

/// Reads one policy.
pub(super) fn read(source: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> PolicyFile {
    let (front, start) = front_matter(source, diagnostics);
    let file = &source.file;
    let markdown = Markdown::parse(&source.text, start);
    let headings = heading::all(&markdown, file, diagnostics);
    let links = link::all(&markdown, file);
    prose::check((file, &source.text), &markdown, &links, diagnostics);
    let bounds = bounds(source, &markdown, &links, &headings, diagnostics);
    let statements = bounds.iter().filter_map(|bound| match &bound.of {
        Of::Claim(_) => None,
        Of::Statement(reason) => Some(Statement {
            reason: reason.clone(),
            passage: bound.passage.clone(),
        }),
    });
    let policy = Policy {
        file: file.clone(),
        slug: slug(file).to_owned(),
        front,
        markdown: source.text.get(start..).unwrap_or_default().to_owned(),
        pieces: pieces::of(&markdown, &bounds),
        statements: statements.collect(),
        headings: headings.into_iter().map(|(_, heading)| heading).collect(),
    };
    PolicyFile {
        anchors: policy
            .headings
            .iter()
            .map(|one| one.anchor.clone())
            .collect(),
        policy,
        bounds,
        aims: links
            .into_iter()
            .map(|link| (link.aim, link.span))
            .collect(),
    }
}

fn bounds(
    source: &SourceFile,
    markdown: &Markdown,
    links: &[Link],
    headings: &[(usize, crate::model::policy::Heading)],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Bound> {
    let binds = |link: &&Link| matches!(link.aim, Aim::Check(_) | Aim::Statement(_));
    let binding = links.iter().filter(binds);
    let words = Words::new(markdown, binding.clone().map(|link| link.start).collect());
    let body = Body {
        file: &source.file,
        markdown,
        headings,
        words: &words,
    };
    let mut bounds: Vec<Bound> = binding
        .clone()
        .take(BOUNDS_MAX)
        .filter_map(|link| body.bound(link))
        .collect();
    for bound in &mut bounds {
        trim(&mut bound.passage.place, &source.text);
        prose::check_bound(bound, markdown, diagnostics);
    }
    if words.are_too_many() || binding.count() > BOUNDS_MAX {
        let place = Place::file(source.file.clone());
        let message = "there are more claims and words in this policy than can be read";
        diagnostics.push(Diagnostic::error("too-long", place, message).help("split it"));
    }
    bounds
}

/// Takes the white space behind a place out of it.
fn trim(place: &mut Place, text: &str) {
    let written = text.get(place.span()).unwrap_or_default();
    place.end = place.start + written.trim_end().len();
}

/// The address of a policy below the site's root.
fn slug(file: &str) -> &str {
    let below = file
        .strip_prefix(FOLDER)
        .unwrap_or(file)
        .trim_start_matches('/');
    below.rsplit_once('.').map_or(below, |(stem, _)| stem)
}

/// Reads the front matter, or tells what is wrong with it; and the byte at which the body begins.
fn front_matter(source: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> (FrontMatter, usize) {
    let file = &source.file;
    let (front, body) = match split(&source.text) {
        Ok(split) => split,
        Err((span, message)) => {
            let error =
                Diagnostic::error("no-front-matter", Place::new(file.clone(), span), message);
            let help = "begin with a line `---`, then `title:`, `summary:`, `effective:` and `owner:`, \
                        then a line `---`";
            diagnostics.push(error.help(help));
            return (no_front_matter(), 0);
        }
    };
    let told = diagnostics.len();
    let document: Option<Document<FrontMatter>> =
        document::read(&source.text, front, file, diagnostics);
    let value = document.and_then(|document| {
        day::check(document.node.get("effective"), file, diagnostics, told);
        document.value
    });
    (value.unwrap_or_else(no_front_matter), body)
}

/// The bytes of the front matter between its two lines, and where the body begins behind them.
fn split(text: &str) -> Result<(Range<usize>, usize), (Range<usize>, &'static str)> {
    let whole = document::whole(text);
    let mut lines = Lines {
        text,
        at: whole.start,
    };
    match lines.next() {
        Some((line, _)) if text[line.clone()].trim_end() == "---" => {}
        first => {
            let span = first.map_or(0..0, |(line, _)| line.start..line.start);
            return Err((span, "this policy has no front matter"));
        }
    }
    let start = lines.at;
    let opening = whole.start..whole.start + "---".len();
    let closing = lines.find(|(line, _)| text[line.clone()].trim_end() == "---");
    match closing {
        Some((line, next)) => Ok((start..line.start, next)),
        None => Err((opening, "this front matter has no end")),
    }
}

/// Lines as ranges, each with the byte at which the next begins.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = (Range<usize>, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').unwrap_or(rest.len());
        let line = self.at..self.at + length;
        self.at = (line.end + 1).min(self.text.len());
        Some((line, self.at))
    }
}

/// What stands in for front matter that could not be read, so that the body can be.
fn no_front_matter() -> FrontMatter {
    fn nothing<T>(value: T) -> Spanned<T> {
        Spanned { value, span: 0..0 }
    }
    FrontMatter {
        title: nothing(String::new()),
        summary: nothing(String::new()),
        effective: nothing(Date::ZERO),
        owner: nothing(String::new()),
        products: Vec::new(),
        order: 0,
    }
}

/// Tells policies that would have one address, and addresses that none can have.
pub(super) fn check_addresses(policies: &[PolicyFile], diagnostics: &mut Vec<Diagnostic>) {
    let mut taken: std::collections::BTreeMap<String, Arc<str>> = Default::default();
    for PolicyFile { policy, .. } in policies {
        let place = Place::file(policy.file.clone());
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        if policy.slug.is_empty() || !policy.slug.chars().all(fits) {
            let message = format!("`{}` cannot be the address of a page", policy.slug);
            let help = "name the file with letters, digits, `-`, `_` and `.`";
            diagnostics.push(Diagnostic::error("bad-file-name", place.clone(), message).help(help));
        }
        // Some of the disks and servers that a site lands on do not tell capitals apart.
        let address = policy.slug.to_lowercase();
        if address == "index" {
            let message = "this page would have the address of the site's own index";
            let help = "give the file another name";
            diagnostics.push(Diagnostic::error("same-address", place, message).help(help));
        } else if let Some(first) = taken.get(&address) {
            let message = format!("this page would have the same address as `{first}`");
            let error = Diagnostic::error("same-address", place, message);
            let error = error.related(Place::file(first.clone()), "the other page");
            diagnostics.push(error.help("give one of the two files another name"));
        } else {
            taken.insert(address, policy.file.clone());
        }
    }
}
