//! The needs that a policy does not permit, each as a diagnostic at the place that needs it.

use crate::model::project::permissions::written::line;
use crate::model::project::permissions::{
    ANYWHERE, Need, Permission, Permissions, PermittedCommand, TENANTS,
};
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;

/// A diagnostic for each need that is not permitted, in the order of the needs. `policy` is the name of the
/// policy for people.
pub fn excess(needs: &[Need], permitted: &Permissions, policy: &str) -> Vec<Diagnostic> {
    let refused = needs.iter().filter(|need| !permitted.permit(&need.permission));
    refused.map(|need| diagnostic(need, permitted, policy)).collect()
}

fn diagnostic(need: &Need, permitted: &Permissions, policy: &str) -> Diagnostic {
    let needed = in_words(&need.permission, permitted);
    let place = need.place.clone();
    let given = if place.is_none() { ", which the command line gives" } else { "" };
    let message = format!("the operator does not permit {needed}{given}");
    let entry = line(&need.permission);
    let help = match need.permission.why_never() {
        Some(why) => format!("{why}, so no policy can permit this"),
        None => format!("undo this, or ask the operator to add `{entry}` to the policy ({policy})"),
    };
    let at = place.clone().unwrap_or_else(|| Place::file(policy));
    Diagnostic { place, ..Diagnostic::new(Code::NotPermitted, at, message).help(help) }
}

fn in_words(permission: &Permission, permitted: &Permissions) -> String {
    match permission {
        Permission::Variable(name, _) if name == TENANTS => {
            "the credentials in the file of `tenants:`".to_owned()
        }
        Permission::Variable(name, used) => format!("the variable `{name}` as `{used}`"),
        Permission::SentTo(name, to) if name == TENANTS => {
            format!("that the credentials in the file of `tenants:` are sent to `{to}`")
        }
        Permission::SentTo(name, to) => {
            format!("that the credential from the variable `{name}` is sent to `{to}`")
        }
        Permission::Host(host) => format!("connections to `{host}`"),
        Permission::Redirects(host) => {
            format!("that answers of `{host}` lead to other hosts")
        }
        Permission::Writes(host) if host == ANYWHERE => {
            "requests that change something, or have a body, at addresses in answers".to_owned()
        }
        Permission::Writes(host) => format!("requests that change something on `{host}`"),
        Permission::Dns(name) => format!("look-ups of the records of `{name}`"),
        Permission::MailExchangers(domain) => {
            format!("connections to the mail exchangers of `{domain}`")
        }
        Permission::ConnectTo(host, address) => {
            format!("connections to `{address}` in place of `{host}`")
        }
        Permission::Root(root) => format!("trust in the certificate authorities `{root}`"),
        Permission::Resolver(address) => format!("the resolver `{address}`"),
        Permission::TrustAnchor(digest) => format!("the trust anchor `{digest}`"),
        Permission::Command(command) => command_in_words(command, &permitted.commands),
        Permission::File(path) => format!("reading `{path}`, which is outside the project"),
        Permission::Waiver(waiver) => {
            let claim = waiver.claim.as_deref().unwrap_or_default();
            let until = waiver.until.map(|day| format!(" until {day}")).unwrap_or_default();
            format!("the role `{}` to waive failures of `{claim}`{until}", waiver.role)
        }
    }
}

/// The part of a program that is not permitted: a changed file, a variable, or the whole.
fn command_in_words(needed: &PermittedCommand, permitted: &[PermittedCommand]) -> String {
    let line = needed.line.join(" ");
    let Some(like) = permitted.iter().find(|one| one.line == needed.line) else {
        return format!("the program `{line}`");
    };
    let changed = needed.files.iter().find(|(file, digest)| like.files.get(*file) != Some(digest));
    if let Some((file, _)) = changed {
        return format!("the present content of `{file}` for the program `{line}`");
    }
    let more: Vec<String> =
        needed.env.difference(&like.env).map(|one| format!("`{one}`")).collect();
    format!("the variable {} for the program `{line}`", more.join(", "))
}
