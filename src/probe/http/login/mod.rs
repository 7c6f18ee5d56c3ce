//! Logs actors in: before their first own request, and again when the service has ended their session.

mod answer;

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderValue};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use url::{Url, form_urlencoded};

use crate::model::answer::error::ProbeError;
use crate::model::answer::observation::Answer;
use crate::model::answer::verdict::Reason;
use crate::model::plan::ANYONE;
use crate::model::plan::credential::Credential;
use crate::model::plan::expect::Test;
use crate::model::plan::template::Template;
use crate::model::project::actor::Secret;
use crate::model::project::login::{Assertion, Login, LoginStep};
use crate::model::project::weak_secret::is_strong;
use crate::probe::credential::cookies;
use crate::probe::credential::jar::Jar;
use crate::probe::credential::request::Minted;
use crate::probe::credential::sessions::{Session, State};
use crate::probe::credential::tokens::Minter;
use crate::probe::http::address::address;
use crate::probe::http::login::answer::{LoginAnswer, retry_after};
use crate::probe::http::pool::{Caller, Way};
use crate::probe::http::redirect;
use crate::probe::http::request::PreparedRequest;
use crate::probe::http::{
    BodySink, PartialResponse, PlannedRequest, RunContext, build, decode, failure, timeout,
    transmit,
};
use crate::probe::limiter::{Entrance, Urgency};
use crate::probe::random;
use crate::probe::values::Values;

/// The longest wait that a service can demand before a log-in.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// How long before its end a session is not used any more, at most.
const MARGIN: Duration = Duration::from_secs(5);

/// How long a token of the client is valid, in seconds.
const ASSERTION_SECONDS: i64 = 120;

/// Why a log-in gave no session.
struct Failure {
    error: ProbeError,
    /// Whether another try may help and cannot lock the account.
    may_pass: bool,
    /// The wait that the service demands.
    wait: Option<Duration>,
}

impl Failure {
    fn refused(detail: String) -> Self {
        Self { error: ProbeError::new(Reason::Credentials, detail), may_pass: false, wait: None }
    }
}

/// The generation of the session that a request is sent with; `None` if it needs none. Logs the actor in if it has to.
pub(super) async fn ready(
    context: &RunContext<'_>,
    planned: &PlannedRequest<'_>,
    prepared: &PreparedRequest,
) -> Result<Option<u64>, Answer> {
    let (step, minter) = (planned.step, context.minter);
    let needs = step.actor != ANYONE
        && step.credential != Credential::None
        && !prepared.redirected
        && minter.may_send(&step.actor, &prepared.url);
    let login = minter.login(&step.actor).filter(|login| needs && !login.steps.is_empty());
    match login {
        Some(login) => session(context, &step.actor, login, planned.urgency).await.map(Some),
        None => Ok(None),
    }
}

/// Whether an answer shows that the session has ended, so that the request is sent again with another one: a
/// refusal (401), or a redirect to the page that the log-in begins with. An answer that the step expects shows
/// nothing.
pub(super) fn has_ended(
    context: &RunContext<'_>,
    planned: &PlannedRequest<'_>,
    prepared: &PreparedRequest,
    partial: &PartialResponse,
) -> bool {
    let step = planned.step;
    let Some((status, headers)) = &partial.head else { return false };
    let is_expected = step
        .expect
        .iter()
        .any(|one| one.names_status(*status) || matches!(one.test, Test::Refused(_)));
    if step.credential != Credential::Own || is_expected {
        return false;
    }
    let begins_at = context.minter.login(&step.actor).and_then(|login| login.steps.first());
    let begins_at = begins_at
        .and_then(|first| address(&first.request.to, context.project, &Values::default()).ok());
    let leads_to = redirect::location(&prepared.url, *status, headers).and_then(Result::ok);
    let is_login_page = leads_to
        .zip(begins_at)
        .is_some_and(|(to, login)| to.origin() == login.origin() && to.path() == login.path());
    *status == 401 || is_login_page
}

/// Ends a session that the service refused; `true` if the request can be sent again with another one.
pub(super) async fn renew(
    context: &RunContext<'_>,
    planned: &PlannedRequest<'_>,
    used: u64,
) -> Result<bool, Answer> {
    let actor = &planned.step.actor;
    if !context.minter.sessions().end(actor, used) {
        return Ok(false);
    }
    let Some(login) = context.minter.login(actor) else { return Ok(false) };
    session(context, actor, login, planned.urgency).await?;
    Ok(true)
}

async fn session(
    context: &RunContext<'_>,
    actor: &str,
    login: &Login,
    urgency: Urgency,
) -> Result<u64, Answer> {
    let sessions = context.minter.sessions();
    if let State::Good(generation) = sessions.state(actor) {
        return Ok(generation);
    }
    let _turn = sessions.turn.lock().await;
    match sessions.state(actor) {
        State::Good(generation) => return Ok(generation),
        State::Failed(error) => return Err(error.into()),
        State::Due => {}
    }
    let attempt = Attempt { context, actor, login, urgency };
    let mut outcome = attempt.log_in().await;
    if let Err(failure) = &outcome
        && let Some(wait) =
            failure.wait.filter(|wait| *wait <= WAIT_MAX && context.limiter.lasts(*wait))
    {
        sleep(wait).await;
        outcome = attempt.log_in().await;
    }
    match outcome {
        Ok((session, carried)) => {
            let left = session.until.map(|until| until.saturating_duration_since(Instant::now()));
            login.received.conclude(Ok(left));
            sessions.store(actor, session, carried);
        }
        Err(failure) => {
            // A run that ends shows nothing about the log-in.
            if let Some(stop) = context.limiter.stop() {
                return Err(stop.answer());
            }
            login.received.conclude(Err(failure.error.detail.clone()));
            sessions.fail(actor, &failure.error, failure.may_pass);
            return Err(failure.error.into());
        }
    }
    match sessions.state(actor) {
        State::Good(generation) => Ok(generation),
        _ => Err(ProbeError::new(
            Reason::Credentials,
            format!("the session of `{actor}` ends as soon as it begins"),
        )
        .into()),
    }
}

/// One log-in.
struct Attempt<'a> {
    context: &'a RunContext<'a>,
    actor: &'a str,
    login: &'a Login,
    urgency: Urgency,
}

impl Attempt<'_> {
    async fn log_in(&self) -> Result<(Session, BTreeMap<String, String>), Failure> {
        let (values, mut jar) = (Values::default(), Jar::default());
        let mut captured = BTreeMap::new();
        for (name, one) in &self.login.variables {
            values.capture(name, &Value::from(one.value.expose()));
        }
        for (name, value) in self.context.minter.sessions().carried(self.actor) {
            values.capture(&name, &Value::from(value));
        }
        let start = Instant::now();
        for (index, step) in self.login.steps.iter().enumerate() {
            let place = self.place(index, step);
            if let Some(assertion) = self.login.assertion.as_ref() {
                let text = self.assertion(assertion, &values);
                let text = text.map_err(|why| Failure::refused(format!("{place}: {why}")))?;
                self.login.received.add([text.clone()]);
                values.capture("signed_token", &Value::from(text));
            }
            let answer = self.step(step, &values, &mut jar, &place).await?;
            answer
                .refusal(step, self.login.steps.first())
                .map_or(Ok(()), |why| Err(Failure::refused(format!("{place} {why}"))))?;
            for capture in &step.captures {
                match answer.capture(&capture.from, &jar) {
                    Some(value) => {
                        values.capture(&capture.name, &Value::from(value.as_str()));
                        captured.insert(capture.name.clone(), value);
                    }
                    None if capture.optional => {}
                    None => {
                        let why = format!(
                            "{place} answered {} without a value for `{}`",
                            answer.status, capture.name
                        );
                        return Err(Failure::refused(why));
                    }
                }
            }
            self.note_secrets(&captured, &jar);
        }
        if jar.is_empty() && self.login.headers.is_empty() && self.login.query.is_empty() {
            let why = "the service set no cookie, and the actor has no `headers:` to send";
            return Err(Failure::refused(format!("{}: {why}", self.could_not())));
        }
        let seconds = captured.get("expires_in").and_then(|text| text.parse::<u32>().ok());
        let until = seconds.map(|seconds| {
            let life = Duration::from_secs(seconds.into());
            start + life.saturating_sub(MARGIN.min(life / 4))
        });
        let value = |hole: &str| values.get(hole);
        let session = Session::new(self.login, jar, until, value)
            .map_err(|why| Failure::refused(format!("{}: {why}", self.could_not())))?;
        self.login.received.add(session.headers.iter().filter(|one| one.2).filter_map(|one| {
            let token = one.1.rsplit_once(' ').map_or(one.1.as_str(), |(_, token)| token);
            is_strong(token).then(|| token.to_owned())
        }));
        captured.retain(|name, _| name == "refresh_token");
        Ok((session, captured))
    }

    fn could_not(&self) -> String {
        format!("`{}` could not log in", self.actor)
    }

    fn place(&self, index: usize, step: &LoginStep) -> String {
        let (could_not, request) = (self.could_not(), &step.request);
        let number = index + 1;
        format!("{could_not}: request {number} ({} {})", request.method, request.to.template())
    }

    /// Session cookies and captured values count as secrets from now on.
    fn note_secrets(&self, captured: &BTreeMap<String, String>, jar: &Jar) {
        let all = captured.values().filter(|one| is_strong(one)).cloned();
        let cookies: Vec<String> = jar.values().map(|one| format!("c={one}")).collect();
        let field = Secret::new(cookies.join("; "));
        let parts = cookies::parts(&field).map(str::to_owned);
        self.login.received.add(all.chain(cookies::secrets(&field)).chain(parts));
    }

    /// Sends one request of the log-in, and follows its redirects as far as it permits.
    async fn step(
        &self,
        step: &LoginStep,
        values: &Values,
        jar: &mut Jar,
        place: &str,
    ) -> Result<LoginAnswer, Failure> {
        let refused = |why: String| Failure::refused(format!("{place}: {why}"));
        let project = self.context.project;
        let mut prepared = PreparedRequest::new(&step.request, project, values).map_err(refused)?;
        if let Some((user, password)) = &step.basic {
            let pair = [user, password].map(|one| values.fill(one));
            let [user, password] = pair;
            let field = basic(&user.map_err(refused)?, &password.map_err(refused)?, self.login);
            prepared.headers.insert(AUTHORIZATION, field.map_err(refused)?);
        }
        let mut followed = 0;
        loop {
            let answer = self.send(&prepared, jar, place).await?;
            let next = redirect::location(&prepared.url, answer.status, &answer.headers);
            let Some(next) = next.filter(|_| followed < step.request.redirects_max) else {
                return Ok(answer);
            };
            let next =
                next.map_err(|why| refused(format!("its redirect is not followed: {why}")))?;
            followed += 1;
            // Without its fields and its body: no credential but the cookies of that origin.
            prepared = PreparedRequest {
                method: reqwest::Method::GET,
                url: next,
                headers: HeaderMap::new(),
                body: None,
                redirected: true,
            };
        }
    }

    async fn send(
        &self,
        prepared: &PreparedRequest,
        jar: &mut Jar,
        place: &str,
    ) -> Result<LoginAnswer, Failure> {
        let context = self.context;
        if !context.minter.may_send(self.actor, &prepared.url) {
            let origin = prepared.url.origin().ascii_serialization();
            let why = format!("{place} leads to `{origin}`, which is not under `send_to:`");
            return Err(Failure::refused(why));
        }
        let mut partial = PartialResponse::default();
        self.transfer(prepared, jar, &mut partial).await.map_err(|error| {
            let detail = format!("{place}: {}", error.detail);
            Failure { error: ProbeError { detail, ..error }, may_pass: true, wait: None }
        })?;
        decode(&mut partial, context.limiter.body_max());
        let Some((status, headers)) = partial.head.take() else {
            let error = ProbeError::new(Reason::Unreachable, format!("{place} has no answer"));
            return Err(Failure { error, may_pass: true, wait: None });
        };
        jar.store(&prepared.url, &headers, (context.now)().as_second());
        let answer = LoginAnswer::new(status, headers, &partial.body);
        match status {
            429 => {
                let wait = retry_after(&answer.headers, (context.now)());
                let detail = format!("{place} answered 429: log-ins are limited");
                let error = ProbeError::new(Reason::RateLimited, detail);
                Err(Failure { error, may_pass: false, wait })
            }
            500.. => {
                let detail = format!("{place} answered {status}");
                let error = ProbeError::new(Reason::ServerError, detail);
                Err(Failure { error, may_pass: true, wait: None })
            }
            _ => Ok(answer),
        }
    }

    async fn transfer(
        &self,
        prepared: &PreparedRequest,
        jar: &Jar,
        partial: &mut PartialResponse,
    ) -> Result<(), ProbeError> {
        let context = self.context;
        let pool = context.pool.as_ref().map_err(Clone::clone)?;
        let minter = self.context.minter;
        let identity = minter.identity(self.actor, &Credential::Own, &prepared.url);
        let identity = identity.map_err(|why| {
            ProbeError::new(Reason::Credentials, format!("{}: {why}", self.could_not()))
        })?;
        let caller = Caller { actor: self.actor, identity: identity.as_ref() };
        let connection = pool.connection(caller, &prepared.url, &Way::default())?;
        let host = prepared.host();
        let paced = context.is_paced(&prepared.url);
        let entrance = Entrance { host: &host, writes: false, paced, urgency: self.urgency };
        let _pass = context.limiter.enter(entrance).await.map_err(|stop| stop.error())?;
        let cookie = jar.field(&prepared.url).and_then(|one| HeaderValue::from_str(&one).ok());
        let cookie = cookie.map(|value| Minted { name: COOKIE, value });
        let request = build(connection, prepared, cookie.into_iter().collect());
        let sink = BodySink { body_max: context.limiter.body_max(), save_to: None };
        let mut address = None;
        let transfer = transmit(request, sink, &mut address, partial);
        match context.limiter.with_request_timeout(self.urgency, transfer).await {
            Ok(Some(Ok(()))) => Ok(()),
            Ok(Some(Err(error))) => Err(failure(error, &prepared.url)),
            Ok(None) => Err(timeout(&prepared.url)),
            Err(stop) => Err(stop.error()),
        }
    }

    /// A new token of the client. The error is a message for people.
    fn assertion(&self, of: &Assertion, values: &Values) -> Result<String, String> {
        let fill = |template: &Template| values.fill(template);
        let to: Url = address(&of.to, self.context.project, values)?;
        let audience = match &of.audience {
            Some(audience) => fill(audience)?,
            None => to.to_string(),
        };
        let mut header = json!({ "typ": "JWT", "alg": "RS256" });
        if let Some(id) = &of.key_id {
            header["kid"] = json!(fill(id)?);
        }
        let now = (self.context.now)().as_second();
        let claims = json!({
            "iss": fill(&of.issuer)?,
            "sub": fill(&of.subject)?,
            "aud": audience,
            "iat": now,
            "exp": now.saturating_add(ASSERTION_SECONDS),
            "jti": random::hex::<16>(),
        });
        Minter::assertion(&header, claims, &Secret::new(fill(&of.key)?))
    }
}

/// `Authorization: Basic` of a client (RFC 6749, section 2.3.1: both values are form-encoded first).
fn basic(user: &str, password: &str, login: &Login) -> Result<HeaderValue, String> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = STANDARD.encode(format!("{}:{}", encoded(user), encoded(password)));
    login.received.add([pair.clone()]);
    let value = HeaderValue::from_str(&format!("Basic {pair}"));
    let mut value = value.map_err(|_| "its credential is not a valid header value".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}
