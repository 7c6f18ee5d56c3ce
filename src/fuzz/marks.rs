//! The search for marks: a mark in any spelling is found, or the search reports that it is incomplete.

use crate::fuzz::choices::Choices;
use crate::fuzz::layers;
use crate::probe::spellings::{Needle, Searcher};

const MARK: &str = "q7htx2mzw4kd5bvn3rjc6sgpy2fa";
const OTHER: &str = "h4zzz2mzw4kd5bvn3rjc6sgpy2fa";

/// The texts between which a mark may be.
const AROUND: [&str; 6] = [" ", "\n", "\"", "|", ", ", "\t"];

/// Searches a text that contains a mark.
pub(super) fn search(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let (before, after) = (choices.text(40), choices.text(40));
    let around = choices.pick(&AROUND).copied().unwrap_or(" ");
    let text = match choices.up_to(3) {
        0 => MARK.to_ascii_uppercase(),
        1 => MARK.chars().flat_map(|c| [c, '\u{200b}']).collect(),
        _ => MARK.to_owned(),
    };
    let spelt = layers::encoded(text.as_bytes(), &mut choices);
    let mut all = format!("{before}{around}").into_bytes();
    all.extend_from_slice(&spelt);
    all.extend_from_slice(format!("{around}{after}").as_bytes());
    let searcher = Searcher::new([Needle::Mark(OTHER), Needle::Mark(MARK)]);
    let findings = searcher.search(&all);
    let is_found = findings.found.contains_key(&1);
    assert!(is_found || !findings.complete, "missed in {:?}", String::from_utf8_lossy(&all));
    let is_other = findings.found.contains_key(&0);
    assert!(!is_other || before.len() + after.len() > 8, "found a mark that is not there");
    assert_eq!(searcher.search(&all), findings, "two searches differ");
    // Arbitrary bytes may be anything but a panic.
    searcher.search(bytes);
}
