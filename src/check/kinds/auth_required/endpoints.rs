//! Endpoints that need a credential, for every kind that lists them.

use crate::check::kind::Context;
use crate::check::kinds::auth_required::bad_credential::{Without, left_out};
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::WrittenRequest;
use crate::model::plan::request::Request;
use crate::model::project::actor::{Scheme, Signed};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The requests of the endpoints that an author lists. Reports an empty list.
pub(crate) fn endpoints(
    written: &Spanned<Vec<Spanned<WrittenRequest>>>,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Vec<Request> {
    if written.is_empty() {
        let message = "no endpoints: the check would send no request";
        let mistake = names.context.mistake(Code::EmptyList, &written.span, message);
        diagnostics.push(mistake.help("list at least one, such as `- get: /notes`"));
    }
    written.iter().filter_map(|ask| request::request(ask, names, diagnostics)).collect()
}

/// The key of the platform that `actor` signs as. Reports an actor of another scheme.
pub(crate) fn platform_key<'a>(
    actor: &Spanned<String>,
    context: &'a Context<'_>,
    diagnostics: &mut Report,
) -> Option<&'a Signed> {
    let found = context.actor(actor, diagnostics)?;
    let Scheme::Signed(signed) = &found.scheme else {
        let message = format!("`{}` has no key: its scheme is not `signed`", actor.value);
        let mistake = context.mistake(Code::OtherScheme, &actor.span, message);
        diagnostics.push(mistake.help("name an actor with `signed:` in `avouch.yaml`"));
        return None;
    };
    Some(signed)
}

/// For the reader: other endpoints were not tested, nor the credentials that the author leaves out.
pub(crate) fn other_endpoints(without: &Without) -> String {
    format!("Endpoints that are not listed were not tested{}.", left_out(without))
}
