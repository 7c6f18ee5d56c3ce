//! `tenant-isolation`: no tenant can read, list, change or delete the objects of another.

pub(crate) mod isolation;
pub(crate) mod making;
pub(crate) mod steps;
pub(crate) mod tenants;
#[cfg(test)]
mod tests;
mod unmarked;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::tenant_isolation::isolation::Isolation;
use crate::check::kinds::tenant_isolation::making::Making;
use crate::check::kinds::tenant_isolation::tenants::{Owned, Owns, Requests, Tenant, Tenants};
use crate::check::written::placeholders::Names;
use crate::check::written::repeat::{WrittenNext, repeat};
use crate::check::written::request::WrittenRequest;
use crate::check::written::request::read::{WrittenRead, reading};
use crate::model::plan::Plan;
use crate::model::plan::looks::{NextPage, STRANGERS_REPEAT};
use crate::model::plan::request::Request;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// Tenants and the objects of other tenants.
pub(crate) struct TenantIsolation;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// At least two actors of different tenants, or `all` of the file that `tenants:` in
    /// `avouch.yaml` names.
    tenants: Spanned<Tenants>,
    /// The request that creates an object with its owner's mark, `${canary}`.
    create: Option<Spanned<WrittenRequest>>,
    /// JSON Pointers to the texts in the body of `create` that the service prescribes, such as `/kind`: in its
    /// JSON, the variables of its GraphQL operation or the fields of its form. All others should have the mark
    /// `${canary}`.
    #[serde(default)]
    fixed: Vec<Spanned<String>>,
    /// JSON Pointer to the object's id in the answer, for `${id}`; `/id` if left out.
    id: Option<Spanned<String>>,
    /// The path of one object, or a whole request that reads it, such as a query in GraphQL. It names the object
    /// of one tenant: by `${id}`; by `${random}` or `${uuid}` if the caller chooses the id in `create`; or by
    /// `${tenant}`, the `tenant:` of the actor, if each tenant has a path of its own. So do `change` and
    /// `delete`.
    object: Option<Spanned<WrittenRead>>,
    /// The paths of lists in which a tenant finds its own objects and no others, or whole requests, such as a
    /// search by `POST`. If the path contains `${tenant}`, others request the list of each tenant too.
    #[serde(default)]
    list: Vec<Spanned<WrittenRead>>,
    /// The request that changes an object, so that it no longer contains its mark.
    change: Option<Spanned<WrittenRequest>>,
    /// The request that deletes an object. Without it, deleting is not tried, and the objects of each run remain.
    delete: Option<Spanned<WrittenRequest>>,
    /// Instead of `create`, `object`, `change` and `delete`: an object that each tenant already has. It is only
    /// read. The keys are the actors of `tenants`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Owned>")]
    owns: Option<Spanned<Owns>>,
    /// How often each list is read, and each stranger tries to read, at each address; 3 if left out. A
    /// request that changes something is sent once.
    repeat: Option<Spanned<u8>>,
    /// JSON Pointer to the address of the next page, or to a cursor, in the answer to each list. Pages
    /// that the header field `Link` announces with `rel=next` are read without it. At most 50 pages are
    /// read.
    next: Option<Spanned<String>>,
    /// The query parameter that the cursor of `next` is sent in; the last part of `next` if left out.
    next_parameter: Option<Spanned<String>>,
}

impl Kind for TenantIsolation {
    type Settings = Settings;

    const NAME: &'static str = "tenant-isolation";

    const MANUAL: Manual = Manual {
        proves: "Each tenant creates an object with a random mark and reads it back, or reads an \
                 object that it already has. Other tenants and an anonymous caller then try to \
                 read, change and delete it, and must be refused. Afterwards the object is still \
                 there, unchanged. Every list shows its owner's mark and no other.",
        cannot_prove: "That other endpoints keep tenants apart, or that staff of the service \
                       cannot read the data. A service in GraphQL answers strangers with the status of a \
                       success, so their answers must only lack the owner's data; whether a refused \
                       change had an effect, the owner reads afterwards.",
        example: EXAMPLE,
    };

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let named = tenants::actors(&settings.tenants, context, diagnostics);
        let tenants = match &settings.owns {
            Some(owns) => settings.owners(owns, &named, context, diagnostics),
            None => settings.makers(&named, context, diagnostics),
        };
        let isolation = Isolation {
            tenants,
            refusal: context.project.refusal.clone(),
            refusals: context.project.refusals.clone(),
            id_at: settings.id.as_ref().map_or("/id", |id| id.as_str()).to_owned(),
            seed: context.seed,
            repeat: repeat(settings.repeat.as_ref(), STRANGERS_REPEAT, context, diagnostics),
            next: settings.next_page(context, diagnostics),
        };
        Some(isolation.plan(TenantIsolation::NAME))
    }
}

const EXAMPLE: &str = "\
kind: tenant-isolation
tenants: [acme, globex]
create:
  post: /notes
  json: { text: \"${canary}\" }
object: /notes/${id}
list: [/notes]
change:
  put: /notes/${id}
  json: { text: changed by a check }
delete:
  delete: /notes/${id}
";

impl Settings {
    fn next_page(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<NextPage> {
        let next = WrittenNext { at: self.next.as_ref(), parameter: self.next_parameter.as_ref() };
        let pointer = |at: &str| at.starts_with('/').then(|| format!("/body/json{at}"));
        next.read(&pointer, context, diagnostics)
    }

    /// The tenants with existing objects.
    fn owners(
        &self,
        owns: &Spanned<Owns>,
        named: &[Spanned<String>],
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Vec<Tenant> {
        tenants::report_bad_owns(owns, named, context, diagnostics);
        if self.create.is_some()
            || self.object.is_some()
            || self.change.is_some()
            || self.delete.is_some()
        {
            let message = "an existing object is neither created, changed nor deleted";
            let error = context.mistake(Code::OwnsAndCreates, &owns.span, message);
            diagnostics.push(
                error.help("leave out `owns:`, or `create`, `object`, `change` and `delete`"),
            );
        }
        let mut all = Vec::new();
        for (name, owned) in named.iter().filter_map(|name| Some((name, owns.get(&name.value)?))) {
            let names = Names { tenant_of: Some(name), ..Names::none(context) };
            let object = reading(&owned.path, &names, diagnostics);
            let list = owned.list.as_ref().unwrap_or(&self.list);
            let list = list.iter().map(|path| reading(path, &names, diagnostics));
            let (list, object): (Option<Vec<Request>>, _) = (list.collect(), object);
            let (Some(list), Some(object)) = (list, object) else {
                break;
            };
            let requests = Requests { create: None, object, list, change: None, delete: None };
            let marker = Some(owned.marker.value.clone());
            all.push(Tenant { actor: name.value.clone(), marker, requests });
        }
        all
    }

    /// The tenants that create objects of their own. A mistake concerns all tenants and is reported
    /// once.
    fn makers(
        &self,
        named: &[Spanned<String>],
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Vec<Tenant> {
        let Some(making) = self.making(context, diagnostics) else {
            return Vec::new();
        };
        making.report_unnoticeable(self.id.as_ref(), context, diagnostics);
        unmarked::report(making.create, &self.fixed, context, diagnostics);
        let mut all = Vec::new();
        for (index, name) in named.iter().enumerate() {
            let mut repeated = Report::new();
            let report = if index == 0 { &mut *diagnostics } else { &mut repeated };
            if let Some(requests) = making.requests(name, context, report) {
                all.push(Tenant { actor: name.value.clone(), marker: None, requests });
            }
        }
        all
    }

    fn making(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Making<'_>> {
        let help =
            "write `create` and `object`, or in `owns:` an object that each tenant already has";
        let missing = [("create", self.create.is_none()), ("object", self.object.is_none())];
        for (key, _) in missing.into_iter().filter(|(_, missing)| *missing) {
            let message = format!("the key `{key}` is missing");
            let error = context.mistake(Code::MissingKey, &self.tenants.span, message);
            diagnostics.push(error.help(help));
        }
        Some(Making {
            create: self.create.as_ref()?,
            object: self.object.as_ref()?,
            list: &self.list,
            change: self.change.as_ref(),
            delete: self.delete.as_ref(),
        })
    }
}
