//! `dns`: the DNS records of a host, or of the domain that receives the contacts' mail.

mod names;
mod records;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::dns::names::{About, domain};
use crate::check::kinds::dns::records::{Probes, authorities, dmarc, mx, spf};
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
    /// Whether the name must have a mail exchanger. A null record (RFC 7505) does not count.
    #[serde(default)]
    mx: bool,
    /// Exactly the authorities that may issue certificates for the name; `[;]` if none may.
    caa: Option<Spanned<Vec<String>>>,
    /// Whether the name must have one SPF record that fails mail from unlisted senders, at least
    /// softly, or refers to the record of another domain.
    #[serde(default)]
    spf: bool,
    /// The least strict policy that the DMARC record may have, for all mail.
    dmarc: Option<Dmarc>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Dmarc {
    /// Mail that fails is rejected.
    Reject,
    /// Mail that fails is set aside, or rejected.
    Quarantine,
    /// There is a policy, even if it is `p=none`.
    Present,
}

impl Kind for Dns {
    type Settings = Settings;

    const NAME: &'static str = "dns";

    const MANUAL: Manual = Manual {
        proves: "The DNS records of a name are as they should be: the zone of its alias, its \
                 addresses, its mail exchangers, the authorities that may issue certificates for \
                 it, and the senders that may send mail in its name.",
        cannot_prove: "That other resolvers get the same answers, now or later; that the answers \
                       are signed; that anybody reads the mail. An SPF record that refers to \
                       another domain is accepted without looking at that domain.",
        example: EXAMPLE,
    };

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let names = settings.of.names(context, diagnostics);
        let zone = settings.cname_into.as_ref().map(|zone| domain(zone, context, diagnostics));
        settings.report_empty_caa(context, diagnostics);
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

    fn plan(&self, names: &[(HostName, String)], zone: Option<&str>) -> Plan {
        let mut all = Probes::default();
        for (name, shown) in names {
            let ask = |below: Option<&str>, record| {
                let below = below.map(str::to_owned);
                Act::Dns(DnsQuestion { name: name.clone(), below, record })
            };
            if zone.is_some() || self.no_dangling {
                self.address(zone, shown, ask(None, DnsRecord::Address), &mut all);
            }
            if self.mx {
                mx(shown, ask(None, DnsRecord::Mx), &mut all);
            }
            if let Some(caa) = &self.caa {
                authorities(caa, shown, ask(None, DnsRecord::Caa), &mut all);
            }
            if self.spf {
                spf(shown, ask(None, DnsRecord::Txt), &mut all);
            }
            if let Some(wanted) = self.dmarc {
                dmarc(wanted, shown, ask(Some("_dmarc"), DnsRecord::Txt), &mut all);
            }
        }
        let probes = all.steps.iter().filter(|step| step.role == Role::Probe);
        let asked: Vec<&str> = probes.map(|step| step.name.as_str()).collect();
        Plan {
            covers: format!("The answers of one resolver about {}.", asked.join(", ")),
            leaves_open:
                "It does not show the answers of other resolvers, nor that the answers are signed."
                    .into(),
            counterexamples: all.counterexamples,
            ..Plan::new(Dns::NAME, all.steps)
        }
    }
}
