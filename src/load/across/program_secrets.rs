//! The values of the environment variables that programs receive and that are secrets.

use std::collections::BTreeMap;

use url::Url;

use crate::load::options::Options;
use crate::model::project::actor::{Scheme, Secret};
use crate::model::project::claim::Claim;
use crate::model::project::weak_secret::weakness;
use crate::model::source::node::{Node, Value};

/// Variables whose values are not secrets, whatever program reads them.
const PUBLIC: [&str; 17] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TERM",
    "PWD",
    "TMPDIR",
    "HOSTNAME",
    "CI",
    "PGHOST",
    "PGPORT",
    "PGUSER",
    "PGDATABASE",
];

/// The last words of the names of such variables.
const PUBLIC_ENDS: [&str; 18] = [
    "HOST",
    "PORT",
    "USER",
    "USERNAME",
    "DATABASE",
    "DB",
    "REGION",
    "ZONE",
    "PATH",
    "DIR",
    "HOME",
    "BUCKET",
    "PROFILE",
    "ENV",
    "ENVIRONMENT",
    "VERSION",
    "MODE",
    "LEVEL",
];

/// The secrets that the checks of these claims name under `env`, by the name of their variable.
pub(crate) fn of(claims: &[Claim], options: &Options<'_>) -> BTreeMap<String, Secret> {
    let mut names = Vec::new();
    for check in claims.iter().flat_map(|claim| &claim.checks) {
        gather(&check.settings, &mut names);
    }
    let secret = |name: &str| {
        let value = (options.env)(name, false)?;
        is_secret(name, &value).then(|| (name.to_owned(), Secret::new(value)))
    };
    names.into_iter().filter_map(secret).collect()
}

fn gather<'n>(node: &'n Node, names: &mut Vec<&'n str>) {
    for entry in node.entries() {
        match &entry.value.value {
            Value::List(items) if entry.key == "env" => {
                names.extend(items.iter().filter_map(|item| match &item.value {
                    Value::String(name) => Some(name.as_str()),
                    _ => None,
                }));
            }
            _ => gather(&entry.value, names),
        }
    }
    if let Value::List(items) = &node.value {
        items.iter().for_each(|item| gather(item, names));
    }
}

/// Whether the value of a variable is a secret that can be recognised.
fn is_secret(name: &str, value: &str) -> bool {
    let is_public = PUBLIC.contains(&name)
        || name.starts_with("LC_")
        || name.starts_with("XDG_")
        || name.rsplit('_').next().is_some_and(|end| PUBLIC_ENDS.contains(&end));
    let is_weak = weakness(&Scheme::Bearer(Secret::new(value))).is_some();
    !is_public && !is_weak && !value.is_empty() && !is_address(value)
}

/// Whether a value is the address of a host and nothing more.
fn is_address(value: &str) -> bool {
    Url::parse(value).is_ok_and(|url| {
        let is_bare = url.username().is_empty() && url.password().is_none();
        is_bare && url.has_host() && url.path().len() <= 1 && url.query().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_hosts_and_short_values_are_not_secrets() {
        for (name, value) in [
            ("PATH", "/usr/local/bin:/usr/bin"),
            ("LC_ALL", "de_DE.UTF-8"),
            ("AWS_REGION", "eu-central-1"),
            ("API_URL", "https://api.example.com/"),
            ("RETRIES", "3"),
            ("DRY_RUN", "password"),
        ] {
            assert!(!is_secret(name, value), "{name}");
        }
        for (name, value) in [
            ("AWS_SECRET_ACCESS_KEY", "correct-horse-battery"),
            ("DATABASE_URL", "postgres://app:correct-horse@db.example.com/app"),
            ("HOOK", "https://hooks.example.com/services/T0/B0/q7htx2mzw4"),
        ] {
            assert!(is_secret(name, value), "{name}");
        }
    }
}
