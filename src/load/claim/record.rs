//! What a role gives for a claim in writing: attestations and waivers, one file each, named after
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

/// What is given.
pub(crate) struct Sort {
    /// The folder of such files.
    pub(crate) folder: &'static str,
    /// What one of them is called.
    pub(crate) noun: &'static str,
    /// What it does to its claim.
    pub(crate) verb: &'static str,
    /// Its keys that are days.
    pub(crate) days: &'static [&'static str],
}

/// What it is measured by.
pub(crate) struct Measure<'a> {
    /// The claims that have files.
    pub(crate) claims: &'a BTreeSet<ClaimId>,
    /// The roles that may give it, if they could be read.
    pub(crate) roles: Option<&'a IndexMap<String, String>>,
    /// Whether the target is the demo add-on, whose own word counts then.
    pub(crate) demo: bool,
    pub(crate) today: Date,
}

/// One file, while it is looked at.
pub(crate) struct Sheet<'a> {
    pub(crate) id: &'a str,
    pub(crate) file: &'a Arc<str>,
    node: &'a Node,
    pub(crate) diagnostics: &'a mut Report,
}

impl Measure<'_> {
    /// Everything of a sort, by claim; `look` tells what is wrong with one beyond its form.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        sort: &Sort,
        reader: &mut Reader,
        look: &dyn Fn(&T, &mut Sheet<'_>),
    ) -> BTreeMap<ClaimId, (Arc<str>, T)> {
        let mut all = BTreeMap::new();
        for source in reader.folder(sort.folder, &["yaml", "yml"]) {
            let id = ClaimId::from(claim::id_of(&source.file));
            if let Some((first, _)) = all.get(&id) {
                let error = second(sort, &id, &source.file, first);
                reader.diagnostics.push(error);
                continue;
            }
            if !self.claims.contains(&id) {
                reader.diagnostics.push(self.unknown(sort, &id, &source.file));
            }
            if let Some(value) = one(sort, &source, &mut reader.diagnostics, look) {
                all.insert(id, (source.file.clone(), value));
            }
        }
        all
    }

    fn unknown(&self, sort: &Sort, id: &str, file: &Arc<str>) -> Diagnostic {
        let message = format!("there is no claim `{id}` for this to {}", sort.verb);
        let known = self.claims.iter().map(ClaimId::as_str);
        let error = Diagnostic::new(Code::UnknownClaim, Place::file(file.clone()), message);
        error.with(Argument::Claim, id).help(help_with_list(id, known))
    }
}

fn second(sort: &Sort, id: &str, file: &Arc<str>, first: &Arc<str>) -> Diagnostic {
    let message = format!("the claim `{id}` has another {}, `{first}`", sort.noun);
    Diagnostic::new(Code::DuplicateId, Place::file(file.clone()), message)
        .with(Argument::Claim, id)
        .related(Place::file(first.clone()), "the other file")
        .help("keep one of the two")
}

fn one<T: DeserializeOwned>(
    sort: &Sort,
    source: &SourceFile,
    diagnostics: &mut Report,
    look: &dyn Fn(&T, &mut Sheet<'_>),
) -> Option<T> {
    let file = &source.file;
    let told = diagnostics.mark();
    let whole = document::whole(&source.text);
    let document: Document<T> = document::read(&source.text, whole, file, diagnostics)?;
    let node = &document.node;
    for key in sort.days {
        day::check(node.get(key), file, diagnostics, told);
    }
    let value = document.value?;
    look(&value, &mut Sheet { id: claim::id_of(file), file, node, diagnostics });
    Some(value)
}

impl Sheet<'_> {
    /// Reports a diagnostic at the value of a key.
    pub(crate) fn report(&mut self, key: &str, code: Code, message: String, help: &str) {
        let diagnostic = Diagnostic::new(code, self.place(key), message);
        self.diagnostics.push(diagnostic.help(help));
    }

    pub(crate) fn place(&self, key: &str) -> Place {
        let span = self.node.get(key).map_or(0..0, |node| node.span.clone());
        Place::new(self.file.clone(), span)
    }

    /// Tells a role that there is not.
    pub(crate) fn role(&mut self, role: &str, measure: &Measure<'_>) {
        if let Some(roles) = measure.roles.filter(|roles| !roles.contains_key(role)) {
            let help = help_with_list(role, roles.keys().map(String::as_str));
            self.report("role", Code::UnknownRole, format!("there is no role `{role}`"), &help);
        }
    }

    /// Tells a day of giving that is still to come.
    pub(crate) fn day(&mut self, day: Date, today: Date) {
        if day > today {
            let message = format!("this day is still to come: today is {today}");
            self.report("day", Code::FutureDate, message, "write the day on which it was given");
        }
    }

    /// Tells texts that say nothing.
    pub(crate) fn texts(&mut self, texts: &[(&str, &String)]) {
        for (key, _) in texts.iter().filter(|(_, text)| text.trim().is_empty()) {
            self.diagnostics.push(Diagnostic::empty_value(self.place(key), key));
        }
    }
}
