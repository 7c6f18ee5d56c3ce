//! `tenant-isolation`: no tenant can read, list, change or delete what belongs to another.

pub(crate) mod making;
pub(crate) mod steps;
pub(crate) mod tenants;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::tenant_isolation::making::{Making, reading};
use crate::check::kinds::tenant_isolation::steps::{Encounters, Requests, Tenant};
use crate::check::kinds::tenant_isolation::tenants::{Owns, Tenants};
use crate::check::written::placeholders::Names;
use crate::check::written::request::Ask;
use crate::model::plan::Plan;
use crate::model::plan::request::Request;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;

/// Tenants and the objects of other tenants.
pub(crate) struct TenantIsolation;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// Actors of different tenants, two at least; or `all` of the file that `tenants:` in
    /// `avouch.yaml` names.
    tenants: Spanned<Tenants>,
    /// Makes an object that carries its owner's mark, `${canary}`.
    create: Option<Spanned<Ask>>,
    /// JSON Pointer to the object's id in the answer, for `${id}`; `/id` if left out.
    id: Option<Spanned<String>>,
    /// The path of one object, with `${id}` in it.
    object: Option<Spanned<String>>,
    /// Paths at which a tenant finds its own objects, and nobody else's.
    #[serde(default)]
    list: Vec<Spanned<String>>,
    /// Changes an object, so that its mark is gone.
    change: Option<Spanned<Ask>>,
    /// Deletes an object.
    delete: Option<Spanned<Ask>>,
    /// In place of `create` and all that follows from it: an object that each tenant has already,
    /// by actor. It is only read.
    owns: Option<Spanned<Owns>>,
}

impl Kind for TenantIsolation {
    type Settings = Settings;

    const NAME: &'static str = "tenant-isolation";

    const MANUAL: Manual = Manual {
        proves: "Each tenant plants a random mark in an object of its own and reads it back, or \
                 reads one that it has already. Other tenants, and nobody in particular, then try to read, change and delete \
                 it, and must be refused; afterwards it is still there, unchanged. Every list \
                 shows its owner's mark and no other.",
        cannot_prove: "That endpoints which are not listed keep tenants apart, or that staff \
                       of the service cannot reach the data.",
        example: EXAMPLE,
    };

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let named = tenants::actors(&settings.tenants, context, diagnostics);
        let tenants = match &settings.owns {
            Some(owns) => settings.owners(owns, &named, context, diagnostics),
            None => settings.makers(&named, context, diagnostics),
        };
        let encounters = Encounters {
            tenants,
            refusal: context.project.refusal.clone(),
            id_at: settings.id.as_ref().map_or("/id", |id| id.as_str()).to_owned(),
            seed: context.seed,
        };
        Some(encounters.plan())
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
    /// The tenants with objects that are there already.
    fn owners(
        &self,
        owns: &Spanned<Owns>,
        named: &[Spanned<String>],
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Vec<Tenant> {
        tenants::tell_bad_owns(owns, named, context, diagnostics);
        if self.create.is_some()
            || self.object.is_some()
            || self.change.is_some()
            || self.delete.is_some()
        {
            let message = "an object that is there already is neither made, changed nor deleted";
            let error = context.mistake("owns-and-creates", &owns.span, message);
            diagnostics.push(
                error.help("leave out `owns:`, or `create`, `object`, `change` and `delete`"),
            );
        }
        let names = Names::none(context);
        let mut all = Vec::new();
        for (name, owned) in named.iter().filter_map(|name| Some((name, owns.get(&name.value)?))) {
            let object = reading(&owned.path, &names, diagnostics);
            let list = self.list.iter().map(|path| reading(path, &names, diagnostics));
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

    /// The tenants that make objects of their own. What is wrong with one is wrong with all, and is
    /// told once.
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
        let mut all = Vec::new();
        for (index, name) in named.iter().enumerate() {
            let mut again = Report::new();
            let told = if index == 0 { &mut *diagnostics } else { &mut again };
            if let Some(requests) = making.requests(name, context, told) {
                all.push(Tenant { actor: name.value.clone(), marker: None, requests });
            }
        }
        all
    }

    fn making(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Making<'_>> {
        let help = "an object needs `create`, `object` and `delete`; or say in `owns:` what each \
                    tenant has already";
        let missing = [
            ("create", self.create.is_none()),
            ("object", self.object.is_none()),
            ("delete", self.delete.is_none()),
        ];
        for (key, _) in missing.into_iter().filter(|(_, missing)| *missing) {
            let message = format!("the key `{key}` is missing");
            let error = context.mistake("missing-key", &self.tenants.span, message);
            diagnostics.push(error.help(help));
        }
        Some(Making {
            create: self.create.as_ref()?,
            object: self.object.as_ref()?,
            list: &self.list,
            change: self.change.as_ref(),
            delete: self.delete.as_ref()?,
        })
    }
}
