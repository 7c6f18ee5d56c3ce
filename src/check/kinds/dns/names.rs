//! The names that a check of the kind `dns` looks up.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::Context;
use crate::check::written::placeholders::Names;
use crate::model::plan::question::HostName;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The role whose host replaces the contacts' mail domain while the demo is the target.
const MAIL_ROLE: &str = "mail";

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum About {
    /// The target's host.
    #[default]
    Target,
    /// The host of a role, from `hosts:` in `avouch.yaml`.
    Host(Spanned<String>),
    /// A name; `${host:ROLE}` is the host of a role.
    Domain(Spanned<String>),
    /// The mail domains of the project's contacts.
    DomainOf(Spanned<Whose>),
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Whose {
    /// Those of `contacts:` in `avouch.yaml`.
    Contacts,
}

impl About {
    /// The names to look up, each as in the plan and as a reader sees it.
    pub(crate) fn names(
        &self,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Vec<(HostName, String)> {
        match self {
            Self::Target => {
                let host = context.project.world.target.host_str().unwrap_or_default();
                vec![(HostName::Target, host.to_owned())]
            }
            Self::Host(role) => {
                let host = context.host(role, diagnostics).map(str::to_owned);
                host.map(|host| (HostName::Role(role.value.clone()), host)).into_iter().collect()
            }
            Self::Domain(name) => {
                let name = domain(name, context, diagnostics);
                vec![(HostName::Literal(name.clone()), name)]
            }
            Self::DomainOf(contacts) => {
                let names = mail_domains(context);
                if names.is_empty() {
                    let message = "no contact of this project is a mail address";
                    let mistake = context.mistake(Code::NoMailContact, &contacts.span, message);
                    let help = "add a `mailto:` address to `contacts:` in `avouch.yaml`";
                    diagnostics.push(mistake.help(help));
                }
                names
            }
        }
    }
}

/// The domains of the contacts' mail addresses, or the demo's host while the demo is the target.
fn mail_domains(context: &Context<'_>) -> Vec<(HostName, String)> {
    let world = &context.project.world;
    if let Some(host) = world.hosts.get(MAIL_ROLE).filter(|_| world.demo) {
        return vec![(HostName::Role(MAIL_ROLE.into()), host.clone())];
    }
    let mail = context.project.contacts.iter().filter(|contact| contact.scheme() == "mailto");
    let domains = mail.filter_map(|contact| contact.path().rsplit_once('@'));
    let mut all: Vec<String> = domains.map(|(_, domain)| domain.to_ascii_lowercase()).collect();
    all.sort();
    all.dedup();
    all.into_iter().map(|name| (HostName::Literal(name.clone()), name)).collect()
}

/// A name with its placeholders filled in, in lower case and without dots at its ends.
pub(crate) fn domain(
    written: &Spanned<String>,
    context: &Context<'_>,
    diagnostics: &mut Report,
) -> String {
    let before = diagnostics.mark();
    let text = Names::none(context).text(written, &written.span, diagnostics);
    let name = text.trim_matches('.').to_ascii_lowercase();
    if diagnostics.is_clean_since(before) && !is_name(&name) {
        let message = format!("`{}` is not a domain name", written.value);
        let help = "write it like `example.com`";
        diagnostics.push(context.mistake(Code::BadHost, &written.span, message).help(help));
    }
    name
}

/// Whether a text is a name of labels, as in DNS.
pub(super) fn is_name(name: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    name.split('.').all(|label| !label.is_empty() && label.chars().all(of_name))
}
