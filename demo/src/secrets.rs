//! The secrets that the demo shares with whoever assesses it, made at random at each start.

use std::collections::BTreeMap;
use std::fmt;

use crate::random;

/// The demo's secrets, by the name of the environment variable that stands for each.
#[derive(Clone)]
pub struct Secrets(BTreeMap<&'static str, String>);

impl Secrets {
    /// The variables: the shared secrets of three tenants, and the operator's bearer token.
    pub const VARIABLES: &[&str] = &["ACME_SECRET", "GLOBEX_SECRET", "FORMER_SECRET", "OPS_TOKEN"];

    /// Secrets of 256 random bits each.
    pub fn generate() -> Self {
        let secret = |name: &&'static str| (*name, random::hex(32));
        Self(Self::VARIABLES.iter().map(secret).collect())
    }

    /// The value of a variable, if it is one of ours.
    pub fn get(&self, variable: &str) -> Option<&str> {
        self.0.get(variable).map(String::as_str)
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
    fn every_variable_has_a_secret_of_its_own_that_debug_does_not_show() {
        let secrets = Secrets::generate();
        let values: std::collections::BTreeSet<_> =
            Secrets::VARIABLES.iter().map(|name| secrets.get(name).unwrap()).collect();
        assert_eq!(values.len(), Secrets::VARIABLES.len());
        let shown = format!("{secrets:?}");
        assert!(values.iter().all(|value| !shown.contains(value)));
        assert_eq!(secrets.get("PATH"), None);
    }
}
