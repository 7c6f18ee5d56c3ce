//! Numbers that promise nothing, which a claim quotes under `background:`.

use std::ops::Range;

use crate::language::quantity::find::find;
use crate::language::words::normalise;
use crate::model::project::claim::Claim;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;

/// The bytes of `words` that a claim quotes as background.
pub(crate) fn spans(claim: &Claim, words: &str) -> Vec<Range<usize>> {
    claim.written.background.iter().flat_map(|quote| places(&normalise(quote), words)).collect()
}

/// Where a quote is in the words, as whole words: "30 days" is not in "130 days".
fn places(quote: &str, words: &str) -> Vec<Range<usize>> {
    let is_whole = |span: &Range<usize>| {
        let (before, after) = (&words[..span.start], &words[span.end..]);
        !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    };
    let all = words.match_indices(quote).filter(|_| !quote.is_empty());
    all.map(|(at, found)| at..at + found.len()).filter(is_whole).collect()
}

/// Quotes that are not in the claim's words, or have no number.
pub(crate) fn mistakes(claim: &Claim) -> Vec<Diagnostic> {
    let mistake = |quote: &Spanned<String>| {
        let normal = normalise(quote);
        let is_there = claim.passages.iter().any(|one| !places(&normal, &one.words).is_empty());
        let (code, message, help) = if !is_there {
            let message = format!("the claim's words do not contain `{}`", quote.value);
            (
                Code::UnknownBackground,
                message,
                "quote the number with words next to it, exactly as they are in the policy",
            )
        } else if find(&normal).is_empty() {
            let message = format!("`{}` contains no number", quote.value);
            (
                Code::NeedlessBackground,
                message,
                "remove it from `background:`, which quotes numbers that promise nothing",
            )
        } else {
            return None;
        };
        Some(Diagnostic::new(code, quote.place(&claim.file), message).help(help))
    };
    claim.written.background.iter().filter_map(mistake).collect()
}
