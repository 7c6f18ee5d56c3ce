//! `avouch.yaml`: what it may hold, and its values once they are known to be good.
//!
//! Every key is optional to the reader of YAML, so that one mistake hides no other; what is needed
//! and missing is told here.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::load::actor::{self, ActorFile};
use crate::load::address;
use crate::load::document::{self, Document};
use crate::load::limits::{self, LimitsFile};
use crate::load::read::{Reader, SourceFile};
use crate::load::variable::{self, Variables};
use crate::load::world;
use crate::load::{Options, PROJECT_FILE};
use crate::model::decode::Spanned;
use crate::model::diagnostic::{Code, Diagnostic};
use crate::model::expect::Refusal;
use crate::model::node::{Node, Value};
use crate::model::project::{Actor, Limits, Site, World};
use crate::model::source::Place;

/// The project's file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["site", "target"]))]
pub struct ProjectFile {
    /// The site that is published.
    pub site: Option<Spanned<SiteFile>>,
    /// Products, by the name that other files use, with the name that readers see.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub products: IndexMap<String, String>,
    /// Roles that may attest and waive, by name, with their titles.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub roles: IndexMap<String, String>,
    /// What is assessed: `demo`, or the origin of the live service. May hold `${NAME}`.
    pub target: Option<Spanned<String>>,
    /// Other hosts by role; check files name the role.
    #[serde(default)]
    pub hosts: BTreeMap<String, Spanned<String>>,
    /// Identities that checks act as. Their strings may hold `${NAME}`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, ActorFile>")]
    pub actors: IndexMap<String, Spanned<ActorFile>>,
    /// How to report a vulnerability: `mailto:` and `https:` addresses, in order of preference.
    #[serde(default)]
    pub contacts: Vec<Spanned<String>>,
    /// Where connections to a host really go: `host` or `host:port` to `address:port`.
    #[serde(default)]
    pub connect_to: BTreeMap<String, Spanned<String>>,
    /// Files with certificate authorities to trust beside the public ones, as PEM.
    #[serde(default)]
    pub roots: Vec<Spanned<String>>,
    /// The resolver to ask in place of the system's: `address` or `address:port`.
    pub resolver: Option<Spanned<String>>,
    /// Bounds on what is asked.
    pub limits: Option<LimitsFile>,
    /// Whether checks may create and delete our own objects on the target.
    #[serde(default)]
    pub writes: bool,
    /// Whether checks may run programs.
    #[serde(default)]
    pub commands: bool,
    /// What counts as a refusal, where that is less than 400, 401 and 403.
    pub refused: Option<RefusedFile>,
}

/// `site:` in the project's file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["title", "organisation", "url", "language"]))]
pub struct SiteFile {
    /// Its title.
    pub title: Option<Spanned<String>>,
    /// Who publishes it.
    pub organisation: Option<Spanned<String>>,
    /// Its address.
    pub url: Option<Spanned<String>>,
    /// Its language, as a BCP 47 tag such as `en`.
    pub language: Option<Spanned<String>>,
}

/// `refused:` in the project's file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct RefusedFile {
    /// The statuses that refuse, out of 400, 401 and 403.
    pub statuses: Option<Vec<Spanned<u16>>>,
    /// Where a redirect refuses too: the beginning of its address, such as `/login`.
    pub login: Option<Spanned<String>>,
}

/// What stands in the project's file, validated.
pub(super) struct Settings {
    pub(super) site: Site,
    pub(super) products: IndexMap<String, String>,
    pub(super) roles: IndexMap<String, String>,
    pub(super) hosts: BTreeMap<String, String>,
    pub(super) actors: IndexMap<String, Actor>,
    pub(super) contacts: Vec<Url>,
    pub(super) limits: Limits,
    pub(super) writes: bool,
    pub(super) commands: bool,
    pub(super) refusal: Refusal,
    pub(super) world: World,
}

/// The project's file with the mistakes that are found in it.
pub(super) struct Scope<'a> {
    pub(super) source: &'a SourceFile,
    pub(super) node: &'a Node,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

impl Scope<'_> {
    /// Tells a mistake at some bytes of the file.
    pub(super) fn tell(
        &mut self,
        code: Code,
        span: &Range<usize>,
        message: impl Into<String>,
        help: &str,
    ) {
        let place = Place::new(self.source.file.clone(), span.clone());
        self.diagnostics
            .push(Diagnostic::error(code, place, message).help(help));
    }

    /// A value that must be there, or an empty one in its place, which is told.
    pub(super) fn required(
        &mut self,
        value: Option<&Spanned<String>>,
        key: &str,
        within: &Node,
    ) -> Spanned<String> {
        let span = within.get(key).map_or(&within.span, |node| &node.span);
        match value {
            Some(value) if !value.trim().is_empty() => return value.clone(),
            Some(value) => {
                let message = format!("`{key}` is empty");
                self.tell("empty", &value.span, message, "write what belongs here");
            }
            // A value that is there but was refused has been told already.
            None if within.get(key).is_some() => {}
            None => {
                let (message, help) = (
                    format!("the key `{key}` is missing"),
                    format!("add `{key}:`"),
                );
                self.tell("missing-key", span, message, &help);
            }
        }
        Spanned {
            value: String::new(),
            span: span.clone(),
        }
    }
}

/// Reads the project's file; `None` if so little of it can be read that other files would be
/// measured with a broken ruler.
pub(super) fn read(reader: &mut Reader, options: &Options<'_>) -> Option<Settings> {
    let Some(source) = reader.file(PROJECT_FILE) else {
        let already_told = reader
            .diagnostics
            .iter()
            .any(|one| is_about(one, PROJECT_FILE));
        if !already_told {
            reader.diagnostics.push(no_project());
        }
        return None;
    };
    let mut diagnostics = Vec::new();
    let whole = document::whole(&source.text);
    let document = document::read(&source.text, whole, &source.file, &mut diagnostics);
    let settings = document.and_then(|document: Document<ProjectFile>| {
        let scope = &mut Scope {
            source: &source,
            node: &document.node,
            diagnostics: &mut diagnostics,
        };
        settings(&document.value?, scope, reader, options)
    });
    reader.diagnostics.append(&mut diagnostics);
    settings
}

fn is_about(diagnostic: &Diagnostic, file: &str) -> bool {
    diagnostic
        .place
        .as_ref()
        .is_some_and(|place| &*place.file == file)
}

fn no_project() -> Diagnostic {
    let message = format!("there is no `{PROJECT_FILE}` here");
    let help = "go to the project's folder, or begin one with `avouch init`";
    Diagnostic {
        place: None,
        ..Diagnostic::error("no-project", Place::file(PROJECT_FILE), message).help(help)
    }
}

fn settings(
    file: &ProjectFile,
    scope: &mut Scope<'_>,
    reader: &mut Reader,
    options: &Options<'_>,
) -> Option<Settings> {
    variable::refuse_elsewhere(scope);
    let world = world::of(file, scope, reader, options);
    let variables = Variables {
        options,
        demo: world.demo,
    };
    let settings = Settings {
        site: site(file, scope),
        products: named(&file.products, "products", scope),
        roles: named(&file.roles, "roles", scope),
        hosts: world.hosts.clone(),
        actors: actor::all(&file.actors, &variables, scope),
        contacts: contacts(&file.contacts, scope),
        limits: file
            .limits
            .as_ref()
            .map_or_else(Limits::default, |limits| limits::of(limits, scope)),
        writes: file.writes,
        commands: file.commands,
        refusal: refusal(file.refused.as_ref(), scope),
        world,
    };
    let is_mapping = |key: &&str| {
        let node = scope.node.get(key);
        node.is_none_or(|node| matches!(node.value, Value::Map(_)))
    };
    ["products", "roles", "hosts", "actors"]
        .iter()
        .all(is_mapping)
        .then_some(settings)
}

fn site(file: &ProjectFile, scope: &mut Scope<'_>) -> Site {
    let root = scope.node;
    let Some(node) = root.get("site") else {
        let help = "add `site:` with `title`, `organisation`, `url` and `language`";
        scope.tell("missing-key", &root.span, "the key `site` is missing", help);
        return no_site();
    };
    let Some(site) = &file.site else {
        return no_site();
    };
    let title = scope.required(site.title.as_ref(), "title", node).value;
    let organisation = scope
        .required(site.organisation.as_ref(), "organisation", node)
        .value;
    let url = scope.required(site.url.as_ref(), "url", node);
    let language = scope.required(site.language.as_ref(), "language", node);
    if !language.is_empty() && !is_language(&language) {
        let message = format!("`{}` is no language tag", language.value);
        scope.tell(
            "bad-language",
            &language.span,
            message,
            "write it like `en` or `pt-BR`",
        );
    }
    Site {
        title,
        organisation,
        url: address::web(&url, scope).unwrap_or_else(address::nowhere),
        language: language.value,
    }
}

/// What stands in for a site that could not be read, so that other files can be.
fn no_site() -> Site {
    Site {
        title: String::new(),
        organisation: String::new(),
        url: address::nowhere(),
        language: String::new(),
    }
}

/// The form of a language tag (BCP 47, section 2.1), without its registry.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let is_primary =
        |part: &str| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphabetic());
    let is_sub = |part: &str| {
        (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    parts.next().is_some_and(is_primary) && parts.all(is_sub)
}

/// A list of names with their titles; one whose title was refused is known by its name all the same.
fn named(
    read: &IndexMap<String, String>,
    key: &str,
    scope: &mut Scope<'_>,
) -> IndexMap<String, String> {
    let entries = scope.node.get(key).map_or(&[][..], Node::entries);
    for entry in entries {
        check_name(&entry.key, &entry.key_span, scope);
    }
    entries
        .iter()
        .map(|entry| {
            (
                entry.key.clone(),
                read.get(&entry.key).cloned().unwrap_or_default(),
            )
        })
        .collect()
}

/// Tells a name that could not be used everywhere in other files.
pub(super) fn check_name(name: &str, span: &Range<usize>, scope: &mut Scope<'_>) {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || !name.chars().all(fits) {
        let message = format!("`{name}` cannot be a name");
        let help = "use letters, digits, `-`, `_` and `.`";
        scope.tell("bad-name", span, message, help);
    }
}

fn contacts(written: &[Spanned<String>], scope: &mut Scope<'_>) -> Vec<Url> {
    let mut contacts = Vec::new();
    for contact in written {
        match Url::parse(contact) {
            Ok(url) if matches!(url.scheme(), "mailto" | "https") => contacts.push(url),
            _ => {
                let message = format!("`{}` is no contact", contact.value);
                let help =
                    "write it like `mailto:security@example.com` or `https://example.com/report`";
                scope.tell("bad-address", &contact.span, message, help);
            }
        }
    }
    contacts
}

fn refusal(file: Option<&RefusedFile>, scope: &mut Scope<'_>) -> Refusal {
    let standard = Refusal::standard();
    let Some(file) = file else {
        return standard;
    };
    let help = "the standard is `[400, 401, 403]`; a project can leave some of them out";
    let mut statuses = BTreeSet::new();
    for status in file.statuses.iter().flatten() {
        if standard.statuses.contains(&status.value) {
            statuses.insert(status.value);
        } else {
            let message = format!("a status of {} refuses nobody", status.value);
            scope.tell("bad-refusal", &status.span, message, help);
        }
    }
    let node = scope
        .node
        .get("refused")
        .and_then(|node| node.get("statuses"));
    if let Some(node) = node.filter(|node| node.items().is_empty() && file.statuses.is_some()) {
        scope.tell(
            "bad-refusal",
            &node.span,
            "no status is left that refuses",
            help,
        );
    }
    if let Some(login) = file.login.as_ref().filter(|login| !login.starts_with('/')) {
        let message = format!("`{}` is no path", login.value);
        scope.tell(
            "bad-refusal",
            &login.span,
            message,
            "write it like `/login`",
        );
    }
    Refusal {
        statuses: if statuses.is_empty() {
            standard.statuses
        } else {
            statuses
        },
        login: file.login.as_ref().map(|login| login.value.clone()),
    }
}
