//! Which request shows the effect of requests that were refused.

use std::collections::BTreeMap;

use crate::check::kinds::auth_required::endpoints::Guarded;
use crate::check::kinds::auth_required::refusals::Reading;
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::read;
use crate::check::written::request::read::WrittenRead;
use crate::model::plan::request::Request;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::help_with_list;
use crate::model::source::diagnostic::report::Report;

/// By request, such as `POST /notes`: the path at which its owner reads the effect, a whole request, or `none`.
pub(crate) type ReadsBack = BTreeMap<String, Spanned<WrittenRead>>;

/// The reading for one request, if there is one: as the author names it, or `GET` of the same path. `others`
/// are the requests to all endpoints.
pub(crate) fn reading(
    request: &Request,
    others: &[Guarded],
    written: &ReadsBack,
    (names, diagnostics): (&Names<'_>, &mut Report),
) -> Option<Reading> {
    if !request.writes() {
        return None;
    }
    if let Some(path) = written.get(&request::in_words(request)) {
        if path.is_none() {
            return None;
        }
        let request = read::reading(path, names, diagnostics)?;
        return Some(Reading { request, stays: true });
    }
    let get = Request { to: request.to.clone(), ..Request::get("/") };
    match request.method.as_str() {
        "PUT" | "PATCH" | "DELETE" => Some(Reading { request: get, stays: true }),
        // Whether the same path can be read at all, only the author knows.
        _ => {
            let mut listed = others.iter().map(|one| &one.request);
            let listed = listed.any(|one| one.method == "GET" && one.to == request.to);
            listed.then_some(Reading { request: get, stays: false })
        }
    }
}

/// Reports readings of requests that the check does not send.
pub(crate) fn report_unknown(
    written: &ReadsBack,
    requests: &[&Request],
    names: &Names<'_>,
    diagnostics: &mut Report,
) {
    let writes: Vec<String> =
        requests.iter().filter(|one| one.writes()).map(|one| request::in_words(one)).collect();
    for (name, path) in written.iter().filter(|(name, _)| !writes.contains(name)) {
        let message = format!("`{name}` is not a request of this check that writes");
        let help = help_with_list(name, writes.iter().map(String::as_str));
        let mistake = names.context.mistake(Code::UnknownName, &path.span, message);
        diagnostics.push(mistake.help(help));
    }
}

/// The names of the two steps that read before the attempts.
pub(crate) fn before(reading: &Request, request: &Request) -> [String; 2] {
    let (read, asked) = (request::in_words(reading), request::in_words(request));
    [
        format!("{read} before every attempt at {asked}"),
        format!("{read} before every attempt at {asked}, a second time"),
    ]
}

/// The name of the step that reads after the attempts.
pub(crate) fn again(reading: &Request, request: &Request) -> String {
    let (read, asked) = (request::in_words(reading), request::in_words(request));
    format!("{read} is as it was after every attempt at {asked}")
}

/// The name of the step that looks for a new object after the attempts.
pub(crate) fn made_nothing(reading: &Request, request: &Request) -> String {
    let (read, asked) = (request::in_words(reading), request::in_words(request));
    format!("{read} shows no object of an attempt at {asked}")
}
