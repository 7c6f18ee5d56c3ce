//! Disk to [`Project`], with everything that is wrong with it; it never stops at the first mistake.

mod actor;
mod address;
mod attestations;
mod bind;
mod claims;
mod day;
mod document;
mod heading;
mod limits;
mod link;
mod links;
mod markdown;
mod passage;
mod pieces;
mod policy;
mod products;
mod prose;
mod read;
pub mod settings;
mod variable;
mod words;
mod world;
mod yaml;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;

use crate::load::claims::Claims;
use crate::load::passage::Of;
use crate::load::policy::PolicyFile;
use crate::load::read::Reader;
use crate::model::diagnostic::{Diagnostic, Severity, in_source_order};
use crate::model::project::Project;
use crate::model::source::{Place, Sources};

/// The project's own file.
pub(crate) const PROJECT_FILE: &str = "avouch.yaml";

/// What the command line adds to the files.
pub struct Options<'a> {
    /// The target in place of `avouch.yaml`'s.
    pub target: Option<&'a str>,
    /// The value of an environment variable, for `${NAME}`; the second argument tells whether the
    /// target is the demo add-on, which has values of its own.
    pub env: &'a dyn Fn(&str, bool) -> Option<String>,
    /// How bad it is if a variable has no value.
    pub unset: Severity,
    /// The day, in UTC.
    pub today: Date,
}

/// What was read.
pub struct Loaded {
    /// The project, where enough of it could be read to look further with. It is sound only if no
    /// diagnostic is an error.
    pub project: Option<Project>,
    /// Everything that is wrong, in the order of the sources.
    pub diagnostics: Vec<Diagnostic>,
    /// The text of every file that was read.
    pub sources: Sources,
}

/// Diagnostics of one file: whoever has made more mistakes will look again after mending these.
const TOLD_MAX: usize = 200;

/// Reads the project below `root`.
pub fn project(root: &Path, options: &Options<'_>) -> Loaded {
    let mut reader = Reader::new(root);
    let settings = settings::read(&mut reader, options);
    let policies = policies(&mut reader);
    let claims = claims::read(&mut reader);
    links::check(&policies, &claims.known, &mut reader.diagnostics);
    let measure = attestations::Measure {
        claims: &claims,
        roles: settings.as_ref().map(|settings| &settings.roles),
        demo: settings.as_ref().is_none_or(|settings| settings.world.demo),
        today: options.today,
    };
    let attestations = attestations::read(&mut reader, &measure);
    let templates = templates(&mut reader);
    if let Some(settings) = &settings {
        products::check(
            &settings.products,
            &policies,
            &claims,
            &mut reader.diagnostics,
        );
    }
    reader.diagnostics.extend(nothing_there(&policies, &claims));
    let claims = bind::all(claims, &policies, &mut reader.diagnostics);
    let Reader {
        sources,
        diagnostics,
        ..
    } = reader;
    let project = settings.map(|settings| Project {
        site: settings.site,
        products: settings.products,
        roles: settings.roles,
        hosts: settings.hosts,
        actors: settings.actors,
        contacts: settings.contacts,
        limits: settings.limits,
        writes: settings.writes,
        commands: settings.commands,
        refusal: settings.refusal,
        world: settings.world,
        policies: policies.into_iter().map(|one| one.policy).collect(),
        claims,
        attestations,
        templates,
        sources: sources.clone(),
    });
    Loaded {
        project,
        diagnostics: bounded(in_source_order(diagnostics)),
        sources,
    }
}

/// The policies in the order of the site.
fn policies(reader: &mut Reader) -> Vec<PolicyFile> {
    let sources = reader.folder(policy::FOLDER, &["md"]);
    let diagnostics = &mut reader.diagnostics;
    let mut policies: Vec<PolicyFile> = sources
        .iter()
        .map(|source| policy::read(source, diagnostics))
        .collect();
    policy::check_addresses(&policies, diagnostics);
    policies.sort_by_key(|one| (one.policy.front.order, one.policy.file.clone()));
    policies
}

/// The project's own templates, by their path below their folder.
fn templates(reader: &mut Reader) -> BTreeMap<String, String> {
    const FOLDER: &str = "templates/";
    let sources = reader.folder(FOLDER.trim_end_matches('/'), &[]);
    let name = |file: &str| file.strip_prefix(FOLDER).unwrap_or(file).to_owned();
    sources
        .iter()
        .map(|one| (name(&one.file), one.text.to_string()))
        .collect()
}

/// A project that says nothing proves nothing, and is no success.
fn nothing_there(policies: &[PolicyFile], claims: &Claims) -> Option<Diagnostic> {
    let makes_claims = policies
        .iter()
        .flat_map(|one| &one.bounds)
        .any(|bound| matches!(bound.of, Of::Claim(_)));
    let (code, message, help) = if policies.is_empty() {
        (
            "no-policies",
            "there is no policy in `content/`",
            "write one, such as `content/security.md`",
        )
    } else if !makes_claims && claims.known.is_empty() {
        (
            "no-claims",
            "no policy makes a claim",
            "link words to a check: `[words](../checks/claim.yaml)`",
        )
    } else {
        return None;
    };
    let error = Diagnostic::error(code, Place::file(policy::FOLDER), message).help(help);
    Some(Diagnostic {
        place: None,
        ..error
    })
}

/// Leaves out what goes beyond [`TOLD_MAX`] in each file, and says so.
fn bounded(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut counts: BTreeMap<Option<Arc<str>>, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for one in diagnostics {
        let file = one.place.as_ref().map(|place| place.file.clone());
        let count = counts.entry(file.clone()).or_default();
        *count += 1;
        match (file, *count) {
            (Some(file), count) if count == TOLD_MAX + 1 => {
                let message = format!("there are more than {TOLD_MAX} mistakes in this file");
                let error = Diagnostic::error("too-many-mistakes", Place::file(file), message);
                kept.push(error.help("mend those that are told, and look again"));
            }
            (Some(_), count) if count > TOLD_MAX => {}
            _ => kept.push(one),
        }
    }
    kept
}
