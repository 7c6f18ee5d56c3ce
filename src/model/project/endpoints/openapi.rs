//! The paths and methods of an OpenAPI description, versions 3.0 to 3.2 (spec.openapis.org/oas, "Paths Object").

use crate::model::project::endpoints::path::of_address;
use crate::model::project::endpoints::{Endpoint, Listing, Unusable, pointed};
use crate::model::source::node::Node;

/// The methods that a path item has as keys; other keys of it are not methods.
const METHODS: [&str; 9] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Maximum number of references that lead to one another.
const REFERENCES_MAX: usize = 8;

/// Maximum number of servers of one path.
const SERVERS_MAX: usize = 20;

/// Reads the end points of a description, and what cannot be used of it. The paths begin at `base`, or else at the
/// paths of `servers`.
pub fn read(root: &Node, base: Option<&str>) -> (Vec<Endpoint>, Vec<Unusable>) {
    let mut reading = Reading { root, base, listing: Listing::default() };
    if reading.is_openapi_3() {
        for entry in root.get("paths").map_or(&[][..], Node::entries) {
            reading.path(&entry.key, &entry.key_span, &entry.value);
        }
    }
    reading.listing.finished()
}

struct Reading<'a> {
    root: &'a Node,
    base: Option<&'a str>,
    listing: Listing,
}

impl<'a> Reading<'a> {
    fn is_openapi_3(&mut self) -> bool {
        let version =
            |key| self.root.get(key).map(|node| (node, node.as_str().unwrap_or_default()));
        let (span, message, help) = match (version("openapi"), version("swagger")) {
            (Some((_, version)), _) if version == "3" || version.starts_with("3.") => return true,
            (Some((node, version)), _) => (
                &node.span,
                format!("this is OpenAPI `{version}`, and versions 3.0 to 3.2 are read"),
                "convert the description to OpenAPI 3",
            ),
            (None, Some((node, version))) => (
                &node.span,
                format!("this is Swagger {version}, and OpenAPI 3 is read"),
                "convert the description to OpenAPI 3",
            ),
            (None, None) => (
                &(self.root.span.start..self.root.span.start),
                "this is not an OpenAPI description: the key `openapi` is missing".to_owned(),
                "name a file that begins with its version, such as `openapi: 3.1.0`",
            ),
        };
        let unusable = Unusable::new(span, message, help);
        self.listing.unusable.push(unusable);
        false
    }

    fn path(&mut self, path: &str, span: &std::ops::Range<usize>, item: &'a Node) {
        if path.starts_with("x-") {
            return;
        }
        if !path.starts_with('/') {
            let shown: String = path.chars().take(80).collect();
            let message = format!("the path `{shown}` does not begin with `/`");
            let help = "write paths relative to the server, such as `/notes/{id}`";
            self.listing.unusable.push(Unusable::new(span, message, help));
            return;
        }
        for item in self.parts(item) {
            for entry in item.entries() {
                let method = entry.key.to_ascii_lowercase();
                if METHODS.contains(&method.as_str()) {
                    self.operation(&method, (path, &entry.key_span), item, &entry.value);
                } else if entry.key == "additionalOperations" {
                    for one in entry.value.entries() {
                        self.operation(&one.key, (path, &one.key_span), item, &one.value);
                    }
                }
            }
        }
    }

    /// A path item, and those that it refers to.
    fn parts(&mut self, item: &'a Node) -> Vec<&'a Node> {
        let mut parts = vec![item];
        let mut last = item;
        while let Some(reference) = last.get("$ref") {
            let written = reference.as_str().unwrap_or_default();
            let found = pointed(self.root, written).filter(|_| parts.len() <= REFERENCES_MAX);
            let Some(found) = found else {
                let shown: String = written.chars().take(80).collect();
                let message = format!("the path item `{shown}` was not found in this file");
                let help = "write the whole description into one file: references to other files are not followed";
                self.listing.unusable.push(Unusable::new(&reference.span, message, help));
                break;
            };
            parts.push(found);
            last = found;
        }
        parts
    }

    fn operation(
        &mut self,
        method: &str,
        path: (&str, &std::ops::Range<usize>),
        item: &Node,
        operation: &Node,
    ) {
        if !method.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            let shown: String = method.chars().take(80).collect();
            let message = format!("`{shown}` is not a method");
            let help = "write the name of an HTTP method, such as `LINK`";
            self.listing.unusable.push(Unusable::new(path.1, message, help));
            return;
        }
        let bases = self.bases(item, operation);
        self.listing.path(Some(&method.to_ascii_uppercase()), &bases, path);
    }

    /// The paths of the servers of an operation: its own, else those of its path, else those of the description.
    fn bases(&self, item: &Node, operation: &Node) -> Vec<String> {
        if let Some(base) = self.base {
            return vec![base.to_owned()];
        }
        let servers =
            [operation, item, self.root].into_iter().filter_map(|node| node.get("servers"));
        let servers = servers.map(Node::items).find(|servers| !servers.is_empty());
        let mut bases: Vec<String> = Vec::new();
        for server in servers.unwrap_or_default().iter().take(SERVERS_MAX) {
            let base = base_of(server);
            if !bases.contains(&base) {
                bases.push(base);
            }
        }
        if bases.is_empty() {
            bases.push("/".to_owned());
        }
        bases
    }
}

/// The path of a server, with its variables replaced by their default values.
fn base_of(server: &Node) -> String {
    let mut url = server.get("url").and_then(Node::as_str).unwrap_or_default().to_owned();
    for variable in server.get("variables").map_or(&[][..], Node::entries) {
        let default = variable.value.get("default").and_then(Node::as_str);
        if let Some(default) = default {
            url = url.replace(&format!("{{{}}}", variable.key), default);
        }
    }
    let path = of_address(&url);
    let path = path.strip_prefix("./").unwrap_or(path);
    let path = if path == "." { "" } else { path };
    super::path::join(path, "/")
}
