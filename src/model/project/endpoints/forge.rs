//! The paths at which Atlassian calls the back ends of a Forge app: the modules `endpoint` of its manifest
//! (developer.atlassian.com/platform/forge/manifest-reference/endpoint, read on 28 November 2026). The addresses of
//! web triggers are Atlassian's own; a web trigger that calls a back end names one of these modules.

use crate::model::project::endpoints::path::of_address;
use crate::model::project::endpoints::{Endpoint, Listing, Unusable};
use crate::model::source::node::Node;

/// Reads the end points of a manifest, and what cannot be used of it. The paths begin at `base`, or else at that of the
/// remote's `baseUrl`. A manifest does not declare methods, so any counts.
pub fn read(root: &Node, base: Option<&str>) -> (Vec<Endpoint>, Vec<Unusable>) {
    let mut listing = Listing::default();
    if root.get("modules").is_none() && root.get("app").is_none() {
        let start = root.span.start..root.span.start;
        let message =
            "this is not the manifest of a Forge app: the keys `app` and `modules` are missing";
        let help = "name the manifest of the app, such as `manifest.yml`";
        return (Vec::new(), vec![Unusable::new(&start, message, help)]);
    }
    let modules = root.get("modules").and_then(|modules| modules.get("endpoint"));
    for module in modules.map_or(&[][..], Node::items) {
        let route = module.get("route").and_then(|route| route.get("path"));
        let node = route.or_else(|| module.get("key")).unwrap_or(module);
        let path = route.and_then(Node::as_str).unwrap_or("/");
        let bases = match base {
            Some(base) => vec![base.to_owned()],
            None => bases(root, module.get("remote").and_then(Node::as_str)),
        };
        listing.path(None, &bases, (of_address(path), &node.span));
    }
    listing.finished()
}

/// The paths of the addresses of a remote, of all regions.
fn bases(root: &Node, remote: Option<&str>) -> Vec<String> {
    let remotes = root.get("remotes").map_or(&[][..], Node::items);
    let found = remotes.iter().find(|one| one.get("key").and_then(Node::as_str) == remote);
    let url = found.and_then(|one| one.get("baseUrl"));
    let regions = url.into_iter().flat_map(Node::entries).map(|entry| &entry.value);
    let mut bases: Vec<String> = Vec::new();
    for address in url.into_iter().chain(regions).filter_map(Node::as_str) {
        let base = of_address(address).to_owned();
        if !bases.contains(&base) {
            bases.push(base);
        }
    }
    if bases.is_empty() {
        bases.push(String::new());
    }
    bases
}
