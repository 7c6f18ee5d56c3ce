//! Binding: digests of the words, the plans and the world for which evidence was collected.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::language::words::normalise;
use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::model::project::actor::Scheme;
use crate::model::project::claim::Claim;

/// A SHA-256 digest in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub String);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The digest of a value's JSON, which is canonical because every map here has a fixed order.
    pub fn of_value(value: &impl Serialize) -> Self {
        // Our own types always serialise: their keys are strings, and no writer can fail.
        Self::of(&serde_json::to_vec(value).unwrap_or_default())
    }
}

/// The words and plans for which a claim's evidence was collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimBinding {
    /// Digest of the claim's words.
    pub words: Digest,
    /// Digest of the headings above the words, and of the publisher's explanation. None in
    /// evidence of earlier versions.
    #[serde(default)]
    pub context: Option<Digest>,
    /// Digest of each of its plans, in order.
    pub plans: Vec<Digest>,
}

impl ClaimBinding {
    /// The binding of evidence for this claim that is collected by these plans.
    pub fn of(claim: &Claim, plans: &[Plan]) -> Self {
        // A claim has the same meaning in each place and language, so a change in any of them counts.
        let others = claim.passages.iter().skip(1).map(|passage| passage.words.as_str());
        let words: Vec<String> =
            std::iter::once(claim.words()).chain(others).map(normalise).collect();
        Self {
            words: Digest::of(words.join("\n").as_bytes()),
            context: Some(Self::context(claim)),
            plans: plans.iter().map(Digest::of_value).collect(),
        }
    }
}

impl ClaimBinding {
    fn context(claim: &Claim) -> Digest {
        let headings = claim.passages.iter().map(|passage| passage.under.as_str());
        let all = headings.chain([claim.written.because.value.as_str()]).map(normalise);
        Digest::of_value(&all.collect::<Vec<String>>())
    }
}

/// The world in which evidence was collected, without secrets.
///
/// The demo add-on chooses new ports, certificates and hosts at each start; with the demo as target
/// they are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorldBinding {
    /// The target's origin.
    pub target: String,
    /// Whether the target was the demo add-on.
    pub demo: bool,
    /// Hosts by role.
    pub hosts: BTreeMap<String, String>,
    /// Overridden addresses by host.
    pub connect_to: BTreeMap<String, String>,
    /// Digests of the roots by file.
    pub roots: BTreeMap<String, Digest>,
    /// The resolver.
    pub resolver: Option<String>,
    /// Digest of the trust anchor of DNSSEC, if it is not that of the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust_anchor: Option<Digest>,
    /// Tenant, scheme and origins of each actor, without its secret.
    pub actors: BTreeMap<String, String>,
    /// Digest of the same for the actors from the tenants file, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenants: Option<Digest>,
}

fn addresses(all: &[SocketAddr]) -> String {
    let texts: Vec<String> = all.iter().map(SocketAddr::to_string).collect();
    texts.join(", ")
}

impl WorldBinding {
    /// The world of a project.
    pub fn of(project: &Project) -> Self {
        let world = &project.world;
        let connect = world.connect_to.iter().filter(|_| !world.demo);
        let roots = world.roots.iter().filter(|_| !world.demo);
        let actor = |actor: &crate::model::project::actor::Actor| {
            let send_to: Vec<&str> = actor.send_to.iter().map(url::Url::as_str).collect();
            let tenant = actor.tenant.as_deref().unwrap_or("no tenant");
            let mut text = format!("{} of {tenant}, sent to {send_to:?}", actor.scheme.name());
            if let Scheme::Login(login) = &actor.scheme {
                let digest = Digest::of_value(&login.description());
                text.push_str(&format!(", described by {}", digest.0));
            }
            text
        };
        let known: BTreeMap<&String, String> =
            project.actors.iter().map(|(name, one)| (name, actor(one))).collect();
        let of_file: BTreeSet<&String> = project.tenants.iter().collect();
        let (tenants, actors): (BTreeMap<_, _>, BTreeMap<_, _>) =
            known.into_iter().partition(|(name, _)| of_file.contains(name));
        Self {
            target: world.target.origin().ascii_serialization(),
            demo: world.demo,
            hosts: if world.demo { BTreeMap::new() } else { world.hosts.clone() },
            connect_to: connect.map(|(host, to)| (host.clone(), addresses(to))).collect(),
            roots: roots.map(|(file, pem)| (file.clone(), Digest::of(pem.as_bytes()))).collect(),
            resolver: world.resolver.filter(|_| !world.demo).map(|resolver| resolver.to_string()),
            trust_anchor: world.trust_anchor.as_ref().map(|text| Digest::of(text.as_bytes())),
            actors: actors.into_iter().map(|(name, known)| (name.clone(), known)).collect(),
            tenants: (!tenants.is_empty()).then(|| Digest::of_value(&tenants)),
        }
    }

    /// How two worlds differ, a sentence each; empty if they do not.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut all = Vec::new();
        let mut compare = |what: &str, mine: String, theirs: String| {
            if mine != theirs {
                all.push(format!("{what}: it was taken with `{mine}`, now it is `{theirs}`"));
            }
        };
        compare("target", self.target.clone(), other.target.clone());
        compare("demo", self.demo.to_string(), other.demo.to_string());
        compare("hosts", format!("{:?}", self.hosts), format!("{:?}", other.hosts));
        compare("connect_to", format!("{:?}", self.connect_to), format!("{:?}", other.connect_to));
        compare("resolver", format!("{:?}", self.resolver), format!("{:?}", other.resolver));
        if self.trust_anchor != other.trust_anchor {
            all.push("trust_anchor: DNSSEC is verified from other keys now".into());
        }
        if self.roots != other.roots {
            all.push("roots: other certificate authorities are trusted now".into());
        }
        if self.tenants != other.tenants {
            all.push("tenants: their file names other tenants now".into());
        }
        if self.actors != other.actors {
            all.push("actors: other identities, tenants or origins are named now".into());
        }
        all
    }
}
