//! What `avouch.yaml` itself needs of the operator, as it is written: variables and their destinations,
//! addresses, certificate authorities, a resolver.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::load::options::Options;
use crate::load::project::login::is_variable;
use crate::load::project::scope::Scope;
use crate::load::project::variable::{is_name, within};
use crate::load::project::world::BEGIN;
use crate::model::plan::template::Template;
use crate::model::project::permissions::{Asked, Need, Permission, TENANTS, origin, sha256};
use crate::model::project::world::{DEMO_SUFFIX, World};
use crate::model::source::Place;
use crate::model::source::node::{Node, Value};

/// The needs of the project's file in this world. Nothing in them contains the value of a variable.
pub(crate) fn of(world: &World, scope: &Scope<'_>, options: &Options<'_>) -> Asked {
    let written = scope.node.get("target").and_then(Node::as_str);
    let target = options.target.or(written).unwrap_or_default().to_owned();
    let mut reading = Reading { world, scope, needs: Vec::new(), secrets: BTreeMap::new() };
    if options.target.is_none() {
        reading.target();
    }
    reading.actors(&target);
    reading.tenants(&target);
    reading.connect_to();
    reading.roots(options);
    reading.world();
    let release = scope.node.get("release").map(|node| scope.place(&node.span));
    Asked { needs: reading.needs, target, release, secrets: reading.secrets }
}

struct Reading<'a, 's> {
    world: &'a World,
    scope: &'a Scope<'s>,
    needs: Vec<Need>,
    /// The variables of each actor.
    secrets: BTreeMap<String, BTreeSet<String>>,
}

/// A variable within a setting: its name, the keys that lead to it, and its place.
struct Used {
    name: String,
    keys: String,
    place: Place,
}

impl Reading<'_, '_> {
    fn add(&mut self, permission: Permission, place: Place) {
        self.needs.push(Need { permission, place: Some(place) });
    }

    /// The variables of the target; that of the embedded demo needs none.
    fn target(&mut self) {
        if !self.world.embedded {
            self.variables("target", "target");
        }
    }

    /// Every variable in the setting `key`, used as `used_as`.
    fn variables(&mut self, key: &str, used_as: &str) {
        let Some(node) = self.scope.node.get(key) else { return };
        for used in self.used(node) {
            self.add(Permission::Variable(used.name, used_as.to_owned()), used.place);
        }
    }

    fn used(&self, node: &Node) -> Vec<Used> {
        let mut found = Vec::new();
        gather(node, "", self.scope, &mut found);
        found
    }

    /// The variables of each actor, and the origins that its credential is sent to. What stays within the
    /// embedded demo needs no permission.
    fn actors(&mut self, target: &str) {
        let actors = self.scope.node.get("actors").map_or(&[][..], Node::entries);
        for actor in actors {
            let send_to = actor.value.get("send_to").map_or(&[][..], Node::items);
            let send_to = send_to.iter().filter_map(Node::as_str).map(origin);
            let origins: Vec<String> = self.own(target).into_iter().chain(send_to).collect();
            let leaves = |to: &String| !self.stays_in_demo() || !to.ends_with(DEMO_SUFFIX);
            let origins: Vec<String> = origins.into_iter().filter(leaves).collect();
            self.log_in(&actor.value);
            for used in self.used(&actor.value).into_iter().filter_map(of_login) {
                // The name of a tenant may be a part of any request.
                let is_sent = !matches!(used.keys.as_str(), "send_to" | "tenant");
                if is_sent {
                    let secrets = self.secrets.entry(actor.key.clone()).or_default();
                    secrets.insert(used.name.clone());
                }
                if is_sent && origins.is_empty() {
                    continue;
                }
                for to in origins.iter().filter(|_| is_sent) {
                    let sent = Permission::SentTo(used.name.clone(), to.clone());
                    self.add(sent, used.place.clone());
                }
                self.add(Permission::Variable(used.name, used.keys), used.place);
            }
        }
    }

    /// The hosts that an actor logs in at. A log-in is not a write.
    fn log_in(&mut self, actor: &Node) {
        let steps = actor.get("login").map_or(&[][..], Node::items);
        let steps = steps.iter().flat_map(|step| [step.get("get"), step.get("post")]);
        let token = actor.get("oauth2").map(|one| one.get("token_url"));
        for node in steps.chain(token).flatten() {
            let written = node.as_str().unwrap_or_default();
            let url = match written.starts_with('/') {
                true => self.world.target.clone(),
                false => match Url::parse(written) {
                    Ok(url) => url,
                    Err(_) => continue,
                },
            };
            let host = url.host_str().unwrap_or_default();
            if self.stays_in_demo() && host.ends_with(DEMO_SUFFIX) {
                continue;
            }
            let port = url.port_or_known_default().unwrap_or_default();
            self.add(Permission::Host(format!("{host}:{port}")), self.scope.place(&node.span));
        }
    }

    /// The origin of the target, unless what is sent there stays within the embedded demo.
    fn own(&self, target: &str) -> Option<String> {
        match self.world.embedded {
            false => Some(origin(target)),
            true if self.stays_in_demo() => None,
            true => Some(self.world.target.origin().ascii_serialization()),
        }
    }

    /// Whether every name of the demo leads to the demo, because no setting leads such a name elsewhere.
    fn stays_in_demo(&self) -> bool {
        let leads = |key: &&str| self.scope.node.get(key).is_some();
        self.world.embedded && !["connect_to", "resolver"].iter().any(leads)
    }

    /// The credentials in the file of further tenants are sent to the target.
    fn tenants(&mut self, target: &str) {
        let Some(node) = self.scope.node.get(TENANTS) else { return };
        if let Some(to) = self.own(target) {
            let place = self.scope.place(&node.span);
            self.add(Permission::Variable(TENANTS.to_owned(), TENANTS.to_owned()), place.clone());
            self.add(Permission::SentTo(TENANTS.to_owned(), to), place);
        }
    }

    fn connect_to(&mut self) {
        self.variables("connect_to", "connect_to");
        let hosts = self.scope.node.get("connect_to").map_or(&[][..], Node::entries);
        for host in hosts {
            let one = std::slice::from_ref(&host.value);
            let addresses = if host.value.as_str().is_some() { one } else { host.value.items() };
            for address in addresses {
                let Some(text) = address.as_str() else { continue };
                let place = self.scope.place(&address.span);
                self.add(Permission::ConnectTo(host.key.clone(), text.trim().to_owned()), place);
            }
        }
    }

    /// Certificate authorities, by their content. Those that a variable contains are the operator's, and
    /// have its placeholder.
    fn roots(&mut self, options: &Options<'_>) {
        self.variables("roots", "roots");
        let roots = self.scope.node.get("roots").map_or(&[][..], Node::items);
        for root in roots {
            let Some(text) = root.as_str() else { continue };
            let value = |name: &str| (options.env)(name, self.world.embedded);
            let filled = Template::new(text).fill(value).unwrap_or_default();
            let is_in_variable = text.contains("${") && filled.contains(BEGIN);
            let root_id = match self.world.roots.get(text) {
                Some(pem) if !is_in_variable => sha256(pem.as_bytes()),
                _ => text.to_owned(),
            };
            let place = self.scope.place(&root.span);
            self.add(Permission::Root(root_id), place);
        }
    }

    fn world(&mut self) {
        let place = |key: &str| {
            let node = self.scope.node.get(key);
            self.scope.place(&node.map_or(0..0, |node| node.span.clone()))
        };
        let resolver = self.world.resolver.map(|resolver| resolver.to_string());
        let resolver = resolver.map(|one| (Permission::Resolver(one), place("resolver")));
        let anchor = self.world.trust_anchor.as_ref().map(|one| sha256(one.as_bytes()));
        let anchor = anchor.map(|one| (Permission::TrustAnchor(one), place("trust_anchor")));
        for (permission, place) in resolver.into_iter().chain(anchor) {
            self.add(permission, place);
        }
    }
}

/// A variable in a log-in is used as a whole: `login`, wherever in its requests it is. A placeholder that a request of
/// the log-in captures is not a variable.
fn of_login(used: Used) -> Option<Used> {
    let (key, _) = used.keys.split_once('.').unwrap_or((&used.keys, ""));
    match key {
        "login" | "headers" | "query" if !is_variable(&used.name) => None,
        "login" | "headers" | "query" => Some(Used { keys: key.to_owned(), ..used }),
        _ => Some(used),
    }
}

/// Every variable in the strings of a setting, whether or not it is read there.
fn gather(node: &Node, keys: &str, scope: &Scope<'_>, found: &mut Vec<Used>) {
    match &node.value {
        Value::String(text) => {
            let template = Template::new(text.as_str());
            let used = |name: &str| Used {
                name: name.to_owned(),
                keys: keys.to_owned(),
                place: scope.place(&within(scope, &node.span, name)),
            };
            found.extend(template.holes().filter(|name| is_name(name)).map(used));
        }
        Value::List(items) => items.iter().for_each(|item| gather(item, keys, scope, found)),
        Value::Map(entries) => {
            for entry in entries {
                let dot = if keys.is_empty() { "" } else { "." };
                gather(&entry.value, &format!("{keys}{dot}{}", entry.key), scope, found);
            }
        }
        _ => {}
    }
}
