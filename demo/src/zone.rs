//! The records of the demo's DNS server: the zones of the vendor, the platform and another platform.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use hickory_proto::ProtoError;
use hickory_proto::rr::rdata::{A, CAA, CNAME, MX, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use crate::flaw::Flaw;
use crate::names::{ADDON, MAIL_DOMAIN as DOMAIN, WORLD};

/// The time to live of a record, in seconds.
const TTL_S: u32 = 60;
/// The number of aliases that are followed.
const ALIASES_MAX: usize = 4;

/// The platform's host that runs the add-on.
const PLATFORM_HOST: &str = "addon.demo-platform.test";
/// Another platform's host that runs the add-on.
const OTHER_HOST: &str = "addon.elsewhere.test";
/// The host that receives the domain's mail.
const MAIL: &str = "mail.demo.test";
/// Its address, which is reserved for documentation (RFC 5737). No check connects to it.
const MAIL_ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 25);
/// The only authority that may issue certificates for the domain.
const AUTHORITY: &str = "authority.demo-platform.test";

/// The records, by name.
pub(crate) struct Zone(BTreeMap<Name, Vec<RData>>);

/// The result of a lookup.
pub(crate) enum Lookup {
    /// The records of the requested type, including the aliases that lead to them; may be empty.
    Records(Vec<Record>),
    /// The name does not exist.
    NoName,
}

impl Zone {
    /// The zones of the demo with these flaws.
    pub(crate) fn new(flaws: &BTreeSet<Flaw>) -> Result<Self, ProtoError> {
        let mut zone = Self(BTreeMap::new());
        let home = if flaws.contains(&Flaw::MovedHost) { OTHER_HOST } else { PLATFORM_HOST };
        zone.add(ADDON, RData::CNAME(CNAME(name(home)?)))?;
        for host in [PLATFORM_HOST, OTHER_HOST].iter().chain(WORLD) {
            zone.add(host, RData::A(A(Ipv4Addr::LOCALHOST)))?;
        }
        zone.add(MAIL, RData::A(A(MAIL_ADDRESS)))?;
        if !flaws.contains(&Flaw::NoMx) {
            zone.add(DOMAIN, RData::MX(MX::new(10, name(MAIL)?)))?;
        }
        let issuer = Some(name(AUTHORITY)?);
        zone.add(DOMAIN, RData::CAA(CAA::new_issue(false, issuer, Vec::new())))?;
        zone.add(DOMAIN, text("v=spf1 mx -all"))?;
        let policy = format!("v=DMARC1; p=reject; rua=mailto:postmaster@{DOMAIN}");
        zone.add("_dmarc.demo.test", text(&policy))?;
        Ok(zone)
    }

    /// Looks up a name, and follows aliases.
    pub(crate) fn find(&self, asked: &Name, wanted: RecordType) -> Lookup {
        let mut records = Vec::new();
        let mut name = asked.clone();
        for _ in 0..=ALIASES_MAX {
            let Some(here) = self.0.get(&name.to_lowercase()) else {
                break;
            };
            let matching = here.iter().filter(|data| {
                let given = data.record_type();
                given == wanted || given == RecordType::CNAME || wanted == RecordType::ANY
            });
            let record = |data: &RData| Record::from_rdata(name.clone(), TTL_S, data.clone());
            records.extend(matching.map(record));
            match here.first() {
                Some(RData::CNAME(alias)) if wanted != RecordType::CNAME => name = alias.0.clone(),
                _ => break,
            }
        }
        if records.is_empty() && !self.exists(asked) {
            return Lookup::NoName;
        }
        Lookup::Records(records)
    }

    /// The start of authority for answers without records. It limits how long resolvers cache such an
    /// answer (RFC 2308).
    pub(crate) fn authority() -> Result<Record, ProtoError> {
        let soa = SOA::new(name("ns.demo.test")?, name("hostmaster.demo.test")?, 1, 60, 60, 60, 60);
        Ok(Record::from_rdata(name("test")?, TTL_S, RData::SOA(soa)))
    }

    /// Whether a name exists: it or one of its subdomains has records.
    fn exists(&self, asked: &Name) -> bool {
        let asked = asked.to_lowercase();
        self.0.keys().any(|name| asked.zone_of(name))
    }

    fn add(&mut self, host: &str, data: RData) -> Result<(), ProtoError> {
        self.0.entry(name(host)?).or_default().push(data);
        Ok(())
    }
}

fn name(text: &str) -> Result<Name, ProtoError> {
    let mut name = Name::from_ascii(text)?;
    name.set_fqdn(true);
    Ok(name)
}

fn text(text: &str) -> RData {
    RData::TXT(TXT::new(vec![text.to_owned()]))
}
