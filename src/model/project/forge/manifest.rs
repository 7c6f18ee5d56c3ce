//! Reads the manifest of a Forge app (`manifest.yml`).
//!
//! Its form and its defaults are those of Atlassian's manifest reference
//! (developer.atlassian.com/platform/forge/manifest-reference, pages "Permissions" of 13 January 2026 and "Remotes" of
//! 3 November 2025, read on 28 November 2026). A part of another form is reported: what was not understood must not
//! look like nothing.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::model::project::forge::declared::{Declared, Remote};
use crate::model::project::forge::unread::Unread;
use crate::model::source::node::{Entry, Node, Value};

/// The lists of `permissions.external.fetch`, which a remote can be named in.
const FETCH: &str = "fetch";

/// The module with which an app with a remote moves data between regions.
const REALM_MIGRATION: &str = "migration:dataResidency";

/// The entry of a remote without `operations`.
const UNDECLARED: &str = "undeclared";

/// A manifest that was read.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Its file.
    pub file: Arc<str>,
    /// The whole document, to compare copies of it with.
    pub written: Json,
    /// What it declares.
    pub declared: Declared,
}

impl Manifest {
    /// The facts that checks test.
    pub fn facts(&self) -> Json {
        let mut facts = json!({ "found": true });
        if let (Json::Object(facts), Ok(Json::Object(declared))) =
            (&mut facts, serde_json::to_value(&self.declared))
        {
            facts.extend(declared);
        }
        facts
    }
}

/// Reads a manifest, and what could not be understood of it.
pub fn read(root: &Node, file: &Arc<str>) -> (Manifest, Vec<Unread>) {
    let mut reading = Reading::default();
    let remotes = reading.remotes(root.get("remotes"));
    let external = at(root, &["permissions", "external"]);
    let permissions = external.map_or_else(Vec::new, |node| reading.external(node));
    let scopes = reading.scopes(at(root, &["permissions", "scopes"]));
    reading.unknown_remotes(&permissions, &remotes);
    let app = App { root, remotes, permissions, scopes };
    let manifest =
        Manifest { file: file.clone(), written: as_json(root), declared: app.declared() };
    (manifest, reading.unread)
}

/// The parts of a manifest, as they are written.
struct App<'a> {
    root: &'a Node,
    remotes: Vec<WrittenRemote>,
    permissions: Vec<Permission>,
    /// The scopes, each with whether it permits impersonation.
    scopes: Vec<(String, bool)>,
}

/// One of `remotes:`.
struct WrittenRemote {
    key: String,
    /// Its addresses, each with its region; `None` for the only or the default one.
    addresses: Vec<(Option<String>, String)>,
    operations: Option<Vec<String>>,
    in_scope_eud: Option<bool>,
    tokens: Vec<String>,
}

/// An entry of a list below `permissions.external`.
struct Permission {
    section: String,
    to: To,
    analytics: bool,
    in_scope_eud: Option<bool>,
    span: Range<usize>,
}

enum To {
    Address(String),
    Remote(String),
}

impl WrittenRemote {
    /// Without `operations`, Atlassian assumes that end-user data is stored.
    fn stores(&self) -> bool {
        let declared = self.operations.as_ref();
        let may = declared.is_none_or(|all| all.iter().any(|one| one == "storage"));
        may && self.in_scope_eud != Some(false)
    }

    fn regions(&self) -> BTreeSet<&str> {
        self.addresses.iter().filter_map(|(region, _)| region.as_deref()).collect()
    }

    fn declared(&self) -> Remote {
        let operations = self.operations.clone().unwrap_or_else(|| vec![UNDECLARED.to_owned()]);
        Remote {
            addresses: sorted(self.addresses.iter().map(|(_, address)| address.clone())),
            operations: sorted(operations),
            in_scope_eud: self.stores(),
            tokens: sorted(self.tokens.iter().cloned()),
        }
    }
}

impl Permission {
    fn in_words(&self) -> Option<String> {
        match &self.to {
            To::Address(address) => Some(format!("{} {address}", self.section)),
            To::Remote(_) => None,
        }
    }

    fn is_fetch(&self) -> bool {
        self.section.starts_with(FETCH)
    }
}

impl App<'_> {
    fn declared(&self) -> Declared {
        let stored: Vec<&WrittenRemote> =
            self.remotes.iter().filter(|remote| remote.stores()).collect();
        let unpinned = stored.iter().filter(|remote| remote.regions().is_empty());
        let fetched = self.unmatched_fetches();
        Declared {
            scopes: sorted(self.scopes.iter().map(|(scope, _)| scope.clone())),
            impersonation: sorted(self.scopes.iter().filter(|one| one.1).map(|one| one.0.clone())),
            egress: sorted(self.addresses().map(|(_, address)| address.to_owned())),
            wildcards: self.wildcards(),
            remote_keys: sorted(self.remotes.iter().map(|remote| remote.key.clone())),
            remotes: self.remotes.iter().map(|one| (one.key.clone(), one.declared())).collect(),
            stored_outside: sorted(stored.iter().map(|one| of_remote(one)).chain(fetched.clone())),
            unpinned: sorted(unpinned.map(|remote| of_remote(remote)).chain(fetched)),
            regions: common_regions(&stored),
            sent_outside: self.sent_outside(),
            not_on_atlassian: self.not_on_atlassian(),
            licensing: is_true(at(self.root, &["app", "licensing", "enabled"])),
            connect: self.connect(),
            connect_key: at(self.root, &["app", "connect", "key"])
                .and_then(Node::as_str)
                .map(str::to_owned),
            realm_migration: at(self.root, &["modules", REALM_MIGRATION]).is_some(),
        }
    }

    /// Every address, with the section that declares it.
    fn addresses(&self) -> impl Iterator<Item = (String, &str)> {
        let direct = self.permissions.iter().filter_map(|one| match &one.to {
            To::Address(address) => Some((one.section.clone(), address.as_str())),
            To::Remote(_) => None,
        });
        let of_remotes = self.remotes.iter().flat_map(|one| {
            one.addresses.iter().map(|(_, address)| (of_remote(one), address.as_str()))
        });
        direct.chain(of_remotes)
    }

    /// The addresses with `*`, and those with a variable, which may have one.
    fn wildcards(&self) -> Vec<String> {
        let open = |address: &str| address.contains('*') || address.contains("${");
        let open = self.addresses().filter(|(_, address)| open(address));
        sorted(open.map(|(section, address)| format!("{section} {address}")))
    }

    /// The addresses for requests that are neither those of a remote nor declared to be free of in-scope end-user
    /// data: Atlassian assumes that such data is stored there.
    fn unmatched_fetches(&self) -> Vec<String> {
        let is_remote = |permission: &Permission| match &permission.to {
            To::Remote(_) => true,
            To::Address(address) => {
                self.remotes.iter().any(|one| one.addresses.iter().any(|(_, at)| at == address))
            }
        };
        let fetches = self.permissions.iter().filter(|one| one.is_fetch());
        let open = fetches.filter(|one| one.in_scope_eud != Some(false) && !is_remote(one));
        open.filter_map(Permission::in_words).collect()
    }

    fn sent_outside(&self) -> Vec<String> {
        let permissions = self.permissions.iter().filter(|one| one.in_scope_eud != Some(false));
        let remotes = self.remotes.iter().filter(|one| one.in_scope_eud != Some(false));
        sorted(permissions.filter_map(Permission::in_words).chain(remotes.map(of_remote)))
    }

    /// An eligible app egresses nothing but analytics without in-scope end-user data, and its web triggers are static
    /// (pages "Runs on Atlassian" and "Web trigger", read on 28 November 2026).
    fn not_on_atlassian(&self) -> Vec<String> {
        let is_analytics = |one: &&Permission| one.analytics && one.in_scope_eud == Some(false);
        let permissions = self.permissions.iter().filter(|one| !is_analytics(one));
        let triggers = at(self.root, &["modules", "webtrigger"]).map_or(&[][..], Node::items);
        let is_static = |trigger: &&Node| {
            at(trigger, &["response", "type"]).and_then(Node::as_str) == Some("static")
        };
        let dynamic = triggers.iter().filter(|one| !is_static(one)).map(|one| {
            let key = one.get("key").and_then(Node::as_str).unwrap_or_default();
            format!("modules.webtrigger {key}")
        });
        let all = permissions.filter_map(Permission::in_words).chain(dynamic);
        sorted(all.chain(self.remotes.iter().map(of_remote)).chain(self.connect()))
    }

    fn connect(&self) -> Vec<String> {
        let app = at(self.root, &["app", "connect"]).map(|_| "app.connect".to_owned());
        let modules = self.root.get("connectModules").map(|node| {
            let names: Vec<&str> = node.entries().iter().map(|one| one.key.as_str()).collect();
            format!("connectModules {}", names.join(", ")).trim_end().to_owned()
        });
        sorted(app.into_iter().chain(modules))
    }
}

fn of_remote(remote: &WrittenRemote) -> String {
    format!("remotes {}", remote.key)
}

fn common_regions(stored: &[&WrittenRemote]) -> Vec<String> {
    let mut all = stored.iter().map(|remote| remote.regions());
    let Some(first) = all.next() else {
        return Vec::new();
    };
    let common = all.fold(first, |common, other| common.intersection(&other).copied().collect());
    sorted(common.into_iter().map(str::to_owned))
}

fn sorted(all: impl IntoIterator<Item = String>) -> Vec<String> {
    all.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

fn is_true(node: Option<&Node>) -> bool {
    node.is_some_and(|node| node.value == Value::Bool(true))
}

/// The node below some keys.
fn at<'a>(root: &'a Node, keys: &[&str]) -> Option<&'a Node> {
    keys.iter().try_fold(root, |node, key| node.get(key))
}

fn as_json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Float(value) => json!(value),
        Value::String(value) => json!(value),
        Value::List(items) => items.iter().map(as_json).collect(),
        Value::Map(entries) => {
            let pair = |entry: &Entry| (entry.key.clone(), as_json(&entry.value));
            Json::Object(entries.iter().map(pair).collect::<Map<_, _>>())
        }
    }
}

#[derive(Default)]
struct Reading {
    unread: Vec<Unread>,
}

impl Reading {
    fn refuse(&mut self, node: &Node, what: &str, expected: &str) {
        let message = format!("{what} must be {expected}, and this is {}", node.value.type_name());
        self.unread.push(Unread { span: node.span.clone(), message });
    }

    fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        if node.as_str().is_none() {
            self.refuse(node, what, "a text");
        }
        node.as_str().map(str::to_owned)
    }

    fn texts(&mut self, node: &Node, what: &str) -> Vec<String> {
        let items = self.list(node, what).to_vec();
        items.iter().filter_map(|item| self.text(item, what)).collect()
    }

    fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        if !matches!(node.value, Value::List(_)) {
            self.refuse(node, what, "a list");
        }
        node.items()
    }

    fn truth(&mut self, node: Option<&Node>, what: &str) -> Option<bool> {
        match node.map(|node| (&node.value, node)) {
            Some((Value::Bool(value), _)) => Some(*value),
            Some((_, node)) => {
                self.refuse(node, what, "`true` or `false`");
                None
            }
            None => None,
        }
    }

    /// A list of names, or a mapping from names to `allowImpersonation`.
    fn scopes(&mut self, node: Option<&Node>) -> Vec<(String, bool)> {
        let what = "`permissions.scopes`";
        match node.map(|node| (&node.value, node)) {
            None => Vec::new(),
            Some((Value::Map(entries), _)) => {
                let may = |reading: &mut Self, entry: &Entry| {
                    let may = entry.value.get("allowImpersonation");
                    reading.truth(may, "`allowImpersonation`").unwrap_or_default()
                };
                entries.iter().map(|one| (one.key.clone(), may(self, one))).collect()
            }
            Some((_, node)) => {
                self.texts(node, what).into_iter().map(|scope| (scope, false)).collect()
            }
        }
    }

    /// The sections are read whatever their names are, so that a new one is not overlooked.
    fn external(&mut self, node: &Node) -> Vec<Permission> {
        if !matches!(node.value, Value::Map(_) | Value::Null) {
            self.refuse(node, "`permissions.external`", "a mapping");
        }
        let mut all = Vec::new();
        for entry in node.entries() {
            let inner = entry.value.entries();
            if inner.is_empty() {
                all.extend(self.section(&entry.key, &entry.value));
            }
            for below in inner {
                all.extend(self.section(&format!("{}.{}", entry.key, below.key), &below.value));
            }
        }
        all
    }

    fn section(&mut self, name: &str, node: &Node) -> Vec<Permission> {
        if node.value == Value::Null {
            return Vec::new();
        }
        let what = format!("`permissions.external.{name}`");
        let items = self.list(node, &what);
        items.iter().filter_map(|item| self.permission(name, item)).collect()
    }

    fn permission(&mut self, section: &str, node: &Node) -> Option<Permission> {
        let what = "an address";
        let to = match (node.as_str(), node.get("address"), node.get("remote")) {
            (Some(address), ..) => To::Address(address.to_owned()),
            (_, Some(address), _) => To::Address(self.text(address, what)?),
            (_, _, Some(remote)) => To::Remote(self.text(remote, "the key of a remote")?),
            _ => {
                let expected = "a text, or a mapping with `address` or `remote`";
                self.refuse(
                    node,
                    &format!("an entry of `permissions.external.{section}`"),
                    expected,
                );
                return None;
            }
        };
        let in_scope_eud = self.truth(node.get("inScopeEUD"), "`inScopeEUD`");
        let analytics = node.get("category").and_then(Node::as_str) == Some("analytics");
        let span = node.span.clone();
        Some(Permission { section: section.to_owned(), to, analytics, in_scope_eud, span })
    }

    fn remotes(&mut self, node: Option<&Node>) -> Vec<WrittenRemote> {
        let items = node.map_or(&[][..], |node| self.list(node, "`remotes`"));
        items.iter().filter_map(|item| self.remote(item)).collect()
    }

    fn remote(&mut self, node: &Node) -> Option<WrittenRemote> {
        let (Some(key), Some(base)) = (node.get("key"), node.get("baseUrl")) else {
            let message = "a remote must have `key` and `baseUrl`".to_owned();
            self.unread.push(Unread { span: node.span.clone(), message });
            return None;
        };
        let key = self.text(key, "the key of a remote")?;
        let operations = node.get("operations").map(|node| self.texts(node, "`operations`"));
        let eud = at(node, &["storage", "inScopeEUD"]);
        let in_scope_eud = self.truth(eud, "`storage.inScopeEUD`");
        let auth = node.get("auth").map_or(&[][..], Node::entries);
        let tokens = auth.iter().filter(|one| is_true(one.value.get("enabled")));
        let tokens = tokens.map(|one| one.key.clone()).collect();
        let addresses = self.addresses(base);
        Some(WrittenRemote { key, addresses, operations, in_scope_eud, tokens })
    }

    fn addresses(&mut self, node: &Node) -> Vec<(Option<String>, String)> {
        let what = "`baseUrl`";
        if node.entries().is_empty() {
            return self.text(node, what).map(|address| (None, address)).into_iter().collect();
        }
        let region = |key: &str| (key != "default").then(|| key.to_owned());
        let entries = node.entries().iter();
        entries.filter_map(|one| Some((region(&one.key), self.text(&one.value, what)?))).collect()
    }

    fn unknown_remotes(&mut self, permissions: &[Permission], remotes: &[WrittenRemote]) {
        for permission in permissions {
            if let To::Remote(key) = &permission.to
                && !remotes.iter().any(|remote| remote.key == *key)
            {
                let message = format!("there is no remote `{key}`");
                self.unread.push(Unread { span: permission.span.clone(), message });
            }
        }
    }
}

#[cfg(test)]
mod tests;
