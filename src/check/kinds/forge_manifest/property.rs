//! Properties of a manifest that need no value, each with the fact that decides it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::check::kinds::forge_manifest::tested::Tested;
use crate::model::plan::expect::{Expectation, Test};

/// A property of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Property {
    /// No address outside Atlassian has a wildcard or a variable, in any section and any remote.
    NoWildcards,
    /// No scope permits the app to act for a user who is not there (`allowImpersonation`).
    NoImpersonation,
    /// No place outside Atlassian stores in-scope end-user data: no remote, and no address for requests that is neither a
    /// remote's nor marked `inScopeEUD: false`.
    UserDataStays,
    /// Every place outside Atlassian that stores in-scope end-user data has addresses by region, as the status `PINNED`
    /// demands.
    Pinned,
    /// The module `migration:dataResidency` moves the data to another region.
    RealmMigration,
    /// Nothing in the manifest makes the app ineligible for “Runs on Atlassian”: no remote, no address outside Atlassian
    /// except analytics without in-scope end-user data, no web trigger that is not static, and nothing of Connect.
    RunsOnAtlassian,
    /// Licensing is enabled (`app.licensing.enabled`).
    Licensed,
    /// Nothing of Atlassian Connect is left: no `connectModules` and no `app.connect`.
    NoConnect,
}

impl Property {
    /// What is tested, and a value with which it is not met.
    pub(super) fn tested(self) -> Tested {
        let none = |at: &str, when: &str, instead: &str| Tested {
            expectation: Expectation::new(at, Test::SameSet(Vec::new())),
            when: when.to_owned(),
            instead: json!([instead]),
        };
        let is_true = |at: &str, when: &str| Tested {
            expectation: Expectation::new(at, Test::Equals(Value::Bool(true))),
            when: when.to_owned(),
            instead: json!(false),
        };
        match self {
            Self::NoWildcards => {
                none("/wildcards", "the app may reach any host", "fetch.backend *")
            }
            Self::NoImpersonation => none(
                "/impersonation",
                "the app may act for a user who is not there",
                "write:page:confluence",
            ),
            Self::UserDataStays => none(
                "/stored_outside",
                "a place outside Atlassian stores end-user data",
                "remotes another",
            ),
            Self::Pinned => none(
                "/unpinned",
                "a place outside Atlassian stores end-user data of every region",
                "remotes another",
            ),
            Self::RealmMigration => {
                is_true("/realm_migration", "data cannot move to another region")
            }
            Self::RunsOnAtlassian => none(
                "/not_on_atlassian",
                "the app has a back end outside Atlassian",
                "remotes another",
            ),
            Self::Licensed => is_true("/licensing", "licensing is not enabled"),
            Self::NoConnect => {
                none("/connect", "the app still has modules of Connect", "connectModules")
            }
        }
    }
}
