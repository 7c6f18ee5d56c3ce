//! Which operations a GraphQL document contains (GraphQL specification, section 2).

pub(crate) mod tokens;

use crate::model::plan::graphql::tokens::{Token, tokens};

/// Whether carrying out a document may change something: the named operation, or any of them, is not a query.
/// A document without an operation counts as changing, because nothing is known about it.
pub fn changes(document: &str, operation: Option<&str>) -> bool {
    let chosen = chosen(document, operation);
    chosen.is_empty() || chosen.iter().any(|one| one.keyword != "query")
}

/// For a sentence: the kind of an operation with its name, or else with its first field: `query notes`.
pub fn label(document: &str, operation: Option<&str>) -> String {
    let Some(one) = chosen(document, operation).into_iter().next() else {
        return "GraphQL".to_owned();
    };
    let name = one.name.or(one.field).unwrap_or_default();
    format!("{} {name}", one.keyword).trim_end().to_owned()
}

/// An operation: `query`, `mutation` or `subscription`, with its name and its first field.
#[derive(Debug, PartialEq)]
struct Operation {
    keyword: String,
    name: Option<String>,
    field: Option<String>,
}

/// The operations with the given name; all, if there is none.
fn chosen(document: &str, operation: Option<&str>) -> Vec<Operation> {
    let all = operations(document);
    let is_named = |one: &Operation| operation.is_some() && one.name.as_deref() == operation;
    match all.iter().any(is_named) {
        true => all.into_iter().filter(is_named).collect(),
        false => all,
    }
}

/// The operations of a document. Only names outside of all brackets count.
fn operations(document: &str) -> Vec<Operation> {
    let mut all = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut depth = 0_usize;
    // Whether the outermost bracket is that of a body, and not that of variables.
    let mut in_body = false;
    for (token, _) in tokens(document) {
        match token {
            Token::Mark(mark @ ('{' | '(' | '[')) => {
                // The shorthand of a query has no keyword (section 2.3).
                if depth == 0 {
                    in_body = mark == '{';
                    all.extend(operation(&words).filter(|_| in_body));
                }
                depth += 1;
            }
            Token::Mark(mark @ ('}' | ')' | ']')) => {
                depth = depth.saturating_sub(1);
                if mark == '}' && depth == 0 {
                    words.clear();
                }
            }
            Token::Name(word) => match (depth, all.last_mut()) {
                (0, _) => words.push(word.to_owned()),
                (1, Some(Operation { field: field @ None, .. })) if in_body => {
                    *field = Some(word.to_owned());
                }
                _ => {}
            },
            Token::Mark(_) | Token::Spread => {}
        }
    }
    all
}

/// The operation whose body begins after these words; `None` for a fragment.
fn operation(words: &[String]) -> Option<Operation> {
    let keyword = words.first().map_or("query", String::as_str);
    let name = words.get(1).cloned();
    (keyword != "fragment").then(|| Operation { keyword: keyword.to_owned(), name, field: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_queries_reads_and_any_other_may_change_something() {
        for reads in [
            "{ notes { id } }",
            "query { notes { id } }",
            "query Q($text: String = \"mutation {\") { notes(q: $text) { id } }",
            "# mutation { a }\n{ notes { id } }",
            "fragment F on Note { id } query mutation { notes { ...F } }",
            "query @skip(if: false) { a { mutation { b } } }",
            "{ a(text: \"\"\"mutation \" { b }\"\"\") }",
        ] {
            assert!(!changes(reads, None), "{reads}");
        }
        for other in [
            "",
            "fragment F on Note { id }",
            "mutation { a }",
            "mutation($id: ID!) { delete(id: $id) }",
            "fragment F on Note { id } mutation M { a { ...F } }",
            "query A { a } mutation B { b }",
            "subscription { a }",
        ] {
            assert!(changes(other, None), "{other}");
        }
    }

    #[test]
    fn of_several_operations_the_named_one_decides() {
        let both = "query A { a } mutation B { b }";
        assert!(!changes(both, Some("A")));
        assert!(changes(both, Some("B")));
        assert!(changes(both, Some("C")));
    }

    #[test]
    fn an_operation_is_called_by_its_name_or_its_first_field() {
        let called = |document: &str| label(document, None);
        assert_eq!(called("{ notes { id } }"), "query notes");
        assert_eq!(called("query($id: ID!) { note(id: $id) { text } }"), "query note");
        assert_eq!(
            called("mutation Add($text: String) { add(text: $text) { id } }"),
            "mutation Add"
        );
        assert_eq!(called("fragment F on Note { id }"), "GraphQL");
        assert_eq!(label("query A { a } mutation B { b }", Some("B")), "mutation B");
    }
}
