//! Actors: who a step acts as, and how it shows that.

use std::collections::BTreeMap;
use std::ops::Range;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::load::project::address;
use crate::load::project::login;
use crate::load::project::login::{AwsFile, CertificateFile, Extras, Fields, LoginStepFile};
use crate::load::project::oauth2;
use crate::load::project::oauth2::Oauth2File;
use crate::load::project::scope::{Scope, check_name};
use crate::load::project::variable::Variables;
use crate::model::plan::ANYONE;
use crate::model::plan::request::Destination;
use crate::model::project::actor::{Actor, Issuer, Prefix, Scheme, Secret, Signed};
use crate::model::project::weak_secret::weakness;
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::node::{Entry, Node, Value};
use crate::model::written::refusal::WrittenRefusal;

/// One of `actors:` in the project's file: exactly one of the ways to show who it is. `headers`, `query`, `aws` and
/// `certificate` may be combined, and added to `login` and `oauth2`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct ActorFile {
    /// Its tenant, if it belongs to one.
    pub tenant: Option<Spanned<String>>,
    /// Atlassian Connect: a JSON Web Token for each request.
    pub connect: Option<ConnectFile>,
    /// `Authorization: Bearer` with this token.
    pub bearer: Option<Spanned<String>>,
    /// `Authorization: Basic`.
    pub basic: Option<BasicFile>,
    /// A header field of the service's own.
    pub header: Option<HeaderFile>,
    /// A JSON Web Token that the platform signs with RS256, for each request.
    pub signed: Option<SignedFile>,
    /// Whether the token in `bearer` or `header`, or that of a log-in, is a JSON Web Token: bad ones are then derived from
    /// it.
    #[serde(default)]
    pub jwt: Option<Spanned<bool>>,
    /// What counts as a refusal of a request that this actor sends, in place of the project's `refused:`.
    pub refused: Option<WrittenRefusal>,
    /// The requests that log it in, before its first own request and again when its session has ended. Its
    /// cookies are sent with each of its own requests.
    pub login: Option<Spanned<Vec<Spanned<LoginStepFile>>>>,
    /// A token of OAuth 2.0, sent as `Authorization: Bearer`.
    pub oauth2: Option<Spanned<Oauth2File>>,
    /// Header fields of each of its requests: fixed ones, and those with a value that the log-in captures, such as
    /// `Authorization: "Bearer ${access_token}"`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub headers: Fields,
    /// Parameters that are added to the address of each of its requests, such as an API key.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub query: Fields,
    /// An access key that signs each of its requests with AWS Signature Version 4, as S3 and compatible storage
    /// demand.
    pub aws: Option<Spanned<AwsFile>>,
    /// The client certificate that it shows when a connection begins (mutual TLS).
    pub certificate: Option<Spanned<CertificateFile>>,
    /// Origins, in addition to the target's own, to which its credential may be sent.
    #[serde(default)]
    pub send_to: Vec<Spanned<String>>,
    /// Accept a secret that is shorter than 8 characters or a common word, such as a default password. It
    /// cannot be recognised in an answer, so of this actor's answers only status, length and
    /// digest are stored.
    #[serde(default)]
    pub weak_secret: bool,
}

/// `connect:` of an actor.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["client_key", "shared_secret"]))]
pub struct ConnectFile {
    /// The issuer.
    pub client_key: Option<Spanned<String>>,
    /// The secret that was shared at installation.
    pub shared_secret: Option<Spanned<String>>,
}

/// `basic:` of an actor.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["user", "password"]))]
pub struct BasicFile {
    /// User name.
    pub user: Option<Spanned<String>>,
    /// Password.
    pub password: Option<Spanned<String>>,
}

/// `header:` of an actor.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["name", "value"]))]
pub struct HeaderFile {
    /// Its name.
    pub name: Option<Spanned<String>>,
    /// Its value.
    pub value: Option<Spanned<String>>,
}

/// `signed:` of an actor.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["key_id", "audience"]))]
pub struct SignedFile {
    /// The private key, PEM; without one, tokens can be imitated and none can be made.
    pub key: Option<Spanned<String>>,
    /// The public key, PEM, where there is no private one to take it from.
    pub public_key: Option<Spanned<String>>,
    /// The name of the key: `kid`.
    pub key_id: Option<Spanned<String>>,
    /// Who issues the tokens.
    pub issuer: Option<Spanned<String>>,
    /// In its place, a JSON Pointer to the issuer in the request's body, such as `/clientKey`.
    pub issuer_at: Option<Spanned<String>>,
    /// Whom they are meant for.
    pub audience: Option<Spanned<String>>,
    /// `JWT` for Atlassian Connect (if left out), `Bearer` for Forge.
    pub prefix: Option<Prefix>,
    /// What else they say.
    #[serde(default)]
    pub claims: serde_json::Map<String, serde_json::Value>,
}

/// The schemes, as authors write them.
const SCHEMES: [&str; 11] = [
    "login",
    "oauth2",
    "headers",
    "query",
    "aws",
    "certificate",
    "bearer",
    "basic",
    "header",
    "connect",
    "signed",
];

/// The schemes that may be combined.
const EXTENDED: [&str; 6] = ["login", "oauth2", "headers", "query", "aws", "certificate"];

/// The places of the variables without a value, by actor.
pub(crate) type Unset = BTreeMap<String, Vec<Place>>;

/// Every actor by name. An actor with a mistake is included too, so that the checks that name it are
/// not reported.
pub(crate) fn all(
    read: &IndexMap<String, Spanned<ActorFile>>,
    (variables, target): (&Variables<'_>, &url::Url),
    scope: &mut Scope<'_>,
) -> (IndexMap<String, Actor>, Unset) {
    let root = scope.node;
    let entries = root.get("actors").map_or(&[][..], Node::entries);
    let (mut actors, mut unset) = (IndexMap::new(), Unset::new());
    for entry in entries {
        check_name(&entry.key, &entry.key_span, scope);
        if entry.key == ANYONE {
            let message =
                format!("`{ANYONE}` means a caller without credentials, and cannot be defined");
            scope.report(
                Code::ReservedName,
                &entry.key_span,
                message,
                "give the actor another name",
            );
        }
        let before = scope.diagnostics.mark();
        let actor = read.get(&entry.key);
        let actor = actor
            .map(|actor| Reading { variables, scope, node: &entry.value, target }.actor(actor));
        actors.insert(entry.key.clone(), actor.unwrap_or_else(nobody));
        let reported = scope.diagnostics.since(before).iter();
        let places = reported.filter(|one| one.code == Code::UnsetVariable);
        let places: Vec<Place> = places.filter_map(|one| one.place.clone()).collect();
        if !places.is_empty() {
            unset.insert(entry.key.clone(), places);
        }
    }
    (actors, unset)
}

/// The stand-in for an actor that could not be read.
fn nobody() -> Actor {
    Actor { tenant: None, scheme: no_scheme(), send_to: Vec::new(), weak_secret: false }
}

fn no_scheme() -> Scheme {
    Scheme::Bearer(Secret::new(""))
}

fn extras(file: &ActorFile) -> Extras<'_> {
    Extras {
        headers: &file.headers,
        query: &file.query,
        aws: file.aws.as_ref(),
        certificate: file.certificate.as_ref(),
    }
}

/// One actor on its way from the file.
struct Reading<'a, 's> {
    variables: &'a Variables<'a>,
    scope: &'a mut Scope<'s>,
    node: &'a Node,
    target: &'a url::Url,
}

impl Reading<'_, '_> {
    fn actor(mut self, file: &ActorFile) -> Actor {
        let tenant = file.tenant.as_ref().map(|tenant| self.fill(tenant));
        let before = self.scope.diagnostics.mark();
        let scheme = self.scheme(file);
        // A secret whose variable is not set is not judged.
        if !file.weak_secret && self.scope.diagnostics.is_clean_since(before) {
            self.report_weak(&scheme);
        }
        let send_to: Vec<url::Url> =
            file.send_to.iter().filter_map(|one| self.origin(one)).collect();
        self.report_elsewhere(&scheme, &send_to);
        Actor { tenant, scheme, weak_secret: file.weak_secret, send_to }
    }

    fn report_weak(&mut self, scheme: &Scheme) {
        let Some(why) = weakness(scheme) else { return };
        let node = self.node.get(scheme.name()).unwrap_or(self.node);
        let help = "use a long random secret, or add `weak_secret: true` to the actor: of its answers \
                    only status, length and digest are then stored";
        let message =
            format!("the secret of this actor {why}, so it cannot be recognised in an answer");
        self.scope.report(Code::WeakSecret, &node.span, message, help);
    }

    fn scheme(&mut self, file: &ActorFile) -> Scheme {
        let node = self.node;
        let is_empty = |node: &Node| matches!(&node.value, Value::Map(all) if all.is_empty());
        let is_scheme = |one: &&Entry| SCHEMES.contains(&one.key.as_str()) && !is_empty(&one.value);
        let written: Vec<_> = node.entries().iter().filter(is_scheme).collect();
        let help = "give it exactly one of `login`, `oauth2`, `headers`, `query`, `aws`, `certificate`, `bearer`, \
                    `basic`, `header`, `connect` and `signed`; the third to the sixth may be combined, and added to \
                    the first two";
        if written.is_empty() {
            let message = "this actor has no credential";
            self.scope.report(Code::CredentialScheme, &node.span, message, help);
        }
        let is_extended = |key: &str| EXTENDED.contains(&key);
        let extends = written.iter().all(|one| is_extended(&one.key))
            && !(file.login.is_some() && file.oauth2.is_some());
        for second in written.iter().skip(1).filter(|_| !extends) {
            let message = "this actor has more than one credential";
            self.scope.report(Code::CredentialScheme, &second.key_span, message, help);
        }
        match file {
            ActorFile { connect: Some(file), .. } => Scheme::Connect {
                client_key: self.text(file.client_key.as_ref(), "connect", "client_key"),
                shared_secret: self.secret(file.shared_secret.as_ref(), "connect", "shared_secret"),
            },
            ActorFile { bearer: Some(token), .. } => {
                Scheme::Bearer(Secret::new(self.credential(token)))
            }
            ActorFile { basic: Some(file), .. } => Scheme::Basic {
                user: self.text(file.user.as_ref(), "basic", "user"),
                password: self.secret(file.password.as_ref(), "basic", "password"),
            },
            ActorFile { header: Some(file), .. } => Scheme::Header {
                name: self.header_name(file),
                value: self.secret(file.value.as_ref(), "header", "value"),
            },
            ActorFile { signed: Some(file), .. } => Scheme::Signed(Box::new(self.signed(file))),
            ActorFile { oauth2: Some(written), .. } => {
                let reading = login::Reading::new(self.variables, self.scope);
                Scheme::Login(Box::new(oauth2::read(reading, written, extras(file))))
            }
            _ if written.is_empty() => no_scheme(),
            ActorFile { login, .. } => {
                let reading = login::Reading::new(self.variables, self.scope);
                Scheme::Login(Box::new(reading.login(login.as_ref(), extras(file))))
            }
        }
    }

    /// Reports requests of a log-in at origins that the actor's secrets may not be sent to.
    fn report_elsewhere(&mut self, scheme: &Scheme, send_to: &[url::Url]) {
        let Scheme::Login(login) = scheme else { return };
        for step in &login.steps {
            let Destination::Address(address) = &step.request.to else { continue };
            let Ok(url) = url::Url::parse(&address.0) else { continue };
            let mut allowed = send_to.iter().chain([self.target]);
            if !allowed.any(|one| one.origin() == url.origin()) {
                let origin = url.origin().ascii_serialization();
                let message = format!("this actor logs in at `{origin}`, which is not the target");
                let help = format!("add `send_to: [{origin}]` to the actor");
                let node = self.node.get(login.method.name()).unwrap_or(self.node);
                self.scope.report(Code::MisplacedSecret, &node.span, message, &help);
            }
        }
    }

    fn signed(&mut self, file: &SignedFile) -> Signed {
        // A key in PEM has line breaks, and goes into no header field.
        let variables = self.variables;
        let key = file.key.as_ref();
        let key = key.map(|key| Secret::new(variables.fill_secret(key, self.scope)));
        Signed {
            key,
            public_key: file.public_key.as_ref().map(|key| self.fill(key)),
            key_id: self.text(file.key_id.as_ref(), "signed", "key_id"),
            issuer: self.issuer(file),
            audience: self.text(file.audience.as_ref(), "signed", "audience"),
            prefix: file.prefix.unwrap_or(Prefix::Jwt),
            claims: file.claims.clone(),
        }
    }

    fn issuer(&mut self, file: &SignedFile) -> Issuer {
        match (&file.issuer, &file.issuer_at) {
            (Some(issuer), None) => Issuer::Named(self.checked(issuer)),
            (None, Some(at)) => Issuer::InBody(at.value.clone()),
            (issuer, _) => {
                let message = "`signed` needs exactly one issuer";
                let span = issuer.as_ref().map_or(&self.node.span, |issuer| &issuer.span).clone();
                let help = "give either `issuer`, or `issuer_at` with its place in the body";
                self.report(Code::CredentialScheme, &span, message.into(), help);
                Issuer::Named(String::new())
            }
        }
    }

    fn header_name(&mut self, file: &HeaderFile) -> String {
        let name = self.text(file.name.as_ref(), "header", "name");
        // A token (RFC 9110, section 5.6.2).
        let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if let Some(written) = file.name.as_ref().filter(|_| !name.chars().all(fits)) {
            let help = "write it like `X-Api-Key`";
            self.scope.report(
                Code::BadCredential,
                &written.span,
                "this is not the name of a header",
                help,
            );
        }
        name
    }

    fn secret(&mut self, value: Option<&Spanned<String>>, scheme: &str, key: &str) -> Secret {
        let node = self.node.get(scheme).unwrap_or(self.node);
        let value = self.scope.required(value, key, node);
        Secret::new(self.credential(&value))
    }

    /// A secret with its variables read, fit for a header field.
    fn credential(&mut self, written: &Spanned<String>) -> String {
        let value = self.variables.fill_secret(written, self.scope);
        self.without_controls(&value, written);
        value
    }

    fn text(&mut self, value: Option<&Spanned<String>>, scheme: &str, key: &str) -> String {
        let node = self.node.get(scheme).unwrap_or(self.node);
        let value = self.scope.required(value, key, node);
        self.checked(&value)
    }

    /// A value with its variables read, fit for a header field.
    fn checked(&mut self, written: &Spanned<String>) -> String {
        let value = self.fill(written);
        self.without_controls(&value, written);
        value
    }

    fn without_controls(&mut self, value: &str, written: &Spanned<String>) {
        if value.chars().any(char::is_control) {
            let message = "there is a line break or control character in this credential";
            let help = "look at the value of its variable: often it ends with a line break";
            self.scope.report(Code::BadCredential, &written.span, message, help);
        }
    }

    fn origin(&mut self, written: &Spanned<String>) -> Option<url::Url> {
        const HELP: &str = "write it like `https://ops.example.com`, with nothing after the host";
        let origin = address::origin(&self.fill(written));
        if let Err(fault) = &origin {
            let message = format!("`{}` is not an origin", written.value);
            self.report(Code::BadAddress, &written.span, message, &fault.help(written, HELP));
        }
        origin.ok()
    }

    fn fill(&mut self, written: &Spanned<String>) -> String {
        self.variables.fill(written, self.scope)
    }

    fn report(&mut self, code: Code, span: &Range<usize>, message: String, help: &str) {
        self.scope.report(code, span, message, help);
    }
}
