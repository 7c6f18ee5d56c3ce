//! `tls`: every address of a host speaks new versions of TLS only, with a sound certificate.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::limits;
use crate::check::written::limits::Row;
use crate::language::period::Period;
use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Reason;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test, Within};
use crate::model::plan::parameter::{Parameter, Side};
use crate::model::plan::question::{HostName, TlsAsk, TlsQuestion, TlsVersion};
use crate::model::plan::{ANYONE, Act, FactEnd, Plan, Role, Step};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

const DAY_S: i64 = 86_400;

/// Hash functions that a signature may rest on; SHA-1 has been broken since 2017.
const HASHES: [&str; 3] = ["SHA-256", "SHA-384", "SHA-512"];

/// The kind.
pub(crate) struct Tls;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The role, in `hosts:` of `avouch.yaml`, of the host that is asked in place of the target.
    host: Option<Spanned<String>>,
    /// The oldest version that may be spoken; each older one must be refused.
    minimum: Minimum,
    /// How many days the certificate must still be good for; 14 if left out.
    certificate_days: Option<u32>,
    /// The least strength of every key in the chain, in bits of security (NIST SP 800-57): 112 is
    /// RSA with 2048 bits or an elliptic curve with 224, 128 is RSA with 3072 or a curve with 256;
    /// 112 if left out.
    key_strength: Option<u16>,
    /// What plain HTTP on port 80 must be; not asked if left out.
    plain_http: Option<PlainHttp>,
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
    /// Nothing listens there, or it leads to the same host by HTTPS and sets nothing on the way.
    ClosedOrRedirected,
    /// Nothing listens there.
    Closed,
}

impl Kind for Tls {
    fn name(&self) -> &'static str {
        "tls"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "Every address of the host refuses each version of TLS that is too old, by an \
                     alert or by answering in another version; speaks a new one; and presents a \
                     certificate that is for this host, of a known authority, good for some time \
                     yet, and strong. Plain HTTP is closed, or leads to the same host by HTTPS and \
                     sets no cookie on the way. A connection that is just closed or stays silent \
                     shows nothing.",
            cannot_prove: "Which weak cipher suites are accepted beside the one that was agreed \
                           on, what other ports speak, and that a certificate was not revoked.",
            example: EXAMPLE,
        }
    }

    fn schema(&self) -> schemars::Schema {
        schemars::schema_for!(Settings)
    }

    fn limits(&self, settings: &Node) -> Vec<Parameter> {
        let row = |key, read| Row { key, side: Side::AtLeast, read };
        limits::of_keys(
            settings,
            &[
                row("minimum", limits::version),
                row("certificate_days", limits::days),
                row("key_strength", limits::bits),
            ],
        )
    }

    fn plan(
        &self,
        settings: &Node,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan> {
        let settings: Settings = context.read(settings, diagnostics)?;
        let (host, shown) = match &settings.host {
            Some(role) => {
                (HostName::Role(role.value.clone()), context.host(role, diagnostics)?.to_owned())
            }
            None => {
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

/// The steps that the others refer to.
const HANDSHAKE: StepId = 0;

impl Settings {
    fn plan(&self, host: &HostName, shown: &str) -> Plan {
        let mut all = Asked::default();
        let ask = |ask| Act::Tls(TlsQuestion { host: host.clone(), ask });
        let minimum = self.minimum.version();
        let mut control = Step::new(
            Role::Control,
            format!("a handshake with {shown}"),
            ANYONE,
            ask(TlsAsk::Handshake(minimum)),
        );
        control.expect = vec![self.speaks()];
        all.steps.push(control);
        self.new_version(&mut all);
        self.certificate(&mut all);
        for version in TlsVersion::ALL.into_iter().filter(|version| *version < minimum) {
            old_version(version, ask(TlsAsk::Offer(version)), &mut all);
        }
        if let Some(plain) = self.plain_http {
            plain_http(plain, shown, ask(TlsAsk::PlainHttp), &mut all);
        }
        Plan {
            parameters: Vec::new(),
            kind: "tls".into(),
            steps: all.steps,
            canaries: Vec::new(),
            ends: vec![FactEnd {
                step: HANDSHAKE,
                at: "/not_after".into(),
                plus: Period::seconds(0),
            }],
            counterexamples: all.counterexamples,
            covers: self.covers(shown),
            leaves_open: self.leaves_open(),
        }
    }

    /// That a version is spoken which is new enough.
    fn speaks(&self) -> Expectation {
        let minimum = self.minimum.version();
        let new = TlsVersion::ALL.into_iter().filter(|version| *version >= minimum);
        each("/version", Test::OneOf(new.map(|version| json!(version.name())).collect()))
    }

    fn new_version(&self, all: &mut Asked) {
        let minimum = self.minimum.version();
        let step = all.probe(format!("{minimum} or newer is spoken"), Act::Recall(HANDSHAKE));
        all.steps[step].control = None;
        all.steps[step].expect = vec![self.speaks()];
        all.set(
            Class::Negation,
            "a new version is refused",
            (step, "/addresses/0", json!({"answer": "alert", "alert": "protocol_version"})),
        );
        all.set(
            Class::Benign,
            "another cipher suite is agreed on",
            (step, "/addresses/0/cipher_suite", json!("TLS13_CHACHA20_POLY1305_SHA256")),
        );
        all.fail(step, "the connection is closed in the handshake");
    }

    fn certificate(&self, all: &mut Asked) {
        let days = self.certificate_days.unwrap_or(14);
        let strength = self.key_strength.unwrap_or(112);
        let step = all.probe("the certificate", Act::Recall(HANDSHAKE));
        all.steps[step].expect = vec![
            each("/certificate/covers_host", Test::Equals(json!(true))),
            each("/certificate/trusted", Test::Equals(json!(true))),
            each("/certificate/not_before", Test::NotOlderThan(Period::days(100 * 365))),
            each("/certificate/not_after", Test::AtLeastAhead(Period::days(days.into()))),
            each("/weakest/strength", Test::AtLeast(strength.into())),
            each("/weakest/hash", Test::OneOf(HASHES.map(Value::from).into())),
        ];
        all.steps[step].publish.push("/not_after".into());
        let certificate = |name: &str| format!("/addresses/0/certificate/{name}");
        let no = || json!(false);
        all.set(
            Class::Negation,
            "the certificate is for another host",
            (step, &certificate("covers_host"), no()),
        );
        all.set(
            Class::Negation,
            "the certificate is of an unknown authority",
            (step, &certificate("trusted"), no()),
        );
        all.set(
            Class::Negation,
            "a key of the chain is an RSA key of 1024 bits",
            (step, "/addresses/0/weakest/strength", json!(80.min(strength.saturating_sub(1)))),
        );
        all.set(
            Class::Negation,
            "a certificate of the chain is signed with SHA-1",
            (step, "/addresses/0/weakest/hash", json!("SHA-1")),
        );
        let (until, from) = (certificate("not_after"), certificate("not_before"));
        let needed_s = i64::from(days) * DAY_S;
        let short = format!("the certificate ends a minute before {days} days are over");
        let long = format!("the certificate ends a minute after {days} days are over");
        all.set_time(Class::Negation, "the certificate ended yesterday", (step, &until, -DAY_S));
        all.set_time(Class::Negation, &short, (step, &until, needed_s - 60));
        all.set_time(Class::Benign, &long, (step, &until, needed_s + 60));
        all.set_time(Class::Negation, "the certificate begins tomorrow", (step, &from, DAY_S));
    }

    fn covers(&self, shown: &str) -> String {
        let old = TlsVersion::ALL.into_iter().filter(|version| *version < self.minimum.version());
        let old: Vec<&str> = old.map(TlsVersion::name).collect();
        let plain = if self.plain_http.is_some() { ", and plain HTTP on port 80" } else { "" };
        format!(
            "Every address of {shown}: offers of {}, each alone; a handshake in {} or newer with \
             its certificate{plain}.",
            old.join(", "),
            self.minimum.version()
        )
    }

    fn leaves_open(&self) -> String {
        let plain = match self.plain_http {
            Some(_) => "",
            None => " Plain HTTP was not asked for.",
        };
        format!(
            "It does not show which cipher suites are accepted beside the one that was agreed on, \
             nor what other ports speak.{plain} Addresses that no road led to are listed with the \
             evidence as not asked."
        )
    }
}

fn old_version(version: TlsVersion, act: Act, all: &mut Asked) {
    let step = all.probe(format!("{version} is refused"), act);
    all.steps[step].expect = vec![each("/refused", Test::Equals(json!(true)))];
    let taken = json!({"answer": "server-hello", "version": version.name(), "refused": false});
    all.set(
        Class::Negation,
        &format!("an offer of {version} is answered with a server hello of {version}"),
        (step, "/addresses/0", taken),
    );
    all.fail(step, &format!("the connection is closed without an alert when {version} is offered"));
    let other = json!({"answer": "server-hello", "version": "TLS 1.2", "refused": true});
    all.set(
        Class::Benign,
        &format!("an offer of {version} is answered with a server hello of another version"),
        (step, "/addresses/0", other),
    );
}

fn plain_http(wanted: PlainHttp, shown: &str, act: Act, all: &mut Asked) {
    let step = all.probe(format!("plain HTTP to {shown}"), act);
    let answers: &[&str] = match wanted {
        PlainHttp::Closed => &["closed"],
        PlainHttp::ClosedOrRedirected => &["closed", "to-https"],
    };
    all.steps[step].expect = vec![
        each("/answer", Test::OneOf(answers.iter().map(|one| json!(one)).collect())),
        each("/sets", Test::Equals(json!([]))),
    ];
    let served = json!({"answer": "content", "status": 200, "sets": []});
    let away = json!({"answer": "elsewhere", "status": 302, "sets": []});
    let cookie = json!({"answer": "to-https", "status": 308, "sets": ["session"]});
    let closed = json!({"answer": "closed", "sets": []});
    for (class, when, facts) in [
        (Class::Negation, "plain HTTP is answered with a page", served),
        (Class::Negation, "plain HTTP leads to another host", away),
        (Class::Negation, "plain HTTP sets a cookie on the way to HTTPS", cookie),
        (Class::Benign, "nothing listens for plain HTTP", closed),
    ] {
        all.set(class, when, (step, "/addresses/0", facts));
    }
    for status in [429, 503] {
        let when = format!("plain HTTP is answered with {status}");
        all.set(Class::Fault, &when, (step, "/status", json!(status)));
    }
}

/// An expectation of every address.
fn each(at: &str, is: Test) -> Expectation {
    let within = Within { at: at.to_owned(), is };
    Expectation::new("/addresses", Test::Every(Box::new(within)))
}

/// What is asked, and what shows that it can fail.
#[derive(Default)]
struct Asked {
    steps: Vec<Step>,
    counterexamples: Vec<Counterexample>,
}

impl Asked {
    /// Adds a probe that counts only if the handshake succeeded.
    fn probe(&mut self, name: impl Into<String>, act: Act) -> StepId {
        let mut step = Step::new(Role::Probe, name, ANYONE, act);
        step.control = Some(HANDSHAKE);
        step.publish = vec!["/not_asked".into()];
        self.steps.push(step);
        self.steps.len() - 1
    }

    fn set(&mut self, class: Class, when: &str, (step, at, value): (StepId, &str, Value)) {
        self.add(class, when, Edit::Set { step, at: at.to_owned(), value });
    }

    fn set_time(&mut self, class: Class, when: &str, (step, at, after_s): (StepId, &str, i64)) {
        self.add(class, when, Edit::SetTime { step, at: at.to_owned(), after_s });
    }

    fn fail(&mut self, step: StepId, when: &str) {
        self.add(Class::Fault, when, Edit::Fail { step, reason: Reason::Tls });
    }

    fn add(&mut self, class: Class, when: &str, edit: Edit) {
        self.counterexamples.push(Counterexample {
            class,
            when: when.to_owned(),
            edits: vec![edit],
        });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fixture::{changed, mistakes, names, plan, sound, tried, verdict};
    use crate::model::answer::verdict::Verdict;
    use crate::model::judge::falsify::Grade;

    #[test]
    fn each_version_below_the_minimum_is_offered_alone() {
        let plan = plan("kind: tls\nminimum: TLS 1.3\n");
        assert_eq!(
            names(&plan),
            [
                "a handshake with addon.demo.test",
                "TLS 1.3 or newer is spoken",
                "the certificate",
                "SSL 3.0 is refused",
                "TLS 1.0 is refused",
                "TLS 1.1 is refused",
                "TLS 1.2 is refused",
            ]
        );
        assert_eq!(plan.flaws(), []);
    }

    #[test]
    fn an_old_version_that_is_taken_at_one_address_of_two_breaks_the_claim() {
        let plan = plan(EXAMPLE);
        let answers = changed(&plan, "TLS 1.0", |facts| {
            facts.set("/addresses", json!([{"refused": true}, {"refused": false}]));
        });
        assert_eq!(verdict(&plan, &answers), Verdict::Violated);
    }

    #[test]
    fn a_host_that_speaks_no_new_version_breaks_the_claim() {
        let plan = plan(EXAMPLE);
        let answers = changed(&plan, "handshake", |facts| {
            facts.set("/addresses", json!([{"answer": "alert", "alert": "protocol_version"}]));
        });
        assert_eq!(verdict(&plan, &answers), Verdict::Violated);
    }

    #[test]
    fn refusals_count_only_beside_a_handshake() {
        let plan = plan(EXAMPLE);
        let mut answers = sound(&plan);
        let error = crate::model::answer::error::ProbeError::new(Reason::Tls, "closed");
        answers[HANDSHAKE].answer = error.into();
        assert_eq!(verdict(&plan, &answers), Verdict::Inconclusive(Reason::Tls));
    }

    #[test]
    fn every_setting_is_noticed() {
        for yaml in [
            "kind: tls\nminimum: TLS 1.2\n",
            "kind: tls\nminimum: TLS 1.3\nkey_strength: 192\nplain_http: closed\n",
            "kind: tls\nhost: media\nminimum: TLS 1.2\ncertificate_days: 1\n",
            EXAMPLE,
        ] {
            let tried = tried(&plan(yaml));
            let missed: Vec<_> = tried.rows.iter().filter(|row| !row.noticed).collect();
            assert_eq!(tried.grade, Grade::Sound, "{yaml}: {missed:#?}");
            assert_eq!(tried.untouched, []);
        }
    }

    #[test]
    fn mistakes_are_told() {
        let unknown = mistakes("kind: tls\nminimum: TLS 1.1\n");
        assert_eq!(unknown, [("unknown-value", "unknown value `TLS 1.1`".into())]);
        let role = mistakes("kind: tls\nminimum: TLS 1.2\nhost: medai\n");
        assert_eq!(role, [("unknown-host", "no host has the role `medai`".into())]);
    }
}
