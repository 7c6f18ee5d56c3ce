//! Evaluates an SPF record for all senders at once, as a receiver does for one (RFC 7208, section 4).
//!
//! A receiver evaluates the terms in order, for one address. Here, the addresses of all senders are
//! divided into sets: a term moves those that match it to the set of its result. A domain that depends on
//! the sender is looked up for one assumed sender; if that one matches, all of its family are taken to.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use hickory_resolver::proto::rr::{RData, RecordType};

use crate::model::answer::error::ProbeError;
use crate::probe::host::dns::client::{DnsClient, plain_text};
use crate::probe::host::spf::addresses::{Addresses, Family};
use crate::probe::host::spf::macros::{DomainSpec, Sender};
use crate::probe::host::spf::record::{
    Directive, Lengths, Mechanism, Record, SenderResult, is_spf,
};

/// The number of terms that need a look-up (RFC 7208, section 4.6.4).
const LOOKUPS_MAX: usize = 10;

/// The number of look-ups that find nothing (RFC 7208, section 4.6.4).
const VOIDS_MAX: usize = 2;

/// The number of mail exchangers of one term `mx` (RFC 7208, section 4.6.4).
const EXCHANGERS_MAX: usize = 10;

/// Why there is no result: a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// A mistake in a record: receivers ignore it.
    Permanent(String),
    /// A look-up failed.
    Temporary(String),
}

/// The senders of each result.
pub(crate) type Decided = BTreeMap<SenderResult, Addresses>;

/// An evaluation in progress.
pub(crate) struct Evaluation<'a> {
    client: &'a DnsClient,
    sender: Sender,
    /// The number of terms so far that needed a look-up.
    pub(crate) lookups: usize,
    /// The number of look-ups so far that found nothing.
    pub(crate) voids: usize,
    /// Whether a term named another domain for each sender.
    pub(crate) depends_on_sender: bool,
    /// The term that lets most senders send, with their share.
    widest: Option<(f64, String)>,
}

type Checked<'f> = Pin<Box<dyn Future<Output = Result<Decided, Failure>> + Send + 'f>>;

impl<'a> Evaluation<'a> {
    /// An evaluation that assumes this sender.
    pub(crate) fn new(client: &'a DnsClient, sender: Sender) -> Self {
        Self { client, sender, lookups: 0, voids: 0, depends_on_sender: false, widest: None }
    }

    /// The term that lets most senders send mail.
    pub(crate) fn widest(&self) -> Option<&str> {
        self.widest.as_ref().map(|(_, text)| text.as_str())
    }

    /// The results for these senders, by the record of `domain`.
    pub(crate) fn check<'f>(
        &'f mut self,
        domain: String,
        record: Record,
        senders: Addresses,
    ) -> Checked<'f> {
        Box::pin(async move {
            let mut left = senders;
            let mut decided = Decided::new();
            for directive in &record.directives {
                if left.is_empty() {
                    return Ok(decided);
                }
                let matching = self.matching(directive, &domain, &left).await?;
                let matched = left.and(&matching);
                self.note(directive, &matched);
                add(&mut decided, directive.result, &matched);
                left = left.without(&matching);
            }
            if left.is_empty() {
                return Ok(decided);
            }
            let Some(redirect) = &record.redirect else {
                add(&mut decided, SenderResult::Neutral, &left);
                return Ok(decided);
            };
            self.count()?;
            let name = self.expand(redirect, &domain);
            let record = self.record(&name).await?;
            for (result, senders) in self.check(name, record, left).await? {
                add(&mut decided, result, &senders);
            }
            Ok(decided)
        })
    }

    /// Remembers the term, if it lets more senders send than the others.
    fn note(&mut self, directive: &Directive, matched: &Addresses) {
        if directive.result != SenderResult::Pass
            || matches!(directive.mechanism, Mechanism::Include(_))
        {
            return;
        }
        let share: f64 = Family::ALL.map(|family| matched.share(family)).iter().sum();
        if self.widest.as_ref().is_none_or(|(widest, _)| share > *widest) {
            self.widest = Some((share, directive.text.clone()));
        }
    }

    async fn matching(
        &mut self,
        directive: &Directive,
        domain: &str,
        left: &Addresses,
    ) -> Result<Addresses, Failure> {
        Ok(match &directive.mechanism {
            Mechanism::All => Addresses::all(),
            Mechanism::Network(address, length) => Addresses::network(*address, *length, *length),
            Mechanism::Include(of) => self.included(of, domain, left).await?,
            Mechanism::Ptr => {
                self.count()?;
                // No stranger's address has a name within the domain.
                Addresses::default()
            }
            Mechanism::Exists(of) => {
                self.count()?;
                let name = self.expand(of, domain);
                let found = self.look_up(&name, RecordType::A).await?;
                if found.is_empty() { Addresses::default() } else { self.assumed(of) }
            }
            Mechanism::A(of, lengths) => {
                self.count()?;
                let name = of.as_ref().map_or(domain.to_owned(), |of| self.expand(of, domain));
                let found = self.addresses(&name).await?;
                self.note_void(found.is_empty())?;
                self.networks(of.as_ref(), found, *lengths)
            }
            Mechanism::Mx(of, lengths) => {
                self.count()?;
                let name = of.as_ref().map_or(domain.to_owned(), |of| self.expand(of, domain));
                let found = self.exchangers(&name).await?;
                self.networks(of.as_ref(), found, *lengths)
            }
        })
    }

    /// The senders that the record of another domain lets send.
    async fn included(
        &mut self,
        of: &DomainSpec,
        domain: &str,
        left: &Addresses,
    ) -> Result<Addresses, Failure> {
        self.count()?;
        let name = self.expand(of, domain);
        let record = self.record(&name).await?;
        if of.depends_on_sender() {
            let sender = Addresses::network(self.sender.address, 32, 128);
            let decided = self.check(name, record, sender).await?;
            let passes = decided.contains_key(&SenderResult::Pass);
            return Ok(if passes { self.assumed(of) } else { Addresses::default() });
        }
        let mut decided = self.check(name, record, left.clone()).await?;
        Ok(decided.remove(&SenderResult::Pass).unwrap_or_default())
    }

    /// All senders, or those of the assumed sender's family if the domain depends on the sender.
    fn assumed(&self, of: &DomainSpec) -> Addresses {
        let family = if self.sender.address.is_ipv4() { Family::V4 } else { Family::V6 };
        match of.depends_on_sender() {
            true => Addresses::all().of(family),
            false => Addresses::all(),
        }
    }

    fn networks(&self, of: Option<&DomainSpec>, found: Vec<IpAddr>, by: Lengths) -> Addresses {
        let networks = found.into_iter().map(|address| Addresses::network(address, by.v4, by.v6));
        let all = networks.fold(Addresses::default(), |all, one| all.or(&one));
        match of.filter(|of| of.depends_on_sender()) {
            Some(of) if all.contains(self.sender.address) => self.assumed(of),
            Some(_) => Addresses::default(),
            None => all,
        }
    }

    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Failure> {
        let mut all = Vec::new();
        for of_type in [RecordType::A, RecordType::AAAA] {
            let found = self.client.find(name, of_type).await.map_err(temporary)?;
            all.extend(found.iter().filter_map(RData::ip_addr));
        }
        Ok(all)
    }

    async fn exchangers(&mut self, name: &str) -> Result<Vec<IpAddr>, Failure> {
        let found = self.look_up(name, RecordType::MX).await?;
        if found.len() > EXCHANGERS_MAX {
            let why = format!("`{name}` has more than {EXCHANGERS_MAX} mail exchangers");
            return Err(Failure::Permanent(why));
        }
        let mut all = Vec::new();
        for data in &found {
            if let RData::MX(mx) = data {
                all.extend(self.addresses(&mx.exchange.to_ascii()).await?);
            }
        }
        Ok(all)
    }

    async fn look_up(&mut self, name: &str, of_type: RecordType) -> Result<Vec<RData>, Failure> {
        let found = self.client.find(name, of_type).await.map_err(temporary)?;
        self.note_void(found.is_empty())?;
        Ok(found)
    }

    /// The record of another domain. Receivers give up if there is not exactly one.
    async fn record(&self, name: &str) -> Result<Record, Failure> {
        let found = self.client.find(name, RecordType::TXT).await.map_err(temporary)?;
        let texts: Vec<String> = found.iter().map(plain_text).filter(|text| is_spf(text)).collect();
        let why = match texts.as_slice() {
            [] => format!("`{name}` has no SPF record"),
            [one] => match Record::parse(one) {
                Ok(record) => return Ok(record),
                Err(why) => format!("in the record of `{name}`, {why}"),
            },
            several => format!("`{name}` has {} SPF records", several.len()),
        };
        Err(Failure::Permanent(why))
    }

    fn expand(&mut self, of: &DomainSpec, domain: &str) -> String {
        self.depends_on_sender |= of.depends_on_sender();
        of.expand(&self.sender, domain)
    }

    fn count(&mut self) -> Result<(), Failure> {
        self.lookups += 1;
        if self.lookups > LOOKUPS_MAX {
            let why = format!("it needs more than {LOOKUPS_MAX} look-ups");
            return Err(Failure::Permanent(why));
        }
        Ok(())
    }

    fn note_void(&mut self, void: bool) -> Result<(), Failure> {
        self.voids += usize::from(void);
        if self.voids > VOIDS_MAX {
            let why = format!("more than {VOIDS_MAX} of its look-ups find nothing");
            return Err(Failure::Permanent(why));
        }
        Ok(())
    }
}

fn add(decided: &mut Decided, result: SenderResult, senders: &Addresses) {
    if !senders.is_empty() {
        let before = decided.entry(result).or_default();
        *before = before.or(senders);
    }
}

fn temporary(error: ProbeError) -> Failure {
    Failure::Temporary(error.detail)
}
