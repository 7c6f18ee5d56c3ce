//! `repeat:`, how often a request is sent to each address, and `next:`, where its answer announces the next
//! page.

use crate::check::kind::Context;
use crate::model::plan::looks::{NextPage, REPEAT_MAX};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The number that an author wrote, or `usual`. Reports a number outside its range.
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

/// `next:` and `next_parameter:`, as an author wrote them.
#[derive(Clone, Copy)]
pub(crate) struct WrittenNext<'a> {
    /// `next:`
    pub(crate) at: Option<&'a Spanned<String>>,
    /// `next_parameter:`
    pub(crate) parameter: Option<&'a Spanned<String>>,
}

impl WrittenNext<'_> {
    /// Where an answer announces the next page; `pointer` turns the written form into a pointer into the
    /// facts. Reports text that is not a pointer, and a parameter without a cursor.
    pub(crate) fn read(
        self,
        pointer: &dyn Fn(&str) -> Option<String>,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<NextPage> {
        let Some(written) = self.at else {
            if let Some(parameter) = self.parameter {
                let message = "no cursor is sent in this parameter";
                let mistake = context.mistake(Code::MisplacedSetting, &parameter.span, message);
                diagnostics.push(mistake.help("add `next:` with the place of the cursor"));
            }
            return None;
        };
        let at = pointer(written);
        if at.is_none() {
            let message = format!("`{}` is not a JSON Pointer", written.value);
            let mistake = context.mistake(Code::BadPointer, &written.span, message);
            diagnostics.push(mistake.help("begin it with `/`"));
        }
        let parameter = self.parameter.map(|parameter| parameter.value.clone());
        Some(NextPage { at: at?, parameter })
    }
}
