//! The claims' files under `checks/`.

pub(crate) mod attestations;
pub mod quote;
pub(crate) mod record;
pub(crate) mod waivers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::language::period::Period;
use crate::load::file::document;
use crate::load::file::document::Document;
use crate::load::file::reader::{Reader, SourceFile};
use crate::model::project::claim::{Check, Claim, Written};
use crate::model::source::Place;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::decode::{Spanned, decode};
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::{Node, Value};

/// The folder of the claims' files.
const FOLDER: &str = "checks";

/// Maximum number of checks of one claim, more than any reader would look at.
const CHECKS_MAX: usize = 100;

/// Mistakes in a claim's file that do not make its quotes unreliable.
const HARMLESS: [Code; 3] = [Code::UnknownKey, Code::DuplicateProvesAlso, Code::EmptyChecks];

/// The claims as far as their files could be read.
#[derive(Default)]
pub(crate) struct Claims {
    /// By id, in the order of their files; without passages.
    pub(crate) by_id: BTreeMap<ClaimId, Claim>,
    /// The ids of all files, whether or not they could be read.
    pub(crate) known: BTreeSet<ClaimId>,
    /// The claims in `by_id` with mistakes that make their quotes unreliable.
    pub(crate) broken: BTreeSet<ClaimId>,
}

/// Reads every claim's file.
pub(crate) fn read(reader: &mut Reader<'_>) -> Claims {
    let mut claims = Claims::default();
    let mut files: BTreeMap<ClaimId, Arc<str>> = BTreeMap::new();
    for source in reader.folder(FOLDER, &["yaml", "yml"]) {
        if reader.diagnostics.stops_at(&source.file) {
            break;
        }
        let id = ClaimId::from(id_of(&source.file));
        if let Some(first) = files.get(&id) {
            reader.diagnostics.push(duplicate(&id, &source.file, first));
            continue;
        }
        files.insert(id.clone(), source.file.clone());
        claims.known.insert(id.clone());
        if !ClaimId::is_one(&id) {
            reader.diagnostics.push(no_id(&id, &source.file));
        }
        let mark = reader.diagnostics.mark();
        if let Some(claim) = claim(&id, &source, &mut reader.diagnostics) {
            let is_harmless = |one: &Diagnostic| HARMLESS.contains(&one.code);
            if !reader.diagnostics.since(mark).iter().all(is_harmless) {
                claims.broken.insert(id.clone());
            }
            claims.by_id.insert(id, claim);
        }
    }
    claims
}

/// The id that a file below a folder gives: its path there, without the extension.
pub(crate) fn id_of(file: &str) -> &str {
    let below = file.split_once('/').map_or(file, |(_, below)| below);
    below.rsplit_once('.').map_or(below, |(stem, _)| stem)
}

fn no_id(id: &str, file: &Arc<str>) -> Diagnostic {
    let message = format!("`{id}` cannot be a claim's id");
    let help = "name the file with lower-case letters, digits and `-`, and put it directly into \
                `checks/`";
    Diagnostic::new(Code::BadFileName, Place::file(file.clone()), message)
        .with(Argument::Name, id)
        .help(help)
}

fn duplicate(id: &str, file: &Arc<str>, first: &Arc<str>) -> Diagnostic {
    let message = format!("the claim `{id}` has another file, `{first}`");
    Diagnostic::new(Code::DuplicateId, Place::file(file.clone()), message)
        .with(Argument::Claim, id)
        .related(Place::file(first.clone()), "the other file")
        .help("keep one of the two")
}

fn claim(id: &str, source: &SourceFile, diagnostics: &mut Report) -> Option<Claim> {
    let file = &source.file;
    let whole = document::whole(&source.text);
    let document: Document<Written> = document::read(&source.text, whole, file, diagnostics)?;
    let node = &document.node;
    let written = document.value.unwrap_or_else(|| what_is_there(node));
    for (key, value) in [("proves", &written.proves), ("because", &written.because)] {
        if node.get(key).and_then(Node::as_str).is_some_and(|text| text.trim().is_empty()) {
            diagnostics.push(Diagnostic::empty_value(value.place(file), key));
        }
    }
    let again = written.proves_also.iter().enumerate().filter(|(index, also)| {
        let mut earlier = written.proves_also[..*index].iter();
        earlier.any(|one| one.file.value == also.file.value && one.words.value == also.words.value)
    });
    for (_, also) in again {
        let message = "these words are quoted twice for one file";
        let error = Diagnostic::new(Code::DuplicateProvesAlso, also.words.place(file), message);
        diagnostics.push(error.help("keep one of the two"));
    }
    Some(Claim {
        id: id.into(),
        file: file.clone(),
        checks: checks(node, file, diagnostics),
        written,
        passages: Vec::new(),
    })
}

fn checks(node: &Node, file: &Arc<str>, diagnostics: &mut Report) -> Vec<Check> {
    let Some(list) = node.get("checks") else {
        return Vec::new();
    };
    let place = |node: &Node| Place::new(file.clone(), node.span.clone());
    if matches!(&list.value, Value::List(items) if items.is_empty()) {
        let message = "this claim has no check";
        let help = "add at least one: a claim that nothing supports is not published";
        diagnostics.push(Diagnostic::new(Code::EmptyChecks, place(list), message).help(help));
    }
    if list.items().len() > CHECKS_MAX {
        let message = format!("this claim has more than {CHECKS_MAX} checks");
        let help = "divide it into claims of their own";
        diagnostics.push(Diagnostic::new(Code::TooManyChecks, place(list), message).help(help));
    }
    let mut checks = Vec::new();
    for item in list.items().iter().take(CHECKS_MAX) {
        if !matches!(item.value, Value::Map(_)) {
            let error = Diagnostic::wrong_type(place(item), "a mapping", item.value.type_name());
            diagnostics.push(error.help("write it like `- kind: http`"));
            continue;
        }
        match item.get("kind") {
            None => {
                diagnostics.push(Diagnostic::missing_key(place(item), "kind"));
            }
            Some(kind) => match kind.as_str() {
                Some(name) => checks.push(Check {
                    kind: Spanned { value: name.to_owned(), span: kind.span.clone() },
                    states: states(item, file, diagnostics),
                    products: products(item, file, diagnostics),
                    alone: alone(item, file, diagnostics),
                    settings: OF_EVERY_CHECK
                        .iter()
                        .fold(item.clone(), |item, key| item.without(key)),
                }),
                None => {
                    let found = kind.value.type_name();
                    let error = Diagnostic::wrong_type(place(kind), "a string", found);
                    diagnostics.push(error.help("write the name of a kind of check"));
                }
            },
        }
    }
    checks
}

/// The keys that any check may have, whatever its kind.
const OF_EVERY_CHECK: [&str; 4] = ["kind", "states", "products", "alone"];

/// The names after `states:`, which any check may have.
fn states(check: &Node, file: &Arc<str>, diagnostics: &mut Report) -> Vec<Spanned<String>> {
    let states = check.get("states");
    states.and_then(|states| decode(states, file, diagnostics)).unwrap_or_default()
}

/// The names after `products:`, which any check may have.
fn products(check: &Node, file: &Arc<str>, diagnostics: &mut Report) -> Vec<Spanned<String>> {
    let products = check.get("products");
    products.and_then(|products| decode(products, file, diagnostics)).unwrap_or_default()
}

/// The value after `alone:`, which any check may have.
fn alone(check: &Node, file: &Arc<str>, diagnostics: &mut Report) -> bool {
    check.get("alone").and_then(|alone| decode(alone, file, diagnostics)).unwrap_or_default()
}

/// The readable part of a file in which something is missing, so that its checks can be validated.
fn what_is_there(node: &Node) -> Written {
    let text = |key: &str| Spanned {
        value: node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned(),
        span: node.get(key).map_or(node.span.clone(), |node| node.span.clone()),
    };
    Written {
        proves: text("proves"),
        proves_also: Vec::new(),
        under: None,
        because: text("because"),
        applies_to: Vec::new(),
        background: Vec::new(),
        reinstated: None,
        needs: Vec::new(),
        valid_for: Spanned { value: Period::hours(24), span: node.span.clone() },
        checks: Spanned { value: Vec::new(), span: node.span.clone() },
    }
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    const CHECK: &str = "checks/backup-daily.yaml";

    #[test]
    fn a_file_with_mistakes_hides_neither_its_checks_nor_other_mistakes() {
        let fixture = Fixture::sound().with(
            CHECK,
            "proves: ' '\nbecuase: x\nvalid_for: 1 day\napplies_to: [clowd]\nchecks:\n- kind: link\n- {as: x}\n- kind: 5\n- link\n",
        );
        assert_eq!(
            fixture.reported(),
            [
                "checks/backup-daily.yaml:1:9 empty: `proves` is empty ? write a text",
                "checks/backup-daily.yaml:2:1 unknown-key: unknown key `becuase` ? did you mean `because`?",
                "checks/backup-daily.yaml:3:12 wrong-value: `1 day` is not a duration ? write it like `90s`, `24h` or `90d`",
                "checks/backup-daily.yaml:7:3 missing-key: the key `kind` is missing ? add `kind:`",
                "checks/backup-daily.yaml:8:9 wrong-type: expected a string, found a number ? write the name of a kind of check",
                "checks/backup-daily.yaml:9:3 wrong-type: expected a mapping, found a string ? write it like `- kind: http`",
            ]
        );
        let project = fixture.load().project.unwrap();
        assert_eq!(project.claims[0].checks.len(), 1);
    }

    #[test]
    fn a_claim_without_a_check_is_an_error() {
        let reported = Fixture::sound()
            .with(CHECK, "proves: Customer data is backed up every day.\nbecause: x\nvalid_for: 24h\napplies_to: [clowd]\nchecks: []\n")
            .reported();
        assert_eq!(
            reported,
            [
                "checks/backup-daily.yaml:4:14 unknown-product: there is no product `clowd` ? did you mean `cloud`?",
                "checks/backup-daily.yaml:5:9 empty-checks: this claim has no check ? add at least one: a claim that nothing supports is not published",
            ]
        );
    }

    #[test]
    fn an_id_belongs_to_one_file_and_is_a_plain_word() {
        let text = "proves: x\nbecause: x\nvalid_for: 24h\nchecks: [{kind: link}]\n";
        let reported = Fixture::sound()
            .with("checks/backup-daily.yml", text)
            .with("checks/Big.yaml", text)
            .reported();
        assert_eq!(
            reported,
            [
                "checks/Big.yaml:1:1 bad-file-name: `Big` cannot be a claim's id ? name the file with lower-case letters, digits and `-`, and put it directly into `checks/`",
                "checks/Big.yaml:1:1 check-without-claim: no policy makes the claim `Big` ? link its words to it, like `[words](../checks/Big.yaml)`, or remove the file",
                "checks/backup-daily.yml:1:1 duplicate-id: the claim `backup-daily` has another file, `checks/backup-daily.yaml` ? keep one of the two",
            ]
        );
    }

    #[test]
    fn a_file_that_is_not_yaml_is_still_known() {
        let reported = Fixture::sound().with(CHECK, "proves: [\n").reported();
        assert_eq!(reported.len(), 1, "{reported:?}");
        assert!(
            reported[0]
                .starts_with("checks/backup-daily.yaml:2:1 not-yaml: this is not valid YAML: "),
            "{reported:?}"
        );
    }

    #[test]
    fn a_claim_has_a_bound_on_its_checks() {
        let more = format!("checks:\n{}", "  - kind: link\n".repeat(100));
        assert_eq!(
            Fixture::sound().replace(CHECK, "checks:\n", &more).reported(),
            [
                "checks/backup-daily.yaml:7:3 too-many-checks: this claim has more than 100 checks ? divide it into claims of their own"
            ]
        );
    }
}
