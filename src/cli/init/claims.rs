//! The claims that services make, each with a ready-made check file: the data in `claims/` and `blanks.yaml`.

use std::sync::LazyLock;

use avouch::model::judge::basis::Basis;
use indexmap::IndexMap;
use serde::Deserialize;

/// A claim that services make.
pub(crate) struct Claim {
    /// Its name, which is the name of its check file.
    pub(crate) name: &'static str,
    head: Head,
    /// The check file, with blanks.
    text: &'static str,
}

/// What is known of a claim in addition to its check file.
#[derive(Deserialize)]
struct Head {
    /// The heading above it in a policy.
    under: String,
    /// How its check file shows it.
    basis: Basis,
    /// The words in a policy, if they contain a link.
    in_policy: Option<String>,
    /// What a role must look at before it confirms the claim.
    look_at: Option<String>,
    /// What the check file leaves open.
    does_not_show: String,
}

/// A blank in check files, such as `{PRIVATE}`.
#[derive(Deserialize)]
pub(crate) struct Blank {
    /// What an author writes there.
    pub(crate) means: String,
    /// The value until then.
    pub(crate) usual: String,
}

/// The part of a check file that the policy needs.
#[derive(Deserialize)]
struct Quoted {
    proves: String,
}

/// Files of the folder `claims/`, by name.
macro_rules! files {
    ($($name:literal,)*) => {
        &[$(($name, include_str!(concat!("claims/", $name, ".yaml")))),*]
    };
}

/// In the order of the manual.
const FILES: &[(&str, &str)] = files![
    "encrypted-transport",
    "certificate",
    "strong-keys",
    "https-only",
    "hsts",
    "hsts-subdomains",
    "caa",
    "dnssec",
    "no-dangling-name",
    "no-sniffing",
    "no-framing",
    "frame-options",
    "content-security-policy",
    "referrer-policy",
    "session-cookies",
    "private-answers",
    "no-foreign-reads",
    "login-required",
    "former-customers",
    "administration-closed",
    "connect-descriptor",
    "connect-handshake",
    "limited-scopes",
    "forge-calls",
    "single-sign-on",
    "staff-second-factor",
    "password-storage",
    "locked-accounts",
    "least-privilege",
    "access-reviews",
    "tenant-isolation",
    "isolation-in-graphql",
    "separate-test-data",
    "encryption-at-rest",
    "data-location",
    "uploads-storage",
    "browser-cache",
    "payment-data",
    "no-model-training",
    "no-sale",
    "backup-daily",
    "backup-opens",
    "backup-retention",
    "backup-encrypted",
    "backup-elsewhere",
    "restore-tests",
    "deleted-at-once",
    "deleted-after-period",
    "deletion-from-backups",
    "log-retention",
    "export",
    "mail-spf",
    "mail-dmarc",
    "mail-dkim",
    "mail-received",
    "mail-encrypted",
    "front-page",
    "response-time",
    "health",
    "kept-in-git",
    "robots-txt",
    "hosting-platform",
    "platform-statement",
    "status-page",
    "monitoring",
    "patches",
    "penetration-test",
    "code-review",
    "recovery-plan",
    "security-txt",
    "report-channel",
    "reports-are-read",
    "reports-are-answered",
    "support-access-logged",
    "confidentiality",
    "training",
    "leavers",
    "devices",
    "privacy-policy",
    "sub-processors",
    "sub-processor-contracts",
    "sub-processor-notice",
    "breach-notice",
    "certification",
];

/// The claims, in the order of the manual.
pub(crate) static CLAIMS: LazyLock<Vec<Claim>> =
    LazyLock::new(|| FILES.iter().filter_map(|(name, text)| parsed(name, text)).collect());

/// The blanks, by name.
static BLANKS: LazyLock<IndexMap<String, Blank>> =
    LazyLock::new(|| serde_yaml::from_str(include_str!("blanks.yaml")).unwrap_or_default());

/// The claim with this name.
pub(crate) fn find(name: &str) -> Option<&'static Claim> {
    CLAIMS.iter().find(|claim| claim.name == name)
}

fn parsed(name: &'static str, text: &'static str) -> Option<Claim> {
    let (head, text) = text.split_once("---\n")?;
    Some(Claim { name, head: serde_yaml::from_str(head).ok()?, text })
}

/// What is written into a blank, as YAML; `None` for its usual value.
pub(crate) type Fill<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Leaves the usual value in every blank.
pub(crate) fn usual(_: &str) -> Option<String> {
    None
}

impl Claim {
    /// The heading above it in a policy.
    pub(crate) fn heading(&self) -> &str {
        &self.head.under
    }

    /// How its check file shows it.
    pub(crate) fn basis(&self) -> Basis {
        self.head.basis
    }

    /// What its check file leaves open, as the end of a sentence: `that anybody reads the mail.`
    pub(crate) fn does_not_show(&self) -> &str {
        self.head.does_not_show.trim()
    }

    /// What a role must look at before it confirms the claim, if a role confirms it.
    pub(crate) fn look_at(&self) -> Option<&str> {
        self.head.look_at.as_deref()
    }

    /// Its blanks, in the order of the file with all blanks.
    pub(crate) fn blanks(&self) -> impl Iterator<Item = &'static Blank> {
        BLANKS.iter().filter(|(name, _)| self.has(name)).map(|(_, blank)| blank)
    }

    /// Its words without the address of a link.
    pub(crate) fn plain_words(&self, fill: Fill<'_>) -> String {
        let words = self.words(fill);
        match words.split_once(" <") {
            Some((before, rest)) => {
                format!("{before}{}", rest.split_once('>').map_or("", |(_, after)| after))
            }
            None => words,
        }
    }

    /// Whether its check file has this blank.
    pub(crate) fn has(&self, blank: &str) -> bool {
        self.text.contains(&format!("{{{blank}}}"))
    }

    /// Its check file.
    pub(crate) fn file(&self, fill: Fill<'_>) -> String {
        format!(
            "# yaml-language-server: $schema=../schemas/claim.schema.json\n\
             # The policy must contain these words exactly; `avouch accept` approves changed ones.\n{}",
            filled(self.text, fill)
        )
    }

    /// Its words, as the check file quotes them.
    pub(crate) fn words(&self, fill: Fill<'_>) -> String {
        let quoted = serde_yaml::from_str::<Quoted>(&filled(self.text, fill));
        quoted.map(|quoted| quoted.proves).unwrap_or_default()
    }

    /// The paragraph of a policy that makes the claim.
    pub(crate) fn paragraph(&self, id: &str, fill: Fill<'_>) -> String {
        match &self.head.in_policy {
            Some(words) => format!("{} [](../checks/{id}.yaml)", filled(words, fill)),
            None => format!("[{}](../checks/{id}.yaml)", self.words(fill)),
        }
    }
}

/// A text with a value in each of its blanks.
fn filled(text: &str, fill: Fill<'_>) -> String {
    BLANKS.iter().fold(text.to_owned(), |text, (name, blank)| {
        let mark = format!("{{{name}}}");
        if !text.contains(&mark) {
            return text;
        }
        text.replace(&mark, &fill(name).unwrap_or_else(|| blank.usual.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/init/claims");
        assert_eq!(CLAIMS.len(), std::fs::read_dir(folder).unwrap().count());
        assert!(CLAIMS.iter().all(|claim| !claim.words(&usual).is_empty()));
        assert!(CLAIMS.len() >= 60 && !BLANKS.is_empty());
    }
}
