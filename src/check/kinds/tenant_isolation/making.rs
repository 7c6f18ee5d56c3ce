//! The requests by which tenants create objects of their own and work with them.

use serde_json::Value;

use crate::check::kind::Context;
use crate::check::kinds::tenant_isolation::tenants::Requests;
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::WrittenRequest;
use crate::model::plan::request::Request;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The settings of an object that is created on each run.
pub(crate) struct Making<'a> {
    pub(crate) create: &'a Spanned<WrittenRequest>,
    pub(crate) object: &'a Spanned<String>,
    pub(crate) list: &'a [Spanned<String>],
    pub(crate) change: Option<&'a Spanned<WrittenRequest>>,
    pub(crate) delete: &'a Spanned<WrittenRequest>,
}

impl Making<'_> {
    /// Reports settings by which a change would go unnoticed: no mark, no id, or a change that keeps
    /// the mark.
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
        if !self.object.contains("${id}") {
            let help = "write `${id}` in place of the object's id";
            tell(Code::NoId, &self.object.span, "this path is the same for every object", help);
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
        let mut names = Names { canary_of: Some(tenant), ..Names::none(context) };
        let create = request::request(self.create, &names, diagnostics);
        names.canary_of = None;
        let list = self.list.iter().map(|path| reading(path, &names, diagnostics));
        let list: Option<Vec<Request>> = list.collect();
        names.captures.insert("id".into(), format!("id:{tenant}"));
        let object = reading(self.object, &names, diagnostics);
        let change = self.change.map(|ask| request::request(ask, &names, diagnostics));
        let delete = request::request(self.delete, &names, diagnostics);
        Some(Requests {
            create: Some(create?),
            object: object?,
            list: list?,
            change: match change {
                Some(change) => Some(change?),
                None => None,
            },
            delete: Some(delete?),
        })
    }
}

pub(crate) fn reading(
    path: &Spanned<String>,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Option<Request> {
    request::get(path, None, names, diagnostics)
}

/// Whether a change overwrites every value with the mark; `true` if the shapes differ.
fn overwrites(create: &WrittenRequest, change: &WrittenRequest) -> bool {
    let (Some(create), Some(change)) = (&create.json, &change.json) else {
        return true;
    };
    let (Value::Object(create), Value::Object(change)) = (&create.value, &change.value) else {
        return true;
    };
    let marked = create.iter().filter(|(_, value)| value.to_string().contains("${canary}"));
    marked.into_iter().all(|(key, value)| change.get(key).is_some_and(|new| new != value))
}
