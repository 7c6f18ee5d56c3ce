//! Records that a role writes for a claim: attestations and waivers, one file each, named after
//! the claim.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use crate::load::claim;
use crate::load::file::document::Document;
use crate::load::file::reader::{Reader, SourceFile};
use crate::load::file::{day, document};
use crate::model::source::Place;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};
use crate::model::source::node::Node;

/// The type of record.
pub(crate) struct RecordType {
    /// The folder of such files.
    pub(crate) folder: &'static str,
    /// The noun for one of them in messages.
    pub(crate) noun: &'static str,
    /// The verb for its effect on the claim, in messages.
    pub(crate) verb: &'static str,
    /// The keys whose values are days.
    pub(crate) days: &'static [&'static str],
}

/// What a record is validated against.
pub(crate) struct RecordContext<'a> {
    /// The claims that have files.
    pub(crate) claims: &'a BTreeSet<ClaimId>,
    /// The roles that may write it, if they could be read.
    pub(crate) roles: Option<&'a IndexMap<String, String>>,
    /// Whether the target is the demo add-on, for which its own attestations count.
    pub(crate) demo: bool,
    pub(crate) today: Date,
}

/// One record, while it is validated.
pub(crate) struct RecordFile<'a> {
    pub(crate) id: &'a str,
    pub(crate) file: &'a Arc<str>,
    node: &'a Node,
    pub(crate) diagnostics: &'a mut Report,
}

impl RecordContext<'_> {
    /// All records of a type, by claim; `look` reports mistakes beyond those of form.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        record_type: &RecordType,
        reader: &mut Reader,
        look: &dyn Fn(&T, &mut RecordFile<'_>),
    ) -> BTreeMap<ClaimId, (Arc<str>, T)> {
        let mut all = BTreeMap::new();
        for source in reader.folder(record_type.folder, &["yaml", "yml"]) {
            let id = ClaimId::from(claim::id_of(&source.file));
            if let Some((first, _)) = all.get(&id) {
                let error = second(record_type, &id, &source.file, first);
                reader.diagnostics.push(error);
                continue;
            }
            if !self.claims.contains(&id) {
                reader.diagnostics.push(self.unknown(record_type, &id, &source.file));
            }
            if let Some(value) = one(record_type, &source, &mut reader.diagnostics, look) {
                all.insert(id, (source.file.clone(), value));
            }
        }
        all
    }

    fn unknown(&self, record_type: &RecordType, id: &str, file: &Arc<str>) -> Diagnostic {
        let message = format!("there is no claim `{id}` for this to {}", record_type.verb);
        let known = self.claims.iter().map(ClaimId::as_str);
        let error = Diagnostic::new(Code::UnknownClaim, Place::file(file.clone()), message);
        error.with(Argument::Claim, id).help(help_with_list(id, known))
    }
}

fn second(record_type: &RecordType, id: &str, file: &Arc<str>, first: &Arc<str>) -> Diagnostic {
    let message = format!("the claim `{id}` has another {}, `{first}`", record_type.noun);
    Diagnostic::new(Code::DuplicateId, Place::file(file.clone()), message)
        .with(Argument::Claim, id)
        .related(Place::file(first.clone()), "the other file")
        .help("keep one of the two")
}

fn one<T: DeserializeOwned>(
    record_type: &RecordType,
    source: &SourceFile,
    diagnostics: &mut Report,
    look: &dyn Fn(&T, &mut RecordFile<'_>),
) -> Option<T> {
    let file = &source.file;
    let mark = diagnostics.mark();
    let whole = document::whole(&source.text);
    let document: Document<T> = document::read(&source.text, whole, file, diagnostics)?;
    let node = &document.node;
    for key in record_type.days {
        day::check(node.get(key), file, diagnostics, mark);
    }
    let value = document.value?;
    look(&value, &mut RecordFile { id: claim::id_of(file), file, node, diagnostics });
    Some(value)
}

impl RecordFile<'_> {
    /// Reports a diagnostic at the value of a key.
    pub(crate) fn report(&mut self, key: &str, code: Code, message: String, help: &str) {
        let diagnostic = Diagnostic::new(code, self.place(key), message);
        self.diagnostics.push(diagnostic.help(help));
    }

    pub(crate) fn place(&self, key: &str) -> Place {
        let span = self.node.get(key).map_or(0..0, |node| node.span.clone());
        Place::new(self.file.clone(), span)
    }

    /// Reports a role that the project does not define.
    pub(crate) fn role(&mut self, role: &str, context: &RecordContext<'_>) {
        if let Some(roles) = context.roles.filter(|roles| !roles.contains_key(role)) {
            let help = help_with_list(role, roles.keys().map(String::as_str));
            let message = format!("there is no role `{role}`");
            let error = Diagnostic::new(Code::UnknownRole, self.place("role"), message);
            self.diagnostics.push(error.with(Argument::Name, role).help(help));
        }
    }

    /// Reports a day in the future.
    pub(crate) fn day(&mut self, day: Date, today: Date) {
        if day > today {
            let message = format!("this day is in the future: today is {today}");
            self.report("day", Code::FutureDate, message, "write the day on which it was given");
        }
    }

    /// Reports empty texts.
    pub(crate) fn texts(&mut self, texts: &[(&str, &String)]) {
        for (key, _) in texts.iter().filter(|(_, text)| text.trim().is_empty()) {
            self.diagnostics.push(Diagnostic::empty_value(self.place(key), key));
        }
    }
}
