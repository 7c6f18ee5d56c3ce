//! The secrets that the demo shares with its tester, generated at each start.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::{keys, random};

/// The demo's secrets, by the names of their environment variables.
#[derive(Clone)]
pub struct Secrets(Arc<BTreeMap<&'static str, Secret>>);

/// Generating a key is slow, so a key is generated when it is first needed.
enum Secret {
    Text(String),
    Key(OnceLock<Option<String>>),
}

impl Secrets {
    /// The variables: the shared secrets of three tenants, the operator's bearer token, and the
    /// platform's private keys (PKCS #8, PEM), with which it signs installations (`kid`
    /// `demo-install-1`) and invocation tokens of Forge (`kid` `demo-forge-1`).
    pub const VARIABLES: &[&str] =
        &["ACME_SECRET", "GLOBEX_SECRET", "FORMER_SECRET", "OPS_TOKEN", "INSTALL_KEY", "FORGE_KEY"];

    /// Secrets of 256 random bits each, and RSA keys of 2048 bits.
    pub fn generate() -> Self {
        let secret = |name: &&'static str| {
            let secret = match *name {
                "INSTALL_KEY" | "FORGE_KEY" => Secret::Key(OnceLock::new()),
                _ => Secret::Text(random::hex(32)),
            };
            (*name, secret)
        };
        Self(Arc::new(Self::VARIABLES.iter().map(secret).collect()))
    }

    /// The value of a variable; `None` if it is not one of [`Self::VARIABLES`].
    pub fn get(&self, variable: &str) -> Option<&str> {
        match self.0.get(variable)? {
            Secret::Text(text) => Some(text),
            Secret::Key(key) => key.get_or_init(keys::generate).as_deref(),
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_has_its_own_secret_and_debug_shows_none() {
        let secrets = Secrets::generate();
        let values: std::collections::BTreeSet<_> =
            Secrets::VARIABLES.iter().map(|name| secrets.get(name).unwrap()).collect();
        assert_eq!(values.len(), Secrets::VARIABLES.len());
        let shown = format!("{secrets:?}");
        assert!(values.iter().all(|value| !shown.contains(value)));
        assert_eq!(secrets.get("PATH"), None);
    }
}
