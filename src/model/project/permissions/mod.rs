//! Permissions: what the sources of a project need of the operator, and what the operator permits.
//!
//! Sources are untrusted input. They name variables, hosts and programs, and the operator's policy decides
//! which of those they may use. Both sides have the same form, [`Permissions`], so that the policy of a
//! project can be printed, reviewed and given back. [`needs`] finds the needs, [`excess`] those that a policy
//! does not permit, and [`written`] prints them as a policy.

pub mod excess;
pub mod needs;
pub(crate) mod words;
pub mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::source::Place;

/// The name, in `variables`, of the credentials in the file of further tenants.
pub const TENANTS: &str = "tenants";

/// In place of the digest of something that cannot be read whole. It is never permitted, because nothing
/// connects it with a content.
pub const UNREADABLE: &str = "unreadable";

/// The host, in `writes`, of addresses in answers: any.
pub const ANYWHERE: &str = "*";

/// What the operator permits. A key that is left out permits nothing.
///
/// A text that sources fill from a variable is written and compared with its placeholder, such as
/// `${TARGET}`, and never with the value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Permissions {
    /// The variables of the environment that `avouch.yaml` may read, by name. Those of a program are under
    /// `commands`. `tenants` are the credentials in the file of further tenants.
    #[serde(default)]
    pub variables: BTreeMap<String, VariableUse>,
    /// The hosts that requests and connections may go to, each as `host:port`. `*.example.com:443` permits
    /// every host under `example.com`.
    #[serde(default)]
    pub hosts: BTreeSet<String>,
    /// The hosts, as `host:port`, whose answers may lead to other hosts: by a redirect, or by an address in
    /// an answer that a check requests. The entry `programs` permits that to programs: their output may contain
    /// such addresses.
    #[serde(default)]
    pub redirects: BTreeSet<String>,
    /// The hosts, as `host:port`, that requests may change something on. `*` permits requests that change
    /// something, or have a body, at addresses in answers.
    #[serde(default)]
    pub writes: BTreeSet<String>,
    /// The names that may be looked up in the DNS for their records. The look-up of the address of a host
    /// in `hosts` needs no entry.
    #[serde(default)]
    pub dns: BTreeSet<String>,
    /// The domains whose mail exchangers may be connected to, at port 25.
    #[serde(default)]
    pub mail_exchangers: BTreeSet<String>,
    /// The addresses that `connect_to:` may set, by host.
    #[serde(default)]
    pub connect_to: BTreeMap<String, BTreeSet<String>>,
    /// The certificate authorities that `roots:` may add: the SHA-256 of each file, as `sha256:...`.
    /// Certificates that a variable contains are permitted by its placeholder, such as `${ROOTS}`.
    #[serde(default)]
    pub roots: BTreeSet<String>,
    /// The resolver that may be used, as `address:port`.
    pub resolver: Option<String>,
    /// The SHA-256 of the trust anchor of DNSSEC that may be used, as `sha256:...`.
    pub trust_anchor: Option<String>,
    /// The programs that may be run.
    #[serde(default)]
    pub commands: Vec<PermittedCommand>,
    /// The files and folders outside the project that checks may read, as absolute paths. A folder includes
    /// everything in it.
    #[serde(default)]
    pub files: BTreeSet<String>,
    /// Who may waive failures.
    #[serde(default)]
    pub waivers: Vec<PermittedWaiver>,
}

/// How a variable may be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct VariableUse {
    /// The keys of `avouch.yaml` that may contain it: `target`, `connect_to`, `roots`, or keys of an actor,
    /// such as `bearer` and `connect.shared_secret`.
    #[serde(default)]
    pub used_as: BTreeSet<String>,
    /// The origins that may receive the value, or a credential that is made or signed with it.
    #[serde(default)]
    pub sent_to: BTreeSet<String>,
}

/// A program that may be run.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub struct PermittedCommand {
    /// The program and its arguments.
    pub line: Vec<String>,
    /// The variables of the environment that it may get.
    #[serde(default)]
    pub env: BTreeSet<String>,
    /// The files and folders of the project that its line names, each with the SHA-256 of its content, as
    /// `sha256:...`. Without it, anyone who changes the sources could change what the program
    /// does.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
}

/// Failures that may be waived.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub struct PermittedWaiver {
    /// The role that may waive.
    pub role: String,
    /// The claim; every claim if left out.
    pub claim: Option<String>,
    /// The latest day on which the waiver may end; any day if left out.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub until: Option<Date>,
}

/// One thing that sources need of the operator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// A variable, and the key that contains it.
    Variable(String, String),
    /// A variable, and an origin that the credential with its value is sent to.
    SentTo(String, String),
    /// Requests or connections to this host and port.
    Host(String),
    /// Going where the answers of this host and port lead.
    Redirects(String),
    /// Requests that change something on this host and port.
    Writes(String),
    /// Looking up records of this name.
    Dns(String),
    /// Connections to the mail exchangers of this domain.
    MailExchangers(String),
    /// Connecting to this address in place of those of a host.
    ConnectTo(String, String),
    /// Trust in the certificate authorities of this digest or variable.
    Root(String),
    /// Use of this resolver.
    Resolver(String),
    /// Use of the trust anchor with this digest.
    TrustAnchor(String),
    /// Running this program.
    Command(PermittedCommand),
    /// Reading this file or folder outside the project.
    File(String),
    /// A waiver.
    Waiver(PermittedWaiver),
}

/// A need of the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The permission that is needed.
    pub permission: Permission,
    /// The place of the sources that needs it; `None` for the command line.
    pub place: Option<Place>,
}

/// The needs of `avouch.yaml` itself, as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The needs.
    pub needs: Vec<Need>,
    /// The target as it is written in the project's file or on the command line.
    pub target: String,
    /// The place of `release:`.
    pub release: Option<Place>,
    /// The variables with the credentials of each actor.
    pub secrets: BTreeMap<String, BTreeSet<String>>,
}

impl Permission {
    /// Why no policy can permit a need, if none can.
    pub(crate) fn why_never(&self) -> Option<String> {
        match self {
            Self::Command(command) => {
                let mut files = command.files.iter();
                let (file, _) = files.find(|(_, digest)| *digest == UNREADABLE)?;
                Some(format!(
                    "`{file}` is missing, is not a regular file, cannot be read, or has more than 64 MiB or 10 000 \
                 files"
                ))
            }
            Self::File(path) if !Path::new(path).is_absolute() => {
                Some("the folder has more entries than Avouch reads".to_owned())
            }
            _ => None,
        }
    }
}

impl Permissions {
    /// The least permissions that these needs require.
    pub fn of<'a>(needs: impl IntoIterator<Item = &'a Permission>) -> Self {
        let mut all = Self::default();
        for permission in needs {
            all.add(permission.clone());
        }
        all.commands.sort();
        all.commands.dedup();
        all.waivers.sort();
        all.waivers.dedup();
        all
    }

    fn add(&mut self, permission: Permission) {
        match permission {
            Permission::Variable(name, used) => {
                self.variables.entry(name).or_default().used_as.insert(used);
            }
            Permission::SentTo(name, to) => {
                self.variables.entry(name).or_default().sent_to.insert(to);
            }
            Permission::Host(host) => drop(self.hosts.insert(host)),
            Permission::Redirects(host) => drop(self.redirects.insert(host)),
            Permission::Writes(host) => drop(self.writes.insert(host)),
            Permission::Dns(name) => drop(self.dns.insert(name)),
            Permission::MailExchangers(domain) => drop(self.mail_exchangers.insert(domain)),
            Permission::ConnectTo(host, address) => {
                self.connect_to.entry(host).or_default().insert(address);
            }
            Permission::Root(root) => drop(self.roots.insert(root)),
            Permission::Resolver(address) => self.resolver = Some(address),
            Permission::TrustAnchor(digest) => self.trust_anchor = Some(digest),
            Permission::Command(command) => self.commands.push(command),
            Permission::File(path) => drop(self.files.insert(path)),
            Permission::Waiver(waiver) => self.waivers.push(waiver),
        }
    }

    /// Whether these permissions include one.
    pub fn permit(&self, permission: &Permission) -> bool {
        match permission {
            Permission::Variable(name, used) => {
                self.variables.get(name).is_some_and(|one| one.used_as.contains(used))
            }
            Permission::SentTo(name, to) => {
                self.variables.get(name).is_some_and(|one| has_origin(&one.sent_to, to))
            }
            Permission::Host(host) => has_host(&self.hosts, host),
            Permission::Redirects(host) => has_host(&self.redirects, host),
            Permission::Writes(host) => has_host(&self.writes, host),
            Permission::Dns(name) => has_name(&self.dns, name),
            Permission::MailExchangers(domain) => has_name(&self.mail_exchangers, domain),
            Permission::ConnectTo(host, address) => {
                self.connect_to.get(host).is_some_and(|all| all.contains(address))
            }
            Permission::Root(root) => self.roots.contains(root),
            Permission::Resolver(address) => self.resolver.as_ref() == Some(address),
            Permission::TrustAnchor(digest) => self.trust_anchor.as_ref() == Some(digest),
            Permission::Command(command) => self.commands.iter().any(|one| one.covers(command)),
            Permission::File(path) => {
                let path = Path::new(path);
                path.is_absolute() && self.files.iter().any(|one| path.starts_with(one))
            }
            Permission::Waiver(waiver) => self.waivers.iter().any(|one| one.covers(waiver)),
        }
    }
}

impl PermittedCommand {
    /// Whether this permission includes a run of that program.
    pub(crate) fn covers(&self, needed: &Self) -> bool {
        self.line == needed.line
            && needed.env.is_subset(&self.env)
            && !needed.has_unreadable()
            && needed.files.iter().all(|(file, digest)| self.files.get(file) == Some(digest))
    }

    /// Whether its line names a file that cannot be read whole, so that it cannot be permitted.
    pub(crate) fn has_unreadable(&self) -> bool {
        self.files.values().any(|digest| digest == UNREADABLE)
    }
}

impl PermittedWaiver {
    fn covers(&self, needed: &Self) -> bool {
        self.role == needed.role
            && (self.claim.is_none() || self.claim == needed.claim)
            && self.until.is_none_or(|last| needed.until.is_some_and(|until| until <= last))
    }
}

/// Whether a list has a host, or a pattern such as `*.example.com:443` that includes it. A pattern that the
/// sources need is included by itself and by wider patterns.
fn has_host(permitted: &BTreeSet<String>, needed: &str) -> bool {
    let includes = |pattern: &String| {
        let rest = pattern.strip_prefix('*').filter(|rest| rest.starts_with('.'));
        rest.is_some_and(|rest| needed.len() > rest.len() && needed.ends_with(rest))
    };
    permitted.iter().any(|one| one.eq_ignore_ascii_case(needed) || includes(one))
}

fn has_name(permitted: &BTreeSet<String>, needed: &str) -> bool {
    let plain = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    permitted.iter().any(|one| plain(one) == plain(needed))
}

fn has_origin(permitted: &BTreeSet<String>, needed: &str) -> bool {
    permitted.iter().any(|one| origin(one) == needed)
}

/// An origin in one form, whatever its letters and its final `/`; a text with a variable stays as it is
/// written.
pub fn origin(written: &str) -> String {
    match url::Url::parse(written) {
        Ok(url) if url.has_host() && !written.contains("${") => url.origin().ascii_serialization(),
        _ => written.to_owned(),
    }
}

/// The form of a digest in a policy.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(all: &[&str]) -> Permissions {
        let hosts = all.iter().map(|one| (*one).to_owned()).collect();
        Permissions { hosts, ..Permissions::default() }
    }

    #[test]
    fn a_host_is_permitted_with_its_port_or_by_the_domain_above_it() {
        let permitted = hosts(&["a.test:443", "*.b.test:443"]);
        let is = |host: &str| permitted.permit(&Permission::Host(host.into()));
        for host in ["a.test:443", "A.test:443", "x.b.test:443", "y.x.b.test:443", "*.b.test:443"] {
            assert!(is(host), "{host}");
        }
        for host in ["a.test:80", "x.a.test:443", "b.test:443", "xb.test:443", "x.b.test:8443", "*"]
        {
            assert!(!is(host), "{host}");
        }
        assert!(
            !hosts(&["*", "*:443", "*test:443"]).permit(&Permission::Host("a.test:443".into()))
        );
    }

    #[test]
    fn a_variable_is_permitted_for_a_key_and_for_an_origin() {
        let used = VariableUse {
            used_as: ["bearer".to_owned()].into(),
            sent_to: ["https://A.test/".to_owned(), "${TARGET}".to_owned()].into(),
        };
        let permitted = Permissions {
            variables: [("TOKEN".to_owned(), used)].into(),
            ..Permissions::default()
        };
        let is = |permission: Permission| permitted.permit(&permission);
        let variable = |name: &str, used: &str| Permission::Variable(name.into(), used.into());
        let sent = |name: &str, to: &str| Permission::SentTo(name.into(), to.into());
        assert!(is(variable("TOKEN", "bearer")));
        assert!(!is(variable("TOKEN", "tenant")) && !is(variable("OTHER", "bearer")));
        assert!(is(sent("TOKEN", "https://a.test")) && is(sent("TOKEN", "${TARGET}")));
        assert!(!is(sent("TOKEN", "https://b.test")) && !is(sent("TOKEN", "https://a.test:8443")));
    }

    #[test]
    fn a_program_is_permitted_with_its_arguments_variables_and_files() {
        let command = |line: &str, env: &str, digest: &str| PermittedCommand {
            line: line.split(' ').map(str::to_owned).collect(),
            env: env.split(' ').filter(|one| !one.is_empty()).map(str::to_owned).collect(),
            files: [("x".to_owned(), digest.to_owned())].into(),
        };
        let permitted =
            Permissions { commands: vec![command("x a", "A B", "1")], ..Permissions::default() };
        let is = |command| permitted.permit(&Permission::Command(command));
        assert!(is(command("x a", "A B", "1")) && is(command("x a", "", "1")));
        assert!(!is(command("x b", "", "1")) && !is(command("x", "", "1")));
        assert!(!is(command("x a", "C", "1")) && !is(command("x a", "", "2")));
        let unreadable = command("x a", "", UNREADABLE);
        let permitted =
            Permissions { commands: vec![unreadable.clone()], ..Permissions::default() };
        assert!(!permitted.permit(&Permission::Command(unreadable)));
    }

    #[test]
    fn a_permitted_folder_includes_its_files_and_nothing_that_is_relative_is_permitted() {
        let files = ["/b".to_owned(), "too many".to_owned()].into();
        let permitted = Permissions { files, ..Permissions::default() };
        let is = |path: &str| permitted.permit(&Permission::File(path.into()));
        assert!(is("/b") && is("/b/db-2.dump") && is("/b/c/d"));
        assert!(!is("/bc") && !is("/") && !is("too many"));
    }

    #[test]
    fn a_waiver_is_permitted_by_role_claim_and_end() {
        let day = |day| Some(jiff::civil::date(2026, 12, day));
        let waiver = |role: &str, claim: Option<&str>, until| PermittedWaiver {
            role: role.into(),
            claim: claim.map(str::to_owned),
            until,
        };
        let permitted = Permissions {
            waivers: vec![waiver("a", Some("one"), day(9)), waiver("b", None, None)],
            ..Permissions::default()
        };
        let is = |role, claim, last| {
            permitted.permit(&Permission::Waiver(waiver(role, Some(claim), day(last))))
        };
        assert!(is("a", "one", 9) && is("a", "one", 1) && is("b", "two", 30));
        assert!(!is("a", "one", 10) && !is("a", "two", 1) && !is("c", "one", 1));
    }
}
