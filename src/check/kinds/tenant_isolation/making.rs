//! The requests by which tenants create objects of their own and work with them.

use std::ops::Range;

use serde_json::Value;

use crate::check::kind::Context;
use crate::check::kinds::tenant_isolation::tenants::Requests;
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::WrittenRequest;
use crate::check::written::request::read::{WrittenRead, reading};
use crate::model::plan::request::Request;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The settings of an object that is created on each run.
pub(crate) struct Making<'a> {
    pub(crate) create: &'a Spanned<WrittenRequest>,
    pub(crate) object: &'a Spanned<WrittenRead>,
    pub(crate) list: &'a [Spanned<WrittenRead>],
    pub(crate) change: Option<&'a Spanned<WrittenRequest>>,
    pub(crate) delete: Option<&'a Spanned<WrittenRequest>>,
}

impl Making<'_> {
    /// Reports settings by which a change would go unnoticed: no mark, or a change that keeps the mark.
    pub(crate) fn report_unnoticeable(
        &self,
        id: Option<&Spanned<String>>,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) {
        let mut tell = |code, span: &std::ops::Range<usize>, message: &str, help: &str| {
            diagnostics.push(context.mistake(code, span, message).help(help));
        };
        if !self.create.has_canary() {
            let help = "put `${canary}` into the text that the owner reads back";
            tell(Code::NoCanary, &self.create.span, "the new object has no mark", help);
        }
        if let Some(id) = id.filter(|id| !id.starts_with('/')) {
            tell(Code::BadPointer, &id.span, "this is not a JSON Pointer", "begin it with `/`");
        }
        let Some(change) = self.change else {
            return;
        };
        if change.has_canary() || !overwrites(self.create, change) {
            let help = "write other text where `create:` has `${canary}`";
            let message = "a change that keeps the owner's mark would go unnoticed";
            tell(Code::ChangeKeepsCanary, &change.span, message, help);
        }
    }

    pub(crate) fn requests(
        &self,
        tenant: &str,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Requests> {
        let own = Some(tenant);
        let mut names =
            Names { canary_of: own, tenant_of: own, random_of: own, ..Names::none(context) };
        let create = request::request(self.create, &names, diagnostics);
        names.canary_of = None;
        let list = self.list.iter().map(|path| reading(path, &names, diagnostics));
        let list: Option<Vec<Request>> = list.collect();
        names.captures.insert("id".into(), format!("id:{tenant}"));
        let object = reading(self.object, &names, diagnostics);
        report_any_object(object.as_ref(), &self.object.span, "reads", context, diagnostics);
        let mut of_object = |ask: &Spanned<WrittenRequest>, what| {
            let request = request::request(ask, &names, diagnostics);
            report_any_object(request.as_ref(), &ask.span, what, context, diagnostics);
            request
        };
        let change = self.change.map(|ask| of_object(ask, "changes"));
        let delete = self.delete.map(|ask| of_object(ask, "deletes"));
        Some(Requests {
            create: Some(create?),
            object: object?,
            list: list?,
            change: all_or_none(change)?,
            delete: all_or_none(delete)?,
        })
    }
}

/// A request that is there but could not be read fails the whole.
fn all_or_none(request: Option<Option<Request>>) -> Option<Option<Request>> {
    match request {
        Some(None) => None,
        other => Some(other.flatten()),
    }
}

/// Reports a request that is the same for the object of every tenant: nobody could tell whose it concerns.
fn report_any_object(
    request: Option<&Request>,
    span: &Range<usize>,
    what: &str,
    context: &Context<'_>,
    diagnostics: &mut Report,
) {
    let starts = ["id:", "random:", "uuid:", "tenant:"];
    let names_one = |hole: &str| starts.iter().any(|start| hole.starts_with(start));
    if request.is_some_and(|request| !request.has_hole(names_one)) {
        let message = format!("this {what} the same for every tenant, and not the object of one");
        let help = "write `${id}` where the object's id is; `${random}` or `${uuid}` if the caller chooses the \
                    id, in `create` too; or `${tenant}` if each tenant has a path of its own";
        diagnostics.push(context.mistake(Code::NoId, span, message).help(help));
    }
}

/// Whether a change overwrites every value with the mark; `true` if the shapes differ.
fn overwrites(create: &WrittenRequest, change: &WrittenRequest) -> bool {
    let (Some(Value::Object(create)), Some(Value::Object(change))) = (create.data(), change.data())
    else {
        return true;
    };
    let marked = create.iter().filter(|(_, value)| value.to_string().contains("${canary}"));
    marked.into_iter().all(|(key, value)| change.get(key).is_some_and(|new| new != value))
}
