//! The fields of a schema's root types, in the schema definition language (GraphQL specification, section 3.3).

use std::ops::Range;

use crate::model::plan::graphql::tokens::{Token, after_bracket, tokens};
use crate::model::project::endpoints::path::PathPattern;
use crate::model::project::endpoints::{At, Endpoint, Listing, Unusable};

/// The kinds of operations.
pub(super) const OPERATIONS: [&str; 3] = ["query", "mutation", "subscription"];

type Tokens<'a> = [(Token<'a>, Range<usize>)];

/// Reads the fields of `Query`, `Mutation` and `Subscription`, or of the types that `schema { .. }` names instead.
/// The API is served at the path `api`.
pub fn read(text: &str, api: &str) -> (Vec<Endpoint>, Vec<Unusable>) {
    let tokens = tokens(text);
    let roots = roots(&tokens);
    let mut listing = Listing::default();
    let mut has_type = false;
    for at in definitions(&tokens, "type") {
        let Some((Token::Name(name), _)) = tokens.get(at + 1) else { continue };
        let Some(body) = body(&tokens, at + 2) else { continue };
        has_type = true;
        for (operation, root) in roots {
            if root == *name {
                fields(&tokens[body.clone()], operation, api, &mut listing);
            }
        }
    }
    if !has_type {
        let message = "this is not a GraphQL schema: it defines no type";
        let help = "name a schema in the schema definition language, such as `type Query { notes: [Note] }`";
        listing.unusable.push(Unusable::new(&(0..0), message, help));
    }
    listing.finished()
}

/// The type of each kind of operation.
fn roots<'a>(tokens: &Tokens<'a>) -> [(&'static str, &'a str); 3] {
    let mut roots =
        [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")];
    for at in definitions(tokens, "schema") {
        let Some(body) = body(tokens, at + 1) else { continue };
        for one in tokens[body].windows(3) {
            let [(Token::Name(operation), _), (Token::Mark(':'), _), (Token::Name(root), _)] = one
            else {
                continue;
            };
            for named in &mut roots {
                if named.0 == *operation {
                    named.1 = root;
                }
            }
        }
    }
    roots
}

/// The positions of a keyword outside of all brackets.
fn definitions(tokens: &Tokens<'_>, keyword: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((token, _)) = tokens.get(at) {
        match token {
            Token::Mark('{' | '(' | '[') => {
                at = after_bracket(tokens, at);
                continue;
            }
            Token::Name(name) if *name == keyword => found.push(at),
            _ => {}
        }
        at += 1;
    }
    found
}

/// The tokens within the braces of a definition whose name comes before `at`: after interfaces and directives.
fn body(tokens: &Tokens<'_>, mut at: usize) -> Option<Range<usize>> {
    loop {
        match tokens.get(at)?.0 {
            Token::Mark('{') => {
                let end = after_bracket(tokens, at);
                return Some(at + 1..end.saturating_sub(1).max(at + 1));
            }
            Token::Mark('(') => at = after_bracket(tokens, at),
            Token::Name("implements") | Token::Mark('&' | '@') => at += 1,
            // The name of an interface or of a directive.
            Token::Name(_)
                if matches!(
                    tokens.get(at.wrapping_sub(1)).map(|one| one.0),
                    Some(Token::Mark('&' | '@') | Token::Name("implements"))
                ) =>
            {
                at += 1;
            }
            _ => return None,
        }
    }
}

/// The fields of a type: names that are followed by arguments or by their type.
fn fields(tokens: &Tokens<'_>, operation: &'static str, api: &str, listing: &mut Listing) {
    let mut at = 0;
    while let Some((token, span)) = tokens.get(at) {
        let Token::Name(name) = token else {
            at += 1;
            continue;
        };
        let mut next = at + 1;
        if let Some((Token::Mark('('), _)) = tokens.get(next) {
            next = after_bracket(tokens, next);
        }
        if let Some((Token::Mark(':'), _)) = tokens.get(next) {
            listing.add(Endpoint {
                name: format!("{operation} {name}"),
                span: span.clone(),
                at: At::Field { api: PathPattern::new(api), operation, field: (*name).to_owned() },
            });
            next = after_type(tokens, next + 1);
        }
        at = next;
    }
}

/// The position after a type and its directives, which may have arguments with colons.
fn after_type(tokens: &Tokens<'_>, mut at: usize) -> usize {
    at = match tokens.get(at) {
        Some((Token::Mark('['), _)) => after_bracket(tokens, at),
        _ => at + 1,
    };
    while let Some((token, _)) = tokens.get(at) {
        match token {
            Token::Mark('!') => at += 1,
            Token::Mark('@') => at += 2,
            Token::Mark('(') => at = after_bracket(tokens, at),
            _ => break,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let (endpoints, unusable) = read(text, "/graphql");
        assert_eq!(unusable, []);
        endpoints.into_iter().map(|one| one.name).collect()
    }

    #[test]
    fn the_fields_of_the_root_types_are_listed_and_no_others() {
        let text = "
            \"\"\"type Query { fake: Int }\"\"\"
            directive @auth(role: String = \"type Query {\") on FIELD_DEFINITION
            # type Query { comment: Int }
            type Query implements Node & Other @key(fields: \"id\") {
              \"a field: Int\"
              notes(first: Int = 10, filter: Filter = {a: [1, 2]}): [Note!]! @auth(role: \"x\")
              note(id: ID!): Note
              type: String
            }
            extend type Query { more: Int @deprecated(reason: \"b: c\") last: Int }
            type Mutation { addNote(text: String!): Note }
            type Note { id: ID! text: String }
            input Filter { a: Int }
            type Subscription { noteAdded: Note }
            interface Query2 { no: Int }
        ";
        assert_eq!(
            names(text),
            [
                "query notes",
                "query note",
                "query type",
                "query more",
                "query last",
                "mutation addNote",
                "subscription noteAdded",
            ]
        );
    }

    #[test]
    fn a_schema_may_name_other_root_types() {
        let text = "schema @a { query: Root mutation: Changes }
                    type Root { a: Int } type Changes { b: Int } type Query { c: Int }";
        assert_eq!(names(text), ["query a", "mutation b"]);
        assert_eq!(names("type Query type Mutation { a: Int }"), ["mutation a"]);
        assert_eq!(names("type Query { schema: Int a: Int }"), ["query schema", "query a"]);
    }

    #[test]
    fn a_file_that_is_not_a_schema_is_refused() {
        for text in ["", "{\"data\": {\"__schema\": {}}}", "openapi: 3.0.0", "query { a }"] {
            assert!(read(text, "/graphql").1[0].message.contains("not a GraphQL schema"), "{text}");
        }
    }
}
