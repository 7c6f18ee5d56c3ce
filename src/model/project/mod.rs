//! A project: everything that people wrote, read and validated, and the world in which it is assessed.

pub mod actor;
pub mod claim;
pub mod endpoints;
#[cfg(test)]
pub(crate) mod fixture;
pub mod forge;
pub mod i18n;
pub mod login;
pub mod network;
pub mod permissions;
pub mod policy;
pub mod promises;
pub mod release;
pub mod site_paths;
pub mod sub_processor;
pub mod token_shape;
pub mod verdict_labels;
pub mod waiver;
pub mod weak_secret;
pub mod world;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::answer::attestation::Attestation;
use crate::model::plan::ANYONE;
use crate::model::plan::expect::Refusal;
use crate::model::plan::request::Destination;
use crate::model::project::actor::{Actor, Secret};
use crate::model::project::claim::Claim;
use crate::model::project::endpoints::EndpointList;
use crate::model::project::forge::ForgeApp;
use crate::model::project::i18n::Language;
use crate::model::project::permissions::Asked;
use crate::model::project::policy::Policy;
use crate::model::project::release::ReleaseSource;
use crate::model::project::waiver::Waiver;
use crate::model::project::world::{Limits, World};
use crate::model::source::claim_id::ClaimId;
use crate::model::source::{Place, Sources};

/// A project: its sources, read once.
#[derive(Clone, Debug)]
pub struct Project {
    /// The site that is published.
    pub site: Site,
    /// Files and folders of others that stay in the folder of the site, by their paths within it.
    pub keep: Vec<String>,
    /// Its languages, its own first.
    pub languages: Vec<Language>,
    /// Products, by the name that other files use.
    pub products: IndexMap<String, String>,
    /// Roles that may attest, by name, with their titles.
    pub roles: IndexMap<String, String>,
    /// Hosts by role, as written.
    pub hosts: BTreeMap<String, String>,
    /// Actors by name.
    pub actors: IndexMap<String, Actor>,
    /// The places of the variables without a value, by actor: a run needs those of the actors in its checks.
    pub unset: BTreeMap<String, Vec<Place>>,
    /// The values of the variables that are secrets, by name: those in credentials, and those that programs
    /// receive.
    pub secrets: BTreeMap<String, Secret>,
    /// The names of the actors from the tenants file, in its order.
    pub tenants: Vec<String>,
    /// How to report a vulnerability: `mailto:` and `https:` addresses, in order of preference.
    pub contacts: Vec<Url>,
    /// Limits of requests.
    pub limits: Limits,
    /// Whether checks may create and delete objects of the test accounts on the target.
    pub writes: bool,
    /// Whether checks may run programs.
    pub commands: bool,
    /// The answers that count as a refusal.
    pub refusal: Refusal,
    /// The answers that count as a refusal instead, by the actor of the request.
    pub refusals: BTreeMap<String, Refusal>,
    /// The actors whose credential is a JSON Web Token, so that bad ones are derived from it.
    pub jwts: BTreeSet<String>,
    /// Where the service reports its release, if it does.
    pub release: Option<ReleaseSource>,
    /// The Forge app that the policies are about, if they are about one.
    pub forge: Option<ForgeApp>,
    /// The lists of end points that checks are compared with.
    pub endpoints: Vec<EndpointList>,
    /// The target and its surroundings.
    pub world: World,
    /// What `avouch.yaml` itself needs of the operator.
    pub asked: Asked,
    /// Policies, in the order of the site.
    pub policies: Vec<Policy>,
    /// Claims, in the order in which the policies contain them.
    pub claims: Vec<Claim>,
    /// Attestations by claim.
    pub attestations: BTreeMap<ClaimId, (std::sync::Arc<str>, Attestation)>,
    /// Waivers by claim.
    pub waivers: BTreeMap<ClaimId, (std::sync::Arc<str>, Waiver)>,
    /// The project's own templates by name, which replace the built-in ones.
    pub templates: BTreeMap<String, String>,
    /// The text of every source, for excerpts.
    pub sources: Sources,
}

/// The site that is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Site {
    /// Its title.
    pub title: String,
    /// Who publishes it.
    pub organisation: String,
    /// Its address.
    #[schemars(with = "String")]
    pub url: Url,
    /// Its language, as a BCP 47 tag.
    pub language: String,
    /// How HTML in its policies is treated.
    pub raw_html: RawHtml,
    /// Whether earlier versions of the policies, from Git, are published too.
    pub versions: bool,
}

/// How HTML in a policy is treated.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum RawHtml {
    /// It is an error.
    #[default]
    Refused,
    /// A short list of harmless elements is published; the rest is removed.
    Sanitised,
}

impl Project {
    /// The claim of this id.
    pub fn claim(&self, id: &str) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.id == id)
    }

    /// The answers that count as a refusal of a request by this actor.
    pub fn refusal_of(&self, actor: &str) -> &Refusal {
        self.refusals.get(actor).unwrap_or(&self.refusal)
    }

    /// The tenant of an actor; [`ANYONE`] has none.
    pub fn tenant(&self, actor: &str) -> Option<&str> {
        self.actors.get(actor)?.tenant.as_deref()
    }

    /// Whether the secret of an actor may be sent to an address: to the target, and to the origins of its
    /// `send_to`.
    pub fn may_send(&self, actor: &str, url: &Url) -> bool {
        let send_to = self.actors.get(actor).into_iter().flat_map(|actor| &actor.send_to);
        let mut origins = send_to.chain([&self.world.target]);
        origins.any(|allowed| allowed.origin() == url.origin())
    }

    /// An address at the origin that a request goes to; `None` if only the run knows it.
    pub fn origin_of(&self, to: &Destination) -> Option<Url> {
        match to {
            Destination::Target(_) => Some(self.world.target.clone()),
            Destination::PlainTarget(_) => {
                let host = self.world.target.host_str().unwrap_or_default();
                Url::parse(&format!("http://{host}/")).ok()
            }
            Destination::Host(role, _) => {
                let host = self.hosts.get(role).map_or("", String::as_str);
                Url::parse(&format!("https://{host}/")).ok()
            }
            Destination::Address(address) => {
                Url::parse(&address.0).ok().filter(|url| !url.authority().contains("${"))
            }
        }
    }

    /// Whether `name` can be a step's actor.
    pub fn knows_actor(&self, name: &str) -> bool {
        name == ANYONE || self.actors.contains_key(name)
    }

    /// The role whose host, as written, is the host of `address`.
    pub fn role_of(&self, address: &Url) -> Option<&str> {
        let host = address.host_str()?;
        self.hosts.iter().find(|(_, name)| name.as_str() == host).map(|(role, _)| role.as_str())
    }
}
