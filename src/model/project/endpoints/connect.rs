//! The addresses of the descriptor of an Atlassian Connect app at which Atlassian calls the app
//! (developer.atlassian.com/cloud/jira/platform/connect-app-descriptor, read on 28 November 2026): those of
//! `lifecycle`, of web hooks, and of modules.

use crate::model::project::endpoints::path::of_address;
use crate::model::project::endpoints::{Endpoint, Listing, Unusable};
use crate::model::source::node::{Entry, Node};

/// Keys of modules whose addresses are of pictures and documents, and not of the app's functions.
const NO_FUNCTIONS: [&str; 4] = ["icon", "documentation", "vendor", "thumbnail"];

/// Keys within which an address receives `POST`.
const POSTED: [&str; 2] = ["webhooks", "triggered"];

/// Reads the end points of a descriptor, and what cannot be used of it. The paths begin at `base`, or else at that of
/// `baseUrl`.
pub fn read(root: &Node, base: Option<&str>) -> (Vec<Endpoint>, Vec<Unusable>) {
    let mut listing = Listing::default();
    let base_url = root.get("baseUrl").and_then(Node::as_str);
    let Some(base_url) = base_url else {
        let start = root.span.start..root.span.start;
        let message = "this is not a Connect descriptor: the key `baseUrl` is missing";
        let help = "name the descriptor of the app, such as `atlassian-connect.json`";
        return (Vec::new(), vec![Unusable::new(&start, message, help)]);
    };
    let mut reading = Reading {
        origin: origin(base_url),
        base: base.unwrap_or_else(|| of_address(base_url)).to_owned(),
        listing: &mut listing,
    };
    for event in root.get("lifecycle").map_or(&[][..], Node::entries) {
        reading.address("POST", &event.value);
    }
    if let Some(modules) = root.get("modules") {
        reading.below(modules, "GET");
    }
    listing.finished()
}

struct Reading<'a> {
    origin: &'a str,
    base: String,
    listing: &'a mut Listing,
}

impl Reading<'_> {
    /// The addresses of a module and of what is in it; a document is nested a few levels at most.
    fn below(&mut self, node: &Node, method: &str) {
        for item in node.items() {
            self.below(item, method);
        }
        for Entry { key, value, .. } in node.entries() {
            match key.as_str() {
                key if NO_FUNCTIONS.contains(&key) => {}
                "url" => self.address(method, value),
                "condition" if value.as_str().is_some_and(|text| text.starts_with('/')) => {
                    self.address("GET", value);
                }
                key if POSTED.contains(&key) => self.below(value, "POST"),
                _ => self.below(value, method),
            }
        }
    }

    /// An address of the app: relative to its base, or at its origin.
    fn address(&mut self, method: &str, node: &Node) {
        let Some(written) = node.as_str().filter(|text| !text.is_empty()) else { return };
        let is_whole = written.contains("://") || written.starts_with("//");
        if is_whole && origin(written) != self.origin {
            return;
        }
        // A whole address has the base in it already.
        let base = if is_whole { String::new() } else { self.base.clone() };
        self.listing.path(Some(method), &[base], (of_address(written), &node.span));
    }
}

/// The host and port of an address.
fn origin(address: &str) -> &str {
    let after = address.split_once("//").map_or(address, |(_, rest)| rest);
    after.split(['/', '?', '#']).next().unwrap_or_default()
}
