//! Everything that people wrote, read and validated; and the world that it is assessed in.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;

use indexmap::IndexMap;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use crate::model::claim::{Claim, ClaimId};
use crate::model::expect::Refusal;
use crate::model::i18n::Language;
use crate::model::plan::ANYONE;
use crate::model::policy::Policy;
use crate::model::source::Sources;
use crate::model::time::Limit;
use crate::model::waiver::Waiver;

/// A project: its sources, read once.
#[derive(Clone, Debug)]
pub struct Project {
    /// The site that is published.
    pub site: Site,
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
    /// Those of the actors that come from the file of tenants, in its order.
    pub tenants: Vec<String>,
    /// How to report a vulnerability: `mailto:` and `https:` addresses, in order of preference.
    pub contacts: Vec<Url>,
    /// Bounds on what is asked.
    pub limits: Limits,
    /// Whether checks may create and delete our own objects on the target.
    pub writes: bool,
    /// Whether checks may run programs.
    pub commands: bool,
    /// What counts as a refusal.
    pub refusal: Refusal,
    /// What the checks are put to.
    pub world: World,
    /// Policies, in the order of the site.
    pub policies: Vec<Policy>,
    /// Claims, in the order in which they stand in the policies.
    pub claims: Vec<Claim>,
    /// Attestations by claim.
    pub attestations: BTreeMap<ClaimId, (std::sync::Arc<str>, Attestation)>,
    /// Waivers by claim.
    pub waivers: BTreeMap<ClaimId, (std::sync::Arc<str>, Waiver)>,
    /// Templates of the project's own, by name, in place of the built-in ones.
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
    /// What becomes of HTML in its policies.
    pub raw_html: RawHtml,
    /// Whether the earlier versions of the policies that Git knows are published too.
    pub versions: bool,
}

/// What becomes of HTML in a policy.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum RawHtml {
    /// It is a mistake.
    #[default]
    Refused,
    /// A short list of harmless elements is published; the rest is left out.
    Sanitised,
}

/// What the checks are put to: everything outside the words that a verdict depends on.
#[derive(Clone, Debug)]
pub struct World {
    /// The target's origin.
    pub target: Url,
    /// Whether that is the demo add-on, and not a live service.
    pub demo: bool,
    /// Whether the demo add-on is started within this process: `target: demo`.
    pub embedded: bool,
    /// The host of each role; while the demo is the target, the demo's.
    pub hosts: BTreeMap<String, String>,
    /// Where connections to a host really go, as curl's `--connect-to`.
    pub connect_to: BTreeMap<String, SocketAddr>,
    /// Certificate authorities to trust beside the public ones, as PEM, by file.
    pub roots: BTreeMap<String, String>,
    /// The resolver to ask in place of the system's.
    pub resolver: Option<SocketAddr>,
    /// The time to take for now; with the demo only.
    pub clock: Option<jiff::Timestamp>,
}

impl World {
    /// What everybody sees of a live target: public authorities, the system's resolver.
    pub fn public(target: Url) -> Self {
        Self {
            target,
            demo: false,
            embedded: false,
            hosts: BTreeMap::new(),
            connect_to: BTreeMap::new(),
            roots: BTreeMap::new(),
            resolver: None,
            clock: None,
        }
    }
}

/// An identity that a step acts as.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    /// Its tenant, if it belongs to one.
    pub tenant: Option<String>,
    /// How it shows who it is.
    pub scheme: Scheme,
    /// The origins, beside the target's own, to which its credential may go.
    pub send_to: Vec<Url>,
}

/// How an actor shows who it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Scheme {
    /// Atlassian Connect: an HS256 JSON Web Token with a query-string hash, for each request.
    Connect {
        /// The issuer.
        client_key: String,
        /// The secret that was shared at installation.
        shared_secret: Secret,
    },
    /// `Authorization: Bearer` (RFC 6750).
    Bearer(Secret),
    /// `Authorization: Basic` (RFC 7617).
    Basic {
        /// User name.
        user: String,
        /// Password.
        password: Secret,
    },
    /// A header field of the service's own.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: Secret,
    },
    /// A JSON Web Token that the platform signs with RS256, for each request.
    Signed(Box<Signed>),
}

/// What the platform's tokens say, and what they are signed with.
#[derive(Clone, Debug, PartialEq)]
pub struct Signed {
    /// The private key, PEM; without one, tokens can be imitated and none can be made.
    pub key: Option<Secret>,
    /// The public key, PEM, where there is no private one to take it from.
    pub public_key: Option<String>,
    /// The name of the key: `kid`.
    pub key_id: String,
    /// Who issues the tokens.
    pub issuer: Issuer,
    /// Whom they are meant for.
    pub audience: String,
    /// How they are sent.
    pub prefix: Prefix,
    /// What else they say.
    pub claims: serde_json::Map<String, serde_json::Value>,
}

/// Who issues a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// Always the same.
    Named(String),
    /// Whoever the request speaks for: a JSON Pointer into its body.
    InBody(String),
}

/// How a signed token is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Prefix {
    /// `Authorization: JWT`, bound to its request by a query-string hash: Atlassian Connect.
    #[serde(rename = "JWT")]
    Jwt,
    /// `Authorization: Bearer`, bound to no request: Forge.
    Bearer,
}

impl Prefix {
    /// As it is written in the header field.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jwt => "JWT",
            Self::Bearer => "Bearer",
        }
    }
}

impl Scheme {
    /// Its name, as authors write it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::Bearer(_) => "bearer",
            Self::Basic { .. } => "basic",
            Self::Header { .. } => "header",
            Self::Signed(_) => "signed",
        }
    }

    /// Its secret, if it has one.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Connect { shared_secret, .. } => Some(shared_secret),
            Self::Bearer(secret) => Some(secret),
            Self::Basic { password, .. } => Some(password),
            Self::Header { value, .. } => Some(value),
            Self::Signed(signed) => signed.key.as_ref(),
        }
    }
}

/// A secret: it is neither shown nor serialised, and its memory is overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Keeps a secret.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The secret itself, for the request that needs it and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[secret]")
    }
}

/// Bounds on what is asked of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Requests under way at once, over all.
    pub at_once: usize,
    /// Requests under way at once to one host.
    pub per_host: usize,
    /// Requests begun in a second, over all.
    pub per_second: u32,
    /// How long one request may take.
    pub timeout: Limit,
    /// How long a whole run may take.
    pub run: Limit,
    /// Bytes that are read of one body.
    pub body: u64,
    /// How often an inconclusive check is begun again.
    pub retries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            at_once: 16,
            per_host: 8,
            per_second: 20,
            timeout: Limit::seconds(10),
            run: Limit::seconds(600),
            body: 1024 * 1024,
            retries: 2,
        }
    }
}

/// A role's dated word for what no probe can reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Attestation {
    /// The role that gives it, from `roles:` in `avouch.yaml`.
    pub role: String,
    /// The day on which it was given.
    pub day: AttestationDay,
    /// How long it is good for, counted in days from then; it lasts to the end of its last day, UTC.
    pub valid_for: Limit,
    /// What was looked at.
    pub looked_at: String,
    /// The claim's words that it is given for.
    pub words: String,
}

impl Attestation {
    /// The last day on which it is good, if it was given on `day`.
    pub fn last_day(&self, day: Date) -> Date {
        let days = self.valid_for.as_seconds() / Limit::days(1).as_seconds();
        let days = i64::try_from(days).unwrap_or(i64::MAX);
        let last = jiff::Span::new().try_days(days);
        last.and_then(|span| day.checked_add(span)).unwrap_or(Date::MAX)
    }
}

/// The day of an attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttestationDay {
    /// A day in the calendar.
    On(Date),
    /// The day on which the demo add-on is started: the demo's own word, good for the demo alone.
    Demo,
}

impl Serialize for AttestationDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::On(day) => serializer.collect_str(day),
            Self::Demo => serializer.serialize_str("demo"),
        }
    }
}

impl<'de> Deserialize<'de> for AttestationDay {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "demo" {
            return Ok(Self::Demo);
        }
        let wrong =
            || serde::de::Error::custom(format!("`{text}` is no day: write it like `2026-11-22`"));
        text.parse().map(Self::On).map_err(|_| wrong())
    }
}

impl schemars::JsonSchema for AttestationDay {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AttestationDay".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "a day such as `2026-11-22`, or `demo` for the demo add-on's own word"
        })
    }
}

impl Project {
    /// The claim of this id.
    pub fn claim(&self, id: &str) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.id == id)
    }

    /// The tenant of an actor; [`ANYONE`] has none.
    pub fn tenant(&self, actor: &str) -> Option<&str> {
        self.actors.get(actor)?.tenant.as_deref()
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
