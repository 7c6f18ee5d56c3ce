//! The HTTP instrument: sends one request, follows its redirects, and reads the answer.
//!
//! An answer with any status is an observation. A timeout and a failed name lookup, connection or
//! handshake are errors.

pub(crate) mod address;
mod alpn;
pub(crate) mod body;
pub(crate) mod download;
pub(crate) mod facts;
pub(crate) mod host_addresses;
mod link_field;
pub(crate) mod listing;
mod login;
mod pages;
pub(crate) mod pool;
pub(crate) mod redirect;
pub(crate) mod request;
pub(crate) mod response;
mod transfer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_ENCODING, HeaderMap, SET_COOKIE, TRANSFER_ENCODING};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;

use crate::model::answer::error::ProbeError;
use crate::model::answer::observation::Answer;
use crate::model::answer::verdict::Reason;
use crate::model::judge::lasting::LastingObject;
use crate::model::plan::Step;
use crate::model::plan::credential::Credential;
use crate::model::plan::request::Request;
use crate::model::project::Project;
use crate::probe::credential::request::{CredentialRequest, Minted};
use crate::probe::credential::tokens::Minter;
use crate::probe::host::reach::is_public;
use crate::probe::http::download::PrivateDir;
use crate::probe::http::pool::{Caller, Pool, Way};
use crate::probe::http::redirect::Unfollowed;
use crate::probe::http::request::PreparedRequest;
use crate::probe::http::response::RawResponse;
use crate::probe::http::transfer::{
    BodySink, PartialResponse, build, certificate_alert, failure, is_about_protocol, timeout,
    transmit,
};
use crate::probe::limiter::{Entrance, Limiter, Urgency};
use crate::probe::local::command::CommandContext;
use crate::probe::spellings::compressed;
use crate::probe::spellings::compressed::BodyExtent;
use crate::probe::strangers::sent::sent;
use crate::probe::values::Values;
use crate::probe::values::redact::Redactor;
use crate::probe::values::sought::{Parts, Sought};

/// The number of bytes of a body that are decoded and searched at once.
const SHORT_BODY_MAX: usize = 4096;

/// Long answers are searched one after the other, because the readings of one can take a hundred times its
/// memory.
static SEARCHES: Semaphore = Semaphore::const_new(1);

/// Everything that the steps of a run share.
pub(crate) struct RunContext<'a> {
    /// Hosts, actors, limits and permissions.
    pub(crate) project: &'a Project,
    /// The current time.
    pub(crate) now: &'a (dyn Fn() -> Timestamp + Sync),
    /// The project's folder.
    pub(crate) root: &'a Path,
    /// The environment.
    pub(crate) env: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// The HTTP connections, or why there are none.
    pub(crate) pool: &'a Result<Pool<'a>, ProbeError>,
    /// The limits of the run, and of this turn of the check.
    pub(crate) limiter: Limiter<'a>,
    /// Makes credentials, and knows all secrets.
    pub(crate) minter: &'a Minter<'a>,
    /// Objects that earlier runs made and did not delete.
    pub(crate) lasting: &'a [LastingObject],
}

/// A request of a plan, with everything that is needed to send it.
#[derive(Clone)]
pub(crate) struct PlannedRequest<'a> {
    /// The step that sends it.
    pub(crate) step: &'a Step,
    /// The step's request.
    pub(crate) request: &'a Request,
    /// The values of its placeholders.
    pub(crate) values: &'a Values,
    /// What the answer is searched for.
    pub(crate) sought: &'a Arc<Sought>,
    /// What happens to it when the run must end.
    pub(crate) urgency: Urgency,
    /// Where the body of a 200 is saved; its facts then describe the saved file.
    pub(crate) save_to: Option<&'a PrivateDir>,
    /// How it reaches its host.
    pub(crate) way: Way,
    /// Whether the further pages that its answer announces are read.
    pub(crate) pages: FurtherPages,
}

/// Whether the further pages of an answer are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FurtherPages {
    /// They are: they matter to the verdict.
    Read,
    /// They are not.
    Ignored,
}

impl<'a> RunContext<'a> {
    /// Whether a request to `url` counts among the requests per second.
    pub(crate) fn is_paced(&self, url: &Url) -> bool {
        let known = |name: &str| match self.pool {
            Ok(pool) => pool.names().known(name),
            Err(_) => Vec::new(),
        };
        match self.project.limits.per_second {
            Some(_) => !self.project.world.demo,
            None => is_public(url, &self.project.world, &known),
        }
    }

    /// Everything that the programs of a run share.
    pub(crate) fn command_context(&'a self, redactor: &'a Redactor) -> CommandContext<'a> {
        let permitted = self.project.commands;
        CommandContext {
            root: self.root,
            env: self.env,
            limiter: &self.limiter,
            permitted,
            redactor,
        }
    }
}

/// A request and its answer, redirects included.
pub(crate) struct Exchange {
    /// All facts before redaction, or the answer of a step without facts.
    pub(crate) answer: Result<Value, Answer>,
    /// Whether the request may have reached the server.
    pub(crate) sent: bool,
    /// All that was sent, as text.
    pub(crate) request_text: String,
    /// The address that the request was sent to.
    pub(crate) address: Option<String>,
    /// The other addresses of the host, which received no request.
    pub(crate) not_asked: Vec<String>,
    /// The time from sending to the end of the answer.
    pub(crate) took: Duration,
}

impl Default for Exchange {
    fn default() -> Self {
        Self {
            answer: Err(Answer::NotAsked(String::new())),
            sent: false,
            request_text: String::new(),
            address: None,
            not_asked: Vec::new(),
            took: Duration::ZERO,
        }
    }
}

/// Sends a request.
pub(crate) async fn send(context: &RunContext<'_>, planned: &PlannedRequest<'_>) -> Exchange {
    let mut exchange = Exchange::default();
    let answer = match PreparedRequest::new(planned.request, context.project, planned.values) {
        Ok(prepared) if planned.pages == FurtherPages::Read => {
            pages::send(context, planned, &prepared, &mut exchange).await
        }
        Ok(prepared) => follow(context, planned, prepared, &mut exchange).await,
        Err(why) => Err(Answer::NotAsked(why)),
    };
    Exchange { answer, ..exchange }
}

/// The redirects of a request so far.
struct Redirects {
    /// Those that were followed.
    followed: Vec<(u16, Url)>,
    /// Why none is followed, whatever the answers are.
    refusal: Option<Unfollowed>,
    max: usize,
}

/// Sends a request, and follows its redirects as far as [`redirect`] permits.
async fn follow(
    context: &RunContext<'_>,
    planned: &PlannedRequest<'_>,
    mut prepared: PreparedRequest,
    exchange: &mut Exchange,
) -> Result<Value, Answer> {
    let has_secret = planned.sought.has_secret(&prepared.texts());
    let mut redirects = Redirects {
        followed: Vec::new(),
        refusal: redirect::refusal(planned.step, planned.request, has_secret),
        max: usize::from(planned.request.redirects_max),
    };
    let (mut truncated, mut undecodable, mut parts) = (false, None, Parts::default());
    let mut asked = None;
    loop {
        let mut partial = PartialResponse::default();
        let sent = send_one(context, planned, &prepared, exchange, &mut partial).await;
        // The request was sent to the first address, wherever the answers lead.
        let peer = exchange.address.clone();
        let first = asked.get_or_insert((peer.clone(), exchange.not_asked.clone()));
        (exchange.address, exchange.not_asked) = first.clone();
        let body_max = context.limiter.body_max();
        (partial, parts) = searched(planned.sought, (partial, parts), body_max).await?;
        if let Some(alert) = partial.alert {
            return Ok(facts::of_alert(&prepared.url, alert));
        }
        let found = planned.sought.found(&parts, planned.step, &prepared.texts());
        let leaks = found.leaks(planned.step);
        truncated |= partial.truncated || sent.is_err() || !parts.are_complete();
        undecodable = undecodable.or(partial.undecodable);
        let Some((status, headers)) = partial.head.filter(|_| sent.is_ok() || leaks) else {
            return Err(sent.err().unwrap_or_else(silence));
        };
        if status < 200 && !leaks {
            return Err(unrequested(status).into());
        }
        let mut unfollowed = None;
        if sent.is_ok() {
            match redirects.next(context, planned, (&prepared, peer), (status, &headers)).await {
                Ok(Some(Ok(next))) => {
                    redirects.followed.push((status, next.url.clone()));
                    prepared = next;
                    continue;
                }
                Ok(objection) => unfollowed = objection.and_then(Result::err),
                Err(error) if !leaks => return Err(error.into()),
                Err(_) => {}
            }
        }
        let mut facts = facts::all(&RawResponse {
            status,
            url: prepared.url,
            headers,
            redirects: redirects.followed,
            unfollowed,
            body: partial.body,
            truncated,
            undecodable,
            found,
        });
        if let Some(copy) = partial.copy {
            facts["body"] = copy.facts().map_err(Answer::Error)?;
        }
        return Ok(facts);
    }
}

impl Redirects {
    /// The request that follows the redirect in an answer, or why there is none; `None` if the answer is not
    /// a redirect, or the check follows none. The error is that of the lookup of the new host.
    async fn next(
        &self,
        context: &RunContext<'_>,
        planned: &PlannedRequest<'_>,
        (prepared, peer): (&PreparedRequest, Option<String>),
        (status, headers): (u16, &HeaderMap),
    ) -> Result<Option<Result<PreparedRequest, Unfollowed>>, ProbeError> {
        let location = redirect::location(&prepared.url, status, headers);
        let Some(location) = location.filter(|_| self.max > 0) else {
            return Ok(None);
        };
        let full = (self.followed.len() >= self.max).then_some(Unfollowed::TooMany);
        let to = match (self.refusal.or(full), location) {
            (Some(why), _) | (None, Err(why)) => return Ok(Some(Err(why))),
            (None, Ok(to)) => to,
        };
        let pool = context.pool.as_ref().map_err(Clone::clone)?;
        let peer = peer.and_then(|peer| peer.parse().ok());
        let way = &planned.way;
        let objection = redirect::objection((&prepared.url, peer), &to, (pool, way)).await?;
        Ok(Some(objection.map_or_else(|| prepared.redirected(status, to), Err)))
    }
}

/// An interim answer is not the answer to a request that demanded no other protocol (RFC 9110, section 15.2.2).
fn unrequested(status: u16) -> ProbeError {
    let detail = format!("the server answered with status {status}, which ends no request");
    ProbeError::new(Reason::Unparsable, detail)
}

fn silence() -> Answer {
    ProbeError::new(Reason::Unreachable, "the server sent no answer").into()
}

/// Decodes an answer and searches it. A long one is searched on another thread, so that the deadlines of other
/// requests are met meanwhile.
async fn searched(
    sought: &Arc<Sought>,
    (mut partial, mut parts): (PartialResponse, Parts),
    body_max: usize,
) -> Result<(PartialResponse, Parts), Answer> {
    let is_long = partial.body.len() > SHORT_BODY_MAX;
    let sought = sought.clone();
    let mut work = move || {
        decode(&mut partial, body_max);
        search(&sought, &partial, &mut parts);
        (std::mem::take(&mut partial), std::mem::take(&mut parts))
    };
    if !is_long {
        return Ok(work());
    }
    // It is never closed.
    let _turn = SEARCHES.acquire().await.ok();
    let failed = |_| ProbeError::new(Reason::Budget, "the answer could not be searched");
    Ok(tokio::task::spawn_blocking(work).await.map_err(failed)?)
}

/// Undoes the content codings of a body (RFC 9110, section 8.4).
fn decode(partial: &mut PartialResponse, body_max: usize) {
    let Some((_, headers)) = partial.head.as_ref().filter(|_| !partial.body.is_empty()) else {
        return;
    };
    // Only this one is undone by the connection (RFC 9112, section 6.1).
    let mut transfer = headers.get_all(TRANSFER_ENCODING).iter();
    if let Some(other) = transfer.find(|one| !one.as_bytes().eq_ignore_ascii_case(b"chunked")) {
        partial.undecodable = Some(String::from_utf8_lossy(other.as_bytes()).into_owned());
        return;
    }
    let fields = headers.get_all(CONTENT_ENCODING).iter();
    let codings: Vec<_> = fields.map(|field| String::from_utf8_lossy(field.as_bytes())).collect();
    let extent = if partial.truncated { BodyExtent::Beginning } else { BodyExtent::Whole };
    match compressed::decoded(&codings.join(","), &partial.body, body_max, extent) {
        Ok(unpacked) => {
            partial.body = unpacked.bytes;
            partial.truncated |= unpacked.truncated;
        }
        Err(coding) => partial.undecodable = Some(coding),
    }
}

/// Searches every part of an answer, whatever its status, complete or not.
fn search(sought: &Sought, partial: &PartialResponse, parts: &mut Parts) {
    let (mut head, mut cookies) = (partial.reason.clone(), Vec::new());
    let fields = partial.head.iter().flat_map(|(_, headers)| headers);
    for (name, value) in fields.chain(&partial.trailers) {
        let text = if name == SET_COOKIE { &mut cookies } else { &mut head };
        text.extend_from_slice(b"\n");
        text.extend_from_slice(name.as_str().as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
    }
    sought.search_into(&head, &mut parts.answer);
    sought.search_into(&partial.body, &mut parts.answer);
    sought.search_into(&cookies, &mut parts.cookies);
}

/// Why a request has no answer.
enum Unanswered {
    /// It was not sent, or given up.
    Given(Answer),
    /// The transfer failed.
    Failed(reqwest::Error),
}

impl From<Answer> for Unanswered {
    fn from(answer: Answer) -> Self {
        Self::Given(answer)
    }
}

impl From<ProbeError> for Unanswered {
    fn from(error: ProbeError) -> Self {
        Self::Given(error.into())
    }
}

/// Sends one request, with a credential if it may carry one, and reads the answer. A server that speaks HTTP/2 only
/// gets it a second time, because it could not read the first one.
async fn send_one(
    context: &RunContext<'_>,
    planned: &PlannedRequest<'_>,
    prepared: &PreparedRequest,
    exchange: &mut Exchange,
    partial: &mut PartialResponse,
) -> Result<(), Answer> {
    let used = login::ready(context, planned, prepared).await?;
    let error = match send_once(context, planned, prepared, exchange, partial).await {
        Ok(()) => return again(context, planned, prepared, (used, exchange, partial)).await,
        Err(Unanswered::Given(answer)) => return Err(answer),
        Err(Unanswered::Failed(error)) => error,
    };
    let may_be_http2 =
        partial.head.is_none() && prepared.url.scheme() == "https" && !error.is_timeout();
    if may_be_http2 && let Ok(pool) = &context.pool {
        let limit = context.limiter.instrument_timeout();
        if is_about_protocol(&error)
            && pool.finds_only_http2(&prepared.url, &planned.way, limit).await
        {
            let again = send_once(context, planned, prepared, exchange, partial).await;
            return again.map_err(|why| why.answer(&prepared.url));
        }
    }
    Err(Unanswered::Failed(error).answer(&prepared.url))
}

/// Sends a request again with another session, if its answer shows that the service ended the one that it used.
async fn again(
    context: &RunContext<'_>,
    planned: &PlannedRequest<'_>,
    prepared: &PreparedRequest,
    (used, exchange, partial): (Option<u64>, &mut Exchange, &mut PartialResponse),
) -> Result<(), Answer> {
    let has_ended =
        |partial: &PartialResponse| login::has_ended(context, planned, prepared, partial);
    let Some(used) = used else { return Ok(()) };
    if !has_ended(partial) {
        context.minter.sessions().note_accepted(&planned.step.actor, used);
        return Ok(());
    }
    if !login::renew(context, planned, used).await? {
        return Ok(());
    }
    *partial = PartialResponse::default();
    let sent = send_once(context, planned, prepared, exchange, partial).await;
    if has_ended(partial) {
        context.minter.sessions().note_in_vain(&planned.step.actor);
    }
    sent.map_err(|why| why.answer(&prepared.url))
}

impl Unanswered {
    fn answer(self, url: &Url) -> Answer {
        match self {
            Self::Given(answer) => answer,
            Self::Failed(error) => failure(error, url).into(),
        }
    }
}

async fn send_once(
    context: &RunContext<'_>,
    planned: &PlannedRequest<'_>,
    prepared: &PreparedRequest,
    exchange: &mut Exchange,
    partial: &mut PartialResponse,
) -> Result<(), Unanswered> {
    let pool = context.pool.as_ref().map_err(|error| error.clone())?;
    let (actor, sent_with) = (&planned.step.actor, &planned.step.credential);
    let identity = match prepared.redirected {
        true => None,
        false => {
            context.minter.identity(actor, sent_with, &prepared.url).map_err(Answer::NotAsked)?
        }
    };
    let caller = Caller { actor, identity: identity.as_ref() };
    let mut connection = pool.connection(caller, &prepared.url, &planned.way)?;
    exchange.address = connection.address.map(|address| address.to_string());
    let host = prepared.host();
    let entrance = Entrance {
        host: &host,
        writes: planned.request.writes(),
        paced: context.is_paced(&prepared.url),
        urgency: planned.urgency,
    };
    let entered = context.limiter.enter(entrance).await;
    let _pass = entered.map_err(|stop| stop.answer())?;
    // Made only now, so that a token does not age while its request waits.
    let credential = credential(context, planned.step, prepared).map_err(Answer::NotAsked)?;
    let minted: HeaderMap =
        credential.0.iter().map(|minted| (minted.name.clone(), minted.value.clone())).collect();
    let text = sent(&prepared.url, &[&prepared.headers, &minted], prepared.body.as_deref());
    exchange.request_text.push_str(&text);
    let (fields, parameters) = credential;
    for (name, value) in parameters {
        exchange.request_text.push_str(&format!("\n{value}"));
        connection.url.query_pairs_mut().append_pair(&name, &value);
    }
    let request = build(connection, prepared, fields);
    exchange.sent = true;
    let start = Instant::now();
    let sink = BodySink { body_max: context.limiter.body_max(), save_to: planned.save_to };
    let transfer = transmit(request, sink, &mut exchange.address, partial);
    let outcome = context.limiter.with_request_timeout(planned.urgency, transfer).await;
    exchange.took += start.elapsed();
    exchange.not_asked = pool.not_asked(&prepared.url, exchange.address.as_deref());
    match outcome {
        Ok(Some(Err(error))) => {
            let shows_one = context.minter.shows_certificate(actor);
            partial.alert =
                certificate_alert(&error).filter(|_| shows_one && *sent_with != Credential::Own);
            if partial.alert.is_some() { Ok(()) } else { Err(Unanswered::Failed(error)) }
        }
        Ok(Some(Ok(()))) => Ok(()),
        Ok(None) => Err(timeout(&prepared.url).into()),
        Err(stop) => Err(stop.answer().into()),
    }
}

/// The header fields and the parameters of the address with the credential of a request.
type SentCredential = (Vec<Minted>, Vec<(String, String)>);

fn credential(
    context: &RunContext<'_>,
    step: &Step,
    prepared: &PreparedRequest,
) -> Result<SentCredential, String> {
    if prepared.redirected || !context.minter.may_send(&step.actor, &prepared.url) {
        return Ok((Vec::new(), Vec::new()));
    }
    let parameters = context.minter.parameters(&step.actor, &step.credential)?;
    let fields = context.minter.fields(&CredentialRequest {
        actor: &step.actor,
        credential: &step.credential,
        method: prepared.method.as_str(),
        url: &prepared.url,
        headers: &prepared.headers,
        body: prepared.body.as_deref(),
        now: (context.now)(),
    })?;
    Ok((fields, parameters))
}
