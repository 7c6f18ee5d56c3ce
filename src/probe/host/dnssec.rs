//! Whether the zone of a name is signed, and its signatures are valid (DNSSEC, RFC 4035).
//!
//! ```json
//! { "zone": "example.com", "dnssec": "secure" }
//! ```
//!
//! `dnssec` is `secure` if a chain of signatures leads from a trust anchor to the zone: from the keys of
//! the root, or from those that the project names. Otherwise it begins with `unsigned:` or `bogus:`. If
//! the resolver does not pass on signatures, it is unclear. Signatures are verified here; a resolver's
//! claim that it has done so does not count.

use std::net::SocketAddr;
use std::str::FromStr as _;
use std::sync::Arc;

use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::dnssec::{Proof, TrustAnchors};
use hickory_resolver::proto::rr::{Name, RecordType};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::project::world::World;
use crate::probe::host::dns::client::{text, validating};
use crate::probe::host::dns::raw;

/// Sets the facts of the zone of `name`.
pub(crate) async fn set(
    name: &Name,
    world: &World,
    deadline: Instant,
    facts: &mut Facts,
) -> Result<(), ProbeError> {
    facts.set("/dnssec", Value::Null);
    let server = raw::server(world.resolver)?;
    let zone = zone(server, name, deadline).await?;
    let shown = text(&zone);
    facts.set("/zone", json!(shown));
    let keys = raw::records(server, &zone, RecordType::DNSKEY, deadline).await?;
    if keys.iter().all(raw::is_signature) {
        facts.set("/dnssec", json!(format!("unsigned: the zone `{shown}` has no keys")));
        return Ok(());
    }
    let result = match validate(&zone, world, deadline).await? {
        Proof::Secure => "secure".to_owned(),
        Proof::Insecure => {
            format!("unsigned: the zone above has no DS record for `{shown}`")
        }
        _ => {
            let found = raw::records(server, &zone, RecordType::SOA, deadline).await?;
            if !found.iter().any(raw::is_signature) {
                let why = format!("the resolver passes on no signatures of `{shown}`");
                facts.note_unclear("/dnssec", why);
                return Ok(());
            }
            format!("bogus: the signatures of `{shown}` are not valid")
        }
    };
    facts.set("/dnssec", json!(result));
    Ok(())
}

/// The zone that a name is in: the nearest name at or above it with a start of authority.
async fn zone(server: SocketAddr, name: &Name, deadline: Instant) -> Result<Name, ProbeError> {
    let mut zone = name.clone();
    while !zone.is_root() {
        let found = raw::records(server, &zone, RecordType::SOA, deadline).await?;
        if found.iter().any(|data| data.record_type() == RecordType::SOA) {
            return Ok(zone);
        }
        zone = zone.base_name();
    }
    Err(ProbeError::new(Reason::Dns, format!("no zone of `{}` was found", text(name))))
}

/// The proof of the zone's start of authority.
async fn validate(zone: &Name, world: &World, deadline: Instant) -> Result<Proof, ProbeError> {
    let anchors = match &world.trust_anchor {
        Some(written) => TrustAnchors::from_str(written).map_err(|error| {
            ProbeError::new(Reason::NotAsked, format!("the trust anchor cannot be read: {error}"))
        })?,
        None => TrustAnchors::default(),
    };
    let resolver = validating(world.resolver, Arc::new(anchors), deadline)?;
    let looked_up = timeout_at(deadline, resolver.lookup(zone.clone(), RecordType::SOA)).await;
    match looked_up.unwrap_or(Err(NetError::Timeout)) {
        Ok(lookup) => {
            let proofs = lookup.answers().iter().map(|record| record.proof);
            Ok(proofs.min().unwrap_or(Proof::Indeterminate))
        }
        Err(NetError::Timeout) => {
            Err(ProbeError::new(Reason::Timeout, format!("SOA of `{}`", text(zone))))
        }
        Err(NetError::Dns(DnsError::Nsec { proof, .. })) if proof == Proof::Insecure => Ok(proof),
        Err(NetError::Dns(_)) => Ok(Proof::Bogus),
        Err(error) => {
            Err(ProbeError::new(Reason::Dns, format!("SOA of `{}`: {error}", text(zone))))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use hickory_resolver::proto::dnssec::crypto::Ed25519SigningKey;
    use hickory_resolver::proto::dnssec::rdata::{DNSKEY, DNSSECRData, RRSIG};
    use hickory_resolver::proto::dnssec::{DnssecSigner, PublicKey as _, SigningKey as _};
    use hickory_resolver::proto::op::Message;
    use hickory_resolver::proto::rr::rdata::SOA;
    use hickory_resolver::proto::rr::{DNSClass, RData, Record, RecordSet};
    use tokio::net::UdpSocket;

    use super::*;
    use crate::model::plan::question::{DnsQuestion, DnsRecord, HostName};
    use crate::probe::host::dns;
    use crate::probe::host::test_peers::{name_of, world};

    /// How the server of a zone behaves.
    #[derive(Clone, Copy, PartialEq)]
    enum Zone {
        Signed,
        Unsigned,
        WronglySigned,
        WithoutSignatures,
    }

    struct Signer {
        key: DnssecSigner,
        anchor: String,
    }

    fn signer() -> Signer {
        let bytes = Ed25519SigningKey::generate_pkcs8().unwrap();
        let key = Ed25519SigningKey::from_pkcs8(&bytes).unwrap();
        let public = key.to_public_key().unwrap();
        let text = STANDARD.encode(public.public_bytes());
        let dnskey = DNSKEY::from_key(&public);
        let anchor = format!("x.test. IN DNSKEY {} 3 15 {text}\n", dnskey.flags());
        let years = Duration::from_secs(30 * 365 * 86_400);
        Signer { key: DnssecSigner::new(dnskey, Box::new(key), name_of("x.test"), years), anchor }
    }

    /// The records of a type at the apex of `x.test`, signed.
    fn records(signer: &Signer, of_type: RecordType, zone: Zone) -> Vec<Record> {
        let apex = name_of("x.test");
        let data = match of_type {
            RecordType::SOA => {
                RData::SOA(SOA::new(name_of("ns.test"), name_of("a.test"), 1, 60, 60, 60, 60))
            }
            RecordType::DNSKEY if zone != Zone::Unsigned => {
                RData::DNSSEC(DNSSECRData::DNSKEY(signer.key.to_dnskey()))
            }
            _ => return Vec::new(),
        };
        let record = Record::from_rdata(apex.clone(), 60, data);
        if matches!(zone, Zone::Unsigned | Zone::WithoutSignatures) {
            return vec![record];
        }
        let mut set = RecordSet::new(apex.clone(), of_type, 0);
        set.insert(record.clone(), 0);
        let from = rcgen::date_time_ymd(2020, 1, 1);
        let signature = RRSIG::from_rrset(&set, DNSClass::IN, from, &signer.key).unwrap();
        let signature = RData::DNSSEC(DNSSECRData::RRSIG(signature));
        vec![record, Record::from_rdata(apex, 60, signature)]
    }

    async fn serve(signer: Signer, zone: Zone) -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut bytes = [0; 4096];
            while let Ok((count, from)) = socket.recv_from(&mut bytes).await {
                let query = Message::from_vec(&bytes[..count]).unwrap();
                let asked = query.queries[0].clone();
                let mut answer = query.into_response();
                if *asked.name() == name_of("x.test") {
                    answer.add_answers(records(&signer, asked.query_type(), zone));
                } else if *asked.name() == name_of("mail.x.test") {
                    let data = RData::A(Ipv4Addr::new(192, 0, 2, 1).into());
                    let wanted = asked.query_type() == RecordType::A;
                    let record = Record::from_rdata(asked.name().clone(), 60, data);
                    answer.add_answers(wanted.then_some(record));
                }
                let _ = socket.send_to(&answer.to_vec().unwrap(), from).await;
            }
        });
        address
    }

    async fn facts(zone: Zone, name: &str) -> Facts {
        let (own, other) = (signer(), signer());
        let mut world = world("https://x.test");
        let trusted = if zone == Zone::WronglySigned { &other } else { &own };
        world.trust_anchor = Some(trusted.anchor.clone());
        world.resolver = Some(serve(own, zone).await);
        let name = HostName::Literal(name.into());
        let question = DnsQuestion { name, below: None, record: DnsRecord::Dnssec };
        dns::observe(&question, &world, Duration::from_secs(20)).await.answer.unwrap()
    }

    #[tokio::test]
    async fn a_zone_is_secure_unsigned_or_bogus() {
        for (zone, name, wanted) in [
            (Zone::Signed, "x.test", "secure"),
            (Zone::Signed, "mail.x.test", "secure"),
            (Zone::Unsigned, "x.test", "unsigned: the zone `x.test` has no keys"),
            (Zone::WronglySigned, "x.test", "bogus: the signatures of `x.test` are not valid"),
        ] {
            let facts = facts(zone, name).await;
            assert_eq!(facts.at("/dnssec"), Some(&json!(wanted)));
            assert_eq!(facts.at("/zone"), Some(&json!("x.test")));
        }
    }

    #[tokio::test]
    async fn a_resolver_that_drops_signatures_decides_nothing() {
        let facts = facts(Zone::WithoutSignatures, "x.test").await;
        let why = "the resolver passes on no signatures of `x.test`";
        assert_eq!(facts.unclear("/dnssec"), Some(why));
    }
}
