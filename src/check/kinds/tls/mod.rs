//! `tls`: every address of a host accepts only new versions of TLS and has a valid certificate.

mod steps;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::dns::names::domain;
use crate::check::kinds::tls::steps::{Probes, old_version, plain_http};
use crate::check::written::limits;
use crate::language::period::Period;
use crate::language::quantity::amount::{Amount, Unit};
use crate::model::answer::ids::StepId;
use crate::model::plan::parameter::Parameter;
use crate::model::plan::question::{HostName, Smtp, TlsAsk, TlsQuestion, TlsVersion};
use crate::model::plan::{ANYONE, Act, FactEnd, Plan, Role, Step};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;

/// The TLS versions and the certificate of a host.
pub(crate) struct Tls;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The role, in `hosts:` of `avouch.yaml`, of the host that receives the request instead of the target.
    host: Option<Spanned<String>>,
    /// The oldest version that the host may accept; it must refuse each older one.
    minimum: Spanned<Minimum>,
    /// Whether the certificate is tested too: it is for this host, from a known authority, strong, and
    /// valid for some time to come, with its whole chain. `certificate_days` and `key_strength` include
    /// this.
    #[serde(default)]
    certificate: bool,
    /// How many more days the certificate and each other one of its chain must be valid; 14 if left out.
    certificate_days: Option<Spanned<u32>>,
    /// The least strength of every key in the chain, in bits of security (NIST SP 800-57): 112 is
    /// RSA with 2048 bits or an elliptic curve with 224, 128 is RSA with 3072 or a curve with 256;
    /// 112 if left out.
    key_strength: Option<Spanned<u16>>,
    /// How port 80 must answer plain HTTP; not tested if left out.
    plain_http: Option<PlainHttp>,
    /// Tests mail servers, in which TLS is started by SMTP (STARTTLS, RFC 3207): `{domain: NAME}` for the
    /// mail exchangers of a domain, or `{port: 587}` for the host itself at a port.
    starttls: Option<StartTls>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum StartTls {
    /// The mail exchangers of this domain, at port 25; `${host:ROLE}` is the host of a role.
    Domain(Spanned<String>),
    /// The host itself, at this port.
    Port(u16),
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
enum Minimum {
    #[serde(rename = "TLS 1.2")]
    Tls12,
    #[serde(rename = "TLS 1.3")]
    Tls13,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum PlainHttp {
    /// The port is closed, or redirects to HTTPS on the same host without setting a cookie.
    ClosedOrRedirected,
    /// The port is closed.
    Closed,
}

impl Kind for Tls {
    type Settings = Settings;

    const NAME: &'static str = "tls";

    const MANUAL: Manual = Manual {
        proves: "Every address of the host refuses each older version of TLS, with an alert or \
                 by choosing another version, and accepts a newer one. With `certificate`: its \
                 certificate is for this host, from a known authority, strong, and valid for some \
                 time to come, and so is every other certificate of the chain that it needs. \
                 With `plain_http`: port 80 is closed, or redirects to HTTPS on the same host \
                 without setting a cookie. With `starttls`: the same of mail servers. A connection \
                 that is closed without an alert, or gets no answer, proves nothing; nor does a \
                 handshake that fails for another reason than the version, such as a missing \
                 client certificate.",
        cannot_prove: "Which other cipher suites the host accepts, what other ports accept, and \
                       that the certificate was not revoked. A server whose key is on the curve \
                       P-521 cannot be tested. A mail server that offers STARTTLS may still accept \
                       mail without it.",
        example: EXAMPLE,
    };

    fn limits(settings: &Settings) -> Vec<Parameter> {
        let days = |days: &Spanned<u32>| {
            let amount = Amount::time(Period::days(days.value.into()));
            limits::at_least("certificate_days", days, amount)
        };
        let bits = |bits: &Spanned<u16>| {
            limits::at_least("key_strength", bits, Amount::new(bits.value.into(), Unit::Bits))
        };
        let version = settings.minimum.version().name().split_once(' ');
        let version = version.and_then(|(of, number)| Amount::version(of, number));
        let version = version.map(|one| limits::at_least("minimum", &settings.minimum, one));
        let days = settings.certificate_days.as_ref().map(days);
        version.into_iter().chain(days).chain(settings.key_strength.as_ref().map(bits)).collect()
    }

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let (host, shown) = match (&settings.host, &settings.starttls) {
            (_, Some(StartTls::Domain(name))) => {
                let name = domain(name, context, diagnostics);
                (HostName::Literal(name.clone()), format!("the mail exchangers of {name}"))
            }
            (Some(role), _) => {
                (HostName::Role(role.value.clone()), context.host(role, diagnostics)?.to_owned())
            }
            (None, _) => {
                let host = context.project.world.target.host_str();
                (HostName::Target, host.unwrap_or_default().to_owned())
            }
        };
        Some(settings.plan(&host, &shown))
    }
}

const EXAMPLE: &str = "\
kind: tls
minimum: TLS 1.2
certificate_days: 14
plain_http: closed-or-redirected
";

/// The step that the others refer to.
const HANDSHAKE: StepId = StepId(0);

impl Settings {
    fn plan(&self, host: &HostName, shown: &str) -> Plan {
        let mut all = Probes::default();
        let smtp = self.smtp();
        let ask = |ask| Act::Tls(TlsQuestion { host: host.clone(), ask, smtp });
        let minimum = self.minimum.version();
        let mut control = Step::new(
            Role::Control,
            format!("a handshake with {shown}"),
            ANYONE,
            ask(TlsAsk::Handshake(minimum)),
        );
        control.expect = vec![self.new_enough()];
        all.steps.push(control);
        self.new_version(&mut all);
        if self.tests_certificate() {
            self.certificate(&mut all);
        }
        for version in TlsVersion::ALL.into_iter().filter(|version| *version < minimum) {
            old_version(version, ask(TlsAsk::Offer(version)), &mut all);
        }
        if let Some(plain) = self.plain_http {
            let ask = TlsQuestion { host: host.clone(), ask: TlsAsk::PlainHttp, smtp: None };
            plain_http(plain, shown, Act::Tls(ask), &mut all);
        }
        let end = FactEnd { step: HANDSHAKE, at: "/not_after".into(), plus: Period::seconds(0) };
        Plan {
            ends: self.tests_certificate().then_some(end).into_iter().collect(),
            counterexamples: all.counterexamples,
            covers: self.covers(shown),
            leaves_open: self.leaves_open(),
            ..Plan::new(Tls::NAME, all.steps)
        }
    }

    fn tests_certificate(&self) -> bool {
        self.certificate || self.certificate_days.is_some() || self.key_strength.is_some()
    }

    fn smtp(&self) -> Option<Smtp> {
        self.starttls.as_ref().map(|start| match start {
            StartTls::Domain(_) => Smtp::Exchangers,
            StartTls::Port(port) => Smtp::Port(*port),
        })
    }

    fn covers(&self, shown: &str) -> String {
        let old = TlsVersion::ALL.into_iter().filter(|version| *version < self.minimum.version());
        let old: Vec<&str> = old.map(TlsVersion::name).collect();
        let plain = if self.plain_http.is_some() { ", and plain HTTP on port 80" } else { "" };
        let certificate = if self.tests_certificate() { " with its certificate" } else { "" };
        format!(
            "Every address of {shown}: offers of {}, each alone; a handshake in {} or \
             newer{certificate}{plain}.",
            old.join(", "),
            self.minimum.version()
        )
    }

    fn leaves_open(&self) -> String {
        let plain = match self.plain_http {
            Some(_) => "",
            None => " Plain HTTP was not tested.",
        };
        let certificate = match self.tests_certificate() {
            true => "",
            false => " The certificate was not tested.",
        };
        format!(
            "It does not show which other cipher suites are accepted, nor what other ports \
             accept.{plain}{certificate} Addresses that could not be reached are listed with the \
             evidence."
        )
    }
}

impl Minimum {
    fn version(self) -> TlsVersion {
        match self {
            Self::Tls12 => TlsVersion::Tls12,
            Self::Tls13 => TlsVersion::Tls13,
        }
    }
}
