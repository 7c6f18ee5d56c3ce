//! The sessions of actors that log in: each is made once, and again when it has ended.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::header::{COOKIE, HeaderName, HeaderValue};
use tokio::time::Instant;

use crate::model::answer::error::ProbeError;
use crate::model::plan::credential::{Credential, Forgery};
use crate::model::plan::template::Template;
use crate::model::project::login::Login;
use crate::probe::credential::aws::SigningKey;
use crate::probe::credential::cookies;
use crate::probe::credential::jar::Jar;
use crate::probe::credential::request::{CredentialRequest, Minted, cannot};
use crate::probe::random;

/// How often a log-in is tried that did not get an answer.
const TROUBLES_MAX: u32 = 3;

/// How often an actor logs in again although that did not help the request before.
const IN_VAIN_MAX: u32 = 3;

/// How often an actor logs in during one run.
const LOG_INS_MAX: u64 = 100;

/// The sessions of a run, by actor.
#[derive(Default)]
pub(crate) struct Sessions {
    /// One log-in at a time, so that no two of one account meet and log-in limits are spared.
    pub(crate) turn: tokio::sync::Mutex<()>,
    all: Mutex<BTreeMap<String, Entry>>,
}

#[derive(Default)]
struct Entry {
    session: Option<Arc<Session>>,
    /// How many sessions there were.
    generation: u64,
    failed: Option<ProbeError>,
    troubles: u32,
    in_vain: u32,
    /// Whether the service accepted the session.
    accepted: bool,
    /// Values that the next log-in needs.
    carried: BTreeMap<String, String>,
}

/// What an actor sends after its log-in.
pub(crate) struct Session {
    /// Its cookies.
    pub(crate) jar: Jar,
    /// Its header fields: name, value, and whether the value contains a secret.
    pub(crate) headers: Vec<(HeaderName, String, bool)>,
    /// The parameters that are added to addresses, likewise.
    pub(crate) query: Vec<(String, String, bool)>,
    /// The key that signs its requests.
    aws: Option<SigningKey>,
    /// When it ends, if that is known.
    pub(crate) until: Option<Instant>,
}

/// The state of an actor's session.
pub(crate) enum State {
    /// It can be used; the number is its generation.
    Good(u64),
    /// The actor has to log in.
    Due,
    /// The actor could not log in, and does not try again.
    Failed(ProbeError),
}

impl Sessions {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state of an actor's session.
    pub(crate) fn state(&self, actor: &str) -> State {
        let all = self.all();
        let Some(entry) = all.get(actor) else { return State::Due };
        if let Some(error) = &entry.failed {
            return State::Failed(error.clone());
        }
        let good = |session: &Arc<Session>| session.until.is_none_or(|at| Instant::now() < at);
        let may_renew = entry.generation < LOG_INS_MAX;
        match entry.session.as_ref().filter(|one| good(one) || !may_renew) {
            Some(_) => State::Good(entry.generation),
            None => State::Due,
        }
    }

    /// Stores the session of an actor, and the values that its next log-in needs.
    pub(crate) fn store(&self, actor: &str, session: Session, carried: BTreeMap<String, String>) {
        let mut all = self.all();
        let entry = all.entry(actor.to_owned()).or_default();
        entry.session = Some(Arc::new(session));
        entry.generation += 1;
        entry.accepted = false;
        entry.troubles = 0;
        entry.carried = carried;
    }

    /// Stores that an actor could not log in. If that may pass, it tries again, a few times.
    pub(crate) fn fail(&self, actor: &str, error: &ProbeError, may_pass: bool) {
        let mut all = self.all();
        let entry = all.entry(actor.to_owned()).or_default();
        entry.troubles += 1;
        if !may_pass || entry.troubles >= TROUBLES_MAX {
            entry.failed = Some(error.clone());
        }
    }

    /// Ends the session of this generation, because the service refused it. Returns whether the actor has another
    /// one by now, or may log in again.
    pub(crate) fn end(&self, actor: &str, generation: u64) -> bool {
        let mut all = self.all();
        let Some(entry) = all.get_mut(actor) else { return false };
        if entry.generation != generation {
            return true;
        }
        if entry.in_vain >= IN_VAIN_MAX || generation >= LOG_INS_MAX {
            return false;
        }
        if !entry.accepted {
            entry.in_vain += 1;
        }
        entry.session = None;
        true
    }

    /// Notes that the service accepted the session of this generation.
    pub(crate) fn note_accepted(&self, actor: &str, generation: u64) {
        if let Some(entry) = self.all().get_mut(actor) {
            entry.accepted |= entry.generation == generation;
        }
    }

    /// Notes that a new session did not help, so that an end point that refuses this actor always does not make
    /// it log in for each request.
    pub(crate) fn note_in_vain(&self, actor: &str) {
        if let Some(entry) = self.all().get_mut(actor) {
            entry.in_vain += 1;
        }
    }

    /// The values that the last log-in left for the next one.
    pub(crate) fn carried(&self, actor: &str) -> BTreeMap<String, String> {
        self.all().get(actor).map(|entry| entry.carried.clone()).unwrap_or_default()
    }

    /// The session of an actor.
    pub(crate) fn get(&self, actor: &str) -> Option<Arc<Session>> {
        self.all().get(actor)?.session.clone()
    }
}

impl Session {
    /// What a log-in sends with these values for its placeholders. The error is a message for people.
    pub(crate) fn new(
        login: &Login,
        jar: Jar,
        until: Option<Instant>,
        value: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let fill = |template: &Template| {
            let filled = template.fill(&value);
            filled.map_err(|hole| format!("`${{{hole}}}` has no value"))
        };
        let is_secret = |template: &Template| template.holes().next().is_some();
        let header = |(name, template): &(String, Template)| {
            let name: Result<HeaderName, _> = name.parse();
            let name = name.map_err(|_| "the name of a header field is not valid".to_owned())?;
            Ok::<_, String>((name, fill(template)?, is_secret(template)))
        };
        let parameter = |(name, template): &(String, Template)| {
            Ok::<_, String>((name.clone(), fill(template)?, is_secret(template)))
        };
        Ok(Self {
            jar,
            headers: login.headers.iter().map(header).collect::<Result<_, _>>()?,
            query: login.query.iter().map(parameter).collect::<Result<_, _>>()?,
            aws: login.aws.as_ref().map(|aws| SigningKey::new(aws, fill)).transpose()?,
            until,
        })
    }

    /// The header fields of a request; `derive` makes a bad token of a good one. The error is a message for people.
    ///
    /// A forged credential is in the fields whose value contains a secret, if there are some; the cookies are
    /// then random, because a good session would be accepted next to a bad token.
    pub(crate) fn fields(
        &self,
        request: &CredentialRequest<'_>,
        derive: impl Fn(&str, &Forgery) -> Result<String, String>,
    ) -> Result<Vec<Minted>, String> {
        let (url, forgery) = (request.url, forgery(request.credential));
        let has_token = self.aws.is_some() || self.headers.iter().any(|(.., is_secret)| *is_secret);
        let in_cookie =
            if has_token { &Forgery::Garbage } else { forgery.unwrap_or(&Forgery::Garbage) };
        if cookies::with_defect("", in_cookie).is_none() {
            return Err(cannot("login", &format!("{in_cookie:?}")));
        }
        let cookie = match forgery {
            Some(_) => self.jar.field_with(url, |value| {
                cookies::with_defect(value, in_cookie).unwrap_or_default()
            }),
            None => self.jar.field(url),
        };
        let of_header = |(name, value, is_secret): &(HeaderName, String, bool)| {
            let value = match forgery.filter(|_| *is_secret) {
                Some(forgery) => with_defect(value, forgery, &derive)?,
                None => value.clone(),
            };
            Ok::<_, String>((name.clone(), value))
        };
        let pairs: Result<Vec<(HeaderName, String)>, String> =
            self.headers.iter().map(of_header).collect();
        let mut pairs = pairs?;
        if let Some(cookie) = cookie {
            match pairs.iter_mut().find(|(name, _)| *name == COOKIE) {
                Some((_, own)) => *own = format!("{own}; {cookie}"),
                None => pairs.push((COOKIE, cookie)),
            }
        }
        if let Some(aws) = &self.aws {
            let fields = aws.fields(request, forgery)?.into_iter();
            pairs.extend(fields.map(|(name, value)| (HeaderName::from_static(name), value)));
        }
        pairs.into_iter().map(minted).collect()
    }

    /// The parameters that are added to the address of a request. The error is a message for people.
    pub(crate) fn parameters(
        &self,
        credential: &Credential,
    ) -> Result<Vec<(String, String)>, String> {
        let forged = forgery(credential).is_some();
        let one = |(name, value, is_secret): &(String, String, bool)| {
            let value = if forged && *is_secret { random::hex::<24>() } else { value.clone() };
            (name.clone(), value)
        };
        Ok(self.query.iter().map(one).collect())
    }
}

/// The defect of what a request contains.
fn forgery(credential: &Credential) -> Option<&Forgery> {
    match credential {
        Credential::Own | Credential::None => None,
        Credential::Forged(forgery) => Some(forgery).filter(|one| !one.is_of_certificate()),
    }
}

/// The same with a bad token; the name of an authentication scheme stays.
fn with_defect(
    value: &str,
    forgery: &Forgery,
    derive: impl Fn(&str, &Forgery) -> Result<String, String>,
) -> Result<String, String> {
    let (scheme, token) = match value.split_once(' ') {
        Some((scheme, token)) => (format!("{scheme} "), token),
        None => (String::new(), value),
    };
    let bad = match forgery {
        Forgery::Garbage | Forgery::WrongSecret => random::hex::<24>(),
        other => derive(token, other)?,
    };
    Ok(format!("{scheme}{bad}"))
}

fn minted((name, value): (HeaderName, String)) -> Result<Minted, String> {
    let value = HeaderValue::from_str(&value);
    let mut value = value.map_err(|_| format!("the value of `{name}` cannot be sent"))?;
    value.set_sensitive(true);
    Ok(Minted { name, value })
}
