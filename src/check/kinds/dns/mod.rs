//! `dns`: the DNS records of a host, or of the domain that receives the contacts' mail.

mod mail;
pub(crate) mod names;
mod records;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::dns::mail::{Dmarc, dkim, dmarc, mta_sts, mx, spf};
use crate::check::kinds::dns::names::{About, domain, is_name};
use crate::check::kinds::dns::records::{AddressTest, Probes, authorities, dnssec};
use crate::check::written::limits;
use crate::language::quantity::amount::{Amount, Unit};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::question::{DnsQuestion, DnsRecord, HostName};
use crate::model::plan::{Act, Plan, Role};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The DNS records of a name.
pub(crate) struct Dns;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The name to look up: `target` (the default), `{host: ROLE}`, `{domain: NAME}`, or
    /// `{domain_of: contacts}` for the mail domains of `contacts:` in `avouch.yaml`.
    #[serde(default)]
    of: About,
    /// The zone that the name must be an alias into, such as `herokudns.com` or `${host:ROLE}`.
    cname_into: Option<Spanned<String>>,
    /// Whether the name must have an address, after following aliases.
    #[serde(default)]
    no_dangling: bool,
    /// Whether mail for the name can be delivered: it has a mail exchanger that exists, that is not an
    /// alias (RFC 2181), and that has an address which does not mean the sender's own machine. A null
    /// record (RFC 7505) accepts no mail, and makes other records invalid.
    #[serde(default)]
    mx: bool,
    /// Exactly the authorities that may issue certificates for the name; `[;]` if none may.
    caa: Option<Spanned<Vec<String>>>,
    /// Whether the SPF record must fail mail from unlisted senders, at least softly. The record is
    /// evaluated as receivers do (RFC 7208), with the records that it refers to: a record with a
    /// mistake, with more than 10 look-ups, or by which everybody may send does not protect the name.
    #[serde(default)]
    spf: bool,
    /// The least strict DMARC policy that may apply to the name. A name without a record inherits the
    /// policy of a domain above it, which is found by the tree walk of RFC 9989. Except for `present`,
    /// the policy must also apply to sub-domains (`sp`, `np`) and to all mail (`pct`, `t`).
    dmarc: Option<Dmarc>,
    /// The selectors (the names in front of `._domainkey`) whose DKIM keys must be usable: present, not
    /// revoked, not in test mode, and large enough.
    dkim: Option<Spanned<Vec<String>>>,
    /// Whether an MTA-STS policy must make senders encrypt mail (RFC 8461): its record and its policy are
    /// valid, the mode is `enforce`, and the policy lists every mail exchanger.
    #[serde(default)]
    mta_sts: bool,
    /// Whether the zone of the name must be signed, with valid signatures from the root on (DNSSEC), or
    /// from the `trust_anchor` in `avouch.yaml`.
    #[serde(default)]
    dnssec: bool,
    /// The least size of an RSA key for DKIM, in bits; 1024 if left out (RFC 8301). An Ed25519 key counts
    /// as 3072, because it is as strong (NIST SP 800-57).
    dkim_bits: Option<Spanned<u16>>,
}

/// The smallest RSA key that verifiers accept, in bits (RFC 8301, section 3.2).
const DKIM_BITS_MIN: u16 = 1024;

impl Kind for Dns {
    type Settings = Settings;

    const NAME: &'static str = "dns";

    const MANUAL: Manual = Manual {
        proves: "The DNS records of a name are as they should be: the zone of its alias, its \
                 addresses, its mail exchangers, the authorities that may issue certificates for \
                 it, and the senders that may send mail in its name.",
        cannot_prove: "That other resolvers get the same answers, now or later; that anybody \
                       reads the mail; that a sender in the SPF record deserves it; that mail \
                       is signed with the DKIM keys. There is no list of public suffixes: the \
                       domain from which another one inherits its DMARC policy is found by the \
                       tree walk of RFC 9989.",
        example: EXAMPLE,
    };

    fn limits(settings: &Settings) -> Vec<Parameter> {
        let bits = settings.dkim_bits.as_ref().map(|bits| {
            limits::at_least("dkim_bits", bits, Amount::new(bits.value.into(), Unit::Bits))
        });
        bits.into_iter().collect()
    }

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let names = settings.of.names(context, diagnostics);
        let zone = settings.cname_into.as_ref().map(|zone| domain(zone, context, diagnostics));
        settings.report_empty_caa(context, diagnostics);
        settings.report_selectors(context, diagnostics);
        Some(settings.plan(&names, zone.as_deref()))
    }
}

const EXAMPLE: &str = "\
kind: dns
of: target
cname_into: herokudns.com
no_dangling: true
";

impl Settings {
    fn report_empty_caa(&self, context: &Context<'_>, diagnostics: &mut Report) {
        if let Some(caa) = self.caa.as_ref().filter(|caa| caa.is_empty()) {
            let message = "the list is empty: any authority could issue certificates";
            let help = "list the authorities, or write `[;]` if none may issue certificates";
            diagnostics.push(context.mistake(Code::EmptyList, &caa.span, message).help(help));
        }
    }

    fn report_selectors(&self, context: &Context<'_>, diagnostics: &mut Report) {
        let Some(selectors) = &self.dkim else { return };
        if selectors.is_empty() {
            let help = "list the selectors of the keys that sign your mail, such as `[mail2026]`";
            let mistake = context.mistake(Code::EmptyList, &selectors.span, "the list is empty");
            diagnostics.push(mistake.help(help));
        }
        if let Some(wrong) = selectors.iter().find(|selector| !is_name(selector)) {
            let message = format!("`{wrong}` is not a selector");
            let help = "write only the part in front of `._domainkey`, such as `mail2026`";
            let mistake = context.mistake(Code::BadHost, &selectors.span, message);
            diagnostics.push(mistake.help(help));
        }
    }

    fn least_bits(&self) -> u16 {
        self.dkim_bits.as_ref().map_or(DKIM_BITS_MIN, |bits| bits.value)
    }

    fn plan(&self, names: &[(HostName, String)], zone: Option<&str>) -> Plan {
        let mut all = Probes::default();
        for (name, shown) in names {
            let ask = |below: Option<&str>, record| {
                let below = below.map(str::to_owned);
                Act::Dns(DnsQuestion { name: name.clone(), below, record })
            };
            if zone.is_some() || self.no_dangling {
                let test = AddressTest { zone, no_dangling: self.no_dangling };
                test.plan(shown, ask(None, DnsRecord::Address), &mut all);
            }
            if self.mx {
                mx(shown, ask(None, DnsRecord::Mx), &mut all);
            }
            if let Some(caa) = &self.caa {
                authorities(caa, shown, ask(None, DnsRecord::Caa), &mut all);
            }
            if self.spf {
                spf(shown, ask(None, DnsRecord::Spf), &mut all);
            }
            if let Some(wanted) = self.dmarc {
                dmarc(wanted, shown, ask(None, DnsRecord::Dmarc), &mut all);
            }
            if self.mta_sts {
                mta_sts(shown, ask(None, DnsRecord::MtaSts), &mut all);
            }
            if self.dnssec {
                dnssec(shown, ask(None, DnsRecord::Dnssec), &mut all);
            }
            for selector in self.dkim.iter().flat_map(|all| &all.value) {
                let below = format!("{selector}._domainkey");
                let act = ask(Some(&below), DnsRecord::Dkim);
                dkim(self.least_bits(), selector, shown, act, &mut all);
            }
        }
        let probes = all.steps.iter().filter(|step| step.role == Role::Probe);
        let asked: Vec<&str> = probes.map(|step| step.name.as_str()).collect();
        Plan {
            covers: format!("The answers of one resolver about {}.", asked.join(", ")),
            leaves_open: match self.dnssec {
                true => "It does not show the answers of other resolvers.",
                false => {
                    "It does not show the answers of other resolvers, nor that the answers are signed."
                }
            }
            .into(),
            counterexamples: all.counterexamples,
            ..Plan::new(Dns::NAME, all.steps)
        }
    }
}
