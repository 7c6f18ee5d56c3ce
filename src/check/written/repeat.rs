//! `repeat:`, how often a request is sent to each address.

use crate::check::kind::Context;
use crate::model::plan::looks::REPEAT_MAX;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The number that an author wrote, or `usual`. Reports one that is out of range.
pub(crate) fn repeat(
    written: Option<&Spanned<u8>>,
    usual: u8,
    context: &Context<'_>,
    diagnostics: &mut Report,
) -> u8 {
    let Some(written) = written else {
        return usual;
    };
    if !(1..=REPEAT_MAX).contains(&written.value) {
        let message = format!("`{}` is out of range", written.value);
        let help = format!("write a number from 1 to {REPEAT_MAX}");
        diagnostics.push(context.mistake(Code::BadRepeat, &written.span, message).help(help));
    }
    written.value
}
