//! A program as authors write it.

use crate::check::kind::Context;
use crate::language::period::Period;
use crate::model::plan::request::Program;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The settings that name a program.
pub(crate) struct Run<'a> {
    /// The program and its arguments.
    pub(crate) line: &'a Spanned<Vec<String>>,
    /// The environment variables that it gets.
    pub(crate) env: &'a [Spanned<String>],
    /// How long it may run; the time limit of a request if left out.
    pub(crate) timeout: Option<Period>,
}

/// The program that an author wrote. Reports mistakes, and a project that does not permit programs.
pub(crate) fn program(
    run: &Run<'_>,
    context: &Context<'_>,
    diagnostics: &mut Report,
) -> Option<Program> {
    let before = diagnostics.mark();
    let span = &run.line.span;
    if !context.project.commands {
        let message = "this runs a program, which the project does not permit";
        let help = "set `commands: true` in `avouch.yaml` if checks may run programs";
        diagnostics.push(context.mistake(Code::CommandsNotPermitted, span, message).help(help));
    }
    if run.line.value.first().is_none_or(String::is_empty) {
        let help = "write a list: the program, then each of its arguments";
        diagnostics
            .push(context.mistake(Code::NoProgram, span, "the program is missing").help(help));
    }
    for name in run.env.iter().filter(|name| !is_name(name)) {
        let message = format!("`{}` is not the name of a variable", name.value);
        let help = "write the name only: the value comes from the environment of Avouch";
        diagnostics.push(context.mistake(Code::BadVariable, &name.span, message).help(help));
    }
    (diagnostics.is_clean_since(before)).then(|| Program {
        line: run.line.value.clone(),
        env: run.env.iter().map(|name| name.value.clone()).collect(),
        timeout: run.timeout.unwrap_or(context.project.limits.timeout),
        may_exit_3: false,
    })
}

fn is_name(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit())
}
