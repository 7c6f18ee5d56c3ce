//! What a manifest declares, as facts that checks test.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The declarations of a manifest. Lists are sorted, and have no entry twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The scopes.
    pub scopes: Vec<String>,
    /// The scopes with which the app may act for a user who is not there.
    pub impersonation: Vec<String>,
    /// Every address outside Atlassian: those of `permissions.external` and of the remotes.
    pub egress: Vec<String>,
    /// Those of these addresses that are not one host: wildcards and variables, each with its section.
    pub wildcards: Vec<String>,
    /// The keys of the remotes.
    pub remote_keys: Vec<String>,
    /// The remotes by key.
    pub remotes: BTreeMap<String, Remote>,
    /// Where in-scope end-user data may be stored outside Atlassian, by the documented defaults.
    pub stored_outside: Vec<String>,
    /// Those of these places that have no addresses by region.
    pub unpinned: Vec<String>,
    /// The regions that every remote which stores in-scope end-user data has an address for.
    pub regions: Vec<String>,
    /// Where in-scope end-user data may go outside Atlassian, stored or not.
    pub sent_outside: Vec<String>,
    /// Everything that makes the app ineligible for “Runs on Atlassian”.
    pub not_on_atlassian: Vec<String>,
    /// Whether licensing is enabled.
    pub licensing: bool,
    /// What is left of Atlassian Connect.
    pub connect: Vec<String>,
    /// The key of the Connect app that this app replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_key: Option<String>,
    /// Whether the app has the module that moves its data to another region.
    pub realm_migration: bool,
}

/// A remote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remote {
    /// Its addresses, of all regions.
    pub addresses: Vec<String>,
    /// The purposes that it declares; `undeclared` if it declares none.
    pub operations: Vec<String>,
    /// Whether it stores in-scope end-user data, by the documented defaults.
    pub in_scope_eud: bool,
    /// The tokens that it receives.
    pub tokens: Vec<String>,
}
