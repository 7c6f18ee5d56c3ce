//! Tokens of a text, in which quantities are found: numbers, words, and everything else.

use std::ops::Range;

use crate::language::quantity::{number, vocabulary};
use crate::language::words::runs;

/// A word or number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token<'a> {
    /// Its text as written.
    pub(crate) text: &'a str,
    /// Its text in lower case, for the vocabulary; empty if it is not a word.
    pub(crate) word: String,
    /// The number that it means, if it is a number.
    pub(crate) number: Option<Number>,
    /// Its bytes.
    pub(crate) span: Range<usize>,
    /// Whether it forms one word with the token before it: `24-hour`, `24h`.
    pub(crate) joined: bool,
    /// Whether punctuation follows it, so that the next token does not belong to it.
    pub(crate) stops: bool,
}

/// A number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number {
    pub(crate) value: f64,
    pub(crate) written: NumberForm,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberForm {
    /// `24`
    Digits,
    /// `twenty-four`
    English,
    /// `vierundzwanzig`, which counts as a number only before a unit.
    Foreign,
}

/// Whether a token begins a word, or is a further part of one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    Word,
    Part,
}

/// A longer run of characters is not a word.
const WORD_MAX: usize = 60;

/// The tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut all = Vec::new();
    let mut in_address = false;
    let last_end = text.rfind('>').unwrap_or_default();
    for run in runs(text) {
        // The address of a link follows its words, as `<address>`; "<30 days" is a comparison.
        let begins = || text[run.clone()].strip_prefix('<').is_some_and(is_address_of);
        let is_address = in_address || begins() && last_end > run.start;
        in_address = is_address && !text[run.clone()].contains('>');
        if is_address {
            all.push(opaque(text, run));
        } else {
            of_run(text, run, &mut all);
        }
    }
    all
}

fn is_address_of(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '/' | '#' | '.' | '?' | '_'))
}

fn opaque(text: &str, span: Range<usize>) -> Token<'_> {
    let text = &text[span.clone()];
    Token { text, word: String::new(), number: None, span, joined: false, stops: true }
}

fn of_run<'a>(text: &'a str, run: Range<usize>, all: &mut Vec<Token<'a>>) {
    let whole = &text[run.clone()];
    let core = whole.trim_matches(is_punctuation);
    let start = run.start + (whole.len() - whole.trim_start_matches(is_punctuation).len());
    let span = start..start + core.len();
    let stops = span.end < run.end && !whole.ends_with('+') && !whole.ends_with('\'');
    if core.is_empty() {
        // A dash alone separates; between two numbers it is that of a range.
        let is_dash = whole.chars().all(is_dash);
        let word = if is_dash { "to" } else { sign(whole).unwrap_or_default() };
        all.push(Token { word: word.into(), stops: word.is_empty(), ..opaque(text, run) });
        return;
    }
    if let Some(word) = sign(&whole[..span.start - run.start]) {
        let before = opaque(text, run.start..span.start);
        all.push(Token { word: word.into(), stops: false, ..before });
    }
    if is_versions(core) {
        // "TLS 1.2/1.3" is a list.
        let mut at = span.start;
        for version in core.split('/') {
            part(text, at..at + version.len(), Begins::Word, all);
            if let Some(last) = all.last_mut() {
                last.stops = true;
            }
            at += version.len() + 1;
        }
    } else if let Some(last) = last_of_names(core) {
        // "SSL/TLS 1.2", "ISO/IEC 27001": the number belongs to the last name.
        part(text, span.end - last.len()..span.end, Begins::Word, all);
        if let Some(last) = all.last_mut() {
            last.stops = stops;
        }
    } else if let Some(value) = number::with_fraction(core) {
        let number = Some(Number { value, written: NumberForm::Foreign });
        all.push(Token { number, stops, ..opaque(text, span) });
    } else if core.len() > WORD_MAX
        || core.contains("://")
        || core.contains('@')
        || core.contains('/')
    {
        all.push(opaque(text, span));
    } else {
        let first = all.len();
        parts(text, span, all);
        if let Some(last) = all.last_mut() {
            last.stops = stops;
        }
        debug_assert!(all.len() > first, "every run has a token");
    }
}

/// The word that a sign before a number means: `≤ 30`, `<= 30`.
fn sign(marks: &str) -> Option<&'static str> {
    let signs = [("<=", "≤"), (">=", "≥"), ("≤", "≤"), ("≥", "≥"), ("<", "<"), (">", ">")];
    signs.iter().find(|(sign, _)| marks.contains(sign)).map(|(_, word)| *word)
}

/// Whether this is a list of versions that are separated by slashes.
fn is_versions(core: &str) -> bool {
    let is_version = |one: &str| one.contains('.') && number::digits(one).is_some();
    core.len() <= WORD_MAX && core.contains('/') && core.split('/').all(is_version)
}

/// The last of several names that are separated by slashes.
fn last_of_names(core: &str) -> Option<&str> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(char::is_alphabetic);
    let (_, last) = core.rsplit_once('/').filter(|_| core.len() <= WORD_MAX)?;
    core.split('/').all(is_name).then_some(last)
}

fn is_punctuation(c: char) -> bool {
    matches!(
        c,
        '.' | ','
            | ';'
            | ':'
            | '!'
            | '?'
            | '('
            | ')'
            | '['
            | ']'
            | '{'
            | '}'
            | '"'
            | '\''
            | '’'
            | '‘'
            | '“'
            | '”'
            | '„'
            | '«'
            | '»'
            | '…'
            | '*'
            | '_'
            | '`'
            | '+'
            | '~'
            | '≤'
            | '≥'
            | '|'
            | '='
            | '<'
            | '>'
    ) || is_dash(c)
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '–' | '—')
}

/// The parts of one word: `24-hour` has two, `twenty-four` is one.
fn parts<'a>(text: &'a str, span: Range<usize>, all: &mut Vec<Token<'a>>) {
    let core = &text[span.clone()];
    let first = core.split(is_dash).next().unwrap_or_default();
    let is_number = number::digits(first).is_some() || split_suffix(first).is_some();
    let is_date = core.len() == 10 && core.parse::<jiff::civil::Date>().is_ok();
    if number_of(&core.to_lowercase()).is_some() || is_date || !core.contains(is_dash) {
        return part(text, span, Begins::Word, all);
    }
    // In names such as `AES-256` the number is part of the name; `24-hour` and `two-factor` are split
    // after their number.
    let tens = core.match_indices(is_dash).nth(1).map(|(at, _)| &core[..at]);
    let tens = tens.filter(|tens| number::english(&tens.to_lowercase()).is_some());
    if !is_number && tens.is_none() && number::english(&first.to_lowercase()).is_none() {
        return part(text, span, Begins::Word, all);
    }
    let end = span.start + tens.unwrap_or(first).len();
    part(text, span.start..end, Begins::Word, all);
    let mut at = end;
    for piece in text[end..span.end].split(is_dash).skip(1) {
        at += text[at..].chars().next().map_or(0, char::len_utf8);
        part(text, at..at + piece.len(), Begins::Part, all);
        at += piece.len();
    }
}

fn part<'a>(text: &'a str, span: Range<usize>, begins: Begins, all: &mut Vec<Token<'a>>) {
    let core = &text[span.clone()];
    let cut = split_suffix(core).or_else(|| split_version(core));
    if let Some(cut) = cut.map(|cut| span.start + cut) {
        part(text, span.start..cut, begins, all);
        return part(text, cut..span.end, Begins::Part, all);
    }
    let word = core.to_lowercase().replace('’', "'");
    let word = word.strip_suffix("'s").unwrap_or(&word);
    // French writes "d'un mois" and "l'article 28".
    let elided = ["d'", "l'"].iter().find_map(|article| word.strip_prefix(article));
    let word = elided.unwrap_or(word);
    let number = match number::digits(core) {
        Some(value) => Some(Number { value, written: NumberForm::Digits }),
        None => number_of(word),
    };
    all.push(Token {
        text: core,
        word: word.to_owned(),
        number,
        span,
        joined: begins == Begins::Part,
        stops: false,
    });
}

fn number_of(word: &str) -> Option<Number> {
    let english = number::english(word).map(|value| Number { value, written: NumberForm::English });
    english.or_else(|| {
        number::foreign(word).map(|value| Number { value, written: NumberForm::Foreign })
    })
}

/// The index at which the unit begins in `24h`, `99.9%`, `5GB`.
fn split_suffix(core: &str) -> Option<usize> {
    let at = core.find(|c: char| !c.is_ascii_digit() && !".,'".contains(c)).filter(|at| *at > 0)?;
    let fits =
        vocabulary::is_suffix(&core[at..].to_lowercase()) && number::digits(&core[..at]).is_some();
    fits.then_some(at)
}

/// The index at which the number of `TLS1.2` begins, or the `v` of `TLSv1.2`.
fn split_version(core: &str) -> Option<usize> {
    let at = core.find(|c: char| !c.is_ascii_uppercase()).filter(|at| *at > 1)?;
    let rest = core[at..].strip_prefix(['v', 'V']).unwrap_or(&core[at..]);
    (rest.contains('.') && rest.chars().all(|c| c.is_ascii_digit() || c == '.')).then_some(at)
}
