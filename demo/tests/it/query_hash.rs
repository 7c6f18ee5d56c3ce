//! The query string hash, compared with published requests and their hashes.

use avouch_demo::{canonical_request, query_string_hash};

/// Method, path, query, canonical request and hash, separated by tabs: Atlassian's published list, and
/// the results of its library for Node.
const PUBLISHED: &str = include_str!("query_hash.tsv");

#[test]
fn every_published_request_has_its_published_hash() {
    for line in PUBLISHED.lines() {
        let fields: Vec<_> = line.split('\t').collect();
        let [method, path, query, canonical, hash] = fields[..] else {
            panic!("not five fields: {line}");
        };
        assert_eq!(canonical_request(method, path, query), canonical);
        assert_eq!(query_string_hash(method, path, query), hash);
    }
    assert_eq!(PUBLISHED.lines().count(), 56);
}

#[test]
fn invalid_escapes_are_kept() {
    assert_eq!(canonical_request("GET", "/", "a=%&b=%4&c=%+1"), "GET&/&a=%25&b=%254&c=%25%201");
    assert_eq!(canonical_request("GET", "/", "&&a=%FF&"), "GET&/&a=%FF");
}
