//! Whether a listing, or another answer, says that it is not complete. Services announce a further page in many ways.

use serde_json::{Map, Value};

use crate::model::time::read::read_standard;

/// Members that are true if there is more.
const FLAGS: [&str; 11] = [
    "IsTruncated",
    "isTruncated",
    "is_truncated",
    "truncated",
    "has_more",
    "hasMore",
    "has_next",
    "hasNext",
    "has_next_page",
    "hasNextPage",
    "incomplete_results",
];

/// Members that have a value if there is more: an address, a cursor or a token.
const TOKENS: [&str; 28] = [
    "NextContinuationToken",
    "NextToken",
    "nextToken",
    "next_token",
    "NextMarker",
    "nextMarker",
    "next_marker",
    "Marker",
    "marker",
    "NextKeyMarker",
    "NextVersionIdMarker",
    "next",
    "Next",
    "next_page",
    "nextPage",
    "next_page_token",
    "nextPageToken",
    "next_cursor",
    "nextCursor",
    "next_url",
    "nextUrl",
    "next_link",
    "nextLink",
    "@odata.nextLink",
    "continue",
    "continuationToken",
    "LastEvaluatedKey",
    "resumptionToken",
];

/// Members with the number of all entries.
const TOTALS: [&str; 5] = ["total_count", "totalCount", "TotalCount", "total_items", "totalItems"];

/// Members with the number of all entries or the size of all backups: next to members of [`PAGED`], the
/// number.
const SUMS: [&str; 2] = ["total", "Total"];

/// Members of an answer that is one page of several.
const PAGED: [&str; 11] = [
    "page",
    "per_page",
    "perPage",
    "page_size",
    "pageSize",
    "limit",
    "Limit",
    "offset",
    "skip",
    "from",
    "MaxRecords",
];

/// Members with the number of pages, each with that of the present page.
const PAGES: [(&str, &str); 5] = [
    ("total_pages", "page"),
    ("total_pages", "current_page"),
    ("totalPages", "page"),
    ("totalPages", "currentPage"),
    ("last_page", "current_page"),
];

/// Objects that have such members.
const WITHIN: [&str; 10] = [
    "links",
    "_links",
    "meta",
    "metadata",
    "_metadata",
    "paging",
    "pagination",
    "page_info",
    "pageInfo",
    "response_metadata",
];

/// Where the answer says that the list of `listed` entries at `list` is not complete, as a JSON Pointer into
/// the document; `None` if it does not say so.
pub(crate) fn announced(document: &Value, list: &str, listed: usize) -> Option<String> {
    let ends = list.match_indices('/').map(|(end, _)| end);
    let above = ends.map(|end| &list[..end]);
    above.into_iter().find_map(|at| {
        let object = document.pointer(at)?;
        let here = said_in(object, listed).map(|name| format!("{at}/{name}"));
        here.or_else(|| {
            WITHIN.iter().find_map(|name| {
                let said = said_in(object.get(*name)?, listed)?;
                Some(format!("{at}/{name}/{said}"))
            })
        })
    })
}

/// Where a document that has a list says that there is a next page, as a JSON Pointer into it. Without knowing
/// which list is meant, only members that name a next page count, and flags.
pub(crate) fn next_page(document: &Value) -> Option<String> {
    let document = document.as_object()?;
    let has_list = document.values().any(Value::is_array);
    let within = || {
        WITHIN.iter().find_map(|name| {
            let found = names_next_page(document.get(*name)?.as_object()?)?;
            Some(format!("/{name}/{found}"))
        })
    };
    let here = names_next_page(document).map(|name| format!("/{name}"));
    here.or_else(within).filter(|_| has_list)
}

fn names_next_page(object: &Map<String, Value>) -> Option<&str> {
    let plain = |name: &str| name.to_ascii_lowercase().replace('_', "").replace("@odata.", "");
    let is_next = |name: &str| {
        let name = plain(name);
        name.starts_with("next") && TOKENS.iter().any(|token| plain(token) == name)
    };
    let leads_on = |value: &Value| match value {
        Value::String(text) => !text.is_empty(),
        value => value.get("href").is_some_and(Value::is_string),
    };
    let mut members = object.iter();
    let found = members.find(|(name, value)| {
        (is_next(name) && leads_on(value)) || (FLAGS.contains(&name.as_str()) && **value == true)
    });
    found.map(|(name, _)| name.as_str())
}

/// The member of an object that says so.
fn said_in(object: &Value, listed: usize) -> Option<&'static str> {
    let object = object.as_object()?;
    let number = |name: &str| object.get(name).and_then(Value::as_u64);
    let flag = FLAGS.iter().find(|name| object.get(**name).is_some_and(is_true));
    let token = || TOKENS.iter().find(|name| object.get(**name).is_some_and(is_token));
    let total = || {
        let is_beyond = |name: &&&str| number(name).is_some_and(|total| total > listed as u64);
        let is_paged = PAGED.iter().any(|name| object.contains_key(*name));
        TOTALS.iter().chain(SUMS.iter().filter(|_| is_paged)).find(is_beyond)
    };
    let page = || {
        let is_before = |(pages, page): &&(&str, &str)| {
            number(page).zip(number(pages)).is_some_and(|(page, pages)| page < pages)
        };
        PAGES.iter().find(is_before).map(|(pages, _)| pages)
    };
    let rest =
        || ["remainingItemCount"].iter().find(|name| number(name).is_some_and(|rest| rest > 0));
    flag.or_else(token).or_else(total).or_else(page).or_else(rest).copied()
}

fn is_true(value: &Value) -> bool {
    value == true || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// Whether a value is a token or an address: `null`, `false`, an empty text and an empty object are not.
fn is_token(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        // The time of the next backup is not an address.
        Value::String(text) => !text.is_empty() && read_standard(text).is_none(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(items) => !items.is_empty(),
        Value::Object(object) => object.values().any(is_token),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_next_page_is_announced_next_to_a_list_only() {
        for (document, place) in [
            (json!({"items": [], "next": "/list?page=2"}), Some("/next")),
            (json!({"items": [], "NEXT_PAGE": "2"}), Some("/NEXT_PAGE")),
            (json!({"items": [], "_links": {"next": {"href": "/x"}}}), Some("/_links/next")),
            (json!({"items": [], "has_more": true}), Some("/has_more")),
            (json!({"items": [], "next": null, "has_more": false}), None),
            (json!({"items": [], "marker": "a", "continue": "b"}), None),
            (json!({"step": 1, "next": "/step/2"}), None),
            (json!(["next"]), None),
        ] {
            assert_eq!(next_page(&document).as_deref(), place, "{document}");
        }
    }

    #[test]
    fn announcements_of_further_pages_are_recognised() {
        for (document, list) in [
            (json!({"a": [1], "IsTruncated": true}), "/a"),
            (json!({"a": [1], "IsTruncated": "true"}), "/a"),
            (json!({"a": [1], "NextContinuationToken": "x"}), "/a"),
            (json!({"a": [1], "NextToken": "x"}), "/a"),
            (json!({"a": [1], "Marker": "x"}), "/a"),
            (json!({"a": [1], "has_more": true}), "/a"),
            (json!({"a": [1], "next": "/a?page=2"}), "/a"),
            (json!({"a": [1], "next": 2}), "/a"),
            (json!({"a": [1], "links": {"next": "/a?page=2"}}), "/a"),
            (json!({"a": [1], "_links": {"next": {"href": "/a?page=2"}}}), "/a"),
            (json!({"a": [1], "metadata": {"continue": "x"}}), "/a"),
            (json!({"a": [1], "metadata": {"remainingItemCount": 7}}), "/a"),
            (json!({"a": [1], "@odata.nextLink": "https://a.test/"}), "/a"),
            (json!({"a": [1], "total": 2, "limit": 1}), "/a"),
            (json!({"a": [1], "total_count": 2}), "/a"),
            (json!({"a": [1], "meta": {"current_page": 1, "last_page": 3}}), "/a"),
            (json!({"data": {"a": [1], "pageInfo": {"hasNextPage": true}}}), "/data/a"),
            (json!({"data": {"a": [1]}, "next_cursor": "x"}), "/data/a"),
        ] {
            assert!(announced(&document, list, 1).is_some(), "{document}");
        }
    }

    #[test]
    fn a_complete_listing_announces_nothing() {
        for document in [
            json!({"a": [1]}),
            json!({"a": [1], "IsTruncated": false, "NextToken": null, "Marker": ""}),
            json!({"a": [1], "has_more": false, "next": null, "next_cursor": "", "total": 1}),
            json!({"a": [1], "links": {"next": null, "self": "/a"}, "_links": {"next": {}}}),
            json!({"a": [1], "meta": {"current_page": 3, "last_page": 3}, "total": 1}),
            json!({"a": [1], "metadata": {"continue": "", "resourceVersion": "7"}}),
            json!({"a": [1], "total": 123_456, "next": "2026-02-01T00:00:00Z"}),
        ] {
            assert_eq!(announced(&document, "/a", 1), None, "{document}");
        }
        assert_eq!(announced(&json!([{"next": "x"}]), "", 1), None);
    }

    #[test]
    fn the_place_is_named() {
        let document = json!({"data": {"a": [], "paging": {"next": "x"}}});
        assert_eq!(announced(&document, "/data/a", 0).unwrap(), "/data/paging/next");
    }
}
