//! `http`: a list of requests, and what must be true of their answers.

mod reader;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::http::reader::Reader;
use crate::check::written::expect::Expect;
use crate::check::written::request::{Upload, WrittenRequest};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::{Plan, Role, Word};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;

/// Requests that the author lists.
pub(crate) struct Http;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// How the facts are known: `seen` in the answer (the default), or `reported` by the service about
    /// itself.
    #[serde(default = "seen")]
    word: Word,
    /// The steps, in order.
    steps: Spanned<Vec<Spanned<Written>>>,
    /// A sentence for the reader: what this check does not show.
    leaves_open: Option<String>,
}

fn seen() -> Word {
    Word::Seen
}

/// A step.
#[derive(Clone, Deserialize, JsonSchema)]
struct Written {
    /// A name that reads well in a sentence and is unique within the check.
    name: Spanned<String>,
    /// `prepare`, `control`, `probe` or `cleanup`; `probe` if left out.
    role: Option<Role>,
    /// The actor of `avouch.yaml` that sends the request; `anyone`, without a credential, if left out.
    #[serde(rename = "as")]
    actor: Option<Spanned<String>>,
    /// An earlier step whose answer is tested again, instead of a request.
    again: Option<Spanned<String>>,
    /// `GET` this path of the target, or this whole `https:` address.
    get: Option<Spanned<String>>,
    /// `HEAD` this path or address.
    head: Option<Spanned<String>>,
    /// `POST` to this path or address.
    post: Option<Spanned<String>>,
    /// `PUT` to this path or address.
    put: Option<Spanned<String>>,
    /// `PATCH` this path or address.
    patch: Option<Spanned<String>>,
    /// `DELETE` this path or address.
    delete: Option<Spanned<String>>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that receives the request instead of the target.
    host: Option<Spanned<String>>,
    /// Additional header fields.
    #[serde(default)]
    headers: BTreeMap<String, Spanned<String>>,
    /// A JSON body; `${canary}` in it is the actor's own mark.
    json: Option<Spanned<Value>>,
    /// A text body.
    text: Option<Spanned<String>>,
    /// The media type of a text body; `text/plain` if left out.
    media_type: Option<String>,
    /// A file, sent as a browser sends a form.
    upload: Option<Upload>,
    /// How many redirects to follow at most; 0 if left out.
    redirects: Option<Spanned<u8>>,
    /// Values of the answer for later steps, by name: `/id` in the JSON body, `header location`, `title`.
    #[serde(default)]
    capture: BTreeMap<String, Spanned<String>>,
    /// The step of role `control` that shows that the request can succeed; the step that `again`
    /// names if left out.
    control: Option<Spanned<String>>,
    /// What must be true of the answer.
    expect: Option<Spanned<Expect>>,
    /// Values of the answer that the public page may show next to its status, written as in
    /// `capture`.
    #[serde(default)]
    publish: Vec<Spanned<String>>,
}

impl Kind for Http {
    type Settings = Settings;

    const NAME: &'static str = "http";

    const MANUAL: Manual = Manual {
        proves: "The answers to the listed requests meet the expectations.",
        cannot_prove: "Anything about other requests. A step that expects a refusal or an \
                       absence needs a `control`: the same request by an actor that is allowed \
                       to send it. Otherwise a mistyped path would prove the claim.",
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
            diagnostics.push(context.mistake("empty-list", &settings.steps.span, message));
        }
        let mut reader = Reader::new(context, settings.word);
        for step in &settings.steps.value {
            reader.step(step, diagnostics);
        }
        Some(reader.plan(settings.leaves_open.clone()))
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

impl Written {
    fn ask(&self) -> WrittenRequest {
        WrittenRequest {
            get: self.get.clone(),
            head: self.head.clone(),
            post: self.post.clone(),
            put: self.put.clone(),
            patch: self.patch.clone(),
            delete: self.delete.clone(),
            host: self.host.clone(),
            headers: self.headers.clone(),
            json: self.json.clone(),
            text: self.text.clone(),
            media_type: self.media_type.clone(),
            upload: self.upload.clone(),
            redirects: self.redirects.clone(),
        }
    }
}
