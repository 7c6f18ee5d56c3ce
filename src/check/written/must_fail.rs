//! The counter-run of a check that runs a program or reads a file: other arguments, or another file, for
//! which the same expectations must not be met.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use crate::check::kind::Context;
use crate::check::written::program::{Run, program};
use crate::model::answer::ids::StepId;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::request::Program;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// A counter-run as authors write it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MustFail {
    /// The program, then other arguments.
    Program(Vec<String>),
    /// Another file or folder.
    File(String),
}

impl MustFail {
    /// The program of a counter-run of `run`. Reports one that is the same, or another program.
    pub(crate) fn program(
        written: &Spanned<Self>,
        run: &Run<'_>,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Program> {
        let Self::Program(line) = &written.value else {
            let message = "the counter-run of a program is a list";
            let help = "write the same program with other arguments: `[bin/status, --of, stopped]`";
            let mistake = context.mistake(Code::BadCounterRun, &written.span, message);
            diagnostics.push(mistake.help(help));
            return None;
        };
        let message = match line.first() == run.line.value.first() {
            false => {
                Some("the counter-run starts another program, so it says nothing about this one")
            }
            true if *line == run.line.value => Some("the counter-run is the run itself"),
            true => None,
        };
        if let Some(message) = message {
            let help = "write the same program with arguments for which it must not succeed";
            let mistake = context.mistake(Code::BadCounterRun, &written.span, message);
            diagnostics.push(mistake.help(help));
            return None;
        }
        let line = Spanned { value: line.clone(), span: written.span.clone() };
        program(&Run { line: &line, env: run.env, timeout: run.timeout }, context, diagnostics)
    }

    /// The file of a counter-run, which is not `other`.
    pub(crate) fn file(
        written: &Spanned<Self>,
        other: Option<&str>,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<String> {
        match &written.value {
            Self::File(path) if Some(path.as_str()) != other && !path.is_empty() => {
                Some(path.clone())
            }
            _ => {
                let message = "the counter-run needs another file than the check";
                let help = "write the path of a file that is not such a backup, or of an old one";
                let mistake = context.mistake(Code::BadCounterRun, &written.span, message);
                diagnostics.push(mistake.help(help));
                None
            }
        }
    }
}

/// The change that a counter-run describes: its result in place of the result of `probe`.
pub(crate) fn counter_run(probe: StepId, name: &str, with: StepId) -> Counterexample {
    Counterexample {
        class: Class::Decoy,
        when: format!("{name} gives the result"),
        edits: vec![Edit::Swap { step: probe, with }],
    }
}

impl<'de> Deserialize<'de> for MustFail {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MustFailVisitor;
        impl<'de> Visitor<'de> for MustFailVisitor {
            type Value = MustFail;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(
                    "a program with other arguments, as a list, or the path of another file",
                )
            }

            fn visit_str<E>(self, path: &str) -> Result<MustFail, E> {
                Ok(MustFail::File(path.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<MustFail, A::Error> {
                let mut line = Vec::new();
                while let Some(word) = items.next_element()? {
                    line.push(word);
                }
                Ok(MustFail::Program(line))
            }
        }
        deserializer.deserialize_any(MustFailVisitor)
    }
}

impl JsonSchema for MustFail {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MustFail".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "the program with other arguments, or the path of another file",
            "anyOf": [{"type": "array", "items": {"type": "string"}, "minItems": 1}, {"type": "string"}]
        })
    }
}
