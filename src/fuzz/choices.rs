//! Reads arbitrary bytes as a sequence of choices.

/// Bytes that have not been used yet. At their end, every choice is the first one and every text is empty.
pub(super) struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    /// The choices in `bytes`.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number from 0 to `max`.
    pub(super) fn up_to(&mut self, max: u8) -> usize {
        usize::from(self.byte() % max.saturating_add(1).max(1))
    }

    /// One of several; `None` if there are none.
    pub(super) fn pick<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        let at = usize::from(self.byte()).checked_rem(of.len())?;
        of.get(at)
    }

    /// At most `max` of the next bytes.
    pub(super) fn bytes(&mut self, max: u8) -> &'a [u8] {
        let length = self.up_to(max).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    /// At most `max` of the next bytes as a text; those that are not UTF-8 become U+FFFD.
    pub(super) fn text(&mut self, max: u8) -> String {
        String::from_utf8_lossy(self.bytes(max)).into_owned()
    }
}

/// A text before the first NUL character, and the text after it. Without one, both are equal.
pub(super) fn two_texts(bytes: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(bytes);
    let (old, new) = text.split_once('\0').unwrap_or((&text, &text));
    (old.to_owned(), new.to_owned())
}
