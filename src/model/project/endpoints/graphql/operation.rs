//! The fields that an operation begins with: those of its outermost selection, fragments included (GraphQL
//! specification, section 2.8).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::model::plan::graphql::tokens::{Token, after_bracket, tokens};
use crate::model::project::endpoints::graphql::schema::OPERATIONS;

type Tokens<'a> = [(Token<'a>, Range<usize>)];

/// The outermost selection of an operation or of a fragment.
#[derive(Debug, Default)]
struct Selection<'a> {
    fields: BTreeSet<&'a str>,
    fragments: BTreeSet<&'a str>,
}

/// The fields that the operations of a document begin with, each with the kind of operation; of several operations, the
/// one with the name `chosen` counts, if there is one.
pub fn fields(document: &str, chosen: Option<&str>) -> BTreeSet<(&'static str, String)> {
    let tokens = tokens(document);
    let mut operations: Vec<(&'static str, Option<&str>, Selection<'_>)> = Vec::new();
    let mut fragments: BTreeMap<&str, Selection<'_>> = BTreeMap::new();
    let mut start = 0;
    while let Some(open) = body(&tokens, start) {
        let end = after_bracket(&tokens, open);
        let selection = selection(&tokens[open + 1..end.saturating_sub(1).max(open + 1)]);
        let mut words = tokens[start..open].iter().filter_map(|(token, _)| name(*token));
        let (keyword, title) = (words.next(), words.next());
        let kind = OPERATIONS.into_iter().find(|one| Some(*one) == keyword);
        match (keyword, kind) {
            (Some("fragment"), _) => {
                fragments.insert(title.unwrap_or_default(), selection);
            }
            (None, _) => operations.push(("query", None, selection)),
            (_, Some(kind)) => operations.push((kind, title, selection)),
            _ => {}
        }
        start = end;
    }
    let is_named = operations.iter().any(|(_, title, _)| title.is_some() && *title == chosen);
    let counted = operations.iter().filter(|(_, title, _)| !is_named || *title == chosen);
    counted
        .flat_map(|(kind, _, selection)| {
            let fields = with_fragments(selection, &fragments);
            fields.into_iter().map(|field| (*kind, field.to_owned()))
        })
        .collect()
}

fn name(token: Token<'_>) -> Option<&str> {
    match token {
        Token::Name(name) => Some(name),
        _ => None,
    }
}

/// The brace that opens the body of the definition at `start`: after variables and directives.
fn body(tokens: &Tokens<'_>, start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        match tokens.get(at)?.0 {
            Token::Mark('{') => return Some(at),
            Token::Mark('(' | '[') => at = after_bracket(tokens, at),
            _ => at += 1,
        }
    }
}

/// The fields and fragments of a selection, without those of the fields' own selections.
fn selection<'a>(tokens: &Tokens<'a>) -> Selection<'a> {
    let mut found = Selection::default();
    let mut at = 0;
    while let Some((token, _)) = tokens.get(at) {
        let next = tokens.get(at + 1).map(|one| one.0);
        match token {
            Token::Spread => match next {
                Some(Token::Name("on")) => at = inline(tokens, at + 3, &mut found),
                Some(Token::Name(name)) => {
                    found.fragments.insert(name);
                    at += 2;
                }
                _ => at = inline(tokens, at + 1, &mut found),
            },
            // A directive, whose name is not a field.
            Token::Mark('@') => at += 2,
            // The name before the colon is the alias of the field after it.
            Token::Name(_) if next == Some(Token::Mark(':')) => at += 2,
            Token::Name(name) => {
                found.fields.insert(name);
                at += 1;
            }
            Token::Mark('{' | '(' | '[') => at = after_bracket(tokens, at),
            Token::Mark(_) => at += 1,
        }
    }
    found
}

/// Adds the selection of an inline fragment, after its directives; the position after it.
fn inline<'a>(tokens: &Tokens<'a>, mut at: usize, found: &mut Selection<'a>) -> usize {
    loop {
        match tokens.get(at).map(|one| one.0) {
            Some(Token::Mark('@')) => at += 2,
            Some(Token::Mark('(')) => at = after_bracket(tokens, at),
            Some(Token::Mark('{')) => break,
            _ => return at,
        }
    }
    let end = after_bracket(tokens, at);
    let inner = selection(&tokens[at + 1..end.saturating_sub(1).max(at + 1)]);
    found.fields.extend(inner.fields);
    found.fragments.extend(inner.fragments);
    end
}

/// The fields of a selection and of the fragments in it, each fragment once.
fn with_fragments<'a>(
    selection: &Selection<'a>,
    fragments: &BTreeMap<&str, Selection<'a>>,
) -> BTreeSet<&'a str> {
    let mut fields = selection.fields.clone();
    let mut open: Vec<&str> = selection.fragments.iter().copied().collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(fragment) = fragments.get(name).filter(|_| seen.insert(name)) {
            fields.extend(&fragment.fields);
            open.extend(&fragment.fragments);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: &str, chosen: Option<&str>) -> Vec<String> {
        let all = fields(document, chosen).into_iter();
        all.map(|(kind, field)| format!("{kind} {field}")).collect()
    }

    #[test]
    fn the_outermost_fields_count_with_their_aliases_and_fragments_resolved() {
        for (document, expected) in [
            ("{ notes { id } }", vec!["query notes"]),
            (
                "query Q($a: [Int!] = [1], $b: F = {c: 1}) @d(x: {y: 1}) { notes(id: $a) { id } }",
                vec!["query notes"],
            ),
            (
                "mutation { mine: addNote(text: \"} other {\") { id } drop }",
                vec!["mutation addNote", "mutation drop"],
            ),
            (
                "{ ...F ... on Query @include(if: true) { b } ... @skip(if: false) { c } ... { d } } \
              fragment F on Query { a { x } ...G } fragment G on Query { g ...F }",
                vec!["query a", "query b", "query c", "query d", "query g"],
            ),
            ("{ a @skip(if: $x) b(n: 1e5) # c\n d }", vec!["query a", "query b", "query d"]),
            ("{ note(id: \"${id}\") { text } }", vec!["query note"]),
            ("fragment F on Note { id }", vec![]),
            ("", vec![]),
            ("} ) {", vec![]),
        ] {
            assert_eq!(read(document, None), expected, "{document}");
        }
    }

    #[test]
    fn of_several_operations_the_chosen_one_counts() {
        let both = "query A { a } mutation B { b }";
        assert_eq!(read(both, Some("B")), ["mutation b"]);
        assert_eq!(read(both, None), ["mutation b", "query a"]);
    }
}
