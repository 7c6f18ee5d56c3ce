//! The claims' files under `checks/`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::load::document::{self, Document};
use crate::load::read::{Reader, SourceFile};
use crate::model::claim::{Check, Claim, ClaimId, Written};
use crate::model::decode::Spanned;
use crate::model::diagnostic::Diagnostic;
use crate::model::node::{Node, Value};
use crate::model::source::Place;
use crate::model::time::Limit;

/// The folder of the claims' files.
const FOLDER: &str = "checks";

/// The claims as far as their files could be read.
#[derive(Default)]
pub(super) struct Claims {
    /// By id, in the order of their files. They stand nowhere yet.
    pub(super) by_id: BTreeMap<ClaimId, Claim>,
    /// The ids of those with files, whatever stands in them.
    pub(super) known: BTreeSet<ClaimId>,
    /// Those of `by_id` of which something that they need could not be read.
    pub(super) broken: BTreeSet<ClaimId>,
}

/// Reads every claim's file.
pub(super) fn read(reader: &mut Reader) -> Claims {
    let mut claims = Claims::default();
    let mut files: BTreeMap<ClaimId, Arc<str>> = BTreeMap::new();
    for source in reader.folder(FOLDER, &["yaml", "yml"]) {
        let id = id_of(&source.file).to_owned();
        if let Some(first) = files.get(&id) {
            reader.diagnostics.push(duplicate(&id, &source.file, first));
            continue;
        }
        files.insert(id.clone(), source.file.clone());
        claims.known.insert(id.clone());
        if !is_id(&id) {
            reader.diagnostics.push(no_id(&id, &source.file));
        }
        let told = reader.diagnostics.len();
        if let Some(claim) = claim(&id, &source, &mut reader.diagnostics) {
            let is_about_keys = |one: &Diagnostic| one.code == "unknown-key";
            if !reader.diagnostics[told..].iter().all(is_about_keys) {
                claims.broken.insert(id.clone());
            }
            claims.by_id.insert(id, claim);
        }
    }
    claims
}

/// The id that a file below a folder gives: its path there, without the extension.
pub(super) fn id_of(file: &str) -> &str {
    let below = file.split_once('/').map_or(file, |(_, below)| below);
    below.rsplit_once('.').map_or(below, |(stem, _)| stem)
}

fn is_id(id: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) && id.chars().all(fits)
}

fn no_id(id: &str, file: &Arc<str>) -> Diagnostic {
    let message = format!("`{id}` cannot be a claim's id");
    let help = "name the file with lower-case letters, digits and `-`, and put it directly into \
                `checks/`";
    Diagnostic::error("bad-file-name", Place::file(file.clone()), message).help(help)
}

fn duplicate(id: &str, file: &Arc<str>, first: &Arc<str>) -> Diagnostic {
    let message = format!("the claim `{id}` has another file, `{first}`");
    Diagnostic::error("duplicate-id", Place::file(file.clone()), message)
        .related(Place::file(first.clone()), "the other file")
        .help("keep one of the two")
}

fn claim(id: &str, source: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> Option<Claim> {
    let file = &source.file;
    let whole = document::whole(&source.text);
    let document: Document<Written> = document::read(&source.text, whole, file, diagnostics)?;
    let node = &document.node;
    let written = document.value.unwrap_or_else(|| what_is_there(node));
    for (key, value) in [("proves", &written.proves), ("because", &written.because)] {
        if node
            .get(key)
            .and_then(Node::as_str)
            .is_some_and(|text| text.trim().is_empty())
        {
            let place = value.place(file);
            let error = Diagnostic::error("empty", place, format!("`{key}` is empty"));
            diagnostics.push(error.help("write what belongs here, in the reader's words"));
        }
    }
    let again = written
        .proves_also
        .iter()
        .enumerate()
        .filter(|(index, also)| {
            let mut earlier = written.proves_also[..*index].iter();
            earlier
                .any(|one| one.file.value == also.file.value && one.words.value == also.words.value)
        });
    for (_, also) in again {
        let message = "these words are quoted twice for one file";
        let error = Diagnostic::error("duplicate-proves-also", also.words.place(file), message);
        diagnostics.push(error.help("keep one of the two"));
    }
    Some(Claim {
        id: id.to_owned(),
        file: file.clone(),
        checks: checks(node, file, diagnostics),
        written,
        passages: Vec::new(),
    })
}

fn checks(node: &Node, file: &Arc<str>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Check> {
    let Some(list) = node.get("checks") else {
        return Vec::new();
    };
    let place = |node: &Node| Place::new(file.clone(), node.span.clone());
    if matches!(&list.value, Value::List(items) if items.is_empty()) {
        let message = "this claim has no check";
        let help = "give it at least one: a claim that nothing supports is not published";
        diagnostics.push(Diagnostic::error("empty-checks", place(list), message).help(help));
    }
    let mut checks = Vec::new();
    for item in list.items() {
        if !matches!(item.value, Value::Map(_)) {
            let message = format!("expected a mapping, found {}", item.value.sort());
            let error = Diagnostic::error("wrong-type", place(item), message);
            diagnostics.push(error.help("write it like `- kind: http`"));
            continue;
        }
        match item.get("kind") {
            None => {
                let error =
                    Diagnostic::error("missing-key", place(item), "the key `kind` is missing");
                diagnostics.push(error.help("add `kind:`"));
            }
            Some(kind) => match kind.as_str() {
                Some(name) => checks.push(Check {
                    kind: Spanned {
                        value: name.to_owned(),
                        span: kind.span.clone(),
                    },
                    settings: item.without("kind"),
                }),
                None => {
                    let message = format!("expected a string, found {}", kind.value.sort());
                    let error = Diagnostic::error("wrong-type", place(kind), message);
                    diagnostics.push(error.help("write the name of a kind of check"));
                }
            },
        }
    }
    checks
}

/// What could be read of a file in which something is missing, so that its checks can be looked at.
fn what_is_there(node: &Node) -> Written {
    let text = |key: &str| Spanned {
        value: node
            .get(key)
            .and_then(Node::as_str)
            .unwrap_or_default()
            .to_owned(),
        span: node
            .get(key)
            .map_or(node.span.clone(), |node| node.span.clone()),
    };
    Written {
        proves: text("proves"),
        proves_also: Vec::new(),
        under: None,
        because: text("because"),
        applies_to: Vec::new(),
        valid_for: Spanned {
            value: Limit::hours(24),
            span: node.span.clone(),
        },
        checks: Spanned {
            value: Vec::new(),
            span: node.span.clone(),
        },
    }
}
