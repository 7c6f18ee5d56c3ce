//! Credentials that an endpoint must refuse, by the scheme that they imitate, and the steps that try
//! them.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::json;

use crate::check::kind::Context;
use crate::check::kinds::auth_required::bad_tokens::{
    AWS, BASIC, BOUND, CERTIFICATE, CONNECT, COOKIES, DERIVED, IMITATED, NO_CERTIFICATE, Row,
    SIGNED,
};
use crate::check::written::counterexample::refused_otherwise;
use crate::check::written::request;
use crate::model::answer::ids::StepId;
use crate::model::plan::comparison::OwnersData;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::credential::{Credential, Forgery};
use crate::model::plan::expect::refusal::BODIES;
use crate::model::plan::expect::{Expectation, Refusal, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{Act, Keep, Role, Step};
use crate::model::project::Project;
use crate::model::project::actor::{Actor, Prefix, Scheme, Signed};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::help_with_list;
use crate::model::source::diagnostic::report::Report;

/// The bad credentials that an author leaves out, by name, each with the reason.
pub(crate) type Without = BTreeMap<String, Spanned<String>>;

/// A credential that must be refused.
pub(crate) struct Bad {
    /// The name by which an author leaves it out.
    pub(crate) name: &'static str,
    /// For a step's name, after `GET /notes `.
    pub(crate) words: &'static str,
    /// The actor that sends the request.
    pub(crate) actor: String,
    /// The credential.
    pub(crate) credential: Credential,
}

/// A forgery of an actor's credential.
pub(crate) fn forged(
    actor: &str,
    name: &'static str,
    words: &'static str,
    forgery: Forgery,
) -> Bad {
    Bad { name, words, actor: actor.to_owned(), credential: Credential::Forged(forgery) }
}

/// The bad credentials that follow from the good one of an actor.
pub(crate) fn forgeries(name: &str, actor: &Actor, project: &Project) -> Vec<Bad> {
    let mut all = vec![
        Bad {
            name: "none",
            words: "without a credential",
            actor: name.to_owned(),
            credential: Credential::None,
        },
        forged(name, "garbage", "with garbage as the credential", Forgery::Garbage),
    ];
    match &actor.scheme {
        Scheme::Connect { .. } => all.extend(of_table(name, CONNECT)),
        Scheme::Signed(signed) => all.extend(of_signed(name, signed)),
        Scheme::Basic { .. } => all.extend(of_table(name, BASIC)),
        Scheme::Header { name: field, .. } if field.eq_ignore_ascii_case("cookie") => {
            all.extend(of_table(name, COOKIES));
        }
        _ if project.jwts.contains(name) => all.extend(of_table(name, DERIVED)),
        Scheme::Login(login) if login.has_only_cookies() => all.extend(of_table(name, COOKIES)),
        Scheme::Login(login) if login.aws.is_some() => all.extend(of_table(name, AWS)),
        Scheme::Bearer(_) | Scheme::Header { .. } | Scheme::Login(_) => {}
    }
    if let Scheme::Login(login) = &actor.scheme
        && login.certificate.is_some()
    {
        all.retain(|bad| bad.name != "garbage" || !login.has_only_certificate());
        all.extend(of_table(name, CERTIFICATE));
        if !login.has_only_certificate() {
            all.extend(of_table(name, NO_CERTIFICATE));
        }
    }
    all
}

/// The bad credentials that contain something of `other`, an actor of the same scheme. `None` if a credential of
/// this scheme does not contain whose it is.
pub(crate) fn of_other(
    name: &str,
    actor: &Actor,
    other: &str,
    project: &Project,
) -> Option<Vec<Bad>> {
    let other = other.to_owned();
    let secret = |words| forged(name, "secret-of", words, Forgery::SecretOf(other.clone()));
    match &actor.scheme {
        Scheme::Connect { .. } => Some(vec![
            forged(
                name,
                "issuer-of",
                "under another tenant's name",
                Forgery::IssuerOf(other.clone()),
            ),
            secret("with a token signed with another tenant's secret"),
        ]),
        Scheme::Basic { .. } => Some(vec![secret("with another tenant's password")]),
        // What another actor receives by logging in is known during a run only.
        Scheme::Bearer(_) | Scheme::Header { .. } if project.jwts.contains(name) => {
            let words = "with another tenant's claims under its own signature";
            Some(vec![forged(name, "claims-of", words, Forgery::ClaimsOf(other))])
        }
        _ => None,
    }
}

/// For the manual: the names that `without:` takes, each with its words and the credentials that it is derived
/// from.
pub(crate) fn all_names() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    const OTHER: &str = "with `other:`";
    let of =
        |scheme: &'static str, rows: &[Row]| -> Vec<(&'static str, &'static str, &'static str)> {
            rows.iter().map(|(name, words, _)| (*name, *words, scheme)).collect()
        };
    let mut all = vec![
        ("none", "without a credential", "any"),
        ("garbage", "with garbage as the credential", "any"),
    ];
    all.extend(of("`basic`", BASIC));
    all.extend(of("`header` or `login` with cookies alone", COOKIES));
    all.extend(of("`jwt: true`", DERIVED));
    all.extend(of("`aws`", AWS));
    all.extend(of("`certificate`", CERTIFICATE));
    all.extend(of("`certificate` with another credential", NO_CERTIFICATE));
    all.extend(of("`connect`", CONNECT));
    all.extend([IMITATED, SIGNED, BOUND].into_iter().flat_map(|rows| of("`signed`", rows)));
    all.extend([
        ("platform-key-as-secret", PUBLIC_KEY_WORDS, "`signed`, or with `platform:`"),
        ("former", "with the credential of an uninstalled tenant", "with `former:`"),
        ("issuer-of", "under another tenant's name", OTHER),
        ("secret-of", "with another tenant's secret or password", OTHER),
        ("claims-of", "with another tenant's claims under its own signature", OTHER),
    ]);
    let mut joined: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for (name, words, scheme) in all {
        match joined.iter_mut().find(|one| (one.0, one.1) == (name, words)) {
            Some(one) if one.2.contains(&scheme) => {}
            Some(one) => one.2.push(scheme),
            None => joined.push((name, words, vec![scheme])),
        }
    }
    joined
}

fn of_table(name: &str, table: &[Row]) -> Vec<Bad> {
    let row = |(short, words, forgery): &Row| forged(name, short, words, forgery.clone());
    table.iter().map(row).collect()
}

/// Anyone can forge a token that the platform did not sign. A signed token that is otherwise invalid
/// needs the key: signed with another key, it would be refused for that reason.
fn of_signed(name: &str, signed: &Signed) -> Vec<Bad> {
    let mut all = of_table(name, IMITATED);
    if signed.key.is_some() || signed.public_key.is_some() {
        all.push(public_key_of(name, name));
    }
    if signed.key.is_some() {
        all.extend(of_table(name, SIGNED));
        if signed.prefix == Prefix::Jwt {
            all.extend(of_table(name, BOUND));
        }
    }
    all
}

const PUBLIC_KEY_WORDS: &str =
    "with a token that uses the platform's public key as its secret (`HS256`)";

/// A token of `actor` that is signed with the public key of `platform` as the secret.
pub(crate) fn public_key_of(actor: &str, platform: &str) -> Bad {
    forged(
        actor,
        "platform-key-as-secret",
        PUBLIC_KEY_WORDS,
        Forgery::PublicKeyOf(platform.to_owned()),
    )
}

/// Removes the credentials that the author leaves out. Reports unknown names and missing reasons, and
/// at `span` that none is left. `further` are other names that can be left out.
pub(crate) fn leave_out(
    all: &mut Vec<Bad>,
    (without, further): (&Without, &[&'static str]),
    span: &Range<usize>,
    context: &Context<'_>,
    diagnostics: &mut Report,
) {
    let known: Vec<&str> = all.iter().map(|bad| bad.name).chain(further.iter().copied()).collect();
    for (name, reason) in without {
        if !known.contains(&name.as_str()) {
            let message = format!("`{name}` is not a credential that this check tries");
            let help = help_with_list(name, known.iter().copied());
            diagnostics.push(context.mistake(Code::UnknownName, &reason.span, message).help(help));
        }
        if reason.trim().is_empty() {
            let message = format!("the reason for leaving out `{name}` is missing");
            let mistake = context.mistake(Code::NoReason, &reason.span, message);
            diagnostics.push(mistake.help("write for readers why it is not tried"));
        }
    }
    all.retain(|bad| !without.contains_key(bad.name));
    if all.is_empty() {
        let message = "every bad credential is left out: the check would send no request";
        let mistake = context.mistake(Code::EmptyList, span, message);
        diagnostics.push(mistake.help("remove one from `without:`"));
    }
}

/// For the reader, at the end of a sentence: the credentials that were left out, and why.
pub(crate) fn left_out(without: &Without) -> String {
    let one = |(name, reason): (&String, &Spanned<String>)| {
        format!("; `{name}` was not tried: {}", reason.value.trim().trim_end_matches('.'))
    };
    without.iter().map(one).collect()
}

/// The bad credentials to try on each endpoint.
pub(crate) struct Tries {
    /// The credentials.
    pub(crate) bad: Vec<Bad>,
    /// How often a caller without a forged credential tries to read.
    pub(crate) repeat: u8,
}

impl Tries {
    /// The request with each bad credential, which must be refused, as the second of both defines it. `control` is the same request with a
    /// good one, `data` the data that no answer may contain.
    pub(crate) fn probes<'a>(
        &'a self,
        (request, refusal): (&'a Request, &'a Refusal),
        control: StepId,
        data: &'a OwnersData,
    ) -> impl Iterator<Item = Step> + use<'a> {
        let asked = request::in_words(request);
        self.bad.iter().map(move |bad| {
            let name = format!("{asked} {}", bad.words);
            let mut step = Step::new(Role::Probe, name, &bad.actor, Act::Http(request.clone()));
            step.credential = bad.credential.clone();
            step.expect = vec![Expectation::new("", Test::Refused(refusal.clone()))];
            step.control = Some(control);
            step.withholds = Some(data.clone());
            step.keep = Keep::Digest;
            if !request.writes() && !matches!(bad.credential, Credential::Forged(_)) {
                step.repeat = self.repeat;
            }
            step
        })
    }

    /// An answer with the text "error" and the status of a success, and each form of refusal.
    pub(crate) fn counterexamples(&self, steps: &[Step]) -> Vec<Counterexample> {
        let Some(step) = steps.iter().position(|step| step.keep == Keep::Digest).map(StepId) else {
            return Vec::new();
        };
        let set = |at: &str, value| Edit::Set { step, at: at.into(), value };
        let name = &steps[step].name;
        let mut status_200 =
            vec![set("/status", json!(200)), set("/body/text", json!("error 401"))];
        status_200.push(Edit::Remove { step, at: "/refusal/graphql".into() });
        status_200.push(Edit::Remove { step, at: BODIES.into() });
        let mut all = vec![Counterexample {
            class: Class::Negation,
            when: format!(
                "the answer to “{name}” contains “error” and has the status of a success"
            ),
            edits: status_200,
        }];
        all.push(Counterexample {
            class: Class::Negation,
            when: format!("“{name}” is refused, and the answer contains data of the owner"),
            edits: vec![set("/owner_values", json!({ "found": 2 }))],
        });
        all.extend(steps[step].expect.iter().flat_map(|one| refused_otherwise(step, name, one)));
        all
    }

    /// For the reader: the requests and the credentials.
    pub(crate) fn covers<'a>(&self, requests: impl Iterator<Item = &'a Request>) -> String {
        let asked: Vec<String> = requests.map(request::in_words).collect();
        let bad: Vec<&str> = self.bad.iter().map(|bad| bad.words).collect();
        format!("{}; each {}.", asked.join(", "), bad.join(", "))
    }
}
