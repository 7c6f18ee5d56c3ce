//! The tokens of a GraphQL document (GraphQL specification, section 2.1), without strings and numbers, which decide
//! nothing here.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

/// A name, or one of the marks that structure a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    Name(&'a str),
    /// `{`, `}`, `(`, `)`, `[`, `]`, `:`, `@`, `=`, `!`, `|`, `&` or `$`.
    Mark(char),
    /// `...`
    Spread,
}

/// The tokens of a document, each with its bytes.
pub(crate) fn tokens(text: &str) -> Vec<(Token<'_>, Range<usize>)> {
    let mut all = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        match c {
            '#' => while chars.next_if(|(_, c)| !matches!(c, '\n' | '\r')).is_some() {},
            '"' => skip_string(&mut chars),
            '.' => {
                while chars.next_if(|(_, c)| *c == '.').is_some() {}
                all.push((Token::Spread, start..start + 3));
            }
            c if is_letter(c) => {
                let end = name_end(&mut chars, start + 1);
                all.push((Token::Name(&text[start..end]), start..end));
            }
            // The letter of an exponent is not a name.
            c if c.is_ascii_digit() => while chars.next_if(|(_, c)| is_digit(*c)).is_some() {},
            '{' | '}' | '(' | ')' | '[' | ']' | ':' | '@' | '=' | '!' | '|' | '&' | '$' => {
                all.push((Token::Mark(c), start..start + 1));
            }
            _ => {}
        }
    }
    all
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_digit(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '.'
}

fn name_end(chars: &mut Peekable<CharIndices<'_>>, mut end: usize) -> usize {
    while let Some((at, _)) = chars.next_if(|(_, c)| c.is_ascii_alphanumeric() || *c == '_') {
        end = at + 1;
    }
    end
}

/// Skips the rest of a string, whose first quotation mark was read: `"..."` or `"""..."""`.
fn skip_string(chars: &mut Peekable<CharIndices<'_>>) {
    let mut quotes = 1;
    while quotes < 3 && chars.next_if(|(_, c)| *c == '"').is_some() {
        quotes += 1;
    }
    if quotes == 2 {
        return;
    }
    let mut closing = 0;
    while let Some((_, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
                closing = 0;
            }
            '"' => closing += 1,
            _ => closing = 0,
        }
        if closing == quotes {
            return;
        }
    }
}

/// The position after the bracket that closes the one at `open`; the end if nothing closes it.
pub(crate) fn after_bracket(tokens: &[(Token<'_>, Range<usize>)], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, (token, _)) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Mark('{' | '(' | '[') => depth += 1,
            Token::Mark('}' | ')' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}
