//! Sentences: where they end.

/// Marks that end a sentence.
pub(crate) const ENDS: [char; 8] = ['.', '!', '?', '…', '。', '！', '？', '।'];

/// Characters that may follow the mark that ends a sentence.
const CLOSING: [char; 9] = ['"', '\'', ')', ']', '”', '’', '»', '“', '」'];

/// Whether words end with the end of a sentence.
pub(crate) fn ends(words: &str) -> bool {
    words.trim_end().trim_end_matches(CLOSING).ends_with(ENDS)
}
