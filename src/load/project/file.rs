//! The form of `avouch.yaml`, as it is written.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::load::project::actor::ActorFile;
use crate::load::project::connect_to::ConnectTo;
use crate::load::project::limits::LimitsFile;
use crate::model::project::RawHtml;
use crate::model::project::promises::PromiseSeverity;
use crate::model::source::decode::Spanned;
use crate::model::written::refusal::WrittenRefusal;

/// The name of the project's file.
pub(crate) const PROJECT_FILE: &str = "avouch.yaml";

/// The project's file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["site", "target"]))]
pub struct ProjectFile {
    /// The site that is published.
    pub site: Option<Spanned<SiteFile>>,
    /// Products, by the name that other files use, with the name that readers see.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub products: IndexMap<String, String>,
    /// Roles that may attest and waive, by name, with their titles.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub roles: IndexMap<String, String>,
    /// The service to check: `demo` (the embedded Connect add-on) or `demo-forge` (the embedded back end of a Forge
    /// app), or the origin of the live service, which is `https://` and a host, without a path. Plain `http://` is allowed on loopback only. May contain `${NAME}`.
    pub target: Option<Spanned<String>>,
    /// Other hosts by role; check files name the role.
    #[serde(default)]
    pub hosts: BTreeMap<String, Spanned<String>>,
    /// Identities that checks act as. Their strings may contain `${NAME}`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, ActorFile>")]
    pub actors: IndexMap<String, Spanned<ActorFile>>,
    /// A file in the project with further actors, one tenant each: a JSON object a line, with
    /// `name`, `tenant`, `client_key` and `shared_secret`. It contains secrets: keep it out of Git.
    pub tenants: Option<Spanned<String>>,
    /// How to report a vulnerability: `mailto:` and `https:` addresses, in order of preference.
    #[serde(default)]
    pub contacts: Vec<Spanned<String>>,
    /// Where connections to a host are made instead: `host` or `host:port` to `address:port`, or to a
    /// list of these, one for each server of the host. Tests are sent to each of them.
    #[serde(default)]
    pub connect_to: BTreeMap<String, Spanned<ConnectTo>>,
    /// Files with certificate authorities to trust in addition to the public ones, as PEM.
    #[serde(default)]
    pub roots: Vec<Spanned<String>>,
    /// The resolver to use in place of the system's: `address` or `address:port`.
    pub resolver: Option<Spanned<String>>,
    /// The keys from which signatures in DNS (DNSSEC) are verified, in place of those of the root: the
    /// `DNSKEY` records of a private zone, one a line, such as `corp.example. IN DNSKEY 257 3 13 ...`.
    pub trust_anchor: Option<Spanned<String>>,
    /// Limits on the requests.
    pub limits: Option<LimitsFile>,
    /// Whether checks may create and delete our own objects on the target.
    #[serde(default)]
    pub writes: bool,
    /// Whether checks may run programs.
    #[serde(default)]
    pub commands: bool,
    /// What counts as a refusal, if not just 400, 401 and 403 do.
    pub refused: Option<WrittenRefusal>,
    /// Where the service reports its release. Each run records it, the page shows it, and evidence of
    /// another release has expired.
    pub release: Option<ReleaseFile>,
    /// The Forge app that the policies are about: its manifest, and what the vendor answered about it.
    pub forge: Option<ForgeFile>,
    /// Files that list the end points of the service. `lint` names each end point to which no check sends a request,
    /// with its method, and the page shows how many were tested, and which were not. A part of a path in braces matches
    /// any value; of several paths that match, the one with the most literal parts counts; hosts in the file are not
    /// compared with the target. Not counted are requests that clean up, those of log-ins, those whose whole path is
    /// a captured value, such as `get: ${image}`, and GraphQL in the query of an address.
    #[serde(default)]
    pub endpoints: Vec<Spanned<EndpointsFile>>,
    /// The severity of a sentence that reads like a promise but belongs to no claim or statement: `error`,
    /// `warning` or `off`; a warning if left out.
    pub promises: Option<PromiseSeverity>,
}

/// `site:` in the project's file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["title", "organisation", "url", "language"]))]
pub struct SiteFile {
    /// Its title.
    pub title: Option<Spanned<String>>,
    /// Who publishes it.
    pub organisation: Option<Spanned<String>>,
    /// Its address.
    pub url: Option<Spanned<String>>,
    /// Its language, as a BCP 47 tag such as `en`.
    pub language: Option<Spanned<String>>,
    /// Whether the earlier versions of the policies in Git are published, with the changes between them.
    /// This includes everything that was ever committed to a policy: leave it out if drafts were
    /// committed.
    #[serde(default)]
    pub versions: bool,
    /// Further languages, by tag: the policies in each are in `content/<tag>/`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, LanguageFile>")]
    pub languages: IndexMap<String, LanguageFile>,
    /// HTML in policies: `refused`, or `sanitised` to publish harmless elements of it outside claims.
    pub raw_html: Option<RawHtml>,
    /// Files and folders in the folder of the published site that a build copies into the new site, such as
    /// `[CNAME, .well-known/acme-challenge]`. Without this, files that Avouch did not write stop a build.
    #[serde(default)]
    pub keep: Vec<Spanned<String>>,
}

/// `release:` in the project's file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct ReleaseFile {
    /// The path on the target that is requested without a credential, such as `/version`.
    pub get: Spanned<String>,
    /// JSON Pointer to the name of the release in the answer, such as `/commit`; left out if the answer is the
    /// name alone.
    pub at: Option<Spanned<String>>,
}

/// `forge:` in the project's file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct ForgeFile {
    /// The app's manifest: a file in the project, such as `manifest.yml`.
    pub manifest: Spanned<String>,
    /// The vendor's answers to the Marketplace's questions about privacy and security: a file in the project, in YAML
    /// or JSON, with the names of Atlassian's API. Answers, manifest and claims must agree.
    pub answers: Option<Spanned<String>>,
}

/// One of `endpoints:`: a list, and the end points that no check has to test. It has exactly one of `openapi`,
/// `graphql`, `connect` and `forge`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct EndpointsFile {
    /// An OpenAPI description, version 3, in YAML or JSON: its paths with their methods. The paths begin at those of
    /// its `servers`. Web hooks and keys that begin with `x-` are not read, and references to other files are errors.
    pub openapi: Option<Spanned<String>>,
    /// A GraphQL schema in the schema definition language: the fields of its queries, mutations and subscriptions.
    /// They are compared with the outermost fields of the operations that checks send.
    pub graphql: Option<Spanned<String>>,
    /// The descriptor of an Atlassian Connect app: the addresses of `lifecycle` and web hooks (`POST`), and those of
    /// modules (`GET`).
    pub connect: Option<Spanned<String>>,
    /// The manifest of a Forge app: the paths of its modules `endpoint`, with any method. Web triggers have addresses
    /// of Atlassian, and are not read.
    pub forge: Option<Spanned<String>>,
    /// The path of the target at which the paths of the file begin, in place of that in the file, such as `/v1`. For
    /// `graphql` it is the path of the API, and `/graphql` if left out.
    pub at: Option<Spanned<String>>,
    /// End points that no check has to test. The page shows each with its reason.
    #[serde(default)]
    pub except: Vec<ExceptionFile>,
}

/// One of `except:`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct ExceptionFile {
    /// The end point, as `lint` names it: `GET /v1/notes/{id}`, or `query notes`.
    pub endpoint: Spanned<String>,
    /// The reason, for readers of the page.
    pub because: Spanned<String>,
}

/// One of `languages:`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct LanguageFile {
    /// The site's title in this language.
    pub title: Option<Spanned<String>>,
    /// Names of products in this language.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub products: IndexMap<String, String>,
    /// Titles of roles in this language.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub roles: IndexMap<String, String>,
}
