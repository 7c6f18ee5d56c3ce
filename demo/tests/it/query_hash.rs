//! The query-string hash, held against published requests and their hashes.

use avouch_demo::{canonical_request, query_string_hash};

/// Method, path, query, canonical request and hash, a tab between them: Atlassian's own published
/// list, and what its library for Node answers.
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
fn escapes_that_are_none_stand_for_themselves() {
    assert_eq!(canonical_request("GET", "/", "a=%&b=%4&c=%+1"), "GET&/&a=%25&b=%254&c=%25%201");
    assert_eq!(canonical_request("GET", "/", "&&a=%FF&"), "GET&/&a=%FF");
}
