//! Endpoints that need a credential, for every kind that lists them.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::Context;
use crate::check::kinds::auth_required::bad_credential::{Without, left_out};
use crate::check::written::expect::refusal_by;
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::fields::with_request;
use crate::model::plan::expect::Refusal;
use crate::model::plan::request::Request;
use crate::model::project::actor::{Scheme, Signed};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::written::refusal::WrittenRefusal;

with_request! {
    /// An end point: the request that must be refused.
    #[derive(Clone, Debug, Deserialize, JsonSchema)]
    pub(crate) struct WrittenEndpoint {
        /// What counts as a refusal of this request, in place of `refused:` of the actor or the project.
        pub(crate) refused: Option<WrittenRefusal>,
    }
}

/// A request that must be refused, and what counts as a refusal of it.
#[derive(Clone)]
pub(crate) struct Guarded {
    /// The request.
    pub(crate) request: Request,
    /// What counts as a refusal.
    pub(crate) refusal: Refusal,
}

/// The requests of the endpoints that an author lists, which `actor` may send. Reports an empty list.
pub(crate) fn endpoints(
    written: &Spanned<Vec<Spanned<WrittenEndpoint>>>,
    actor: &str,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Vec<Guarded> {
    if written.is_empty() {
        let message = "no endpoints: the check would send no request";
        let mistake = names.context.mistake(Code::EmptyList, &written.span, message);
        diagnostics.push(mistake.help("list at least one, such as `- get: /notes`"));
    }
    let mut all = Vec::new();
    for one in written.iter() {
        let ask = Spanned { value: one.request(), span: one.span.clone() };
        let request = request::request(&ask, names, diagnostics);
        let refusal = match &one.refused {
            Some(rule) => refusal_by(rule, names.context, diagnostics),
            None => names.context.project.refusal_of(actor).clone(),
        };
        all.extend(request.map(|request| Guarded { request, refusal }));
    }
    all
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
