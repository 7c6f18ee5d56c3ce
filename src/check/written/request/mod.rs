//! A request as authors write it: one shape and one reader, wherever a request is written.

mod body;
pub(crate) mod fields;
mod line;
pub(crate) mod read;

use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::written::placeholders::Names;
use crate::check::written::request::fields::with_request;
use crate::model::plan::graphql;
use crate::model::plan::request::{Destination, Request, always_changes, is_safe};
use crate::model::plan::template::Template;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// How many redirects a request may follow.
const REDIRECTS_MAX: u8 = 10;

with_request! {
    /// A request: one method with its path, and optional parameters, header fields and a body.
    #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
    #[serde(default)]
    pub(crate) struct WrittenRequest {}
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Anything: its method decides whether it changes something, unless the author says that it does not.
    Any,
    /// It reads, because of its place in the check: a list, or an object that is read back.
    Reading,
}

/// The request that an author wrote. Reports mistakes, and writes that the project does not permit.
pub(crate) fn request(
    ask: &Spanned<WrittenRequest>,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Option<Request> {
    read(ask, Use::Any, names, diagnostics)
}

/// The same for a request of which the use is known.
pub(crate) fn read(
    ask: &Spanned<WrittenRequest>,
    used: Use,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Option<Request> {
    let before = diagnostics.mark();
    let (method, address) = ask.line(&ask.span, names, diagnostics)?;
    let to = ask.destination(address, names, diagnostics);
    let sent = &names.with_secrets();
    let request = Request {
        method: method.to_owned(),
        to: to?,
        headers: ask.header_fields(sent, diagnostics),
        body: ask.body(sent, diagnostics),
        redirects_max: ask.redirects(names, diagnostics),
        reads: ask.only_reads((method, address), used, names, diagnostics),
    };
    ask.report_misplaced_body(method, names, diagnostics);
    report_secrets_elsewhere(&request, &address.span, names, diagnostics);
    if request.writes() {
        names.context.needs_writes(&address.span, diagnostics);
    }
    (diagnostics.is_clean_since(before)).then_some(request)
}

/// Reports a request that sends the secret of an actor to another origin than those of the actor. An address
/// that only the run knows is compared there.
fn report_secrets_elsewhere(
    request: &Request,
    span: &Range<usize>,
    names: &Names<'_>,
    diagnostics: &mut Report,
) {
    let project = names.context.project;
    let Some(url) = project.origin_of(&request.to) else { return };
    for actor in request.secrets().iter().filter(|actor| !project.may_send(actor, &url)) {
        let origin = url.origin().ascii_serialization();
        let message = format!("the secret of `{actor}` may not be sent to `{origin}`");
        let help = format!("list this origin under `send_to:` of `{actor}` in `avouch.yaml`");
        let mistake = names.context.mistake(Code::MisplacedSecret, span, message);
        diagnostics.push(mistake.help(help));
    }
}

/// A `GET` of `address`, on the host of the role `host` if one is given. Reports its
/// mistakes.
pub(crate) fn get(
    address: &Spanned<String>,
    host: Option<&Spanned<String>>,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Option<Request> {
    let ask = WrittenRequest {
        get: Some(address.clone()),
        host: host.cloned(),
        ..WrittenRequest::default()
    };
    request(&Spanned { value: ask, span: address.span.clone() }, names, diagnostics)
}

/// For a sentence: `GET /notes`, or `POST /graphql (query notes)`.
pub(crate) fn in_words(request: &Request) -> String {
    let host = match &request.to {
        Destination::Host(role, _) => format!("{role}:"),
        _ => String::new(),
    };
    let operation = request.operation().map(|name| format!(" ({name})")).unwrap_or_default();
    format!("{} {host}{}{operation}", request.method, request.to.template())
}

impl WrittenRequest {
    fn header_fields(
        &self,
        names: &Names<'_>,
        diagnostics: &mut Report,
    ) -> Vec<(String, Template)> {
        let has_parts = self.multipart.is_some() || self.upload.is_some();
        let mut fields = Vec::new();
        for (name, value) in &self.headers {
            let lower = name.to_ascii_lowercase();
            let help = match lower.as_str() {
                "authorization" | "cookie" | "host" | "proxy-authorization" => {
                    "credentials belong to `actors:` in `avouch.yaml`, hosts to `host:`"
                }
                "content-length" | "transfer-encoding" => "it follows from the body",
                "content-type" if has_parts => "it follows from the parts of the form",
                _ => {
                    let value = names.text(value, &value.span, diagnostics);
                    fields.push((lower, Template(value)));
                    continue;
                }
            };
            let message = format!("`{name}` cannot be set by a check");
            let mistake = names.context.mistake(Code::ForbiddenHeader, &value.span, message);
            diagnostics.push(mistake.help(help));
        }
        fields
    }

    fn redirects(&self, names: &Names<'_>, diagnostics: &mut Report) -> u8 {
        let Some(redirects) = &self.redirects else {
            return 0;
        };
        if redirects.value > REDIRECTS_MAX {
            let message = format!("{} redirects are too many", redirects.value);
            let help = format!("follow at most {REDIRECTS_MAX}");
            let mistake = names.context.mistake(Code::TooManyRedirects, &redirects.span, message);
            diagnostics.push(mistake.help(help));
        }
        redirects.value
    }

    /// Whether it only reads although its method is not safe. Reports one that cannot.
    fn only_reads(
        &self,
        (method, address): (&str, &Spanned<String>),
        used: Use,
        names: &Names<'_>,
        diagnostics: &mut Report,
    ) -> bool {
        if is_safe(method) {
            return false;
        }
        let document = self.graphql.as_ref();
        let document = document.map(|one| graphql::changes(&one.query, one.operation.as_deref()));
        let stated = self.reads.as_ref();
        let claimed = used == Use::Reading || stated.is_some_and(|reads| reads.value);
        let why = match (always_changes(method), document) {
            (true, _) => format!("`{method}` changes something"),
            (_, Some(true)) => "the GraphQL document is not a query".to_owned(),
            _ => {
                let is_query = document == Some(false) && stated.is_none_or(|reads| reads.value);
                return claimed || is_query;
            }
        };
        if claimed {
            let message = format!("{why}, and this request may only read");
            let help = "write a request that changes nothing: a `GET`, a search by `POST`, or a query \
                        in GraphQL";
            let span = stated.map_or(&address.span, |reads| &reads.span);
            diagnostics.push(names.context.mistake(Code::NotARead, span, message).help(help));
        }
        false
    }
}
