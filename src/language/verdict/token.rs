//! Words and marks of a text, in the form in which readers recognise them: without case, accents, or letters
//! that only look alike.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::language::disguise::letters::plain_letters;
use crate::language::lexicon::List;
use crate::language::quantity::vocabulary::month;
use crate::language::words::is_hidden;

/// Marks that readers take for a confirmation.
const GOOD: [char; 14] =
    ['✓', '✔', '✅', '☑', '🗸', '🗹', '√', '⍻', '◆', '⮽', '\u{1fbb1}', '\u{10102}', '⛉', '🛡'];

/// Marks that readers take for another verdict.
const OTHER: [char; 14] = ['✗', '✘', '❌', '❎', '☒', '✕', '✖', '🗴', '🗵', '🗶', '🗷', '◷', '◐', '△'];

/// Characters that set the words behind them apart. A hyphen does if it has spaces around it.
const BREAKS: [char; 17] =
    ['(', ')', '[', ']', '{', '}', '–', '—', '―', '|', '·', '•', '→', ':', '=', ';', '¦'];

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Word(Word),
    Mark {
        is_good: bool,
    },
    /// What sets words apart: a bracket, a dash, a colon, the end of a sentence or line.
    Break,
}

/// A word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// In lower case, composed.
    pub(crate) plain: String,
    /// As readers recognise it.
    pub(crate) folded: String,
    /// Whether it begins with a capital letter.
    pub(crate) has_capital: bool,
}

impl Token {
    pub(crate) fn word(&self) -> Option<&Word> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }
}

impl Word {
    /// Whether it adds nothing to a label: a number, a month, or a word such as `on` or `publicly`.
    pub(crate) fn is_filler(&self) -> bool {
        let is_number = self.plain.starts_with(|c: char| c.is_ascii_digit())
            && self.plain.chars().filter(|c| !c.is_ascii_digit()).count() <= 2;
        is_number || month(&self.plain).is_some() || List::VerdictFillers.has(&self.plain)
    }
}

/// The parts of a text, in order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut reading = Reading::default();
    let seen: Vec<char> = text.nfc().filter(|c| !is_unseen(*c)).collect();
    for (index, c) in seen.iter().enumerate() {
        let next = seen.get(index + 1);
        reading.character(*c, next.is_none_or(|next| next.is_whitespace()));
    }
    reading.end_word();
    reading.tokens
}

/// The form in which readers recognise a word.
pub(crate) fn folded(word: &str) -> String {
    let letters: String = word.nfc().filter(|c| !is_unseen(*c)).map(plain_letters).collect();
    if letters.chars().all(|c| c.is_ascii_digit()) {
        return letters;
    }
    // Within a word, these are taken for each other.
    let alike = letters.replace("rn", "m").replace("vv", "w");
    let alike = alike.replace("ae", "a").replace("oe", "o").replace("ue", "u");
    alike
        .chars()
        .map(|c| if matches!(c, 'l' | '1') { 'i' } else { c })
        .collect::<String>()
        .replace('0', "o")
}

/// Whether readers do not see a character. Enclosing marks, as around a key, count among them.
fn is_unseen(c: char) -> bool {
    crate::language::disguise::is_invisible(c)
        || is_hidden(c)
        || matches!(c, '\u{20dd}'..='\u{20e4}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Whether a mark with this white space around it sets the words behind it apart.
fn sets_apart(c: char, after_space: bool, before_space: bool) -> bool {
    match c {
        '.' | '!' | '?' | '…' => before_space,
        '-' | '‐' | '‑' | '−' => after_space && before_space,
        c => c == '\n' || BREAKS.contains(&c),
    }
}

#[derive(Default)]
struct Reading {
    tokens: Vec<Token>,
    word: String,
    after_space: bool,
}

impl Reading {
    fn character(&mut self, c: char, before_space: bool) {
        let is_apart = std::mem::replace(&mut self.after_space, c.is_whitespace());
        if GOOD.contains(&c) || OTHER.contains(&c) {
            self.push(Token::Mark { is_good: GOOD.contains(&c) });
        } else if c.is_alphanumeric() || is_combining_mark(c) {
            self.word.push(c);
        } else if matches!(c, '|' | '!') && !self.word.is_empty() && !before_space {
            // Within a word, it is taken for an "i".
            self.word.push('i');
        } else if matches!(c, '\'' | '’' | 'ʼ') && !self.word.is_empty() {
            self.word.push('\'');
        } else if sets_apart(c, is_apart, before_space) {
            self.push(Token::Break);
        } else {
            self.end_word();
        }
    }

    fn push(&mut self, token: Token) {
        self.end_word();
        self.tokens.push(token);
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        let word = word.trim_end_matches('\'');
        if !word.is_empty() {
            let has_capital = word.nfkc().next().is_some_and(char::is_uppercase);
            let plain = word.nfkc().collect::<String>().to_lowercase();
            let word = Word { folded: folded(word), plain, has_capital };
            self.tokens.push(Token::Word(word));
        }
    }
}
