//! The XML listing of a bucket in an object store (Amazon S3, `ListObjectsV2`).

use std::borrow::Cow;

use jiff::Timestamp;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use serde_json::{Value, json};

/// The number of entries that are kept, newest first; S3 lists no more on one page.
const ENTRIES_MAX: usize = 1000;

/// Elements that have a value only if the listing has further pages, or did not start at the first entry.
const MORE: [&str; 4] = ["NextContinuationToken", "NextMarker", "Marker", "StartAfter"];

/// A listing.
pub(crate) struct Listing {
    /// `[{ "key": "...", "last_modified": "...", "bytes": 17 }]`, newest first.
    pub(crate) entries: Value,
    /// Whether the listing has further pages.
    pub(crate) more: bool,
    /// Whether older entries were left out.
    pub(crate) cut: bool,
}

#[derive(Default)]
struct ListedObject {
    key: String,
    last_modified: String,
    bytes: Option<u64>,
}

/// The position within the document.
#[derive(Default)]
struct XmlWalk {
    path: Vec<String>,
    text: String,
    entries: Vec<ListedObject>,
    more: bool,
}

/// Reads a listing; `None` if the text is not one, or is incomplete.
pub(crate) fn read(text: &str) -> Option<Listing> {
    let mut reader = Reader::from_str(text);
    let mut walk = XmlWalk::default();
    let mut complete = false;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                let name = tag.local_name();
                let name: &str = name.as_ref();
                if walk.path.is_empty() && name != "ListBucketResult" {
                    return None;
                }
                walk.enter(name);
            }
            Event::Text(part) => walk.text.push_str(&part.xml10_content()),
            Event::CData(part) => walk.text.push_str(&part.xml10_content()),
            Event::GeneralRef(name) => match name.resolve_char_ref().ok()? {
                Some(letter) => walk.text.push(letter),
                None => walk.text.push_str(quick_xml::escape::resolve_xml_entity(&name)?),
            },
            Event::End(_) => {
                walk.leave();
                complete |= walk.path.is_empty();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    complete.then(|| walk.listing())
}

impl XmlWalk {
    fn enter(&mut self, name: &str) {
        self.path.push(name.to_owned());
        self.text.clear();
        if self.is_at(&["ListBucketResult", "Contents"]) {
            self.entries.push(ListedObject::default());
        }
    }

    fn leave(&mut self) {
        let text = Cow::from(self.text.trim());
        let goes_on = match &self.path[..] {
            [_, name] if name == "IsTruncated" => text.eq_ignore_ascii_case("true"),
            [_, name] => MORE.contains(&name.as_str()) && !text.is_empty(),
            _ => false,
        };
        self.more |= goes_on;
        if let [_, contents, field] = &self.path[..]
            && contents == "Contents"
            && let Some(entry) = self.entries.last_mut()
        {
            match field.as_str() {
                "Key" => entry.key = text.into_owned(),
                "LastModified" => entry.last_modified = text.into_owned(),
                "Size" => entry.bytes = text.parse().ok(),
                _ => {}
            }
        }
        self.text.clear();
        self.path.pop();
    }

    fn is_at(&self, path: &[&str]) -> bool {
        self.path.iter().eq(path)
    }

    fn listing(mut self) -> Listing {
        let time = |entry: &ListedObject| entry.last_modified.parse::<Timestamp>().ok();
        self.entries.sort_by_key(|entry| std::cmp::Reverse(time(entry)));
        let cut = self.entries.len() > ENTRIES_MAX;
        self.entries.truncate(ENTRIES_MAX);
        let entry = |one: &ListedObject| json!({ "key": one.key, "last_modified": one.last_modified, "bytes": one.bytes });
        Listing { entries: self.entries.iter().map(entry).collect(), more: self.more, cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
          <Name>backups</Name><KeyCount>2</KeyCount><IsTruncated>false</IsTruncated>
          <Contents><Key>a&amp;b&#x21;.dump</Key><LastModified>2026-11-21T10:00:00.000Z</LastModified>
            <ETag>&quot;x&quot;</ETag><Size>10</Size><Owner><Key>no</Key></Owner></Contents>
          <Contents><Key>c.dump</Key><LastModified>2026-11-22T10:00:00.000Z</LastModified>
            <Size>0</Size></Contents>
        </ListBucketResult>"#;

    #[test]
    fn a_listing_is_read_newest_first() {
        let listing = read(PAGE).unwrap();
        assert!(!listing.more);
        let expected = json!([
            {"key": "c.dump", "last_modified": "2026-11-22T10:00:00.000Z", "bytes": 0},
            {"key": "a&b!.dump", "last_modified": "2026-11-21T10:00:00.000Z", "bytes": 10},
        ]);
        assert_eq!(listing.entries, expected);
    }

    #[test]
    fn further_pages_are_reported() {
        assert!(read(&PAGE.replace("false", "true")).unwrap().more);
        let with = |element: &str| {
            read(&PAGE.replace("<KeyCount>", &format!("{element}<KeyCount>"))).unwrap().more
        };
        assert!(with("<NextContinuationToken>x</NextContinuationToken>"));
        assert!(with("<Marker>b</Marker>"));
        assert!(!with("<Marker></Marker><Prefix>b</Prefix>"));
    }

    #[test]
    fn a_bucket_without_objects_is_an_empty_listing() {
        let empty =
            "<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated></ListBucketResult>";
        assert_eq!(read(empty).unwrap().entries, json!([]));
    }

    #[test]
    fn other_text_and_incomplete_listings_are_none() {
        let cut = &PAGE[..PAGE.len() - 10];
        let strange = "<!DOCTYPE a [<!ENTITY x \"y\">]><ListBucketResult>&x;</ListBucketResult>";
        for text in ["", "<html></html>", "{}", "<ListBucketResult>", cut, strange] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
