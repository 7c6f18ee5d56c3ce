//! The steps of `tls` after the first handshake, and the counterexamples of each.

use serde_json::{Value, json};

use crate::check::kinds::tls::{HANDSHAKE, PlainHttp, Settings};
use crate::language::period::Period;
use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Reason;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test, Within};
use crate::model::plan::question::TlsVersion;
use crate::model::plan::{ANYONE, Act, Role, Step};

const DAY_S: i64 = 86_400;

/// Hash functions that a signature may use; SHA-1 has been broken since 2017.
const HASHES: [&str; 3] = ["SHA-256", "SHA-384", "SHA-512"];

impl Settings {
    /// The agreed version is new enough.
    pub(crate) fn new_enough(&self) -> Expectation {
        let minimum = self.minimum.version();
        let new = TlsVersion::ALL.into_iter().filter(|version| *version >= minimum);
        each("/version", Test::OneOf(new.map(|version| json!(version.name())).collect()))
    }

    pub(crate) fn new_version(&self, all: &mut Probes) {
        let minimum = self.minimum.version();
        let step = all.probe(format!("{minimum} or newer is accepted"), Act::Recall(HANDSHAKE));
        all.steps[step].control = None;
        all.steps[step].expect = vec![self.new_enough()];
        all.set(
            Class::Negation,
            "a new version is refused",
            (step, "/addresses/0", json!({"answer": "alert", "alert": "protocol_version"})),
        );
        all.set(
            Class::Benign,
            "another cipher suite is chosen",
            (step, "/addresses/0/cipher_suite", json!("TLS13_CHACHA20_POLY1305_SHA256")),
        );
        all.fail(step, "the connection is closed in the handshake");
    }

    pub(crate) fn certificate(&self, all: &mut Probes) {
        let days = self.certificate_days.as_ref().map_or(14, |days| days.value);
        let strength = self.key_strength.as_ref().map_or(112, |bits| bits.value);
        let step = all.probe("the certificate", Act::Recall(HANDSHAKE));
        all.steps[step].expect = vec![
            every("/covers_host", Test::Equals(json!(true))),
            every("/trust", Test::Equals(json!("trusted"))),
            every("/not_before", Test::NotOlderThan(Period::days(100 * 365))),
            every("/valid_until", Test::AtLeastAhead(Period::days(days.into()))),
            every("/strength", Test::AtLeast(strength.into())),
            every("/hash", Test::OneOf(HASHES.map(Value::from).into())),
        ];
        all.steps[step].publish.push("/not_after".into());
        let certificate = |name: &str| format!("/certificates/0/{name}");
        all.set(
            Class::Negation,
            "the certificate is for another host",
            (step, &certificate("covers_host"), json!(false)),
        );
        all.set(
            Class::Negation,
            "the certificate is from an unknown authority",
            (step, &certificate("trust"), json!("its issuer is not known")),
        );
        all.set(
            Class::Negation,
            "a key of the chain is an RSA key of 1024 bits",
            (step, &certificate("strength"), json!(80.min(strength.saturating_sub(1)))),
        );
        all.set(
            Class::Negation,
            "a certificate of the chain is signed with SHA-1",
            (step, &certificate("hash"), json!("SHA-1")),
        );
        let (until, from) = (certificate("valid_until"), certificate("not_before"));
        let needed_s = i64::from(days) * DAY_S;
        let short =
            format!("a certificate of the chain expires a minute before {days} days have passed");
        let long = format!("every certificate of the chain lasts a minute longer than {days} days");
        all.set_time(
            Class::Negation,
            "a certificate of the chain expired yesterday",
            (step, &until, -DAY_S),
        );
        all.set_time(Class::Negation, &short, (step, &until, needed_s - 60));
        all.set_time(Class::Benign, &long, (step, &until, needed_s + 60));
        all.set_time(
            Class::Negation,
            "the certificate becomes valid tomorrow",
            (step, &from, DAY_S),
        );
    }
}

pub(crate) fn old_version(version: TlsVersion, act: Act, all: &mut Probes) {
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

pub(crate) fn plain_http(wanted: PlainHttp, shown: &str, act: Act, all: &mut Probes) {
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
        (Class::Negation, "plain HTTP redirects to another host", away),
        (Class::Negation, "plain HTTP sets a cookie with the redirect to HTTPS", cookie),
        (Class::Benign, "port 80 is closed", closed),
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

/// An expectation of the certificate of every address.
fn every(at: &str, is: Test) -> Expectation {
    let within = Within { at: at.to_owned(), is };
    Expectation::new("/certificates", Test::Every(Box::new(within)))
}

/// The steps and counterexamples so far.
#[derive(Default)]
pub(crate) struct Probes {
    pub(crate) steps: Vec<Step>,
    pub(crate) counterexamples: Vec<Counterexample>,
}

impl Probes {
    /// Adds a probe that counts only if the handshake succeeded.
    fn probe(&mut self, name: impl Into<String>, act: Act) -> StepId {
        let mut step = Step::new(Role::Probe, name, ANYONE, act);
        step.control = Some(HANDSHAKE);
        step.publish = vec!["/not_asked".into()];
        self.steps.push(step);
        StepId(self.steps.len() - 1)
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
