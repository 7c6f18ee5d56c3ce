//! Joiners, marks of direction and other characters without a shape, and where scripts need them.

use unicode_script::{Script, UnicodeScript as _};

use crate::language::disguise::{Disguise, Reason};

/// Scripts whose letters change their shape next to a joiner or non-joiner.
const JOINING: [Script; 22] = [
    Script::Arabic,
    Script::Syriac,
    Script::Mongolian,
    Script::Nko,
    Script::Mandaic,
    Script::Adlam,
    Script::Devanagari,
    Script::Bengali,
    Script::Gujarati,
    Script::Gurmukhi,
    Script::Kannada,
    Script::Malayalam,
    Script::Oriya,
    Script::Tamil,
    Script::Telugu,
    Script::Sinhala,
    Script::Khmer,
    Script::Myanmar,
    Script::Tibetan,
    Script::Balinese,
    Script::Javanese,
    Script::Tai_Tham,
];

/// Scripts without spaces between words, which mark where a line may break.
const UNSPACED: [Script; 9] = [
    Script::Thai,
    Script::Lao,
    Script::Khmer,
    Script::Myanmar,
    Script::Tibetan,
    Script::Han,
    Script::Hiragana,
    Script::Katakana,
    Script::Mongolian,
];

/// Scripts that are written from right to left.
const RIGHT_TO_LEFT: [Script; 8] = [
    Script::Arabic,
    Script::Hebrew,
    Script::Syriac,
    Script::Thaana,
    Script::Nko,
    Script::Adlam,
    Script::Samaritan,
    Script::Mandaic,
];

/// The controls of a line that have no use where they are.
pub(crate) fn of_line(line: &str) -> Vec<Disguise> {
    let is_right_to_left =
        line.chars().any(|c| c.is_alphabetic() && RIGHT_TO_LEFT.contains(&c.script()));
    let mut found = Vec::new();
    // From the end, because the character after a control is the next one that is none.
    let mut after = None;
    for (at, c) in line.char_indices().rev() {
        if !is_control(c) {
            after = Some(c);
            continue;
        }
        let near = Near { before: line[..at].chars().next_back(), after };
        if !near.needs(c, is_right_to_left) {
            found.push(Disguise { span: at..at + c.len_utf8(), reason: Reason::Idle(c) });
        }
    }
    found.reverse();
    found
}

/// Whether a character has no shape of its own, so that readers take the letters around it for one word.
pub(crate) fn is_invisible(c: char) -> bool {
    is_control(c) || c == '\u{ad}'
}

fn is_control(c: char) -> bool {
    is_joiner(c) || is_direction(c) || is_break(c) || is_selector(c)
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}')
}

fn is_break(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{180e}' | '\u{34f}')
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// The characters around a control.
struct Near {
    before: Option<char>,
    after: Option<char>,
}

impl Near {
    fn needs(&self, c: char, is_right_to_left: bool) -> bool {
        match c {
            _ if is_joiner(c) => self.any_of(&JOINING) || !self.is_within_letters(),
            _ if is_direction(c) => is_right_to_left,
            _ if is_break(c) => self.any_of(&UNSPACED) || !self.is_within_letters(),
            _ => self.selects(c),
        }
    }

    fn any_of(&self, scripts: &[Script]) -> bool {
        [self.before, self.after].into_iter().flatten().any(|c| scripts.contains(&c.script()))
    }

    /// Whether there is a letter or digit on both sides.
    fn is_within_letters(&self) -> bool {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        is_letter(self.before) && is_letter(self.after)
    }

    /// A selector changes the character before it: an emoji, a sign, or a letter of a script with variants.
    fn selects(&self, c: char) -> bool {
        let Some(before) = self.before else { return false };
        let is_variant = matches!(
            before.script(),
            Script::Han | Script::Mongolian | Script::Myanmar | Script::Phags_Pa
        );
        let is_keycap = before.is_ascii_digit() && self.after == Some('\u{20e3}');
        match c {
            '\u{fe00}'..='\u{fe0f}' => is_variant || is_keycap || !before.is_alphanumeric(),
            _ => is_variant,
        }
    }
}
