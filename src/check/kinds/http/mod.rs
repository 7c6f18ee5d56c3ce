//! `http`: a list of requests, and the expectations of their answers.

mod effect;
mod reader;
mod step;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::http::reader::Reader;
use crate::check::kinds::http::step::WrittenStep;
use crate::model::plan::parameter::Parameter;
use crate::model::plan::{Plan, Role, Word};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// Requests that the author lists.
pub(crate) struct Http;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// How the facts are known: `seen` in the answer (the default), or `reported` by the service about
    /// itself. Content of a body that shows no behaviour is always `reported`.
    #[serde(default = "seen")]
    word: Word,
    /// The steps, in order.
    steps: Spanned<Vec<Spanned<WrittenStep>>>,
    /// A sentence for the reader: what else this check does not show.
    leaves_open: Option<String>,
}

fn seen() -> Word {
    Word::Seen
}

impl Kind for Http {
    type Settings = Settings;

    const NAME: &'static str = "http";

    const MANUAL: Manual = Manual {
        proves: "The answers to the listed requests meet the expectations.",
        cannot_prove: "Anything about other requests. If a request that writes is refused, the \
                       actor of its control reads what it must not have changed, twice before and \
                       once after it: at `reads_back:`, or at the same path for `PUT` and `PATCH`. \
                       Otherwise the page says that the effect was not looked at. A step that expects a refusal or an \
                       absence needs a `control`: the same request by an actor that is allowed \
                        to send it. Otherwise a mistyped path would prove the claim. If a request \
                        is refused to everybody, such as a registration that is closed, an \
                        operator's request is the control; if there is none, the step is \
                        `closed: true` in a check with `word: reported`. Status, header fields and \
                        length are observed. The content of a body is what the service says about \
                        itself, and the page shows it as “Reported by the service”, unless the \
                        check shows behaviour with it: a refusal or an absence with its control, a \
                        mark or a value of an earlier write that comes back, or an address that a \
                        later step uses.",
        example: EXAMPLE,
    };

    fn limits(settings: &Settings) -> Vec<Parameter> {
        let steps = settings.steps.iter();
        let probes = steps.filter(|step| matches!(step.role, None | Some(Role::Probe)));
        probes.filter_map(|step| step.expect.as_ref()).flat_map(|expect| expect.limits()).collect()
    }

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        if settings.steps.is_empty() {
            let message = "no steps: the check would send no request";
            let mistake = context.mistake(Code::EmptyList, &settings.steps.span, message);
            diagnostics.push(mistake.help("list at least one probe under `steps:`"));
        }
        let mut reader = Reader::new(context, settings.word);
        for step in &settings.steps.value {
            reader.step(step, diagnostics);
        }
        Some(reader.plan(Http::NAME, settings.leaves_open.as_deref()))
    }
}

const EXAMPLE: &str = "\
kind: http
steps:
  - name: the owner reads its configuration
    role: control
    as: acme
    get: /config
    expect: { status: 200 }
  - name: the configuration may be cached for at most an hour
    again: the owner reads its configuration
    expect:
      header:
        cache-control: { directives: { private: true, max-age: { at_most: 3600 } } }
";
