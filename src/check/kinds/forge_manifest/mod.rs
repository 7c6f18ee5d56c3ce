//! `forge-manifest`: what the manifest of a Forge app declares.
//!
//! A manifest is configuration: it binds the platform, but it does not show what the vendor deployed. Every step is
//! therefore reported by the vendor. The manifest is part of the plan, so that evidence is bound to
//! it. It needs no counter-run, because a check names the values that it must have.

mod copy;
mod property;
mod tested;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::forge_manifest::property::Property;
use crate::check::kinds::forge_manifest::tested::{Tested, equal, exactly};
use crate::check::written::counterexample::{fault, set};
use crate::model::answer::ids::StepId;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::{ANYONE, Act, ManifestRecord, Plan, Role, Step, Word};
use crate::model::project::forge::manifest::Manifest;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// What the manifest of a Forge app declares.
pub(crate) struct ForgeManifest;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// Exactly the scopes that the app requests.
    scopes: Option<Vec<String>>,
    /// Exactly the addresses outside Atlassian that the app may reach: those of every section of
    /// `permissions.external`, and the addresses of the remotes. `[]` for no address.
    egress: Option<Vec<String>>,
    /// Exactly the remotes, by key.
    remotes: Option<BTreeMap<String, Remote>>,
    /// Exactly the regions for which every remote that stores in-scope end-user data has an address.
    regions: Option<Vec<String>>,
    /// The key of the Atlassian Connect app whose installations this app takes over (`app.connect.key`).
    connect_key: Option<String>,
    /// What else must be true of the manifest: `no-wildcards` (every address is that of one host), `no-impersonation`
    /// (no scope acts for a user who is not there), `user-data-stays` (nothing outside Atlassian stores in-scope
    /// end-user data), `pinned` (whatever stores it has addresses by region), `realm-migration` (the module
    /// `migration:dataResidency` moves it), `runs-on-atlassian` (no remote, no address except analytics without such
    /// data, no web trigger that is not static, nothing of Connect), `licensed` (`app.licensing.enabled`), `no-connect`
    /// (no `connectModules` and no `app.connect`).
    #[serde(default)]
    properties: Vec<Property>,
    /// The path of a copy of the manifest that the service publishes, as JSON. What this check tests must be the same
    /// there.
    copy: Option<Spanned<String>>,
}

/// A remote, as a check expects it. A key that is left out is not tested.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct Remote {
    /// Exactly its addresses (`baseUrl`), of all regions.
    base_urls: Option<Vec<String>>,
    /// Exactly the purposes that it declares; `[undeclared]` if it declares none.
    operations: Option<Vec<String>>,
    /// Whether it stores in-scope end-user data. Atlassian assumes so, unless `operations` has no `storage`, or
    /// `storage.inScopeEUD` is `false`.
    in_scope_eud: Option<bool>,
    /// Exactly the tokens that it receives, such as `appSystemToken`.
    tokens: Option<Vec<String>>,
}

impl Kind for ForgeManifest {
    type Settings = Settings;

    const NAME: &'static str = "forge-manifest";

    const MANUAL: Manual = Manual {
        proves: "The manifest in the project, which `forge: { manifest: manifest.yml }` in \
                 `avouch.yaml` names, declares what the claim says: scopes, addresses outside \
                 Atlassian, remotes, regions, and other properties. With `copy`, a copy that the \
                 service publishes declares the same.",
        cannot_prove: "That the deployed version of the app has this manifest: the page shows the \
                       result as reported, and only a role can vouch for the deployed version. A \
                       manifest does not show what the app does with the access that it has. \
                       Atlassian alone decides whether an app has the badge “Runs on Atlassian”.",
        example: EXAMPLE,
    };

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let Some(app) = &context.project.forge else {
            let message = "the project names no manifest of a Forge app";
            let help = "add `forge: { manifest: manifest.yml }` to `avouch.yaml`";
            let mistake = context.mistake(Code::MissingFile, context.span, message);
            diagnostics.push(mistake.help(help));
            return None;
        };
        let tested = settings.tested();
        if tested.is_empty() {
            let message = "nothing is tested here";
            let help = "add `scopes:`, `egress:`, `remotes:`, `regions:`, `connect_key:` or \
                        `properties:`";
            let mistake = context.mistake(Code::EmptyExpect, context.span, message);
            diagnostics.push(mistake.help(help));
        }
        let mut plan = settings.plan(&app.manifest, tested);
        if let Some(path) = &settings.copy {
            copy::add(&mut plan, (path, settings), &app.manifest, context, diagnostics)?;
        }
        Some(plan)
    }
}

const EXAMPLE: &str = "\
kind: forge-manifest
scopes: [read:page:confluence, storage:app]
egress: [https://notes.example.com]
remotes:
  notes: { operations: [storage], in_scope_eud: true, tokens: [] }
properties: [no-wildcards, licensed]
";

impl Settings {
    fn tested(&self) -> Vec<Tested> {
        let mut all = Vec::new();
        let mut list = |at: &str, wanted: Option<&Vec<String>>, what: &str| {
            all.extend(wanted.map(|wanted| exactly(at, wanted, what)));
        };
        list("/scopes", self.scopes.as_ref(), "scope");
        list("/egress", self.egress.as_ref(), "address outside Atlassian");
        list("/regions", self.regions.as_ref(), "region");
        if let Some(remotes) = &self.remotes {
            list("/remote_keys", Some(&remotes.keys().cloned().collect()), "remote");
            for (key, remote) in remotes {
                let at = |part: &str| format!("/remotes/{key}/{part}");
                list(&at("addresses"), remote.base_urls.as_ref(), "address of a remote");
                list(&at("operations"), remote.operations.as_ref(), "purpose of a remote");
                list(&at("tokens"), remote.tokens.as_ref(), "token for a remote");
            }
            all.extend(remotes.iter().filter_map(|(key, remote)| {
                let at = format!("/remotes/{key}/in_scope_eud");
                let stores = remote.in_scope_eud?;
                let does = if stores { "does not store" } else { "stores" };
                let when = format!("the remote {key} {does} in-scope end-user data");
                Some(equal(at, json!(stores), when, json!(!stores)))
            }));
        }
        if self.regions.is_some() {
            all.push(Property::Pinned.tested());
        }
        if let Some(key) = &self.connect_key {
            let when = "the app takes over the installations of another Connect app".to_owned();
            all.push(equal("/connect_key".into(), json!(key), when, json!("another-app")));
        }
        for property in &self.properties {
            let tested = property.tested();
            if all.iter().all(|one| one.expectation != tested.expectation) {
                all.push(tested);
            }
        }
        all
    }

    fn plan(&self, manifest: &Manifest, tested: Vec<Tested>) -> Plan {
        let file = manifest.file.to_string();
        let record = ManifestRecord { file: file.clone(), facts: manifest.facts() };
        let name = format!("the manifest {file}");
        let mut control = Step::new(Role::Control, name, ANYONE, Act::Manifest(record));
        control.word = Word::Reported;
        control.expect = vec![Expectation::new("/found", Test::Equals(json!(true)))];
        let recall = Act::Recall(StepId(0));
        let mut probe = Step::new(Role::Probe, "what the manifest declares", ANYONE, recall);
        probe.word = Word::Reported;
        probe.control = Some(StepId(0));
        probe.publish = tested.iter().map(|one| one.expectation.at.clone()).collect();
        let mut counterexamples =
            vec![fault("there is no manifest", set(StepId(0), "/found", false))];
        counterexamples.extend(tested.iter().map(Tested::counterexample));
        probe.expect = tested.into_iter().map(|one| one.expectation).collect();
        Plan {
            counterexamples,
            covers: format!("The manifest {file} of the app, as the vendor wrote it."),
            leaves_open:
                "It does not show that the deployed version of the app has this manifest, \
                          or what the app does with the access that it has."
                    .into(),
            ..Plan::new(ForgeManifest::NAME, vec![control, probe])
        }
    }
}
