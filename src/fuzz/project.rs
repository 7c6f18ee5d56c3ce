//! The sources of a project: each file in turn is arbitrary, the others are sound.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::language::words::one_line;
use crate::load::claim::quote::requote;
use crate::load::file::hidden;
use crate::load::options::{Options, StandIns};
use crate::model::judge::assessment::Seeds;
use crate::model::project::claim::Claim;
use crate::model::source::diagnostic::{Diagnostic, Severity};
use crate::model::source::{Place, Sources};
use crate::workflow::sources::{Checked, check_sources};

pub(super) const SETTINGS: &str = "avouch.yaml";
pub(super) const POLICY: &str = "content/security.md";
pub(super) const CHECK: &str = "checks/claim.yaml";

/// The words that `avouch accept` would write in place of a quote.
const NEW_WORDS: &str =
    "Data is kept for at most 24 hours: \"never\" longer <https://example.com/a>.";

/// The sound files.
const FILES: [(&str, &str); 3] = [
    (SETTINGS, include_str!("../../avouch.yaml")),
    (
        POLICY,
        "---
title: Security
summary: How data is kept safe.
effective: 2026-01-01
owner: security
products: [cloud]
---
## Data

[The service refuses strangers.](../checks/claim.yaml)
",
    ),
    (
        CHECK,
        "proves: The service refuses strangers.
because: A stranger sends a request without credentials.
applies_to: [cloud]
valid_for: 24h
checks:
  - kind: http
    steps:
      - name: the owner reads
        as: acme
        role: control
        get: /notes
        expect: { status: 200 }
      - name: a stranger reads
        get: /notes
        control: the owner reads
        differs_in: [credential]
        expect: { refused: true }
",
    ),
];

/// Reads a policy.
pub(super) fn policy(bytes: &[u8]) {
    lint(POLICY, bytes);
}

/// Reads `avouch.yaml`.
pub(super) fn settings(bytes: &[u8]) {
    lint(SETTINGS, bytes);
}

/// Reads a check file, and replaces its quote.
pub(super) fn check(bytes: &[u8]) {
    let checked = lint(CHECK, bytes);
    let claim = checked.project.as_ref().and_then(|project| project.claim("claim"));
    if let (Some(claim), Some(text)) = (claim, checked.sources.text(CHECK)) {
        quote_again(claim, text);
    }
}

/// The sound project.
pub(super) fn sound() -> Checked {
    checked(&BTreeMap::new())
}

fn lint(file: &str, bytes: &[u8]) -> Checked {
    let text: Arc<str> = String::from_utf8_lossy(bytes).into();
    places(&hidden::in_text(&file.into(), &text), |_| Some(text.clone()));
    let instead = StandIns::from([(Arc::from(file), Some(text))]);
    let (one, other) = (checked(&instead), checked(&instead));
    assert_eq!(one.diagnostics, other.diagnostics, "two readings differ");
    assert!(one.plans == other.plans, "two readings have different plans");
    places(&one.diagnostics, |file| one.sources.text(file).cloned());
    for claim in one.project.iter().flat_map(|project| &project.claims) {
        spans(claim, &one.sources);
    }
    one
}

fn checked(instead: &StandIns) -> Checked {
    let sound = FILES.iter().map(|(file, text)| (Arc::from(*file), Some(Arc::from(*text))));
    let mut all: StandIns = sound.collect();
    all.extend(instead.clone());
    let options = Options {
        target: None,
        env: &|name, _| Some(format!("value-of-{name}")),
        unset: Severity::Error,
        today: jiff::civil::date(2026, 11, 22),
        instead: &all,
    };
    // The folder does not exist: every file is one of those above.
    check_sources(Path::new("/nonexistent"), &options, &Seeds::from(7), &BTreeMap::new())
}

/// Every diagnostic has a help line, and points to whole characters of a text.
fn places(diagnostics: &[Diagnostic], text: impl Fn(&str) -> Option<Arc<str>>) {
    for one in diagnostics {
        assert!(one.help.as_ref().is_some_and(|help| !help.is_empty()), "{one:?} gives no help");
        assert!(!one.message.is_empty(), "{one:?} has no message");
        let related = one.related.iter().map(|(place, _)| place);
        for place in one.place.iter().chain(related) {
            let text = text(&place.file);
            assert!(text.is_none_or(|text| is_within(place, &text)), "{one:?}");
        }
    }
}

fn is_within(place: &Place, text: &str) -> bool {
    text.get(place.span()).is_some()
}

/// The passages and quotes of a claim are whole characters of their files.
fn spans(claim: &Claim, sources: &Sources) {
    for passage in &claim.passages {
        let text = sources.text(&passage.policy).map_or("", AsRef::as_ref);
        assert!(is_within(&passage.place, text), "{passage:?}");
    }
    let text = sources.text(&claim.file).map_or("", AsRef::as_ref);
    let quote = &claim.written.proves;
    assert!(text.get(quote.span.clone()).is_some(), "{quote:?}");
}

/// A file whose quote was replaced has the new words in it, and replacing them again changes nothing.
fn quote_again(claim: &Claim, text: &str) {
    let Some(new) = requote(text, claim.written.proves.span.clone(), NEW_WORDS) else { return };
    let instead = StandIns::from([(Arc::from(CHECK), Some(Arc::from(new.as_str())))]);
    let checked = checked(&instead);
    let claim = checked.project.as_ref().and_then(|project| project.claim("claim"));
    assert!(claim.is_some(), "the claim is missing from\n{new}");
    let Some(claim) = claim else { return };
    assert_eq!(one_line(&claim.written.proves.value), NEW_WORDS, "{new}");
    let again = requote(&new, claim.written.proves.span.clone(), NEW_WORDS);
    assert_eq!(again.as_deref(), Some(new.as_str()), "a second time changes something");
}
