//! A style sheet as rules: each with its selectors, those of the rules around it included, and its declarations.

use std::ops::Range;

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState,
    QualifiedRuleParser, RuleBodyItemParser, RuleBodyParser, StyleSheetParser, ToCss as _, Token,
};

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Its selectors; `*` where an at-rule affects any element.
    pub(crate) selectors: Vec<String>,
    /// Its declarations.
    pub(crate) declarations: Vec<Declaration>,
}

/// A declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declaration {
    /// In lower case.
    pub(crate) name: String,
    /// Its value, with its escapes resolved, in lower case, without `!important`.
    pub(crate) value: String,
    /// The strings in it, as they are shown.
    strings: Vec<String>,
    /// Its bytes in the sheet.
    pub(crate) span: Range<usize>,
}

impl Declaration {
    /// The text that it inserts: each of its strings, and all together.
    pub(crate) fn strings(&self) -> impl Iterator<Item = String> {
        let all = self.strings.concat();
        self.strings.iter().cloned().chain([all]).filter(|text| !text.trim().is_empty())
    }
}

/// Maximum number of brackets within each other.
const BRACKETS_MAX: usize = 64;

/// Maximum number of rules within each other.
const DEPTH_MAX: usize = 16;

/// Maximum size of all selectors in bytes, each with those of the rules around it: they multiply.
const SELECTORS_MAX: usize = 8 * 1024 * 1024;

/// The rules of a sheet, in order; `None` if they are too large or too deep to be compared with pages. What is not
/// valid CSS is left out, as browsers leave it out.
pub(crate) fn rules(text: &str) -> Option<Vec<Rule>> {
    // Parsers of values and selectors call themselves for each bracket.
    if depth(text) > BRACKETS_MAX {
        return None;
    }
    let mut parser = Parser::new(text);
    let mut sheet = Sheet::default();
    StyleSheetParser::new(&mut parser, &mut sheet).for_each(drop);
    (!sheet.is_excessive).then_some(sheet.rules)
}

/// How many brackets are open at most, those in strings and comments left out.
fn depth(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    let mut rest = text;
    while let Some(at) = rest.find(['(', '[', '{', ')', ']', '}', '"', '\'', '/']) {
        let (found, behind) = (rest.as_bytes()[at], &rest[at + 1..]);
        let length = match found {
            b'"' | b'\'' => end_of_string(behind, found),
            b'/' if behind.starts_with('*') => behind.find("*/").unwrap_or(behind.len()),
            _ => 0,
        };
        match found {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
        rest = &behind[length..];
    }
    most
}

/// The length of a string with its closing quote; a line feed ends it, too.
fn end_of_string(text: &str, quote: u8) -> usize {
    let mut escaped = false;
    let ends = |byte: u8| {
        let ends = !escaped && (byte == quote || byte == b'\n');
        escaped = byte == b'\\' && !escaped;
        ends
    };
    text.bytes().position(ends).map_or(text.len(), |at| at + 1)
}

/// The name of the declaration in place of an imported sheet.
pub(crate) const IMPORT: &str = "@import";

#[derive(Default)]
struct Sheet {
    rules: Vec<Rule>,
    /// The selectors of the rules around.
    around: Vec<Vec<String>>,
    /// The size of all selectors so far, in bytes.
    bytes: usize,
    is_excessive: bool,
}

/// An at-rule, by the rules within it.
enum At {
    /// Rules or declarations that count under a condition.
    Condition,
    /// The steps of an animation.
    Keyframes,
    /// An imported sheet.
    Import(Range<usize>),
    /// Descriptors, such as those of a font.
    Other,
}

impl Sheet {
    fn body(&mut self, selectors: Vec<String>, input: &mut Parser<'_>) {
        self.bytes += selectors.iter().map(String::len).sum::<usize>();
        self.is_excessive |= self.around.len() >= DEPTH_MAX || self.bytes > SELECTORS_MAX;
        if self.is_excessive {
            while input.next().is_ok() {}
            return;
        }
        self.around.push(selectors.clone());
        let declarations: Vec<Declaration> =
            RuleBodyParser::new(input, self).filter_map(|item| item.ok().flatten()).collect();
        self.around.pop();
        self.rules.push(Rule { selectors, declarations });
    }

    /// The selectors of a rule within the rules around it.
    fn nested(&mut self, prelude: &str) -> Vec<String> {
        let own = split(prelude);
        let Some(around) = self.around.last().filter(|around| !around.is_empty()) else {
            return own;
        };
        let parent = format!(":is({})", around.join(", "));
        let marks = prelude.matches('&').count() + own.len();
        if parent.len().saturating_mul(marks) > SELECTORS_MAX {
            self.is_excessive = true;
            return own;
        }
        let full = |one: String| match one.contains('&') {
            true => one.replace('&', &parent),
            false => format!("{parent} {one}"),
        };
        own.into_iter().map(full).collect()
    }
}

/// The selectors of a list.
fn split(prelude: &str) -> Vec<String> {
    let (mut all, mut depth) = (vec![String::new()], 0_usize);
    for c in prelude.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match (c, all.last_mut()) {
            (',', _) if depth == 0 => all.push(String::new()),
            (c, Some(last)) => last.push(c),
            _ => {}
        }
    }
    all.into_iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
}

impl<'i> AtRuleParser<'i> for Sheet {
    type Prelude = At;
    type AtRule = Option<Declaration>;
    type Error = ();

    fn parse_prelude(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
    ) -> Result<At, ParseError<()>> {
        let start = input.position().byte_index();
        while input.next().is_ok() {}
        let end = input.position().byte_index();
        let name = name.to_ascii_lowercase();
        Ok(match name.trim_start_matches("-webkit-").trim_start_matches("-moz-") {
            "media" | "supports" | "layer" | "container" | "scope" | "starting-style"
            | "document" => At::Condition,
            "keyframes" => At::Keyframes,
            "import" => At::Import(start..end),
            _ => At::Other,
        })
    }

    fn rule_without_block(
        &mut self,
        prelude: At,
        _start: &ParserState,
    ) -> Result<Option<Declaration>, ()> {
        if let At::Import(span) = prelude {
            let name = IMPORT.to_owned();
            let declaration = Declaration { name, value: String::new(), strings: Vec::new(), span };
            let selectors = vec!["*".to_owned()];
            self.rules.push(Rule { selectors, declarations: vec![declaration] });
        }
        Ok(None)
    }

    fn parse_block(
        &mut self,
        prelude: At,
        _start: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<Option<Declaration>, ParseError<()>> {
        match prelude {
            At::Condition => {
                let around = self.around.last().cloned().unwrap_or_default();
                self.body(around, input);
            }
            // What uses an animation is looked at, whatever its steps are.
            At::Keyframes | At::Import(_) | At::Other => while input.next().is_ok() {},
        }
        Ok(None)
    }
}

impl<'i> QualifiedRuleParser<'i> for Sheet {
    type Prelude = String;
    type QualifiedRule = Option<Declaration>;
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<String, ParseError<()>> {
        let start = input.position();
        while input.next().is_ok() {}
        Ok(without_comments(input.slice_from(start)))
    }

    fn parse_block(
        &mut self,
        prelude: String,
        _start: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<Option<Declaration>, ParseError<()>> {
        let selectors = self.nested(&prelude);
        self.body(selectors, input);
        Ok(None)
    }
}

fn without_comments(text: &str) -> String {
    let mut parts = text.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    let behind =
        |part: &str| part.split_once("*/").map_or(String::new(), |(_, rest)| rest.to_owned());
    parts.fold(first, |all, part| all + " " + &behind(part))
}

impl<'i> DeclarationParser<'i> for Sheet {
    type Declaration = Option<Declaration>;
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        start: &ParserState,
    ) -> Result<Option<Declaration>, ParseError<()>> {
        let mut value = String::new();
        let mut strings = Vec::new();
        // `a:hover { … }` within a rule begins like a declaration, and is a rule.
        if read_value(input, &mut value, &mut strings) && !name.starts_with("--") {
            return Err(ParseError::unexpected_token());
        }
        let value = value.to_lowercase();
        let value = value.split('!').next().unwrap_or_default().trim().to_owned();
        let span = start.position().byte_index()..input.position().byte_index();
        let name = name.to_ascii_lowercase();
        Ok(Some(Declaration { name, value, strings, span }))
    }
}

/// Reads the tokens of a value. Returns whether there is a block in braces among them.
fn read_value(input: &mut Parser<'_>, value: &mut String, strings: &mut Vec<String>) -> bool {
    let mut has_block = false;
    while let Ok(token) = input.next_including_whitespace() {
        let token = token.clone();
        if let Token::QuotedString(text) = &token {
            strings.push(text.to_string());
        }
        let _ = token.to_css(value);
        let opens = matches!(
            token,
            Token::Function(_)
                | Token::ParenthesisBlock
                | Token::SquareBracketBlock
                | Token::CurlyBracketBlock
        );
        has_block |= matches!(token, Token::CurlyBracketBlock);
        if opens {
            let _ = input.parse_nested_block(|inner| -> Result<(), ParseError<()>> {
                read_value(inner, value, strings);
                Ok(())
            });
            value.push(')');
        }
    }
    has_block
}

impl<'i> RuleBodyItemParser<'i, Option<Declaration>, ()> for Sheet {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_that_multiply_or_never_end_are_not_read() {
        let nested = |one: &str, times| one.repeat(times) + "x: y" + &"}".repeat(times);
        for sheet in [
            nested("a, b {", 40),
            nested("& & & & {", 15),
            nested("a {", 100_000),
            format!("a {{ b: {} }}", "(".repeat(500_000)),
            format!("{} {{ b: c }}", ":not(".repeat(200_000)),
        ] {
            assert_eq!(rules(&sheet), None, "{}", &sheet[..12]);
        }
        let ordinary = "a::before { content: \"(\" } /* ((( */ b { c: 'it\\'s [' }".repeat(100);
        assert_eq!(rules(&ordinary).map(|rules| rules.len()), Some(200));
        assert_eq!(rules(&nested("a, b {", 8)).map(|rules| rules.len()), Some(8));
    }

    #[test]
    fn rules_are_read_with_their_conditions_nesting_and_escapes() {
        let text = "a, b:is(c, d) { c\\6flor: Red !important; x: \"\\2713 Y\" url(z) }\n\
            @media print { e { f: calc(1px + 2em); & > g, h { i: j } } }\n@font-face { k: l }";
        let shown: Vec<String> = rules(text)
            .unwrap_or_default()
            .into_iter()
            .filter(|rule| !rule.declarations.is_empty())
            .map(|rule| {
                let declarations: Vec<String> = rule
                    .declarations
                    .iter()
                    .map(|one| format!("{}: {}", one.name, one.value))
                    .collect();
                format!("{} {{ {} }}", rule.selectors.join(" | "), declarations.join("; "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "a | b:is(c, d) { color: red; x: \"✓y\" url(z) }",
                ":is(e) > g | :is(e) h { i: j }",
                "e { f: calc(1px + 2em) }",
            ]
        );
    }
}
