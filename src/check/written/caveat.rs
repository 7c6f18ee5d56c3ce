//! What a check does not show: always what its kind says, and after that what the author adds.

/// The caveat of a kind, with an author's own.
pub(crate) fn caveat(of_kind: &str, added: Option<&str>) -> String {
    match added.map(str::trim).filter(|added| !added.is_empty()) {
        Some(added) => format!("{of_kind} The publisher adds: {added}"),
        None => of_kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_adds_to_the_caveat_and_never_replaces_it() {
        assert_eq!(caveat("It does not show a.", None), "It does not show a.");
        assert_eq!(caveat("It does not show a.", Some(" ")), "It does not show a.");
        assert_eq!(
            caveat("It does not show a.", Some("It shows all.")),
            "It does not show a. The publisher adds: It shows all."
        );
    }
}
