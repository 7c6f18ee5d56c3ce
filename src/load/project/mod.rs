//! `avouch.yaml`: the settings of the project, its actors, hosts, languages and limits.

pub(crate) mod actor;
pub(crate) mod address;
pub mod connect_to;
pub(crate) mod endpoints;
pub mod file;
pub(crate) mod forge;
mod jwt;
pub(crate) mod keep;
pub(crate) mod language;
pub(crate) mod limits;
pub(crate) mod login;
pub(crate) mod needs;
pub(crate) mod oauth2;
pub(crate) mod scope;
pub mod settings;
pub(crate) mod tenants;
pub(crate) mod variable;
pub(crate) mod verdict_words;
pub(crate) mod world;
